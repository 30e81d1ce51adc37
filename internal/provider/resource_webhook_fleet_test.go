// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestFleet creates and refreshes a hundred webhooks as Terraform does, ten at a
// time, by a provider that has yet to find out which edition the server speaks.
// A plan checks each App Connection once; an apply, which plans again, at most
// one more for each operation under way, and finding out the edition costs no
// more than that (DESIGN.md, "Editions", "Connections", "Status checks").
func TestFleet(t *testing.T) {
	t.Parallel()
	const fleet, parallelism = 100, 10
	for name, test := range map[string]struct {
		options              fakeapi.Options
		plan, apply, refresh int // requests, at most
	}{
		"commissioned": {fakeapi.Options{Editions: fakeapi.EditionNotifications, NoInfo: true}, parallelism, fleet + parallelism, parallelism},
		"successor":    {fakeapi.Options{Editions: fakeapi.EditionAppConnection}, fleet, fleet + 2*parallelism, fleet},
		"both":         {fakeapi.Options{}, fleet, fleet + parallelism, fleet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens, states := map[string]string{}, map[string]object{}
			for i := range fleet {
				name := fmt.Sprintf("p%d", i)
				tokens[name] = tokenOf(name)
			}
			f := newFixture(t, test.options, tokens)
			var mu sync.Mutex
			phase := func(most int, each func(p *protocol, name string, arguments map[string]any)) {
				t.Helper()
				f.api.ResetRequests()
				p := f.protocol(tokens)
				var operations errgroup.Group
				operations.SetLimit(parallelism)
				for name := range tokens {
					operations.Go(func() error {
						each(p, name, map[string]any{"app_connection": name, "callback_url": "https://app.example.com/" + name})
						return nil
					})
				}
				_ = operations.Wait()
				if sent, sockets := len(f.api.Requests()), f.api.Sockets(); sent > most || sockets > 2*parallelism {
					t.Errorf("%d requests over %d TCP connections, want at most %d over %d", sent, sockets, most, 2*parallelism)
				}
			}
			phase(test.plan, func(p *protocol, _ string, arguments map[string]any) {
				wantNoDiagnostics(t, p.plan(p.noObject(), arguments).diagnostics)
			})
			phase(test.apply, func(p *protocol, name string, arguments map[string]any) {
				made := p.created(arguments)
				mu.Lock()
				defer mu.Unlock()
				states[name] = made
			})
			for name, token := range tokens {
				f.wantURL(token, "https://app.example.com/"+name)
			}
			phase(test.refresh, func(p *protocol, name string, arguments map[string]any) {
				mu.Lock()
				state := states[name]
				mu.Unlock()
				read, got := p.read(state)
				wantNoDiagnostics(t, got)
				if plan := p.plan(read, arguments); plan.action != "" || len(plan.diagnostics) > 0 {
					t.Errorf("%s: planned %q:\n%s", name, plan.action, describe(plan.diagnostics))
				}
			})
		})
	}
}
