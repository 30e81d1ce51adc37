// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// secret begins every token and key that a reader has.
const secret = "fake-token-"

// connections are the names of the App Connections that the service has.
var connections = []string{"default", "garage", "lab", "attic"}

// reader is somebody who does what a page says, in a shell in a folder.
type reader struct {
	*clitest.Workspace
	t       *testing.T
	api     *fakeapi.Server
	printed string            // the file with all that the commands printed
	meant   *strings.Replacer // puts this machine's addresses in place of the page's
}

// newReader has the real CLI, which installs the provider as if it were
// released, and a fake in which a token is the secret and a connection's name.
func newReader(t *testing.T) *reader {
	t.Helper()
	r := &reader{Workspace: clitest.NewWorkspace(t), t: t, printed: filepath.Join(t.TempDir(), "printed")}
	r.api = fakeapi.New(fakeapi.Options{DeliveryClient: &http.Client{Transport: receiverOfAll{}}})
	for _, name := range connections {
		r.api.AddConnection(secret+name, "the printer "+name)
	}
	running, err := r.api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	r.meant = strings.NewReplacer(":8600", freePort(t), ":8443", freePort(t), ":8080", freePort(t))

	r.Setenv("OCTOEVERYWHERE_ENDPOINT", running.URL)
	r.UseMirror() // what make install writes
	r.Setenv("TF_CLI_ARGS", "-no-color")
	r.Setenv("MAKEFLAGS", "")
	r.Setenv("GOFLAGS", "-trimpath") // what was built in another clone needs no building
	r.Setenv("PATH", r.programs()+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return r
}

// has sets what the pages leave to their readers: the environment that the code
// needs and does not export, and a Vault.
func (r *reader) has(code string) {
	if strings.Contains(code, "hashicorp/vault") {
		r.Setenv("TF_REATTACH_PROVIDERS", serveVault(r.t))
	}
	for name, value := range map[string]string{
		"OCTOEVERYWHERE_APP_TOKEN": secret + "default",
		"TF_VAR_app_tokens":        fmt.Sprintf(`{"garage":"%[1]sgarage","lab":"%[1]slab","attic":"%[1]sattic"}`, secret),
		"TF_VAR_garage_token":      secret + "garage",
		"TF_VAR_receiver_key":      secret + "k3y&+ä",
	} {
		if !strings.Contains(code, "\nexport "+name+"=") {
			r.Setenv(name, value)
		}
	}
}

var (
	tokenOf  = regexp.MustCompile(`"(\w+)":"…"`)
	aServer  = regexp.MustCompile(`(?m)^go run [^&]*\n\z`)
	startsIt = regexp.MustCompile(`(?m)^(.*fakeoctoeverywhere)( .*)?$`)
)

// does runs shell code as it stands on the page and fails the test when a
// command fails. Only what a page can't know is changed: tokens, free ports.
// What it exports stays for the next; what it starts, until the test ends.
func (r *reader) does(code string) {
	r.t.Helper()
	code = strings.ReplaceAll(tokenOf.ReplaceAllString(code, `"$1":"`+secret+`$1"`), "'…'", "'"+secret+"default'")
	for _, line := range startsIt.FindAllString(code, -1) {
		if !strings.HasPrefix(line, "go build") {
			code = strings.Replace(code, line, startsIt.ReplaceAllString(line, "$1 -listen 127.0.0.1:8600$2"), 1)
		}
	}
	if aServer.MatchString(code) {
		code = strings.TrimSuffix(code, "\n") + " &\nuntil grep -q -e listening -e Ctrl-C '" + r.printed + "'; do kill -0 $!; sleep 0.1; done\n"
	}
	code = r.meant.Replace(code)

	output, err := os.OpenFile(r.printed, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		r.t.Fatal(err)
	}
	defer output.Close()
	ctx, cancel := context.WithTimeout(r.t.Context(), 5*time.Minute)
	defer cancel()
	exported := r.printed + ".exported"
	command := exec.CommandContext(ctx, "sh", "-e", "-c", "[ ! -e "+exported+" ] || . "+exported+"\n"+code+"\nexport -p | grep -v PWD= >"+exported)
	command.Dir, command.Env = r.Dir, r.Command(ctx).Env
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(strings.Repeat("yes\n", 9)), output, output
	// A group of its own, which what it started in the background is in, too.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err = command.Start(); err != nil {
		r.t.Fatal(err)
	}
	end := func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.Cancel = end
	if strings.Contains(code, " &\n") {
		r.t.Cleanup(func() { _ = end() })
	}
	if err = command.Wait(); err != nil {
		r.t.Fatalf("%s\n%v. In all, this was printed:\n%s", code, err, r.said())
	}
}

// said is what all commands have printed so far.
func (r *reader) said() string {
	content, err := os.ReadFile(r.printed)
	if err != nil && !os.IsNotExist(err) {
		r.t.Fatal(err)
	}
	return string(content)
}

// sees waits until something has been printed that matches.
func (r *reader) sees(pattern string) {
	r.t.Helper()
	expected, limit := regexp.MustCompile(pattern), time.Now().Add(time.Minute)
	for ; !expected.MatchString(r.said()); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			r.t.Fatalf("nothing like %q was printed:\n%s", pattern, r.said())
		}
	}
}

// receiverOfAll answers 200 to every notification, wherever it goes.
type receiverOfAll struct{}

func (receiverOfAll) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return ":" + port
}

// programs is a folder with what stands before the real programs on PATH: the
// CLI under test, and stand-ins for what would need the network, or would test
// all from within this test.
func (r *reader) programs() string {
	r.t.Helper()
	folder := r.t.TempDir()
	if err := os.Symlink(clitest.CLI(), filepath.Join(folder, "terraform")); err != nil {
		r.t.Fatal(err)
	}
	top, err := filepath.Abs(repository)
	if err != nil {
		r.t.Fatal(err)
	}
	const raw = "https://raw.githubusercontent.com/octoeverywhere/terraform-provider-octoeverywhere/main/"
	for name, script := range map[string]string{
		"git": `[ "$1" = clone ] && mkdir "${2##*/}" && cd "${2##*/}" && cp -R ` +
			strings.Join([]string{top + "/go.mod", top + "/go.sum", top + "/main.go", top + "/internal", top + "/examples"}, " ") + ` . && find . -name '*.tfstate*' -delete`,
		"curl": `case "$*" in "-O ` + raw + `"*) exec cp "` + top + `/${2#` + raw + `}" . ;; esac; exec ` + installed("curl") + ` "$@"`,
		"make": `[ "$*" != devoverride ] || exec cp "` + r.Dir + `/cli.tfrc" dev.tfrc; exec ` + installed("make") + ` -C "` + top + `" -n "$@"`,
	} {
		write(r.t, filepath.Join(folder, name), "#!/bin/sh\n"+script+"\n", 0o700)
	}
	return folder
}

// installed is the path of a program, "" where there is none.
func installed(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}
