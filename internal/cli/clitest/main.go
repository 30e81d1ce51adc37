// SPDX-License-Identifier: MPL-2.0

// Package clitest is the real terraform or tofu in tests, with all that
// terraform-plugin-testing's steps lack: saved plans, crashes, interrupts,
// several providers, and what stands in which file. It is internal/cli with a
// testing.TB.
package clitest

import (
	"flag"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
)

// found is the CLI under test.
var found = sync.OnceValue(func() *cli.CLI {
	c, err := cli.Find()
	if err != nil {
		panic(err)
	}
	return c
})

// Main runs a package's tests and returns their exit code; for TestMain. It
// takes the developer's own settings out of their way, and is the meter of
// [Workspace.UseMeteredBinary].
func Main(m *testing.M) int {
	if cli.IsMeter() {
		return cli.Meter()
	}
	flag.Parse()
	if testing.Short() {
		_ = os.Unsetenv("TF_ACC")
	} else {
		clean(found())
	}
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	return code
}

func clean(c *cli.CLI) {
	environ := cli.Environ("TF_ACC_TERRAFORM_PATH="+c.Path,
		// For terraform-plugin-testing, which finds a provider by these.
		"TF_ACC=1", "TF_ACC_PROVIDER_HOST="+c.Host(), "TF_ACC_PROVIDER_NAMESPACE=octoeverywhere",
		// What tests serve in this process would bury their words.
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

// IsTofu tells whether the CLI under test is OpenTofu.
func IsTofu() bool { return found().Tofu }

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

// NeedsCLI is where make quick leaves out the tests that drive the CLI.
func NeedsCLI(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("drives the CLI, which -short leaves out")
	}
}
