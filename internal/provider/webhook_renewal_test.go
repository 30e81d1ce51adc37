// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestRenewal moves the clock over webhooks with three values of
// renew_before_days. A renewal is an update in place, planned from the day on
// and not before, whether the plan refreshes or not (rule 8; issue 3, renewal).
func TestRenewal(t *testing.T) {
	t.Parallel()
	tokens := connections("default", "never_early", "always")
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens)+
		webhook("default", `app_connection = "default"`, `callback_url = "`+urlOne+`"`)+
		webhook("never_early", `app_connection = "never_early"`, `callback_url = "`+urlOne+`"`, "renew_before_days = 0")+
		webhook("always", `app_connection = "always"`, `callback_url = "`+urlOne+`"`, "renew_before_days = 179"))
	ws.Must(ws.Apply())

	today := 0
	goTo := func(day int) { w.clock.Advance(day - today); today = day }
	for _, test := range []struct {
		day  int
		args []string
		due  []string
	}{
		{day: 0},
		{day: 1, due: []string{"always"}},
		{day: 149, due: []string{"always"}},
		{day: 149, args: []string{"-refresh=false"}, due: []string{"always"}},
		{day: 151, due: []string{"always", "default"}},
		{day: 151, args: []string{"-refresh=false"}, due: []string{"always", "default"}},
		{day: 179, due: []string{"always", "default"}},
		{day: 181, due: []string{"always", "default", "never_early"}},
	} {
		goTo(test.day)
		wanted := map[string]string{}
		for _, name := range test.due {
			wanted[address(name)] = "update"
		}
		w.api.ResetRequests()
		plan := ws.Must(ws.Plan(test.args...))
		t.Logf("day %d %v: %v", test.day, test.args, plan.Planned)
		wantPlanned(t, plan, wanted)
		wantSummaries(t, plan, "warning", nil)
		if set := w.calls()[fakeapi.CallSet]; set != 0 {
			t.Errorf("day %d: a plan called Set %d times", test.day, set)
		}
	}

	w.api.ResetRequests()
	ws.Must(ws.Apply())
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 3, fakeapi.CallSet: 3})
	wantTimes(t, ws, "default", "2026-08-29T12:00:00Z", "2027-02-25T12:00:00Z")
	wantPlanned(t, ws.Must(ws.Plan()), nil)
}

// wantTimes checks when a webhook was set and when it ends.
func wantTimes(t *testing.T, ws *acctest.Workspace, name, configured, expires string) {
	t.Helper()
	values := ws.Resources()[address(name)]
	if values["configured_at"] != configured || values["expires_at"] != expires {
		t.Errorf("%s: set at %v until %v, want %s until %s", name, values["configured_at"], values["expires_at"], configured, expires)
	}
}

// TestRenewalBetweenPlanAndApply saves plans on day 149 and applies them on
// day 151, with the threshold between. Terraform must not find what is planned
// anew at apply inconsistent with what was planned (rule 8; issue 3, renewal).
func TestRenewalBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	tokens := connections("changed", "unchanged", "late")
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	config := func(url, note string) {
		ws.Write("main.tf", w.provider(tokens)+
			`resource "terraform_data" "host" { input = "`+note+`" }`+"\n"+
			webhook("changed", `app_connection = "changed"`, `callback_url = "`+url+`"`)+
			webhook("unchanged", `app_connection = "unchanged"`, `callback_url = "`+urlOne+`"`)+
			// Known only at apply, and then the same as before.
			webhook("late", `app_connection = "late"`,
				`callback_url = "https://app.example.com/octo?late=${terraform_data.host.output != ""}"`))
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
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallSet: 2})
	w.wantURL(tokens["changed"], urlTwo)
	wantTimes(t, ws, "changed", "2026-07-30T12:00:00Z", "2027-01-26T12:00:00Z")
	wantTimes(t, ws, "late", "2026-07-30T12:00:00Z", "2027-01-26T12:00:00Z")
	wantTimes(t, ws, "unchanged", "2026-03-01T12:00:00Z", "2026-08-28T12:00:00Z")

	// What is unknown again, but neither different nor due, is not set.
	config(urlTwo, "three")
	w.api.ResetRequests()
	result := ws.Must(ws.Apply())
	wantPlanned(t, result, map[string]string{address("unchanged"): "update", address("late"): "update", "terraform_data.host": "update"})
	if late := w.asked(fakeapi.CallSet, tokens["late"]); late != 0 {
		t.Errorf("an unchanged webhook was set %d times", late)
	}
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 3, fakeapi.CallSet: 1})
	wantPlanned(t, ws.Must(ws.Plan()), nil)
}

// TestRenewalWithAnotherChange plans one update that does both, and sets once
// (rule 8; issue 3, renewal).
func TestRenewalWithAnotherChange(t *testing.T) {
	t.Parallel()
	tokens := connections("garage", "lab")
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	config := func(url string, more ...string) {
		ws.Write("main.tf", w.provider(tokens)+
			webhook("garage", append(more, `app_connection = "garage"`, fmt.Sprintf("callback_url = %q", url))...)+
			webhook("lab", `app_connection = "lab"`, `callback_url = "`+urlOne+`"`))
	}
	config(urlOne)
	ws.Must(ws.Apply())

	w.clock.Advance(151)
	config(urlTwo, `event_types = ["error"]`, "renew_before_days = 10")
	w.api.ResetRequests()
	result := ws.Must(ws.Apply())
	wantPlanned(t, result, map[string]string{address("garage"): "update", address("lab"): "update"})
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 2, fakeapi.CallSet: 2})
	w.wantURL(tokens["garage"], urlTwo)
	wantTimes(t, ws, "garage", "2026-07-30T12:00:00Z", "2027-01-26T12:00:00Z")
	wantTimes(t, ws, "lab", "2026-07-30T12:00:00Z", "2027-01-26T12:00:00Z")
	wantPlanned(t, ws.Must(ws.Plan()), nil)
}
