// SPDX-License-Identifier: MPL-2.0

package clitest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
)

// runLimit bounds one run of the CLI: far above what any takes.
const runLimit = 5 * time.Minute

// Result is one run of the CLI.
type Result = cli.Result

// Diagnostic is an error or a warning as the CLI showed it.
type Diagnostic = cli.Diagnostic

// Workspace is a directory in which the CLI runs, with none of the developer's
// own settings.
type Workspace struct {
	cli.Workspace
	t testing.TB
}

// NewWorkspace makes a directory to run in. Give it a provider with
// [Workspace.UseBinary] or [Workspace.UseMirror].
func NewWorkspace(t testing.TB) *Workspace {
	t.Helper()
	skipShort(t)
	return &Workspace{t: t, Workspace: cli.Workspace{CLI: CLI(), Dir: t.TempDir()}}
}

func (w *Workspace) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// UseBinary makes the workspace's runs start the provider's binary with a
// development override in place of terraform init.
func (w *Workspace) UseBinary() {
	w.t.Helper()
	w.must(build())
	w.must(w.Override(mirror.Package()))
}

// UseMirror has terraform init install the provider's binary, as users do.
func (w *Workspace) UseMirror() {
	w.t.Helper()
	w.must(build())
	w.must(w.Mirror(mirror))
}

// Write puts a file into the workspace.
func (w *Workspace) Write(name, content string) {
	w.t.Helper()
	w.must(w.Workspace.Write(name, content))
}

// Read returns a file of the workspace, "" when there is none.
func (w *Workspace) Read(name string) string {
	w.t.Helper()
	content, err := os.ReadFile(filepath.Join(w.Dir, name))
	if !errors.Is(err, os.ErrNotExist) {
		w.must(err)
	}
	return string(content)
}

// Command prepares a run of the CLI without starting it, for tests that send
// signals. Stdout and Stderr are unset.
func (w *Workspace) Command(ctx context.Context, args ...string) *exec.Cmd {
	command := w.Workspace.Command(ctx, args...)
	command.SysProcAttr = nil // Ctrl-C ends a test program, which can't pass it on
	return command
}

// Run runs the CLI to its end, whatever that is.
func (w *Workspace) Run(args ...string) Result {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	defer cancel()
	result, err := cli.Run(w.Command(ctx, args...))
	w.must(err)
	return result
}

// Must fails the test unless the run went well.
func (w *Workspace) Must(r Result) Result {
	w.t.Helper()
	w.must(r.Err())
	return r
}

// Plan runs plan -json and returns what it says; a failure is in the result.
func (w *Workspace) Plan(args ...string) Result { return w.json("plan", args) }

// Apply runs apply -json without asking; a failure is in the result. The name
// of a saved plan, if any, comes last.
func (w *Workspace) Apply(args ...string) Result {
	return w.json("apply", append([]string{"-auto-approve"}, args...))
}

// Destroy runs destroy -json without asking; a failure is in the result.
func (w *Workspace) Destroy() Result { return w.json("destroy", []string{"-auto-approve"}) }

func (w *Workspace) json(command string, args []string) Result {
	w.t.Helper()
	return w.Run(append([]string{command, "-json", "-input=false", "-no-color"}, args...)...)
}
