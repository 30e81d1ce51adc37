// SPDX-License-Identifier: MPL-2.0

package doctest

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// secret begins every token and key. The fake knows a token for each printer.
const secret = "fake-token-"

var (
	printers = []string{"default", "garage", "lab", "attic"}

	requiredVersion = regexp.MustCompile(`required_version = ">= ([0-9.]+)"`)
	promised        = regexp.MustCompile(`(?m)^# (https://\S+|\d+)$`)
	expiresAt       = regexp.MustCompile(`"expires_at": "[^"]*"`)
	vaultProvider   = regexp.MustCompile(`(?s)\n    vault = \{.*?\n    \}`)
	vaultSecret     = regexp.MustCompile(`(?s)ephemeral "vault_kv_secret_v2" "tokens" \{.*?\n\}`)
	moduleSource    = regexp.MustCompile(`github\.com/octoeverywhere/terraform-provider-octoeverywhere//examples/modules/fleet(\?ref=[\w.]+)?`)
)

// user is somebody with the real CLI, who installs the provider with init, and
// a service with some printers.
type user struct {
	*clitest.Workspace
	api *fakeapi.Server
}

// newUser skips the test where the CLI is too old for a configuration.
func newUser(t *testing.T, configuration string) user {
	t.Helper()
	terraform := "1.8.0"
	if required := requiredVersion.FindStringSubmatch(configuration); required != nil {
		terraform = required[1]
	}
	tofu := terraform
	switch terraform {
	case "1.10": // ephemeral values
		tofu = "1.11.0"
	case "1.14", "1.14.1": // actions and lists, which OpenTofu has not
		tofu = "999.0.0"
	}
	clitest.SkipBelow(t, terraform, tofu, "this configuration")
	u := user{clitest.NewWorkspace(t), fakeapi.New(fakeapi.Options{DeliveryClient: &http.Client{Transport: receiver{}}})}
	for _, name := range printers {
		u.api.AddConnection(secret+name, name)
	}
	running, err := u.api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	u.UseMirror()
	u.Setenv("OCTOEVERYWHERE_ENDPOINT", running.URL)
	u.Setenv("OCTOEVERYWHERE_APP_TOKEN", secret+"default")
	u.Setenv("TF_VAR_app_tokens", fmt.Sprintf(`{"garage":"%[1]sgarage","lab":"%[1]slab","attic":"%[1]sattic"}`, secret))
	u.Setenv("TF_VAR_receiver_key", secret+"k3y&+ä")
	return u
}

// receiver answers 200 to every notification.
type receiver struct{}

func (receiver) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

// local has a configuration take the module from the repository's files, and
// tokens from a variable in place of Vault, whose provider would be downloaded.
func local(configuration, module string) string {
	configuration = moduleSource.ReplaceAllLiteralString(configuration, module)
	configuration = vaultProvider.ReplaceAllString(configuration, "")
	configuration = vaultSecret.ReplaceAllString(configuration, "variable \"app_tokens\" {\n  type      = map(string)\n  ephemeral = true\n}")
	return strings.ReplaceAll(configuration, "ephemeral.vault_kv_secret_v2.tokens.data", "var.app_tokens")
}

// wantFormatted has the CLI check the format of what it has parsed.
func (u user) wantFormatted(t *testing.T) {
	t.Helper()
	if r := u.Run("fmt", "-check", "-diff", "-recursive", "-no-color"); r.ExitCode != 0 {
		t.Errorf("terraform fmt would change:\n%s%s", r.Stdout, r.Stderr)
	}
}

// TestExamples applies every folder of examples/ that has a configuration, finds
// nothing to do afterwards and no token in the state, and destroys it.
func TestExamples(t *testing.T) {
	folders := map[string]map[string]string{}
	for name, content := range texts(t) {
		folder, extension := path.Dir(name), path.Ext(name)
		if !strings.HasPrefix(name, "examples/") || extension != ".tf" && extension != ".hcl" {
			continue
		}
		folder, _, _ = strings.Cut(folder, "/tests")
		if folders[folder] == nil {
			folders[folder] = map[string]string{}
		}
		folders[folder][strings.TrimPrefix(name, folder+"/")] = content
	}
	if len(folders) < 10 {
		t.Fatalf("only %d folders hold examples: have they moved?", len(folders))
	}
	for folder, files := range folders {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			var code strings.Builder
			for name, content := range files {
				if path.Ext(name) == ".tf" {
					code.WriteString(content)
				}
			}
			u := newUser(t, code.String())
			for name, content := range folders["examples/modules/fleet"] {
				u.Write("modules/fleet/"+name, content)
			}
			u.Dir = filepath.Join(u.Dir, "example")
			for name, content := range files {
				if !strings.Contains(content, "identity = {") || clitest.CLI().AtLeast("1.12.0", "1.12.0") {
					u.Write(name, local(content, "../modules/fleet"))
				}
			}
			u.try(t, folder, code.String(), files)
		})
	}
}

func (u user) try(t *testing.T, folder, code string, files map[string]string) {
	t.Helper()
	u.Must(u.Run("init", "-input=false", "-no-color"))
	u.wantFormatted(t)
	if folder == "examples/modules/fleet" {
		u.Must(u.Run("test", "-no-color"))
		return
	}
	applied := u.Must(u.Apply())
	if applied.Warnings() != "" {
		t.Errorf("apply warns:\n%s", applied.Warnings())
	}
	outputs := u.Run("output", "-no-color").Stdout
	for _, output := range promised.FindAllStringSubmatch(code, -1) {
		if !strings.Contains(outputs, output[1]) {
			t.Errorf("there is no output %s:\n%s", output[1], outputs)
		}
	}
	if set, inState := u.webhooks(), strings.Count(u.Must(u.Run("state", "list")).Stdout, "octoeverywhere_notification_webhook."); set != inState || strings.Contains(code, "\nresource ") && set == 0 {
		t.Errorf("the service has %d webhooks, the state %d", set, inState)
	}
	if strings.Contains(u.Read("terraform.tfstate"), secret) {
		t.Error("a token or a key is in the state")
	}
	if again := u.Plan("-detailed-exitcode"); again.ExitCode != 0 {
		t.Errorf("a second plan isn't empty:\n%s", again.Stdout)
	}
	if _, hasList := files["list-resource.tfquery.hcl"]; hasList {
		listed := u.Must(u.Run("query", "-no-color")).Stdout
		for _, printer := range printers[1:] {
			if !strings.Contains(listed, printer+" (online)") {
				t.Errorf("the query does not list %s:\n%s", printer, listed)
			}
		}
	}
	u.Must(u.Destroy())
	if left := u.webhooks(); left != 0 {
		t.Errorf("destroyed, and %d webhooks are left", left)
	}
	if folder == "examples/fleet" {
		u.Must(u.Run("test", "-no-color", "-test-directory=tests-against-fake"))
	}
}

// webhooks counts those that the service calls.
func (u user) webhooks() int {
	count := 0
	for _, name := range printers {
		if _, found := u.api.Webhook(secret + name); found {
			count++
		}
	}
	return count
}

// TestKeepAlive runs the script: when there is something to set, nothing to do,
// a renewal to do, an error, and a signal while it plans.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	u := newUser(t, "")
	u.Write("main.tf", texts(t)["examples/first-webhook/main.tf"])
	u.Write("keep-alive.sh", texts(t)["examples/keep-alive/keep-alive.sh"])
	u.Write("stub", "#!/bin/sh\necho plan >keep-alive.tfplan\nkill -TERM $PPID\nexit 2\n")
	if err := os.Chmod(filepath.Join(u.Dir, "stub"), 0o700); err != nil {
		t.Fatal(err)
	}
	u.Must(u.Run("init", "-input=false"))
	for run, want := range []struct {
		terraform  string
		sets, code int
	}{{clitest.CLI().Path, 1, 0}, {clitest.CLI().Path, 1, 0}, {clitest.CLI().Path, 2, 0}, {clitest.CLI().Path, 2, 1}, {"./stub", 2, 130}} {
		switch run {
		case 2:
			soon := time.Now().UTC().AddDate(0, 0, 29).Format(time.RFC3339)
			u.Write("terraform.tfstate", expiresAt.ReplaceAllString(u.Read("terraform.tfstate"), `"expires_at": "`+soon+`"`))
		case 3:
			u.Write("main.tf", "provider {")
		}
		u.Setenv("TERRAFORM", want.terraform)
		command := exec.CommandContext(t.Context(), "sh", "keep-alive.sh")
		command.Dir, command.Env = u.Dir, u.Command(t.Context()).Env
		output, err := command.CombinedOutput()
		if sets, code := u.api.Count(fakeapi.CallSet), command.ProcessState.ExitCode(); sets != want.sets || code != want.code {
			t.Errorf("run %d: the webhook was set %d times, exit code %d, want %+v (%v):\n%s", run, sets, code, want, err, output)
		}
		if u.Read("keep-alive.tfplan") != "" {
			t.Errorf("run %d leaves its plan behind", run)
		}
	}
}
