// SPDX-License-Identifier: MPL-2.0

package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Names of the provider: its program, and its address without a registry host.
const (
	ProviderProgram = "terraform-provider-octoeverywhere"
	ProviderAddress = "octoeverywhere/octoeverywhere"
)

// BuildProvider builds the provider into a file, with the flags of a release.
func BuildProvider(ctx context.Context, version, file string) error {
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w -X main.version="+version, "-o", file,
		"github.com/octoeverywhere/terraform-provider-octoeverywhere")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("the provider does not build: %w\n%s", err, out)
	}
	return nil
}

// Override has runs start the provider in a directory, without init.
func (w *Workspace) Override(directory string) error {
	return w.installFrom(fmt.Sprintf("  dev_overrides {\n    %q = %q\n  }\n  direct {}\n", ProviderAddress, directory))
}

// Mirror has init install from a filesystem mirror, and from nowhere else.
func (w *Workspace) Mirror(directory string) error {
	return w.installFrom(fmt.Sprintf("  filesystem_mirror {\n    path = %q\n  }\n", directory))
}

func (w *Workspace) installFrom(methods string) error {
	w.Setenv("TF_CLI_CONFIG_FILE", filepath.Join(w.Dir, "cli.tfrc"))
	return w.Write("cli.tfrc", "provider_installation {\n"+methods+"}\n")
}
