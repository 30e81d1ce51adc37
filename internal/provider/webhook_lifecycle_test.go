// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	urlOne = "https://app.example.com/octo?printer=garage&key=hush-hush"
	urlTwo = "https://app.example.com/octo?printer=garage&key=hush-hush&v=2"
)

// expectAction is the plan check that every step makes.
func expectAction(name string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address(name), action)}}
}

func expectEmptyPlan() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

func expectState(name, attribute string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address(name), tfjsonpath.New(attribute), value)
}

// TestWebhookOnCommissionedServer is the first server of issue 2: only the
// commissioned call, every other path 404.
func TestWebhookOnCommissionedServer(t *testing.T) {
	tokens := connections("garage")
	w := newWorld(t, fakeapi.Options{Editions: fakeapi.EditionNotifications, NoInfo: true}, tokens)
	block := w.provider(tokens)
	name := `app_connection = "garage"`

	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: w.factories(),
		Steps: []resource.TestStep{
			{
				Config:           block + webhook("printer", name, `callback_url = "`+urlOne+`"`, `event_types = ["print_complete", "2000000"]`),
				ExpectError:      regexp.MustCompile(`(?s)OctoEverywhere refused the webhook.*event_types`),
				ConfigPlanChecks: expectAction("printer", plancheck.ResourceActionCreate),
			},
			{
				Config:           block + webhook("printer", name, `callback_url = "`+urlOne+`"`, `event_types = ["print_complete", 3]`),
				ConfigPlanChecks: expectAction("printer", plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					expectState("printer", "id", knownvalue.StringExact(fingerprintOf(t, tokens["garage"]))),
					expectState("printer", "callback_url", knownvalue.StringExact(urlOne)),
					expectState("printer", "event_types", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("print_complete"), knownvalue.StringExact("3")})),
					expectState("printer", "configured_at", knownvalue.StringExact("2026-03-01T12:00:00Z")),
					expectState("printer", "expires_at", knownvalue.StringExact("2026-08-28T12:00:00Z")),
					expectState("printer", "app_token", knownvalue.Null()),
				},
				Check: func(*terraformState) error { w.wantURL(tokens["garage"], urlOne); return nil },
			},
			{
				Config:           block + webhook("printer", name, `callback_url = "`+urlOne+`"`, `event_types = ["print_complete", 3]`),
				ConfigPlanChecks: expectEmptyPlan(),
			},
			{
				Config:           block + webhook("printer", name, `callback_url = "`+urlTwo+`"`),
				ConfigPlanChecks: expectAction("printer", plancheck.ResourceActionUpdate),
				Check:            func(*terraformState) error { w.wantURL(tokens["garage"], urlTwo); return nil },
			},
			{
				PreConfig:        func() { w.api.Revoke(tokens["garage"], 603) },
				Config:           block + webhook("printer", name, `callback_url = "`+urlOne+`"`),
				ConfigPlanChecks: expectAction("printer", plancheck.ResourceActionUpdate),
				ExpectError:      regexp.MustCompile(`(?s)App Connection is gone for good.*603.*never work again.*connect your app again`),
			},
			{
				PreConfig:        func() { w.api.ResetRequests() },
				Config:           block + webhook("printer", name, `callback_url = "`+urlOne+`"`),
				ConfigPlanChecks: expectAction("printer", plancheck.ResourceActionCreate),
				ExpectError:      regexp.MustCompile(`App Connection is gone for good`),
			},
			{
				PreConfig: func() {
					if asked := w.calls()[fakeapi.CallInfo]; asked != 0 {
						t.Errorf("a connection known to be gone was asked about %d times", asked)
					}
					w.api.AddConnection(tokenOf("new"), "garage")
				},
				Config: w.provider(map[string]string{"garage": tokenOf("new")}) + webhook("printer", name, `callback_url = "`+urlOne+`"`),
			},
		},
	})
	// Destroyed by the test case: the server has no Delete, so the webhook is
	// still there, as the warning says.
	w.wantURL(tokenOf("new"), urlOne)
	if w.calls()[fakeapi.CallDelete] == 0 {
		t.Error("Delete was not tried")
	}
}

// TestWebhookOnSuccessorServer is the second server of issue 2: the successor
// edition only.
func TestWebhookOnSuccessorServer(t *testing.T) {
	tokens := connections("garage")
	w := newWorld(t, fakeapi.Options{Editions: fakeapi.EditionAppConnection}, tokens)
	block := w.provider(tokens)
	name := `app_connection = "garage"`

	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: w.factories(),
		Steps: []resource.TestStep{
			{
				Config: block + webhook("printer", name, `callback_url = "`+urlOne+`"`),
				Check:  func(*terraformState) error { w.wantURL(tokens["garage"], urlOne); return nil },
			},
			{
				Config:           block + webhook("printer", name, `callback_url = "`+urlTwo+`"`),
				ConfigPlanChecks: expectAction("printer", plancheck.ResourceActionUpdate),
				Check:            func(*terraformState) error { w.wantURL(tokens["garage"], urlTwo); return nil },
			},
			{
				Config:           block + webhook("printer", name, `callback_url = "`+urlTwo+`"`),
				ConfigPlanChecks: expectEmptyPlan(),
			},
			{ // 604 is found by Read, so the plan already says create.
				PreConfig:        func() { w.api.Revoke(tokens["garage"], 604) },
				Config:           block + webhook("printer", name, `callback_url = "`+urlTwo+`"`),
				ConfigPlanChecks: expectAction("printer", plancheck.ResourceActionCreate),
				ExpectError:      regexp.MustCompile(`(?s)gone for good.*604`),
			},
			{
				PreConfig: func() { w.api.AddConnection(tokenOf("new"), "garage") },
				Config:    w.provider(map[string]string{"garage": tokenOf("new")}) + webhook("printer", name, `callback_url = "`+urlTwo+`"`),
				Check:     func(*terraformState) error { w.wantURL(tokenOf("new"), urlTwo); return nil },
			},
		},
	})
	w.wantURL(tokenOf("new"), "")
}

// TestChangedTokenReplaces is lifecycle rule 1: another token is another App
// Connection, wherever the token comes from.
func TestChangedTokenReplaces(t *testing.T) {
	tokens := connections("one", "two")
	for _, test := range []struct {
		name          string
		before, after func(w *world) string
	}{
		{
			name: "app_token",
			before: func(w *world) string {
				return w.provider(nil) + webhook("printer", `app_token = "`+tokens["one"]+`"`, `callback_url = "`+urlOne+`"`)
			},
			after: func(w *world) string {
				return w.provider(nil) + webhook("printer", `app_token = "`+tokens["two"]+`"`, `callback_url = "`+urlOne+`"`)
			},
		},
		{
			name: "app_connection",
			before: func(w *world) string {
				return w.provider(tokens) + webhook("printer", `app_connection = "one"`, `callback_url = "`+urlOne+`"`)
			},
			after: func(w *world) string {
				return w.provider(tokens) + webhook("printer", `app_connection = "two"`, `callback_url = "`+urlOne+`"`)
			},
		},
		{
			name: "app_tokens",
			before: func(w *world) string {
				return w.provider(map[string]string{"printer": tokens["one"], "old": tokens["one"]}) + webhook("printer", `app_connection = "printer"`, `callback_url = "`+urlOne+`"`)
			},
			after: func(w *world) string {
				return w.provider(map[string]string{"printer": tokens["two"], "old": tokens["one"]}) + webhook("printer", `app_connection = "printer"`, `callback_url = "`+urlOne+`"`)
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, fakeapi.Options{}, tokens)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: w.factories(),
				Steps: []resource.TestStep{
					{Config: test.before(w)},
					{
						Config: test.after(w),
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(address("printer"), plancheck.ResourceActionReplace),
							plancheck.ExpectUnknownValue(address("printer"), tfjsonpath.New("id")),
						}},
						ConfigStateChecks: []statecheck.StateCheck{
							expectState("printer", "id", knownvalue.StringExact(fingerprintOf(t, tokens["two"]))),
						},
						Check: func(*terraformState) error {
							w.wantURL(tokens["one"], "")
							w.wantURL(tokens["two"], urlOne)
							return nil
						},
					},
				},
			})
		})
	}
}
