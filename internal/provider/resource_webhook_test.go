// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestAccWebhook_lifecycle takes a webhook through its life on a server of each
// API version, the commissioned one without the calls that came later.
func TestAccWebhook_lifecycle(t *testing.T) {
	for name, options := range map[string]fakeapi.Options{
		"notifications": {Editions: fakeapi.EditionNotifications, NoInfo: true},
		"appconnection": {Editions: fakeapi.EditionAppConnection},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, options, connections("garage"))
			garage, printer := tokenOf("garage"), "octoeverywhere_notification_webhook.printer"
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
				Steps: []resource.TestStep{
					{
						Config: f.providerConfig("garage") + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "garage"
  callback_url   = "` + urlOne + `"
  event_types    = ["print_complete", "2000000"]
}`,
						ExpectError: regexp.MustCompile(`OctoEverywhere refused the webhook(.|\n)*event_types`),
					},
					{
						Config: f.providerConfig("garage") + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "garage"
  callback_url   = "` + urlOne + `"
  event_types    = ["print_complete", 3]
}`,
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(printer, plancheck.ResourceActionCreate),
						}},
						ConfigStateChecks: []statecheck.StateCheck{
							f.expectWebhook(garage, urlOne),
							statecheck.ExpectKnownValue(printer, tfjsonpath.New("id"), knownvalue.StringExact(fingerprintOf(t, garage))),
							statecheck.ExpectKnownValue(printer, tfjsonpath.New("app_token"), knownvalue.Null()),
							statecheck.ExpectKnownValue(printer, tfjsonpath.New("callback_url"), knownvalue.StringExact(urlOne)),
							statecheck.ExpectKnownValue(printer, tfjsonpath.New("event_types"), knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("print_complete"), knownvalue.StringExact("3")})),
							statecheck.ExpectKnownValue(printer, tfjsonpath.New("configured_at"), knownvalue.StringExact("2026-03-01T12:00:00Z")),
							statecheck.ExpectKnownValue(printer, tfjsonpath.New("expires_at"), knownvalue.StringExact("2026-08-28T12:00:00Z")),
						},
					},
					{
						Config: f.providerConfig("garage") + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "garage"
  callback_url   = "` + urlTwo + `"
}`,
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate),
						}},
						ConfigStateChecks: []statecheck.StateCheck{
							f.expectWebhook(garage, urlTwo),
							statecheck.ExpectKnownValue(printer, tfjsonpath.New("event_types"), knownvalue.Null()),
							f.expectWarnings(),
						},
					},
				},
				CheckDestroy: func(state *terraform.State) error {
					if name == "appconnection" {
						return f.checkDestroy(state)
					}
					// The server has no Delete, as the warning says.
					if err := f.expectWebhook(garage, urlTwo)(); err != nil {
						return err
					}
					return f.expectWarnings("The webhook was not deleted")()
				},
			})
		})
	}
}
