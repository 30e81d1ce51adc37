// SPDX-License-Identifier: MPL-2.0

package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// grace is how long an interrupted CLI has to stop its provider and to end.
var grace = 10 * time.Second

// Environ is this process's environment without what would change a run's
// meaning, and with the variables given.
func Environ(added ...string) []string {
	kept := []string{"TF_CLI_CONFIG_FILE=" + os.DevNull, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1"}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "OCTOEVERYWHERE_") {
			kept = append(kept, variable)
		}
	}
	return append(kept, added...)
}

// Workspace is a directory in which the CLI runs. Give it a provider with
// [Workspace.Override] or [Workspace.Mirror].
type Workspace struct {
	CLI *CLI
	Dir string
	Env []string // added to the environment of every run
}

// Setenv sets a variable for every later run.
func (w *Workspace) Setenv(name, value string) { w.Env = append(w.Env, name+"="+value) }

// Write puts a file into the workspace.
func (w *Workspace) Write(name, content string) error {
	target := filepath.Join(w.Dir, name)
	if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return err
	}
	return os.WriteFile(target, []byte(content), 0o600)
}

// Override has runs start the provider in a directory, without init.
func (w *Workspace) Override(directory string) error {
	return w.configure(fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", ProviderAddress, directory))
}

// Mirror has init install the provider from a mirror.
func (w *Workspace) Mirror(m Mirror) error { return w.configure(m.Configuration()) }

func (w *Workspace) configure(cli string) error {
	w.Setenv("TF_CLI_CONFIG_FILE", filepath.Join(w.Dir, "cli.tfrc"))
	return w.Write("cli.tfrc", cli)
}

// Run runs the CLI to its end; it is an error when that is a bad one.
func (w *Workspace) Run(ctx context.Context, args ...string) (Result, error) {
	result, err := Run(w.Command(ctx, args...))
	if err != nil {
		return result, err
	}
	return result, result.Err()
}

// Command prepares a run of the CLI without starting it; [Run] does. It has a
// process group of its own, for a Ctrl-C to reach it once: when ctx ends it is
// interrupted, and a second interrupt would have it leave its provider behind.
func (w *Workspace) Command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, w.CLI.Path, args...)
	command.Dir = w.Dir
	command.Env = Environ(w.Env...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = grace
	return command
}
