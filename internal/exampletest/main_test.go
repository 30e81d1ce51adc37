// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"os"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
)

func TestMain(m *testing.M) {
	// The stand-in for Vault is served here, where the SDK logs to stderr.
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"} {
		_ = os.Setenv(name, "off")
	}
	code := m.Run()
	acctest.RemoveProviderBinary()
	os.Exit(code)
}
