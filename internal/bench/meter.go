// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Variables by which a run tells the meter what to start and where to write.
const (
	meteredBinary = "OCTO_BENCH_PROVIDER"
	usageTarget   = "OCTO_BENCH_USAGE"
)

// usage is what provider processes used, as the kernel counted it.
type usage struct {
	CPUSeconds float64 `json:"cpu_seconds"`
	PeakMiB    float64 `json:"peak_mib"`
}

// placeMeter puts this very program where Terraform looks for the provider.
func placeMeter(directory string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	return os.Symlink(self, filepath.Join(directory, "terraform-provider-octoeverywhere"))
}

// meter runs the provider as Terraform would, waits for its end, and appends
// what it used to the usage file.
func meter() int {
	command := exec.Command(os.Getenv(meteredBinary), os.Args[1:]...) //nolint:gosec,noctx // named by the bench itself
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	if command.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	used := usage{CPUSeconds: (command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Seconds()}
	if counted, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		used.PeakMiB = float64(counted.Maxrss) / 1024 // KiB on Linux
	}
	if file, err := os.OpenFile(os.Getenv(usageTarget), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
		_ = json.NewEncoder(file).Encode(used)
		_ = file.Close()
	}
	return command.ProcessState.ExitCode()
}

// readUsage adds up the CPU time of a command's provider processes and takes
// the largest one's memory.
func readUsage(name string) (usage, error) {
	file, err := os.Open(name) //nolint:gosec // our own file
	if err != nil {
		return usage{}, fmt.Errorf("the meter wrote nothing: %w", err)
	}
	defer file.Close() //nolint:errcheck // only read
	var total usage
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var one usage
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return usage{}, err
		}
		total.CPUSeconds += one.CPUSeconds
		total.PeakMiB = max(total.PeakMiB, one.PeakMiB)
	}
	if total.CPUSeconds == 0 {
		return usage{}, errors.New("the meter measured nothing")
	}
	return total, lines.Err()
}
