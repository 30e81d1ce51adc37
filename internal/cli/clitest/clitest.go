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

// ProviderAddress is the provider's source address without the registry host.
const ProviderAddress = cli.ProviderAddress

// RequiredProviders names the provider's source for a configuration.
const RequiredProviders = `terraform {
  required_providers {
    octoeverywhere = { source = "octoeverywhere/octoeverywhere" }
  }
}
`

// version of the provider that tests install: one that ~> 0.1 takes.
const version = "0.1.0"

var (
	// found is the CLI under test.
	found = sync.OnceValue(func() *cli.CLI {
		c, err := cli.Find()
		if err != nil {
			panic(err)
		}
		return c
	})
	// mirror holds the provider's binary; "" until a test needs it.
	mirror cli.Mirror
	// build builds the binary once for each test program.
	build = sync.OnceValue(func() error {
		directory, err := os.MkdirTemp("", "octoeverywhere-provider-")
		if err != nil {
			return err
		}
		mirror = cli.Mirror(directory)
		return mirror.Build(context.Background(), version)
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
		setEnvironment(found())
	}
	code := m.Run()
	if mirror != "" {
		_ = os.RemoveAll(string(mirror))
	}
	return code
}

func setEnvironment(c *cli.CLI) {
	namespace, _, _ := strings.Cut(ProviderAddress, "/")
	environ := cli.Environ(
		"TF_ACC=1", "TF_ACC_TERRAFORM_PATH="+c.Path, // without a path it downloads one
		"TF_ACC_PROVIDER_HOST="+c.Host(), "TF_ACC_PROVIDER_NAMESPACE="+namespace,
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

// CLI is the path of the terraform or tofu under test.
func CLI() string { return found().Path }

// Host is the registry host that the CLI under test puts before a provider's
// address when the configuration names none.
func Host() string { return found().Host() }

// AtLeast tells whether the CLI under test is this version or a later one.
func AtLeast(terraform, tofu string) bool { return found().AtLeast(terraform, tofu) }

// SkipBelow skips a test for a CLI version that lacks the feature: terraform
// and tofu are the first versions that have it, for example "1.11.0".
func SkipBelow(t *testing.T, terraform, tofu, feature string) {
	t.Helper()
	NeedsCLI(t)
	if !AtLeast(terraform, tofu) {
		t.Skipf("%s needs at least Terraform %s or OpenTofu %s, the CLI under test is %s", feature, terraform, tofu, found().Banner)
	}
}

// NeedsCLI skips a test that runs the CLI when -short is set, as make quick does.
func NeedsCLI(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the CLI, which -short leaves out")
	}
}
