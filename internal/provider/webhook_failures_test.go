// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestGoneOfAnotherToken has the configuration hold a dead token that the
// webhook was not set with: Read checks the one that was last set, and the plan
// doesn't give up a webhook that works for one that can't.
func TestGoneOfAnotherToken(t *testing.T) {
	t.Parallel()
	tokens := connections("alive", "dead")
	type arguments = map[string]any
	named := arguments{"app_connection": "printer"}
	for name, test := range map[string]struct {
		before, after arguments
		renamed       map[string]string
		asked         int // how often the living connection is
		more          []string
	}{
		"provider has both":          {named, named, map[string]string{"printer": tokens["dead"], "old": tokens["alive"]}, 1, nil},
		"provider has only the dead": {named, named, map[string]string{"printer": tokens["dead"]}, 0, []string{"warning: " + leftBehind}},
		"state has the living one":   {arguments{"app_token": tokens["alive"]}, arguments{"app_token": tokens["dead"]}, nil, 1, nil},
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
			plan := p.plan(read, with(test.after, arguments{"callback_url": urlOne}))
			wantSaid(t, plan.diagnostics, append(test.more, "warning: "+anotherConnection, notFound)...)
			if alive, dead := w.asked("", tokens["alive"]), w.asked("", tokens["dead"]); alive != test.asked || dead != 1 {
				t.Errorf("checked the living one %d times, want %d, and the dead one %d times", alive, test.asked, dead)
			}
			w.wantURL(tokens["alive"], urlOne)
		})
	}
}

// TestPlanChecksWhatItCreates has App Connections be invalid before their
// webhooks are created: the plan says so, once for each, whether Read or another
// resource said it before, and by one call each (DESIGN.md, "Status checks").
func TestPlanChecksWhatItCreates(t *testing.T) {
	t.Parallel()
	tokens := connections("fine", "missing", "revoked", "paused", "broken")
	w := newFixture(t, fakeapi.Options{}, tokens)
	before := w.protocol(tokens).created(map[string]any{"app_connection": "revoked", "callback_url": urlOne})
	w.api.Revoke(tokens["missing"], 603)
	w.api.Revoke(tokens["revoked"], 604)
	w.api.SetSupporter(tokens["paused"], false)
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokens["broken"], Status: 500, Times: -1})
	w.api.ResetRequests()
	p := w.protocol(tokens)
	for connection, said := range map[string][]string{
		"fine": nil, "broken": nil,
		"missing": {"warning: " + notFound}, "paused": {"warning: Deliveries are paused"},
	} {
		plan := p.plan(p.noObject(), map[string]any{"app_connection": connection, "callback_url": urlOne})
		wantSaid(t, plan.diagnostics, said...)
		if connection == "missing" {
			wantText(t, describe(plan.diagnostics), `at "app_connection"`, `App Connection "missing"`, "603", "The apply will fail for this webhook")
		}
	}
	dropped, got := p.read(before)
	wantSaid(t, got, "warning: "+revoked)
	wantNoDiagnostics(t, p.plan(object{state: p.noObject().state, identity: dropped.identity}, map[string]any{"app_connection": "revoked", "callback_url": urlOne}).diagnostics)
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: len(tokens)})

	// An apply plans again, and learns from its Sets.
	p = w.protocol(tokens)
	p.created(map[string]any{"app_connection": "fine", "callback_url": urlOne})
	w.clock.Advance(1)
	w.api.ResetRequests()
	wantNoDiagnostics(t, p.planWebhook(map[string]any{"app_connection": "missing", "callback_url": urlOne}).Diagnostics)
	w.wantCalls(map[fakeapi.Call]int{})
}
