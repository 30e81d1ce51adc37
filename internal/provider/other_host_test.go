// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestOtherHost drives the provider as Pulumi and Crossplane do: they plan as
// often as they like, look first whether an object exists, hand private state to
// no call, delete without a plan, and replace in either order (DESIGN.md, "Other
// hosts").
func TestOtherHost(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"pulumi-terraform-bridge", "crossTF000"} {
		tokens := connections("a", "b")
		f := newFixture(t, fakeapi.Options{}, tokens)
		var p *protocol
		start := func() {
			p = newProtocol(t, f.newProvider())
			p.host = host
			wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": f.url, "app_tokens": map[string]any{"a": tokens["a"], "b": tokens["b"]}}))
		}
		apply := func(prior object, action string, arguments map[string]any, said ...string) object {
			t.Helper()
			first, plan := p.plan(prior, arguments), p.plan(prior, arguments)
			wantSaid(t, append(first.diagnostics, plan.diagnostics...), said...)
			if plan.action != action {
				t.Errorf("%s: planned %q, want %q", host, plan.action, action)
			}
			plan.private = nil
			after, got := p.carryOut(prior, plan, arguments)
			wantNoDiagnostics(t, got)
			f.clock.Advance(1)
			return object{state: after.state}
		}
		remove := func(goes object) {
			t.Helper()
			_, got := p.carryOut(goes, planned{object: object{state: p.noObject().state}}, nil)
			wantNoDiagnostics(t, got)
		}
		onA := map[string]any{"app_connection": "a", "callback_url": urlOne}
		newA, onB := with(onA, map[string]any{"callback_url": urlTwo}), with(onA, map[string]any{"app_connection": "b"})
		secret := map[string]any{"app_connection": "a", "callback_url_wo": urlOne}

		start()
		missing, got := p.read(object{state: p.value(p.schemas.ResourceSchemas[webhookType], onA)})
		if wantNoDiagnostics(t, got); !p.isNull(missing.state) {
			t.Errorf("%s: what has no id was not removed", host)
		}
		state := apply(p.noObject(), "create", onA)
		for _, arguments := range []map[string]any{newA, onA} {
			state = apply(state, "update", arguments)
			f.wantURL(tokens["a"], arguments["callback_url"].(string)) //nolint:forcetypeassert // it is a text
		}
		start()
		for range 2 { // the same object, not two
			_, got := p.read(state)
			wantNoDiagnostics(t, got)
		}
		wantSaid(t, p.plan(state, onB).diagnostics, "warning: "+anotherConnection)
		moved := apply(p.noObject(), "create", onB) // before the old one's Delete
		remove(state)
		f.wantURL(tokens["a"], "")
		f.wantURL(tokens["b"], urlOne)
		start()
		remove(moved) // and after it
		state = apply(p.noObject(), "create", newA)
		f.wantURL(tokens["b"], "")
		start()
		again := apply(p.noObject(), "create", onA) // of the same App Connection
		remove(state)
		f.wantURL(tokens["a"], urlOne)
		start()
		remove(again)
		again = apply(p.noObject(), "create", secret)
		f.wantURL(tokens["a"], urlOne)
		start()
		again = apply(again, "update", secret, "warning: callback_url_wo is set on each apply")
		start()
		remove(again)
		f.wantURL(tokens["a"], "")
	}
}
