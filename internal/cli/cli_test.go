// SPDX-License-Identifier: MPL-2.0

package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	version "github.com/hashicorp/go-version"
)

// script writes a program that stands in for a CLI.
func script(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestFind(t *testing.T) {
	goBinary, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	const terraform, tofu = "Terraform v1.11.4", "OpenTofu v1.12.6"
	for name, test := range map[string]struct {
		programs map[string]string // what their version commands print
		named    string
		want     string // the path found, or part of the error
	}{
		"terraform first": {map[string]string{"path/terraform": terraform, "path/tofu": tofu, "bin/tools/tofu": tofu}, "", "path/terraform"},
		"then tofu":       {map[string]string{"path/tofu": tofu, "bin/tools/tofu": tofu}, "", "path/tofu"},
		"then the pinned": {map[string]string{"bin/tools/tofu": tofu}, "", "bin/tools/tofu"},
		"none":            {nil, "", "make bin/tools/tofu"},
		"named":           {map[string]string{"path/terraform": terraform, "path/tofu": tofu}, "tofu", "path/tofu"},
		"named, missing":  {map[string]string{"path/terraform": terraform}, "tofu", "there is no tofu:"},
		"something else":  {map[string]string{"path/terraform": "Fake v1"}, "", `its version command says "Fake v1"`},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			t.Chdir(root)
			if err := os.WriteFile("go.mod", []byte("module m\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			for path, banner := range test.programs {
				script(t, path, "echo '"+banner+"'; echo on linux_amd64")
			}
			script(t, "path/go", "exec '"+goBinary+`' "$@"`)
			t.Setenv("PATH", filepath.Join(root, "path"))
			t.Setenv("TF_ACC_TERRAFORM_PATH", test.named)
			c, err := Find()
			if err != nil && !strings.Contains(err.Error(), test.want) || err == nil && c.Path != filepath.Join(root, test.want) {
				t.Errorf("found %+v, %v, want %s", c, err, test.want)
			}
		})
	}
}

func TestAtLeast(t *testing.T) {
	for _, test := range []struct {
		number, host, terraform, tofu string
		want                          bool
	}{
		{"1.11.4", terraformRegistry, "1.11.0", "9.0.0", true},
		{"1.11.4", terraformRegistry, "1.12.0", "1.0.0", false},
		{"1.16.0-rc2", terraformRegistry, "1.16.0", "9.0.0", true},
		{"1.12.6", tofuRegistry, "9.0.0", "1.12.6", true},
	} {
		c := CLI{Version: version.Must(version.NewVersion(test.number)), Host: test.host}
		if got := c.AtLeast(test.terraform, test.tofu); got != test.want {
			t.Errorf("%s of %s is at least %s or %s: %t", test.number, test.host, test.terraform, test.tofu, got)
		}
	}
}

// TestRun: none of the developer's settings reach a run, and its JSON is read.
func TestRun(t *testing.T) {
	t.Setenv("TF_CLI_ARGS", "-bogus")
	t.Setenv("OCTOEVERYWHERE_APP_TOKEN", "a-real-one")
	w := &Workspace{CLI: &CLI{Path: filepath.Join(t.TempDir(), "terraform")}, Dir: t.TempDir()}
	w.Setenv("TF_VAR_kept", "1")
	script(t, w.CLI.Path, `env >environ
echo '{"type":"planned_change","change":{"action":"create","resource":{"addr":"a.b"}}}'
echo 'no JSON'
echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"So","detail":"and so"}}'
exit 1`)
	result, err := Run(w.Command(t.Context(), "plan"))
	if err != nil {
		t.Fatal(err)
	}
	if result.OK() || result.Planned["a.b"] != "create" || !strings.Contains(result.Err().Error(), "error: So\nand so\n") || result.Warnings() != "" {
		t.Errorf("%+v", result)
	}
	environ, err := os.ReadFile(filepath.Join(w.Dir, "environ"))
	if err != nil {
		t.Fatal(err)
	}
	got := regexp.MustCompile(`(?m)^(TF_|OCTOEVERYWHERE_).*`).FindAllString(string(environ), -1)
	slices.Sort(got)
	if want := []string{"TF_CLI_CONFIG_FILE=/dev/null", "TF_IN_AUTOMATION=1", "TF_VAR_kept=1"}; !slices.Equal(got, want) {
		t.Errorf("the run's environment has %q, want %q", got, want)
	}
}

// TestInterrupt: a CLI that is told to stop is told once, and has nothing left
// behind, even if it leaves its provider or doesn't stop by itself.
func TestInterrupt(t *testing.T) {
	for name, then := range map[string]string{"leaves its provider": "exit 1", "goes on": "sleep 600"} {
		t.Run(name, func(t *testing.T) {
			defer func(before time.Duration) { grace = before }(grace)
			grace = 500 * time.Millisecond
			w := &Workspace{CLI: &CLI{Path: filepath.Join(t.TempDir(), "terraform")}, Dir: t.TempDir()}
			script(t, w.CLI.Path, `trap 'echo told >>told; `+then+`' INT
(trap "" INT; exec sleep 600) & echo $! >provider.tmp; mv provider.tmp provider
wait`)
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				for _, err := os.Stat(filepath.Join(w.Dir, "provider")); err != nil; _, err = os.Stat(filepath.Join(w.Dir, "provider")) {
					time.Sleep(time.Millisecond)
				}
				cancel()
			}()
			// Whoever still runs holds the other end of this pipe.
			left, held, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			command := w.Command(ctx, "apply")
			command.ExtraFiles = []*os.File{held}
			_, _ = Run(command)
			_ = held.Close()
			_ = left.SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := left.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("something is left behind: %v", err)
			}
			if told, _ := os.ReadFile(filepath.Join(w.Dir, "told")); string(told) != "told\n" {
				t.Errorf("it was told %q", told)
			}
		})
	}
}
