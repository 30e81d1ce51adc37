// SPDX-License-Identifier: MPL-2.0

// Package acctest runs the real terraform (or tofu) in tests that need more
// than terraform-plugin-testing's steps: warnings, saved plans, crashes,
// interrupts, several providers, and what stands in which file.
package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	version "github.com/hashicorp/go-version"
	tfjson "github.com/hashicorp/terraform-json"
)

// runLimit bounds one run of the CLI: far above what any takes.
const runLimit = 5 * time.Minute

// CLI is the path of the terraform or tofu under test: TF_ACC_TERRAFORM_PATH,
// else terraform or tofu on PATH.
var CLI = sync.OnceValue(func() string {
	candidates := []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform", "tofu"}
	for _, candidate := range candidates {
		if candidate == "" {
			continue
		}
		if found, err := exec.LookPath(candidate); err == nil {
			if absolute, err := filepath.Abs(found); err == nil {
				return absolute
			}
		}
	}
	panic("neither terraform nor tofu is on PATH, and TF_ACC_TERRAFORM_PATH names none")
})

type cliVersion struct {
	number *version.Version
	tofu   bool
}

var cliInfo = sync.OnceValue(func() cliVersion {
	command := exec.Command(CLI(), "version", "-json")
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull)
	out, err := command.Output()
	if err != nil {
		panic(fmt.Sprintf("%s version -json: %v", CLI(), err))
	}
	var answer struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		panic(err)
	}
	plain := exec.Command(CLI(), "version")
	plain.Env = command.Env
	text, _ := plain.Output()
	return cliVersion{number: version.Must(version.NewVersion(answer.Version)), tofu: strings.Contains(string(text), "OpenTofu")}
})

// IsTofu tells whether the CLI under test is OpenTofu.
func IsTofu() bool { return cliInfo().tofu }

// SkipBelow skips a test for a CLI version that lacks the feature: terraform
// and tofu are the first versions that have it, for example "1.11.0".
func SkipBelow(t *testing.T, terraform, tofu, feature string) {
	t.Helper()
	if !AtLeast(terraform, tofu) {
		t.Skipf("%s needs at least Terraform %s or OpenTofu %s, the CLI under test is %s", feature, terraform, tofu, cliInfo().number)
	}
}

// AtLeast tells whether the CLI under test is this version or a later one.
func AtLeast(terraform, tofu string) bool {
	first := terraform
	if IsTofu() {
		first = tofu
	}
	return !cliInfo().number.Core().LessThan(version.Must(version.NewVersion(first)))
}

// Host is the registry host that the CLI under test puts before a provider's
// address when the configuration names none.
func Host() string {
	if IsTofu() {
		return "registry.opentofu.org"
	}
	return "registry.terraform.io"
}

// Workspace is a directory in which the CLI runs.
type Workspace struct {
	t   testing.TB
	Dir string
	Env []string // added to the environment of every run
}

// NewWorkspace makes a directory whose runs use nothing of the developer's own
// CLI configuration. Give it a provider with [Workspace.UseBinary] or
// [Workspace.UseServer].
func NewWorkspace(t testing.TB) *Workspace {
	t.Helper()
	w := &Workspace{t: t, Dir: t.TempDir()}
	w.Setenv("TF_CLI_CONFIG_FILE", os.DevNull)
	w.Setenv("TF_IN_AUTOMATION", "1")
	w.Setenv("CHECKPOINT_DISABLE", "1")
	return w
}

// Setenv sets a variable for every later run.
func (w *Workspace) Setenv(name, value string) { w.Env = append(w.Env, name+"="+value) }

// Write puts a file into the workspace.
func (w *Workspace) Write(name, content string) {
	w.t.Helper()
	target := filepath.Join(w.Dir, name)
	if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(target, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// Read returns a file of the workspace, "" when there is none.
func (w *Workspace) Read(name string) string {
	w.t.Helper()
	content, err := os.ReadFile(filepath.Join(w.Dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.t.Fatal(err)
	}
	return string(content)
}

// Remove deletes a file of the workspace.
func (w *Workspace) Remove(name string) {
	w.t.Helper()
	if err := os.Remove(filepath.Join(w.Dir, name)); err != nil {
		w.t.Fatal(err)
	}
}

// Diagnostic is an error or a warning as the CLI showed it.
type Diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Address  string `json:"address"`
	Snippet  *struct {
		Code string `json:"code"`
	} `json:"snippet"`
}

func (d Diagnostic) String() string {
	return fmt.Sprintf("%s: %s\n%s\n", d.Severity, d.Summary, d.Detail)
}

// Result is one run of the CLI.
type Result struct {
	Args           []string
	ExitCode       int
	Stdout, Stderr string
	Diagnostics    []Diagnostic // of -json runs
	Planned        map[string]string
	PeakMiB        int // memory of the CLI or of any process it waited for, whichever took most
}

// OK tells whether the CLI exited with 0, or with 2 for a plan with changes.
func (r Result) OK() bool { return r.ExitCode == 0 || r.ExitCode == 2 }

// Errors returns the error diagnostics' texts, one after the other.
func (r Result) Errors() string { return r.severity("error") }

// Warnings returns the warning diagnostics' texts, one after the other.
func (r Result) Warnings() string { return r.severity("warning") }

func (r Result) severity(severity string) string {
	var text strings.Builder
	for _, d := range r.Diagnostics {
		if d.Severity == severity {
			text.WriteString(d.String())
		}
	}
	return text.String()
}

// Command prepares a run of the CLI without starting it, for tests that send
// signals. Stdout and Stderr are unset.
func (w *Workspace) Command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, CLI(), args...) //nolint:gosec // the CLI under test
	command.Dir = w.Dir
	command.Env = append(cleanEnviron(), w.Env...)
	command.WaitDelay = 10 * time.Second
	return command
}

// Run runs the CLI to its end, whatever that is.
func (w *Workspace) Run(args ...string) Result {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	defer cancel()
	var stdout, stderr bytes.Buffer
	command := w.Command(ctx, args...)
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("%s %s: %v", CLI(), strings.Join(args, " "), err)
	}
	result := Result{Args: args, ExitCode: command.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
	result.PeakMiB = peakMiB(command.ProcessState)
	result.parse()
	return result
}

// parse reads the machine-readable lines of a -json run; other output has none.
func (r *Result) parse() {
	r.Planned = map[string]string{}
	for line := range strings.Lines(r.Stdout) {
		var message struct {
			Type       string      `json:"type"`
			Diagnostic *Diagnostic `json:"diagnostic"`
			Change     *struct {
				Action   string `json:"action"`
				Resource struct {
					Address string `json:"addr"`
				} `json:"resource"`
			} `json:"change"`
		}
		if json.Unmarshal([]byte(line), &message) != nil {
			continue
		}
		switch {
		case message.Diagnostic != nil:
			r.Diagnostics = append(r.Diagnostics, *message.Diagnostic)
		case message.Type == "planned_change" && message.Change != nil:
			r.Planned[message.Change.Resource.Address] = message.Change.Action
		}
	}
}

// Must fails the test unless the run went well.
func (w *Workspace) Must(r Result) Result {
	w.t.Helper()
	if !r.OK() {
		w.t.Fatalf("terraform %s exited with %d\n%s%s%s", strings.Join(r.Args, " "), r.ExitCode, r.Errors(), r.Stdout, r.Stderr)
	}
	return r
}

// Plan runs plan -json and returns what it says; a failure is in the result.
func (w *Workspace) Plan(args ...string) Result {
	w.t.Helper()
	return w.Run(append([]string{"plan", "-json", "-input=false", "-no-color"}, args...)...)
}

// Apply runs apply -json without asking; a failure is in the result. The name
// of a saved plan, if any, comes last.
func (w *Workspace) Apply(args ...string) Result {
	w.t.Helper()
	return w.Run(append([]string{"apply", "-json", "-auto-approve", "-input=false", "-no-color"}, args...)...)
}

// Destroy runs destroy -json without asking; a failure is in the result.
func (w *Workspace) Destroy(args ...string) Result {
	w.t.Helper()
	return w.Run(append([]string{"destroy", "-json", "-auto-approve", "-input=false", "-no-color"}, args...)...)
}

// State reads the state with show -json, which fails the test when the state
// can't be read.
func (w *Workspace) State() *tfjson.State {
	w.t.Helper()
	out := w.Must(w.Run("show", "-json")).Stdout
	state := &tfjson.State{}
	if err := state.UnmarshalJSON([]byte(out)); err != nil {
		w.t.Fatalf("show -json: %v\n%s", err, out)
	}
	return state
}

// Resources returns the attributes of all managed resources in state, by
// address.
func (w *Workspace) Resources() map[string]map[string]any {
	w.t.Helper()
	found := map[string]map[string]any{}
	state := w.State()
	if state.Values == nil {
		return found
	}
	var walk func(*tfjson.StateModule)
	walk = func(module *tfjson.StateModule) {
		for _, resource := range module.Resources {
			if resource.Mode == tfjson.ManagedResourceMode {
				found[resource.Address] = resource.AttributeValues
			}
		}
		for _, child := range module.ChildModules {
			walk(child)
		}
	}
	walk(state.Values.RootModule)
	return found
}

// cleanEnviron is the environment without what would change a run's meaning.
func cleanEnviron() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "TF_") || strings.HasPrefix(variable, "OCTOEVERYWHERE_") {
			continue
		}
		kept = append(kept, variable)
	}
	return kept
}
