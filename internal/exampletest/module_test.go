// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestModuleMocked runs the module's own tests, which mock the provider.
func TestModuleMocked(t *testing.T) {
	acctest.SkipBelow(t, "1.8.0", "1.8.0", "mock_provider beside provider functions")
	w := workspace(t, "modules/fleet")
	// Nothing may be asked of the network: this address is nobody's.
	w.Setenv("OCTOEVERYWHERE_ENDPOINT", "https://nobody.invalid")
	passed(t, w.Run("test", "-no-color"), strings.Count(read(t, "examples/modules/fleet/tests/fleet.tftest.hcl"), "\nrun "))
}

// TestModuleAgainstFake runs the root example's tests, which set webhooks.
func TestModuleAgainstFake(t *testing.T) {
	acctest.SkipBelow(t, "1.8.0", "1.8.0", "terraform test beside provider functions")
	w := workspace(t, "fleet")
	names := []string{"garage", "lab", "attic"}
	api := newAPI(t, w, fakeapi.Options{}, names...)
	passed(t, w.Run("test", "-no-color", "-test-directory=tests-against-fake"), 2)
	if sets, deletes := api.Count(fakeapi.CallSet), api.Count(fakeapi.CallDelete); sets != 6 || deletes != 3 {
		t.Errorf("%d Sets and %d Deletes for 3 webhooks, set and changed", sets, deletes)
	}
	hasWebhooks(t, api, names, map[string]string{})
}

func passed(t *testing.T, r acctest.Result, runs int) {
	t.Helper()
	if r.ExitCode != 0 {
		t.Fatalf("terraform test:\n%s%s", r.Stdout, r.Stderr)
	}
	if got := strings.Count(r.Stdout, "... pass\n") - strings.Count(r.Stdout, ".hcl... pass\n"); got != runs || runs == 0 {
		t.Errorf("%d of %d runs passed:\n%s", got, runs, r.Stdout)
	}
}
