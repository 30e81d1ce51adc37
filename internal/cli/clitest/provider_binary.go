// SPDX-License-Identifier: MPL-2.0

package clitest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
)

// ProviderAddress is the provider's source address without the registry host.
const ProviderAddress = cli.ProviderAddress

// RequiredProviders names the provider's source for a configuration.
const RequiredProviders = `terraform {
  required_providers {
    octoeverywhere = { source = "octoeverywhere/octoeverywhere" }
  }
}
`

// built is the directory of the binary; "" until a test wanted it.
var built string

// buildOnce builds the provider once per test program, and returns the
// directory that it is in.
var buildOnce = sync.OnceValues(func() (string, error) {
	directory, err := os.MkdirTemp("", "octoeverywhere-provider-")
	if err != nil {
		return "", err
	}
	built = directory
	return directory, cli.BuildProvider(context.Background(), "dev", filepath.Join(directory, cli.ProviderProgram))
})

// ProviderDirectory is where the provider's binary is, alone, for tests that
// install it in their own way.
func ProviderDirectory(t testing.TB) string {
	t.Helper()
	directory, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	return directory
}

// UseBinary makes the workspace's runs start the provider's binary, as users
// do, with a development override in place of terraform init.
func (w *Workspace) UseBinary() {
	w.t.Helper()
	w.must(w.Override(ProviderDirectory(w.t)))
}

// UseMeteredBinary is [Workspace.UseBinary] with a meter in between.
func (w *Workspace) UseMeteredBinary() {
	w.t.Helper()
	w.must(w.OverrideMetered(ProviderDirectory(w.t)))
}

// ProviderPeakMiB is the memory of the metered provider process that took most
// since it was last asked.
func (w *Workspace) ProviderPeakMiB() int {
	w.t.Helper()
	usage, err := w.Usage()
	w.must(err)
	return usage.PeakMiB
}
