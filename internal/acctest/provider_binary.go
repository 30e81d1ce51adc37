// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// ProviderAddress is the provider's source address without the registry host.
const ProviderAddress = "octoeverywhere/octoeverywhere"

// built is where the binary is; "" until a test wanted it.
var built string

var buildOnce = sync.OnceValues(func() (string, error) {
	directory, err := os.MkdirTemp("", "octoeverywhere-provider-")
	if err != nil {
		return "", err
	}
	built = directory
	binary := filepath.Join(directory, "terraform-provider-octoeverywhere")
	command := exec.Command("go", "build", "-o", binary, "github.com/octoeverywhere/terraform-provider-octoeverywhere")
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the provider: %w\n%s", err, out)
	}
	return binary, nil
})

// ProviderBinary is the path of the provider, built once per test process.
// [RemoveProviderBinary] cleans up.
func ProviderBinary(t testing.TB) string {
	t.Helper()
	binary, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// RemoveProviderBinary deletes what [ProviderBinary] built; for TestMain, after
// all tests.
func RemoveProviderBinary() {
	if built != "" {
		_ = os.RemoveAll(built)
	}
}

// UseBinary makes the workspace's runs start the provider's binary, as users
// do, with a development override in place of terraform init.
func (w *Workspace) UseBinary() {
	w.t.Helper()
	w.override(filepath.Dir(ProviderBinary(w.t)))
}

// override has Terraform take the provider from a directory.
func (w *Workspace) override(directory string) {
	w.t.Helper()
	w.Write("cli.tfrc", fmt.Sprintf(`provider_installation {
  dev_overrides {
    %q = %q
  }
  direct {}
}
`, Host()+"/"+ProviderAddress, directory))
	w.Setenv("TF_CLI_CONFIG_FILE", filepath.Join(w.Dir, "cli.tfrc"))
}

// RequiredProviders names the provider's source for a configuration.
const RequiredProviders = `terraform {
  required_providers {
    octoeverywhere = { source = "octoeverywhere/octoeverywhere" }
  }
}
`
