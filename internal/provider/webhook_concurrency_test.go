// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestEditionIsFound has hundreds of webhooks set at once, by a provider that
// has yet to find out which edition the server speaks: that costs at most one
// call more for each Set that was already running, and none on a server of the
// edition that is tried first (DESIGN.md, "Editions").
func TestEditionIsFound(t *testing.T) {
	t.Parallel()
	const fleet = 300
	for _, test := range []struct {
		name     string
		editions fakeapi.Editions
		atMost   int
	}{
		{"the commissioned edition", fakeapi.EditionNotifications, fleet},
		{"its successor", fakeapi.EditionAppConnection, 2 * fleet},
		{"both", 0, fleet},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tokens, config := map[string]string{}, map[string]blockModel{}
			for i := range fleet {
				name := fmt.Sprintf("p%d", i)
				tokens[name] = tokenOf(name)
				config[name] = blockModel{connection: name, url: "https://app.example.com/" + name}
			}
			w := newWorld(t, fakeapi.Options{Editions: test.editions}, tokens)
			m := newCoreModel(t, w, tokens)
			m.mustApply(runModel{config: config, walk: walkSideBySide})
			if sets := w.calls()[fakeapi.CallSet]; sets < fleet || sets > test.atMost {
				t.Errorf("%d Sets, want at most %d", sets, test.atMost)
			}
			for name, token := range tokens {
				w.wantURL(token, config[name].url)
			}
		})
	}
}
