// SPDX-License-Identifier: MPL-2.0

package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Names of the provider: its program, and its address without a registry host.
const (
	ProviderProgram = "terraform-provider-octoeverywhere"
	ProviderAddress = "octoeverywhere/octoeverywhere"
)

// Version is what a build calls itself: one that ~> 0.1 takes.
const Version = "0.1.0"

// Registry hosts that Terraform and OpenTofu put before an address that names
// none.
const (
	terraformRegistry = "registry.terraform.io"
	tofuRegistry      = "registry.opentofu.org"
)

// Mirror is the directory of a filesystem mirror, from which init installs the
// provider as it installs a release, without a network.
type Mirror string

// provider is where a registry's copy is.
func (m Mirror) provider(registry string) string {
	return filepath.Join(string(m), registry, ProviderAddress)
}

// Package is the directory of the built program for this platform.
func (m Mirror) Package() string {
	return filepath.Join(m.provider(terraformRegistry), Version, runtime.GOOS+"_"+runtime.GOARCH)
}

// Build makes the mirror hold the provider as built from this tree, with the
// flags of a release, and nothing else.
func (m Mirror) Build(ctx context.Context) error {
	if err := os.RemoveAll(string(m)); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w -X main.version="+Version,
		"-o", filepath.Join(m.Package(), ProviderProgram), "github.com/octoeverywhere/terraform-provider-octoeverywhere")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("the provider does not build: %w\n%s", err, out)
	}
	return m.copy()
}

// Add puts a release archive into the mirror, as it is, and returns its version.
func (m Mirror) Add(archive string) (version string, err error) {
	name := filepath.Base(archive)
	content, err := os.ReadFile(archive)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(m.provider(terraformRegistry), 0o750); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(m.provider(terraformRegistry), name), content, 0o600); err != nil {
		return "", err
	}
	version, _, _ = strings.Cut(strings.TrimPrefix(name, ProviderProgram+"_"), "_")
	return version, m.copy()
}

// copy gives OpenTofu what Terraform has.
func (m Mirror) copy() error {
	return os.CopyFS(m.provider(tofuRegistry), os.DirFS(m.provider(terraformRegistry)))
}

// Configuration is a CLI configuration with which init takes the provider from
// the mirror, and every other provider from where it always does.
func (m Mirror) Configuration() string {
	addresses := fmt.Sprintf("[%q, %q]", terraformRegistry+"/"+ProviderAddress, tofuRegistry+"/"+ProviderAddress)
	return fmt.Sprintf(`provider_installation {
  filesystem_mirror {
    path    = %q
    include = %s
  }
  direct {
    exclude = %[2]s
  }
}
`, string(m), addresses)
}
