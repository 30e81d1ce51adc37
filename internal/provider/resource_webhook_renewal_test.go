// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestRenewal plans at several times, on states as they are and as somebody
// left them: a Set in place from the day on and not before, and whenever nobody
// knows (DESIGN.md, "Renewal").
func TestRenewal(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	f := newFixture(t, fakeapi.Options{}, tokens)
	created := f.protocol(tokens).created(garageOne)
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
		f.clock.Advance(test.day)
		p := f.protocol(tokens)
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
			f.api.ResetRequests()
			after, got := p.carryOut(state, plan, arguments)
			wantNoDiagnostics(t, got)
			f.wantCalls(map[fakeapi.Call]int{set: 1})
			if f.protocol(tokens).plan(after, arguments).action != "" {
				t.Errorf("%s: due again", name)
			}
		}
		f.clock.Advance(-test.day)
	}
}

// TestAccWebhook_renewalBetweenPlanAndApply plans on day 149 and applies on day
// 151, with the threshold between. Terraform must not find what is planned anew
// at apply inconsistent with what was planned (DESIGN.md, "Workarounds").
func TestAccWebhook_renewalBetweenPlanAndApply(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("changed", "unchanged", "late"))
	hcl := func(url, note, events string) string {
		return f.providerConfig("changed", "unchanged", "late") +
			webhook("changed", "changed", url, "event_types = "+events) + webhook("unchanged", "unchanged", urlOne) + `
resource "terraform_data" "host" {
  input = "` + note + `"
}
resource "octoeverywhere_notification_webhook" "late" { # known only at apply, and then the same as before
  app_connection = "late"
  callback_url   = "https://app.example.com/octo?late=${terraform_data.host.output != ""}"
}`
	}
	const first, second = "2026-08-28T12:00:00Z", "2027-01-26T12:00:00Z"
	expires := func(name, at string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address(name), tfjsonpath.New("expires_at"), knownvalue.StringExact(at))
	}
	action := func(name string, action plancheck.ResourceActionType) plancheck.PlanCheck {
		return plancheck.ExpectResourceAction(address(name), action)
	}
	update, noop := plancheck.ResourceActionUpdate, plancheck.ResourceActionNoop
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl(urlOne, "one", "null"), ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set, set, set)}},
			{
				PreConfig: func() { f.clock.Advance(149) },
				Config:    hcl(urlTwo, "two", "null"),
				ConfigPlanChecks: preApply(action("changed", update), action("unchanged", noop), action("late", update),
					expect(func() error { f.clock.Advance(2); return nil })),
				ConfigStateChecks: []statecheck.StateCheck{
					// The late one proved unchanged, but was due when that was found out.
					f.expectChanges(set, set),
					f.expectWebhook(tokenOf("changed"), urlTwo),
					expires("changed", second), expires("late", second), expires("unchanged", first),
				},
				ExpectNonEmptyPlan: true, // the unchanged one is due, too
			},
			{
				// What is unknown again, but neither different nor due, is not
				// set; and what is due anyway and changed is set once.
				Config:            hcl(urlOne, "three", `["error"]`),
				ConfigPlanChecks:  preApply(action("changed", update), action("unchanged", update), action("late", update)),
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set, set), expires("unchanged", second)},
			},
		},
	})
}
