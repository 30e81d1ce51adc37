// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// The TestAccLive tests are those that make sense on a real account. make testacc
// runs them there, and overwrites the webhook of its App Connection; otherwise
// they run on the fake.

// The environment of make testacc, read before TestMain cleans it.
var (
	liveToken       = os.Getenv("OCTOEVERYWHERE_APP_TOKEN")
	liveCallbackURL = os.Getenv("OCTOEVERYWHERE_TEST_CALLBACK_URL")
	liveEndpoint    = os.Getenv("OCTOEVERYWHERE_ENDPOINT")
)

// newLiveFixture is the real service when the environment has a token and a URL
// for it, else a fake. There is one App Connection, so live tests don't run at
// the same time. The variables are those of liveConfig.
func newLiveFixture(t *testing.T) (f *fixture, token string, variables config.Variables) {
	t.Helper()
	url := liveCallbackURL
	if liveToken != "" && liveCallbackURL != "" {
		f, token = &fixture{t: t, url: liveEndpoint, warnings: map[string]bool{}}, liveToken
		if f.url == "" {
			f.url = octoeverywhere.DefaultEndpoint
		}
	} else {
		t.Parallel()
		_, client := newReceiver(t)
		f, token, url = newFixture(t, fakeapi.Options{DeliveryClient: client}, connections("garage")), tokenOf("garage"), urlOne
	}
	return f, token, config.Variables{
		"endpoint": config.StringVariable(f.url), "app_token": config.StringVariable(token), "callback_url": config.StringVariable(url),
	}
}

// liveConfig is the provider block of the live tests.
const liveConfig = `
variable "endpoint" {}
variable "app_token" {
  sensitive = true
}
variable "callback_url" {
  sensitive = true
}
provider "octoeverywhere" {
  endpoint  = var.endpoint
  app_token = var.app_token
}
`

// TestAccLive_webhook creates, updates in place, has a test notification
// delivered, imports and destroys. After each step the plan is empty.
func TestAccLive_webhook(t *testing.T) {
	f, token, variables := newLiveFixture(t)
	id := statecheck.ExpectKnownValue(printer, tfjsonpath.New("id"), knownvalue.StringExact(fingerprintOf(t, token)))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{
				ConfigVariables: variables,
				Config: liveConfig + `
resource "octoeverywhere_notification_webhook" "printer" {
  callback_url = var.callback_url
}`,
				ConfigPlanChecks: preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionCreate)),
				ConfigStateChecks: []statecheck.StateCheck{
					f.expectWebhook(token, urlOne),
					id,
					statecheck.ExpectKnownValue(printer, tfjsonpath.New("configured_at"), knownvalue.NotNull()),
					statecheck.ExpectKnownValue(printer, tfjsonpath.New("expires_at"), knownvalue.NotNull()),
				},
			},
			{
				ConfigVariables: variables,
				Config: liveConfig + `
resource "octoeverywhere_notification_webhook" "printer" {
  callback_url    = var.callback_url
  event_types     = ["print_complete", "print_failed"]
  verify_delivery = true
}`,
				ConfigPlanChecks:  preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate)),
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set, set, fakeapi.CallTest), id, f.expectWarnings()},
			},
			{
				ConfigVariables: variables,
				ResourceName:    printer, ImportState: true, ImportStateId: "default", ImportStateVerify: true,
				// What an import can't know.
				ImportStateVerifyIgnore: []string{"callback_url", "event_types", "configured_at", "expires_at", "renew_before_days", "verify_delivery"},
			},
		},
	})
}

// TestAccLive_testNotification has the action send a test notification.
func TestAccLive_testNotification(t *testing.T) {
	f, _, variables := newLiveFixture(t)
	resource.Test(t, resource.TestCase{
		PreCheck:                 func() { clitest.SkipBelow(t, "1.14.1", nowhere, "an action") },
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{{
			ConfigVariables: variables,
			Config: liveConfig + `
action "octoeverywhere_test_notification" "printer" {
  config {}
}
resource "octoeverywhere_notification_webhook" "printer" {
  callback_url = var.callback_url
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.octoeverywhere_test_notification.printer]
    }
  }
}`,
			ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set, fakeapi.CallTest)},
		}},
	})
}
