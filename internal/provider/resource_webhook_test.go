// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
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
			garage := tokenOf("garage")
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
						ConfigPlanChecks: preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionCreate)),
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
						ConfigPlanChecks: preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate)),
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

// TestAccWebhook_triggers sets the webhook again, in place, when a trigger changes.
func TestAccWebhook_triggers(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	hcl := func(arguments string) string {
		return f.providerConfig("garage") + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "garage"
  callback_url   = "` + urlOne + `"
  ` + arguments + `
}`
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl(`triggers = { receiver = "1" }`), ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set)}},
			{
				Config:            hcl(`triggers = { receiver = "2" }`),
				ConfigPlanChecks:  preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate)),
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set)},
			},
		},
	})
}

// TestAccWebhook_replace: another token is another App Connection, whose
// webhook is another one.
func TestAccWebhook_replace(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage", "lab"))
	garage, lab := tokenOf("garage"), tokenOf("lab")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{
				Config: f.providerConfig("garage") + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "garage"
  callback_url   = "` + urlOne + `"
}`,
				ConfigStateChecks: []statecheck.StateCheck{f.expectWebhook(garage, urlOne)},
			},
			{
				Config: f.providerConfig() + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_token    = "` + garage + `"
  callback_url = "` + urlOne + `"
}`,
				ConfigPlanChecks:  preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate)),
				ConfigStateChecks: []statecheck.StateCheck{f.expectWebhook(garage, urlOne)},
			},
			{
				Config: f.providerConfig() + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_token    = "` + lab + `"
  callback_url = "` + urlOne + `"
}`,
				ConfigPlanChecks: preApply(
					plancheck.ExpectResourceAction(printer, plancheck.ResourceActionReplace),
					plancheck.ExpectUnknownValue(printer, tfjsonpath.New("id")),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					f.expectWebhook(garage, ""),
					f.expectWebhook(lab, urlOne),
					statecheck.ExpectKnownValue(printer, tfjsonpath.New("id"), knownvalue.StringExact(fingerprintOf(t, lab))),
				},
			},
		},
	})
}

// TestAccWebhook_deposed replaces with create_before_destroy, and the old
// webhook can't be deleted: the next apply deletes it.
func TestAccWebhook_deposed(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage", "lab"))
	hcl := func(connection string) string {
		return f.providerConfig("garage", "lab") + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "` + connection + `"
  callback_url   = "` + urlOne + `"
  lifecycle { create_before_destroy = true }
}`
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl("garage")},
			{
				PreConfig:   func() { f.api.Script(fakeapi.Fault{Call: del, Status: 403}) },
				Config:      hcl("lab"),
				ExpectError: regexp.MustCompile(`The webhook was not deleted(.|\n)*403`),
			},
			{
				Config:            hcl("lab"),
				ConfigPlanChecks:  preApply(f.expectWebhook(tokenOf("garage"), urlOne), f.expectWebhook(tokenOf("lab"), urlOne)),
				ConfigStateChecks: []statecheck.StateCheck{f.expectWebhook(tokenOf("garage"), ""), f.expectWebhook(tokenOf("lab"), urlOne)},
			},
		},
	})
}

// TestAccWebhook_ignoreChanges applies changes of which ignore_changes covers a
// part. Terraform applies it to what it plans, not to the configuration that an
// apply is handed too: what is sent must be what was planned (DESIGN.md, "The
// plan decides").
func TestAccWebhook_ignoreChanges(t *testing.T) {
	names := []string{"connection", "dead", "token", "named", "url", "events", "secret", "other"}
	f := newFixture(t, fakeapi.Options{}, connections(names...))
	f.api.Revoke(tokenOf("dead"), 604)
	hcl := func(change string) string {
		before, after := urlOne, urlOne
		if change != "" {
			after = urlTwo
		}
		connection := func(name, changed string) string {
			if change != "" {
				name = changed
			}
			return name
		}
		return f.providerConfig(names...) + `
resource "octoeverywhere_notification_webhook" "connection" {
  app_connection = "` + connection("connection", "dead") + `"
  callback_url   = "` + after + `"
  lifecycle { ignore_changes = [app_connection] }
}
resource "octoeverywhere_notification_webhook" "token" {
  app_token    = "` + tokenOf(connection("token", "other")) + `"
  callback_url = "` + after + `"
  lifecycle { ignore_changes = [app_token] }
}
resource "octoeverywhere_notification_webhook" "named" {
  app_connection = ` + connection(`"named"`, "null") + `
  app_token      = ` + connection("null", `"`+tokenOf("other")+`"`) + `
  callback_url   = "` + after + `"
  lifecycle { ignore_changes = [app_connection, app_token] }
}
resource "octoeverywhere_notification_webhook" "url" {
  app_connection = "url"
  callback_url   = "` + after + `"
  event_types    = ["` + connection("error", "print_failed") + `"]
  lifecycle { ignore_changes = [callback_url] }
}
resource "octoeverywhere_notification_webhook" "events" {
  app_connection = "events"
  callback_url   = "` + after + `"
  event_types    = ["` + connection("error", "print_failed") + `"]
  lifecycle { ignore_changes = [event_types] }
}
resource "octoeverywhere_notification_webhook" "secret" {
  app_connection  = "secret"
  callback_url_wo = "` + before + `"
  event_types     = ["` + connection("error", "print_failed") + `"]
  lifecycle { ignore_changes = [callback_url_wo] }
}`
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl("")},
			{
				Config: hcl("changed"),
				ConfigStateChecks: []statecheck.StateCheck{
					f.expectWebhook(tokenOf("connection"), urlTwo),
					f.expectWebhook(tokenOf("token"), urlTwo),
					f.expectWebhook(tokenOf("named"), urlTwo),
					f.expectWebhook(tokenOf("url"), urlOne),
					f.expectWebhook(tokenOf("events"), urlTwo),
					f.expectWebhook(tokenOf("secret"), urlOne),
					f.expectWebhook(tokenOf("other"), ""),
					statecheck.ExpectKnownValue(address("connection"), tfjsonpath.New("id"), knownvalue.StringExact(fingerprintOf(t, tokenOf("connection")))),
					statecheck.ExpectKnownValue(address("events"), tfjsonpath.New("event_types"), knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("error")})),
				},
			},
		},
	})
}

// TestAccWebhook_refused: a Set that the service refuses leaves the webhook that
// was there, and the next apply sets the new one (DESIGN.md, "Refused").
func TestAccWebhook_refused(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	hcl := func(url string) string {
		return `
provider "octoeverywhere" {
  endpoint    = "` + f.url + `"
  app_tokens  = { garage = "` + tokenOf("garage") + `" }
  max_retries = 0
}
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "garage"
  callback_url   = "` + url + `"
}`
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl(urlOne)},
			{
				PreConfig:   func() { f.api.Script(fakeapi.Fault{Call: set, Status: 429}) },
				Config:      hcl(urlTwo),
				ExpectError: regexp.MustCompile(`429(.|\n)*Nothing was changed`),
			},
			{
				Config: hcl(urlTwo),
				ConfigPlanChecks: preApply(
					f.expectWebhook(tokenOf("garage"), urlOne),
					plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate),
				),
				ConfigStateChecks: []statecheck.StateCheck{f.expectWebhook(tokenOf("garage"), urlTwo)},
			},
		},
	})
}

// TestAccWebhook_failedApply fails creating, updating and deleting in each way
// that makes a difference to what Terraform keeps: the next plan tries again,
// and no write-only value is in the state that a failed apply leaves. Terraform
// loses a resource, and OpenTofu stores the secret, whose provider leaves a
// write-only value in a failed apply's state.
func TestAccWebhook_failedApply(t *testing.T) {
	create, update, replace := plancheck.ResourceActionCreate, plancheck.ResourceActionUpdate, plancheck.ResourceActionReplace
	cases := map[string]struct {
		fault            fakeapi.Fault
		created, updated plancheck.ResourceActionType // what is planned after a failed create, and a failed update
	}{
		"refused": {fakeapi.Fault{Status: 400}, create, update},
		"paused":  {fakeapi.Fault{Status: 605}, create, update},
		"gone":    {fakeapi.Fault{Status: 603}, create, create},
		"broken":  {fakeapi.Fault{Status: 500}, replace, update},
		"lost":    {fakeapi.Fault{Drop: true, TakeEffect: true}, replace, update},
	}
	names := slices.Sorted(maps.Keys(cases))
	f := newFixture(t, fakeapi.Options{}, connections(names...))
	hcl := func(url string) string {
		return `
provider "octoeverywhere" {
  endpoint    = "` + f.url + `"
  app_tokens  = ` + hclMap(connections(names...)) + `
  webhook_api = "notifications"
  max_retries = 0
}
resource "octoeverywhere_notification_webhook" "printer" {
  for_each        = toset(["broken", "gone", "lost", "paused", "refused"])
  app_connection  = each.key
  callback_url_wo = "` + url + `"
}`
	}
	fail := func() {
		for name, test := range cases {
			test.fault.Call, test.fault.Token = set, tokenOf(name)
			f.api.Script(test.fault)
		}
	}
	created, updated := []plancheck.PlanCheck{expectNoSecret("hush-hush")}, []plancheck.PlanCheck{expectNoSecret("hush-hush")}
	healed := func(url string) []statecheck.StateCheck {
		checks := []statecheck.StateCheck{expectNoSecret("hush-hush")}
		for _, name := range names {
			checks = append(checks, f.expectWebhook(tokenOf(name), url))
		}
		return checks
	}
	for _, name := range names {
		instance := printer + `["` + name + `"]`
		created = append(created, plancheck.ExpectResourceAction(instance, cases[name].created))
		updated = append(updated, plancheck.ExpectResourceAction(instance, cases[name].updated))
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps: []resource.TestStep{
			{PreConfig: fail, Config: hcl(urlOne), ExpectError: regexp.MustCompile(`(Error: (.|\n)*){5}`)},
			{Config: hcl(urlOne), ConfigPlanChecks: preApply(created...), ConfigStateChecks: healed(urlOne)},
			{PreConfig: fail, Config: hcl(urlTwo), ExpectError: regexp.MustCompile(`(Error: (.|\n)*){5}`)},
			{Config: hcl(urlTwo), ConfigPlanChecks: preApply(updated...), ConfigStateChecks: healed(urlTwo)},
			{
				PreConfig: func() {
					f.api.Script(fakeapi.Fault{Call: fakeapi.CallDelete, Token: tokenOf("lost"), Drop: true, TakeEffect: true})
				},
				Config: hcl(urlTwo), Destroy: true, ExpectError: regexp.MustCompile("Unknown whether the webhook was deleted"),
			},
			{Config: hcl(urlTwo), Destroy: true, ConfigPlanChecks: preApply(
				plancheck.ExpectResourceAction(printer+`["lost"]`, plancheck.ResourceActionDestroy),
			)},
		},
	})
}

// TestAccWebhook_gone has an App Connection end, which only an update finds out,
// and another one, which Read does: the resource leaves the state, and what
// creates it again fails (DESIGN.md, "Gone").
func TestAccWebhook_gone(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage", "lab"))
	hcl := func(connection, url string) string {
		return f.providerConfig("garage", "lab") + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "` + connection + `"
  callback_url   = "` + url + `"
}`
	}
	options := &resource.AdditionalCLIOptions{}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		AdditionalCLIOptions:     options,
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl("garage", urlOne)},
			{
				PreConfig: func() {
					f.api.Revoke(tokenOf("garage"), 604)
					options.Plan.NoRefresh = true
				},
				Config:      hcl("garage", urlTwo),
				ExpectError: regexp.MustCompile(gonePattern),
			},
			{
				PreConfig:    func() { options.Plan.NoRefresh = false },
				RefreshState: true, ExpectNonEmptyPlan: true,
				RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(printer, plancheck.ResourceActionCreate),
				}},
			},
			{Config: hcl("garage", urlTwo), ExpectError: regexp.MustCompile(gonePattern)},
			{Config: hcl("lab", urlOne), ConfigStateChecks: []statecheck.StateCheck{f.expectWebhook(tokenOf("lab"), urlOne)}},
			{
				PreConfig:    func() { f.api.Revoke(tokenOf("lab"), 603) },
				RefreshState: true, ExpectNonEmptyPlan: true,
				RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(printer, plancheck.ResourceActionCreate),
				}},
			},
		},
	})
}

// gonePattern is what an App Connection that ended is called.
const gonePattern = `App Connection (not found|revoked)`

// TestAccWebhook_verifyDelivery: an apply fails unless the receiver answers the
// test notification with 200, and the next one sets and tests again.
func TestAccWebhook_verifyDelivery(t *testing.T) {
	receiver, client := newReceiver(t)
	f := newFixture(t, fakeapi.Options{DeliveryClient: client}, connections("garage"))
	hcl := func(url string) string {
		return f.providerConfig("garage") + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection  = "garage"
  callback_url    = "` + url + `"
  verify_delivery = true
}`
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl(urlOne), ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set, fakeapi.CallTest)}},
			{
				PreConfig:   func() { receiver.SetStatus(500) },
				Config:      hcl(urlTwo),
				ExpectError: regexp.MustCompile(`did not accept the test notification(.|\n)*500`),
			},
			{
				PreConfig: func() { receiver.SetStatus(200) },
				Config:    hcl(urlTwo),
				ConfigPlanChecks: preApply(
					f.expectChanges(set, fakeapi.CallTest),
					plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					f.expectChanges(set, fakeapi.CallTest),
					f.expectWebhook(tokenOf("garage"), urlTwo),
					statecheck.ExpectKnownValue(printer, tfjsonpath.New("configured_at"), knownvalue.StringExact("2026-03-01T12:00:00Z")),
				},
			},
		},
	})
}

// TestAccWebhook_duplicate: two resources for one App Connection are an error
// at plan, and nothing is sent.
func TestAccWebhook_duplicate(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{{
			Config: f.providerConfig("garage") + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "garage"
  callback_url   = "` + urlOne + `"
}
resource "octoeverywhere_notification_webhook" "twice" {
  app_token    = "` + tokenOf("garage") + `"
  callback_url = "` + urlOne + `"
}`,
			ExpectError: regexp.MustCompile(`App Connection`),
		}},
	})
	if changes := f.expectChanges()(); changes != nil {
		t.Error(changes)
	}
}

// TestAccWebhook_destroyWithItsToken removes token and resource in one go: the
// webhook is forgotten and said to be left behind. Then the rest without the
// token, of which Terraform refreshes and plans first.
func TestAccWebhook_destroyWithItsToken(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage", "lab"))
	garage, lab := config.StringVariable(tokenOf("garage")), config.StringVariable(tokenOf("lab"))
	hcl := func(over string) string {
		return `
variable "tokens" {
  type      = map(string)
  sensitive = true
}
provider "octoeverywhere" {
  endpoint   = "` + f.url + `"
  app_tokens = var.tokens
}
resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = ` + over + `
  app_connection = each.key
  callback_url   = "` + urlOne + `"
}`
	}
	const overTokens = `nonsensitive(toset(keys(var.tokens)))`
	options := &resource.AdditionalCLIOptions{}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		AdditionalCLIOptions:     options,
		Steps: []resource.TestStep{
			{
				Config:          hcl(overTokens),
				ConfigVariables: config.Variables{"tokens": config.MapVariable(map[string]config.Variable{"garage": garage, "lab": lab})},
			},
			{
				Config:          hcl(overTokens),
				ConfigVariables: config.Variables{"tokens": config.MapVariable(map[string]config.Variable{"lab": lab})},
				ConfigPlanChecks: preApply(
					plancheck.ExpectResourceAction(printer+`["garage"]`, plancheck.ResourceActionDestroy),
					f.expectWarnings("The webhook will not be deleted"),
				),
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set, set), f.expectWebhook(tokenOf("garage"), urlOne)},
			},
			{
				// Due, so that the plan before the destroy is an error.
				PreConfig:       func() { f.clock.Advance(151) },
				Config:          hcl(`toset(["lab"])`),
				ConfigVariables: config.Variables{"tokens": config.MapVariable(map[string]config.Variable{"garage": garage})},
				Destroy:         true,
				ExpectError:     regexp.MustCompile(`no App Connection named "lab"(.|\n)*-refresh=false`),
			},
			{
				PreConfig:       func() { options.Plan.NoRefresh = true },
				Config:          hcl(`toset(["lab"])`),
				ConfigVariables: config.Variables{"tokens": config.MapVariable(map[string]config.Variable{"garage": garage})},
				Destroy:         true,
			},
		},
	})
	if err := f.expectWebhook(tokenOf("lab"), urlOne)(); err != nil {
		t.Error(err)
	}
}

// TestTerraformTest renames a webhook in terraform test, which has one process of
// the provider plan and apply several times.
func TestTerraformTest(t *testing.T) {
	t.Parallel()
	f := newFixture(t, fakeapi.Options{}, connections("one"))
	workspace := clitest.NewWorkspace(t)
	workspace.UseBinary()
	workspace.Write("main.tf", clitest.RequiredProviders+f.providerConfig("one")+`
variable "key" {
  type = string
}
resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = toset([var.key])
  app_connection = "one"
  callback_url   = "https://app.example.com/${each.key}"
}`)
	workspace.Write("tests/rename.tftest.hcl", `
run "plan" {
  command = plan
  variables { key = "first" }
}
run "create" {
  variables { key = "first" }
}
run "rename" {
  variables { key = "second" }
}
run "plan_again" {
  command = plan
  variables { key = "second" }
}`)
	wantText(t, workspace.Must(workspace.Run("test", "-no-color")).Stdout, "4 passed, 0 failed")
	f.wantURL(tokenOf("one"), "")
}
