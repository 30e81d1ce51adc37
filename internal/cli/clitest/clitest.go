// SPDX-License-Identifier: MPL-2.0

// Package clitest runs the real terraform or tofu in tests that need a process
// of their own: signals, crashes, logs, warnings, saved plans, a real init. It
// is internal/cli with a testing.TB, and sets up terraform-plugin-testing, which
// runs all other acceptance tests.
package clitest

import (
	"context"
	"flag"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
)

// RequiredProviders names the provider's source for a configuration.
const RequiredProviders = `terraform {
  required_providers {
    octoeverywhere = { source = "octoeverywhere/octoeverywhere" }
  }
}
`

// CLI is the terraform or tofu under test.
var CLI = sync.OnceValue(func() *cli.CLI {
	c, err := cli.Find()
	if err != nil {
		panic(err)
	}
	return c
})

var (
	// mirror holds the provider's binary; "" until a test needs it.
	mirror cli.Mirror
	// build builds the binary once for each test program.
	build = sync.OnceValue(func() error {
		directory, err := os.MkdirTemp("", "octoeverywhere-provider-")
		if err != nil {
			return err
		}
		mirror = cli.Mirror(directory)
		return mirror.Build(context.Background())
	})
)

// Main runs a package's tests and returns their exit code; for TestMain. It
// removes the developer's own settings from the environment and, unless the
// tests are to run without the CLI, has terraform-plugin-testing use the one
// under test.
func Main(m *testing.M) int {
	flag.Parse()
	if testing.Short() {
		_ = os.Unsetenv("TF_ACC")
	} else {
		setEnvironment()
	}
	code := m.Run()
	if mirror != "" {
		_ = os.RemoveAll(string(mirror))
	}
	return code
}

func setEnvironment() {
	namespace, _, _ := strings.Cut(cli.ProviderAddress, "/")
	environ := cli.Environ(
		"TF_ACC=1", "TF_ACC_TERRAFORM_PATH="+CLI().Path, // without a path it downloads one
		"TF_ACC_PROVIDER_HOST="+CLI().Host, "TF_ACC_PROVIDER_NAMESPACE="+namespace,
		// Providers that tests serve in this process would log to its output.
		"TF_LOG_SDK=off", "TF_LOG_SDK_PROTO=off", "TF_LOG_SDK_FRAMEWORK=off", "TF_LOG_PROVIDER_OCTOEVERYWHERE=off")
	os.Clearenv()
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		_ = os.Setenv(name, value)
	}
}

// FlatAnswers tells whether the environment (FAKE_ANSWERS=flat) wants the fake
// to answer as the service's pages show, instead of in the envelope (DESIGN.md,
// "Envelope").
func FlatAnswers() bool { return os.Getenv("FAKE_ANSWERS") == "flat" }

// SkipBelow skips a test for a CLI that lacks the feature: terraform and tofu
// are the first versions that have it.
func SkipBelow(t testing.TB, terraform, tofu, feature string) {
	t.Helper()
	skipShort(t)
	if !CLI().AtLeast(terraform, tofu) {
		t.Skipf("%s needs at least Terraform %s or OpenTofu %s, the CLI under test is %s", feature, terraform, tofu, CLI().Banner)
	}
}

// skipShort skips a test that runs the CLI in make quick.
func skipShort(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the CLI, which -short leaves out")
	}
}
