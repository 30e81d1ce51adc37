// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestFleet sets a hundred webhooks as Terraform does, ten at a time, by a
// provider that has yet to find out which edition the server speaks, and asks
// about them: that costs few calls more, and few connections (DESIGN.md,
// "Editions", "Connections").
func TestFleet(t *testing.T) {
	t.Parallel()
	const fleet, parallelism = 100, 10
	for name, test := range map[string]struct {
		options     fakeapi.Options
		sets, asked int // at most
	}{
		"commissioned": {fakeapi.Options{Editions: fakeapi.EditionNotifications, NoInfo: true}, fleet, parallelism},
		"successor":    {fakeapi.Options{Editions: fakeapi.EditionAppConnection}, fleet + parallelism, fleet},
		"both":         {fakeapi.Options{}, fleet, fleet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens, config := map[string]string{}, map[string]blockModel{}
			for i := range fleet {
				name := fmt.Sprintf("p%d", i)
				tokens[name] = tokenOf(name)
				config[name] = blockModel{connection: name, url: "https://app.example.com/" + name}
			}
			w := newFixture(t, test.options, tokens)
			m := newCoreModel(w, tokens)
			run := runModel{config: config, refresh: true, walk: sideBySide(parallelism)}
			wantFew := func(most int) {
				t.Helper()
				if sent, sockets := len(w.api.Requests()), w.api.Sockets(); sent > most || sockets > 2*parallelism {
					t.Errorf("%d requests over %d TCP connections, want at most %d over %d", sent, sockets, most, 2*parallelism)
				}
				w.api.ResetRequests()
			}
			m.mustApply(run)
			wantFew(test.sets)
			for name, token := range tokens {
				w.wantURL(token, config[name].url)
			}
			planning := m.process()
			for name, change := range m.plan(planning, run) {
				if change.action != "" {
					t.Errorf("%s: planned %s", name, change.action)
				}
			}
			wantFew(test.asked)
			if len(planning.errors)+len(planning.warnings) > 0 {
				t.Errorf("said %q, %q", planning.errors, planning.warnings)
			}
		})
	}
}
