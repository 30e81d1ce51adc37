// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestRenewal plans at several times, on states as they are and as somebody
// left them: a Set in place from the day on and not before, and whenever nobody
// knows (DESIGN.md, "Renewal").
func TestRenewal(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	w := newFixture(t, fakeapi.Options{}, tokens)
	created := w.protocol(tokens).created(garageOne)
	for name, test := range map[string]struct {
		before  any // renew_before_days
		day     int
		expires any // nil: as it is
		due     bool
	}{
		"at once":             {nil, 0, nil, false},
		"the default, not":    {nil, 149, nil, false},
		"the default":         {nil, 150, nil, true},
		"never early, not":    {0, 179, nil, false},
		"never early":         {0, 180, nil, true},
		"always, not":         {179, 0, nil, false},
		"always":              {179, 1, nil, true},
		"not a time":          {nil, 0, "banana", true},
		"empty":               {nil, 0, "", true},
		"a lifetime too far":  {nil, 0, "2027-03-01T12:00:00Z", true},
		"a clock a bit ahead": {nil, 0, "2026-08-28T18:00:00Z", false},
	} {
		w.clock.Advance(test.day)
		p := w.protocol(tokens)
		arguments := with(garageOne, map[string]any{"renew_before_days": test.before})
		attributes := with(arguments, map[string]any{
			"id": fingerprintOf(t, tokens["garage"]), "configured_at": p.attribute(created, "configured_at"), "expires_at": p.attribute(created, "expires_at"), "verify_delivery": false,
		})
		if test.before == nil {
			attributes["renew_before_days"] = 30
		}
		if test.expires != nil {
			attributes["expires_at"] = test.expires
		}
		state := object{state: p.value(p.schemas.ResourceSchemas[webhookType], attributes), private: created.private}
		plan := p.plan(state, arguments)
		wantNoDiagnostics(t, plan.diagnostics)
		if (plan.action == "update") != test.due {
			t.Errorf("%s: planned %q", name, plan.action)
		}
		if test.due {
			w.api.ResetRequests()
			after, got := p.carryOut(state, plan, arguments)
			wantNoDiagnostics(t, got)
			w.wantCalls(map[fakeapi.Call]int{set: 1})
			if w.protocol(tokens).plan(after, arguments).action != "" {
				t.Errorf("%s: due again", name)
			}
		}
		w.clock.Advance(-test.day)
	}
}

// wantTimes checks when a webhook was set and when it ends.
func wantTimes(t *testing.T, ws *clitest.Workspace, name, configured, expires string) {
	t.Helper()
	values := ws.Resources()[address(name)]
	if values["configured_at"] != configured || values["expires_at"] != expires {
		t.Errorf("%s: set at %v until %v, want %s until %s", name, values["configured_at"], values["expires_at"], configured, expires)
	}
}

// TestRenewalBetweenPlanAndApply saves plans on day 149 and applies them on
// day 151, with the threshold between. Terraform must not find what is planned
// anew at apply inconsistent with what was planned (DESIGN.md, "Workarounds").
func TestRenewalBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	tokens := connections("changed", "unchanged", "late")
	w := newFixture(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	config := func(url, note string, more ...string) {
		ws.Write("main.tf", w.provider(tokens)+
			`resource "terraform_data" "host" { input = "`+note+`" }`+"\n"+
			webhook("changed", on("changed", url, more...)...)+webhook("unchanged", on("unchanged", urlOne)...)+
			// Known only at apply, and then the same as before.
			webhook("late", on("late", `https://app.example.com/octo?late=${terraform_data.host.output != ""}`)...))
	}
	config(urlOne, "one")
	ws.Must(ws.Apply())

	w.clock.Advance(149)
	config(urlTwo, "two")
	plan := ws.Must(ws.Plan("-out=plan.tfplan"))
	wantPlanned(t, plan, map[string]string{address("changed"): "update", address("late"): "update", "terraform_data.host": "update"})

	w.clock.Advance(2)
	w.api.ResetRequests()
	ws.Must(ws.Apply("plan.tfplan"))
	// The late one proved unchanged, but was due when that was found out.
	w.wantCalls(map[fakeapi.Call]int{set: 2})
	w.wantURL(tokens["changed"], urlTwo)
	wantTimes(t, ws, "changed", "2026-07-30T12:00:00Z", "2027-01-26T12:00:00Z")
	wantTimes(t, ws, "late", "2026-07-30T12:00:00Z", "2027-01-26T12:00:00Z")
	wantTimes(t, ws, "unchanged", "2026-03-01T12:00:00Z", "2026-08-28T12:00:00Z")

	// What is unknown again, but neither different nor due, is not set; and what
	// is due anyway and changed is set once.
	config(urlOne, "three", `event_types = ["error"]`)
	w.api.ResetRequests()
	result := ws.Must(ws.Apply())
	wantPlanned(t, result, map[string]string{address("changed"): "update", address("unchanged"): "update", address("late"): "update", "terraform_data.host": "update"})
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 3, set: 2})
	if late := w.asked(set, tokens["late"]); late != 0 {
		t.Errorf("an unchanged webhook was set %d times", late)
	}
	wantPlanned(t, ws.Must(ws.Plan()), nil)
}
