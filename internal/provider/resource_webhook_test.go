// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

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
			value := func(attribute string, want knownvalue.Check) statecheck.StateCheck {
				return statecheck.ExpectKnownValue(printer, tfjsonpath.New(attribute), want)
			}
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
				Steps: []resource.TestStep{
					{
						Config:      f.providerConfig("garage") + webhook("printer", "garage", urlOne, `event_types = ["print_complete", "2000000"]`),
						ExpectError: regexp.MustCompile(`OctoEverywhere refused the webhook(.|\n)*event_types`),
					},
					{
						Config:           f.providerConfig("garage") + webhook("printer", "garage", urlOne, `event_types = ["print_complete", 3]`),
						ConfigPlanChecks: preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionCreate)),
						ConfigStateChecks: []statecheck.StateCheck{
							f.expectWebhook(garage, urlOne),
							value("id", knownvalue.StringExact(fingerprintOf(t, garage))),
							value("app_token", knownvalue.Null()),
							value("callback_url", knownvalue.StringExact(urlOne)),
							value("event_types", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("print_complete"), knownvalue.StringExact("3")})),
							value("configured_at", knownvalue.StringExact("2026-03-01T12:00:00Z")),
							value("expires_at", knownvalue.StringExact("2026-08-28T12:00:00Z")),
						},
					},
					{
						Config:            f.providerConfig("garage") + webhook("printer", "garage", urlTwo),
						ConfigPlanChecks:  preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate)),
						ConfigStateChecks: []statecheck.StateCheck{f.expectWebhook(garage, urlTwo), value("event_types", knownvalue.Null()), f.expectWarnings()},
					},
				},
				CheckDestroy: func(state *terraform.State) error {
					if name == "appconnection" {
						return f.checkDestroy(state)
					}
					// The server has no Delete, as the warning says.
					return errors.Join(f.expectWebhook(garage, urlTwo)(), f.expectWarnings("The webhook was not deleted")())
				},
			})
		})
	}
}

// TestAccWebhook_replace has the webhook move to another App Connection and back.
// With create_before_destroy, the old webhook can't be deleted: the next apply
// deletes it.
func TestAccWebhook_replace(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage", "lab"))
	hcl := func(connection, lifecycle string) string {
		return f.providerConfig("garage", "lab") + webhook("printer", connection, urlOne, lifecycle)
	}
	const createFirst = "lifecycle { create_before_destroy = true }"
	has := func(garage, lab string) expect {
		return func() error {
			return errors.Join(f.expectWebhook(tokenOf("garage"), garage)(), f.expectWebhook(tokenOf("lab"), lab)())
		}
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl("lab", "")},
			{
				Config: hcl("garage", ""),
				ConfigPlanChecks: preApply(
					plancheck.ExpectResourceAction(printer, plancheck.ResourceActionReplace),
					plancheck.ExpectUnknownValue(printer, tfjsonpath.New("id")),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					has(urlOne, ""),
					statecheck.ExpectKnownValue(printer, tfjsonpath.New("id"), knownvalue.StringExact(fingerprintOf(t, tokenOf("garage")))),
				},
			},
			{
				PreConfig:   func() { f.api.Script(fakeapi.Fault{Call: del, Status: 403}) },
				Config:      hcl("lab", createFirst),
				ExpectError: regexp.MustCompile(`The webhook was not deleted(.|\n)*403`),
			},
			{
				Config:            hcl("lab", createFirst),
				ConfigPlanChecks:  preApply(has(urlOne, urlOne)),
				ConfigStateChecks: []statecheck.StateCheck{has("", urlOne)},
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
	block := func(name, ignored string, arguments ...string) string {
		return fmt.Sprintf("resource \"octoeverywhere_notification_webhook\" %q {\n  %s\n  lifecycle { ignore_changes = [%s] }\n}\n",
			name, strings.Join(arguments, "\n  "), ignored)
	}
	hcl := func(changed bool) string {
		either := func(before, after string) string {
			if changed {
				return after
			}
			return before
		}
		url := fmt.Sprintf("callback_url = %q", either(urlOne, urlTwo))
		events := fmt.Sprintf("event_types = [%q]", either("error", "print_failed"))
		return f.providerConfig(names...) +
			block("connection", "app_connection", fmt.Sprintf("app_connection = %q", either("connection", "dead")), url) +
			block("token", "app_token", fmt.Sprintf("app_token = %q", tokenOf(either("token", "other"))), url) +
			block("named", "app_connection, app_token", either(`app_connection = "named"`, fmt.Sprintf("app_token = %q", tokenOf("other"))), url) +
			block("url", "callback_url", `app_connection = "url"`, url, events) +
			block("events", "event_types", `app_connection = "events"`, url, events) +
			block("secret", "callback_url_wo", `app_connection = "secret"`, fmt.Sprintf("callback_url_wo = %q", urlOne), events)
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl(false)},
			{
				Config: hcl(true),
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

// TestAccWebhook_failedApply fails creating, updating and deleting in each way
// that makes a difference to what Terraform keeps: the next plan tries again.
// Terraform loses a resource whose provider leaves a write-only value in a failed
// apply's state.
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
	var created, updated []plancheck.PlanCheck
	healed := func(url string) []statecheck.StateCheck {
		var checks []statecheck.StateCheck
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

// TestAccWebhook_gone has an App Connection end, which only an update finds out:
// the resource leaves the state, and what creates it again fails (DESIGN.md,
// "Gone").
func TestAccWebhook_gone(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage", "lab"))
	hcl := func(connection, url string) string {
		return f.providerConfig("garage", "lab") + webhook("printer", connection, url)
	}
	isGone := regexp.MustCompile(`App Connection revoked`)
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
				Config: hcl("garage", urlTwo), ExpectError: isGone,
			},
			{
				PreConfig:    func() { options.Plan.NoRefresh = false },
				RefreshState: true, ExpectNonEmptyPlan: true,
				RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(printer, plancheck.ResourceActionCreate),
				}},
			},
			{Config: hcl("garage", urlTwo), ExpectError: isGone},
			{Config: hcl("lab", urlOne), ConfigStateChecks: []statecheck.StateCheck{f.expectWebhook(tokenOf("lab"), urlOne)}},
		},
	})
}

// TestAccWebhook_duplicate: two resources for one App Connection are an error
// at plan, which names both, and nothing is sent.
func TestAccWebhook_duplicate(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{{
			Config: `
provider "octoeverywhere" {
  endpoint   = "` + f.url + `"
  app_tokens = { garage = "` + tokenOf("garage") + `", shed = "` + tokenOf("garage") + `" }
}` + webhook("printer", "garage", urlOne) + webhook("other", "shed", urlOne),
			ExpectError: regexp.MustCompile(`Two webhooks for one App Connection(.|\n)*"garage", "shed"`),
		}},
	})
	if err := f.expectChanges()(); err != nil {
		t.Error(err)
	}
}

// TestAccWebhook_destroyWithItsToken removes token and resource in one go: the
// webhook stays, and a warning says so. Then the rest without its token, of which
// Terraform refreshes and plans first.
func TestAccWebhook_destroyWithItsToken(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage", "lab"))
	hcl := func(tokens []string, webhooks ...string) string {
		text := f.providerConfig(tokens...)
		for _, name := range webhooks {
			text += webhook(name, name, urlOne)
		}
		return text
	}
	options := &resource.AdditionalCLIOptions{}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		AdditionalCLIOptions:     options,
		Steps: []resource.TestStep{
			{Config: hcl([]string{"garage", "lab"}, "garage", "lab")},
			{
				Config: hcl([]string{"lab"}, "lab"),
				ConfigPlanChecks: preApply(
					plancheck.ExpectResourceAction(address("garage"), plancheck.ResourceActionDestroy),
					f.expectWarnings("The webhook will not be deleted"),
				),
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set, set), f.expectWebhook(tokenOf("garage"), urlOne), f.expectWarnings()},
			},
			{
				// Due, so that the plan before the destroy is an error.
				PreConfig: func() { f.clock.Advance(151) },
				Config:    hcl([]string{"garage"}, "lab"), Destroy: true,
				ExpectError: regexp.MustCompile(`no App Connection named "lab"(.|\n)*-refresh=false`),
			},
			{
				PreConfig: func() { options.Plan.NoRefresh = true },
				Config:    hcl([]string{"garage"}, "lab"), Destroy: true,
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
