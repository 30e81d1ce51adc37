// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// Variables by which a workspace tells the meter what to start and where to
// write.
const (
	meteredBinary = "OCTO_METERED_BINARY"
	meteredUsage  = "OCTO_METERED_USAGE"
)

// UseMeteredBinary is [Workspace.UseBinary] with this very test program
// between Terraform and the provider: it starts the provider, and notes what
// memory it took in the end. The package's TestMain must begin with
//
//	if acctest.IsMeter() {
//		os.Exit(acctest.Meter())
//	}
func (w *Workspace) UseMeteredBinary() {
	w.t.Helper()
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	w.UseBinary()
	directory := w.t.TempDir()
	if err := os.Symlink(self, filepath.Join(directory, "terraform-provider-octoeverywhere")); err != nil {
		w.t.Fatal(err)
	}
	w.override(directory)
	w.Setenv(meteredBinary, ProviderBinary(w.t))
	w.Setenv(meteredUsage, filepath.Join(w.Dir, "usage"))
}

// IsMeter tells whether Terraform started this program as a provider.
func IsMeter() bool {
	return strings.HasPrefix(filepath.Base(os.Args[0]), "terraform-provider-")
}

// Meter runs the provider and returns its exit code.
func Meter() int {
	command := exec.Command(os.Getenv(meteredBinary), os.Args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	if command.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if file, err := os.OpenFile(os.Getenv(meteredUsage), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
		_, _ = fmt.Fprintln(file, peakMiB(command.ProcessState))
		_ = file.Close()
	}
	return command.ProcessState.ExitCode()
}

// ProviderPeakMiB is the memory of the metered provider process that took most
// since it was last asked.
func (w *Workspace) ProviderPeakMiB() int {
	w.t.Helper()
	peak := 0
	for line := range strings.Lines(w.Read("usage")) {
		used, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			w.t.Fatal(err)
		}
		peak = max(peak, used)
	}
	if peak == 0 {
		w.t.Fatal("the meter measured nothing")
	}
	w.Remove("usage")
	return peak
}

// peakMiB is the most memory that a process, or one that it waited for, took.
func peakMiB(state *os.ProcessState) int {
	counted, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	unit := int64(1 << 10) // Linux counts in KiB
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	return int(counted.Maxrss * unit >> 20)
}
