// SPDX-License-Identifier: MPL-2.0

package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// Diagnostic is an error or a warning as the CLI showed it.
type Diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Address  string `json:"address"`
}

func (d Diagnostic) String() string {
	return fmt.Sprintf("%s: %s\n%s\n", d.Severity, d.Summary, d.Detail)
}

// Result is one run of the CLI.
type Result struct {
	Args           []string
	ExitCode       int
	Stdout, Stderr string
	Diagnostics    []Diagnostic      // of -json runs
	Planned        map[string]string // of -json runs: address to action
	PeakMiB        int               // memory of the CLI or its provider, whichever took more
}

// Run runs a command of [Workspace.Command] to its end, whatever that is; an
// error tells that it could not be run. When it ends badly, nothing of its
// process group is left.
func Run(command *exec.Cmd) (Result, error) {
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if err != nil && command.Process != nil && command.SysProcAttr != nil && command.SysProcAttr.Setpgid {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return Result{}, fmt.Errorf("%s: %w", command, err)
	}
	state := command.ProcessState
	result := Result{
		Args: command.Args[1:], ExitCode: state.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String(),
	}
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		result.PeakMiB = int(usage.Maxrss >> 10) // Linux counts in KiB
		if runtime.GOOS == "darwin" {
			result.PeakMiB >>= 10
		}
	}
	result.parse()
	return result, nil
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

// OK tells whether the CLI exited with 0, or with 2 for a plan with changes.
func (r Result) OK() bool { return r.ExitCode == 0 || r.ExitCode == 2 }

// Err is nil when the run was OK, and else an error with all that it said.
func (r Result) Err() error {
	if r.OK() {
		return nil
	}
	return fmt.Errorf("terraform %s exited with %d\n%s%s%s", strings.Join(r.Args, " "), r.ExitCode, r.Errors(), r.Stdout, r.Stderr)
}

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
