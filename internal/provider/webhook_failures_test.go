// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestGoneOfAnotherToken has the configuration hold a dead token that the
// webhook was not set with: Read asks with none but the one last set.
func TestGoneOfAnotherToken(t *testing.T) {
	t.Parallel()
	tokens := connections("alive", "dead")
	type arguments = map[string]any
	named := arguments{"app_connection": "printer"}
	for name, test := range map[string]struct {
		before, after arguments
		renamed       map[string]string
		asked         int // how often the living connection is
	}{
		"provider has both":          {named, named, map[string]string{"printer": tokens["dead"], "old": tokens["alive"]}, 1},
		"provider has only the dead": {named, named, map[string]string{"printer": tokens["dead"]}, 0},
		"state has the living one":   {arguments{"app_token": tokens["alive"]}, arguments{"app_token": tokens["dead"]}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newFixture(t, fakeapi.Options{}, tokens)
			w.api.Revoke(tokens["dead"], 603)
			state := w.protocol(map[string]string{"printer": tokens["alive"]}).created(with(test.before, arguments{"callback_url": urlOne}))
			w.api.ResetRequests()
			p := w.protocol(test.renamed)
			read, got := p.read(state)
			wantNoDiagnostics(t, got)
			if plan := p.plan(read, with(test.after, arguments{"callback_url": urlOne})); plan.action != "replace" {
				t.Errorf("planned %q", plan.action)
			}
			if alive, dead := w.asked("", tokens["alive"]), w.asked("", tokens["dead"]); alive != test.asked || dead > 0 {
				t.Errorf("asked about the living one %d times, want %d, and about the dead one %d times", alive, test.asked, dead)
			}
			w.wantURL(tokens["alive"], urlOne)
		})
	}
}
