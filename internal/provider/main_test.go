// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
)

// TestMain takes the developer's own settings out of the tests' way.
func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	for _, name := range []string{"OCTOEVERYWHERE_APP_TOKEN", "OCTOEVERYWHERE_ENDPOINT", "TF_CLI_ARGS", "TF_WORKSPACE"} {
		_ = os.Unsetenv(name)
	}
	// The in-process provider's log would bury the tests' own words.
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_OCTOEVERYWHERE"} {
		_ = os.Setenv(name, "off")
	}
	_ = os.Setenv("TF_CLI_CONFIG_FILE", os.DevNull)
	_ = os.Setenv("CHECKPOINT_DISABLE", "1")
	_ = os.Setenv("TF_ACC_TERRAFORM_PATH", acctest.CLI())
	_ = os.Setenv("TF_ACC_PROVIDER_NAMESPACE", "octoeverywhere")
	if acctest.IsTofu() { // its registry host differs, and its state says so
		_ = os.Setenv("TF_ACC_PROVIDER_HOST", acctest.Host())
	}
	defer acctest.RemoveProviderBinary()
	return m.Run()
}
