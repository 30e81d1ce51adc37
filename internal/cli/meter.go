// SPDX-License-Identifier: MPL-2.0

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// Variables by which a workspace tells the meter what to start and where to
// write.
const (
	meteredBinary = "OCTO_METERED_BINARY"
	meteredUsage  = "OCTO_METERED_USAGE"
)

// Usage is what provider processes used, as the kernel counted it: the CPU
// time of all, and the memory of the one that took most.
type Usage struct {
	CPUSeconds float64
	PeakMiB    int
}

// OverrideMetered is [Workspace.Override] with this very program between the
// CLI and the provider: it starts the provider, and notes what it used in the
// end. Its main, or a package's TestMain, must begin with
//
//	if cli.IsMeter() {
//		os.Exit(cli.Meter())
//	}
func (w *Workspace) OverrideMetered(directory string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	meter := filepath.Join(w.Dir, "meter")
	if err := os.MkdirAll(meter, 0o750); err != nil {
		return err
	}
	if err := os.Symlink(self, filepath.Join(meter, ProviderProgram)); err != nil {
		return err
	}
	w.Setenv(meteredBinary, filepath.Join(directory, ProviderProgram))
	w.Setenv(meteredUsage, w.usageFile())
	return w.Override(meter)
}

func (w *Workspace) usageFile() string { return filepath.Join(w.Dir, "usage.jsonl") }

// IsMeter tells whether the CLI started this program as a provider.
func IsMeter() bool { return strings.HasPrefix(filepath.Base(os.Args[0]), ProviderProgram) }

// Meter runs the provider and returns its exit code.
func Meter() int {
	signal.Ignore(os.Interrupt) // as the provider does: the CLI ends both
	command := exec.Command(os.Getenv(meteredBinary), os.Args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	if command.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if file, err := os.OpenFile(os.Getenv(meteredUsage), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
		_ = json.NewEncoder(file).Encode(usageOf(command.ProcessState))
		_ = file.Close()
	}
	return command.ProcessState.ExitCode()
}

// Usage is what metered providers used since it was last asked.
func (w *Workspace) Usage() (Usage, error) {
	file, err := os.Open(w.usageFile())
	if err != nil {
		return Usage{}, fmt.Errorf("the meter measured nothing: %w", err)
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	var total Usage
	for lines := json.NewDecoder(file); ; {
		var one Usage
		if err := lines.Decode(&one); errors.Is(err, io.EOF) {
			return total, nil
		} else if err != nil {
			return Usage{}, err
		}
		total.CPUSeconds += one.CPUSeconds
		total.PeakMiB = max(total.PeakMiB, one.PeakMiB)
	}
}

// usageOf is what a process used, and for its memory what one that it waited
// for used, if that is more.
func usageOf(state *os.ProcessState) Usage {
	usage := Usage{CPUSeconds: (state.UserTime() + state.SystemTime()).Seconds()}
	if counted, ok := state.SysUsage().(*syscall.Rusage); ok {
		unit := int64(1 << 10) // Linux counts in KiB
		if runtime.GOOS == "darwin" {
			unit = 1
		}
		usage.PeakMiB = int(counted.Maxrss * unit >> 20)
	}
	return usage
}
