// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
)

// TestFormatted checks every example, tests of modules included.
func TestFormatted(t *testing.T) {
	acctest.SkipBelow(t, "1.8.0", "1.7.0", "parsing calls of provider functions")
	w := acctest.NewWorkspace(t)
	w.Dir = repository + "/examples"
	if r := w.Run("fmt", "-check", "-diff", "-recursive"); !r.OK() || r.ExitCode != 0 {
		t.Errorf("terraform fmt would change:\n%s%s", r.Stdout, r.Stderr)
	}
}

// TestValid validates every example with the provider's real schema.
func TestValid(t *testing.T) {
	for _, directory := range directories(t) {
		t.Run(directory, func(t *testing.T) {
			skipUnlessAble(t, directory)
			w := workspace(t, directory)
			if strings.Contains(source(t, directory), `"hashicorp/vault"`) {
				useVault(t, w, nil)
			}
			validate(t, w)
		})
	}
}

// validate fails the test on any error or warning, but for Terraform's own
// about the override that brought the provider here.
func validate(t *testing.T, w *acctest.Workspace) {
	t.Helper()
	r := w.Run("validate", "-json")
	var answer struct {
		Valid       bool                 `json:"valid"`
		Diagnostics []acctest.Diagnostic `json:"diagnostics"`
	}
	if err := json.Unmarshal([]byte(r.Stdout), &answer); err != nil {
		t.Fatalf("validate: %v\n%s%s", err, r.Stdout, r.Stderr)
	}
	for _, d := range answer.Diagnostics {
		if d.Severity == "warning" && strings.Contains(d.Summary, "development overrides") {
			continue
		}
		t.Error(d)
	}
	if !answer.Valid {
		t.Error("not valid")
	}
}
