// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

const anotherURL = "callback_url_wo has changed"

// TestAccWebhook_writeOnly: the change of a write-only URL is noticed, unless there is a version: then only the version's
// change sets the URL (DESIGN.md, "Write-only").
func TestAccWebhook_writeOnly(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	step := func(url, version string, action plancheck.ResourceActionType, saved string, warnings ...string) resource.TestStep {
		return resource.TestStep{
			Config: f.providerConfig("garage") + `
variable "url" {
  type      = string
  ephemeral = true
}
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection          = "garage"
  callback_url_wo         = var.url
  callback_url_wo_version = ` + version + `
}`,
			ConfigVariables:   config.Variables{"url": config.StringVariable(url)},
			ConfigPlanChecks:  preApply(plancheck.ExpectResourceAction(printer, action), f.expectWarnings(warnings...)),
			ConfigStateChecks: []statecheck.StateCheck{f.expectWebhook(tokenOf("garage"), saved)},
		}
	}
	create, update, noop := plancheck.ResourceActionCreate, plancheck.ResourceActionUpdate, plancheck.ResourceActionNoop
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)},
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			step(urlOne, "null", create, urlOne),
			step(urlTwo, "null", update, urlTwo, anotherURL),
			step(urlTwo, "1", update, urlTwo, anotherURL), // the warning comes again while that one is applied
			step(urlOne, "1", noop, urlTwo),
			step(urlOne, "2", update, urlOne),
		},
	})
}

// TestAccWebhook_writeOnlyUnknown: a write-only URL that only the apply knows
// plans an update, which sets nothing where the value proves unchanged.
func TestAccWebhook_writeOnlyUnknown(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	hcl := func(generation, url string) string {
		return f.providerConfig("garage") + `
resource "terraform_data" "later" {
  input = { url = "` + url + `", generation = ` + generation + ` }
}
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection  = "garage"
  callback_url_wo = terraform_data.later.output.url
}`
	}
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)},
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl("1", urlOne), ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set), f.expectWebhook(tokenOf("garage"), urlOne)}},
			{
				Config:            hcl("2", urlOne),
				ConfigPlanChecks:  preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate)),
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(), f.expectWarnings("callback_url_wo is unknown during plan")},
			},
			{
				Config:            hcl("3", urlTwo),
				ConfigPlanChecks:  preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate)),
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set), f.expectWebhook(tokenOf("garage"), urlTwo)},
			},
		},
	})
}

// TestWriteOnlyOnOlderTerraform: a client that does not know write-only
// arguments is told so, at the argument, and which version does.
func TestWriteOnlyOnOlderTerraform(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, provider.New("test"))
	arguments := map[string]any{"callback_url_wo": urlOne}
	wantOneError(t, p.validateWebhook(arguments, false), "callback_url_wo", []string{"callback_url_wo", "Terraform 1.11 and later"}, []string{"hush"})
	wantNoDiagnostics(t, p.validateWebhook(arguments, true))
	wantNoDiagnostics(t, p.validateWebhook(map[string]any{"callback_url": urlOne}, false))
}

// TestWriteOnlyNoticesItsChange: a changed URL plans an update and says why, and
// what is unchanged plans nothing. With a version only its change counts, while
// a Set for another reason sends the URL that the configuration has (DESIGN.md,
// "Write-only").
func TestWriteOnlyNoticesItsChange(t *testing.T) {
	t.Parallel()
	tokens := connections("one", "two")
	f := newFixture(t, fakeapi.Options{}, tokens)
	p := f.protocol(tokens)
	state := p.noObject()
	const changed = "warning: " + anotherURL
	for _, step := range []struct {
		name, connection, url string
		version               any
		events                []any
		action                string
		said                  []string
		sent                  string // what the service has then
	}{
		{"create", "one", urlOne, nil, nil, "create", nil, urlOne},
		{"same", "one", urlOne, nil, nil, "", nil, urlOne},
		{"other URL", "one", urlTwo, nil, nil, "update", []string{changed}, urlTwo},
		{"same again", "one", urlTwo, nil, nil, "", nil, urlTwo},
		{"other token", "two", urlTwo, nil, nil, "replace", []string{"warning: " + "The webhook moves to another App Connection"}, urlTwo},
		{"a version", "two", urlTwo, 1, nil, "update", nil, urlTwo},
		{"other URL, same version", "two", urlOne, 1, nil, "", nil, urlTwo},
		{"other version", "two", urlOne, 2, nil, "update", nil, urlOne},
		{"set for another reason", "two", urlTwo, 2, []any{"error"}, "update", nil, urlTwo},
		{"other version, same URL", "two", urlTwo, 3, []any{"error"}, "update", nil, urlTwo},
		{"version taken away", "two", urlTwo, nil, []any{"error"}, "update", nil, urlTwo},
		{"the last URL is known", "two", urlTwo, nil, []any{"error"}, "", nil, urlTwo},
	} {
		arguments := map[string]any{"app_connection": step.connection, "callback_url_wo": step.url, "callback_url_wo_version": step.version}
		if step.events != nil {
			arguments["event_types"] = step.events
		}
		p = f.protocol(tokens) // a run of its own
		plan := p.plan(state, arguments)
		if plan.action != step.action {
			t.Errorf("%s: planned %q, want %q", step.name, plan.action, step.action)
		}
		wantSaid(t, plan.diagnostics, step.said...)
		if plan.action != "" {
			if plan.action == "replace" {
				state = p.noObject()
			}
			after, got := p.carryOut(state, plan, arguments)
			wantNoDiagnostics(t, got)
			state = after
		}
		f.wantURL(tokens[step.connection], step.sent)
		for _, secret := range []string{"tok-SECRET", "app.example.com"} {
			clitest.WantAbsent(t, "a write-only value", secret, map[string]string{"state": p.decode(state.state).String(), "private state": privateText(state)})
		}
	}

	// An imported webhook, of whose URL nothing is known, is set without alarm.
	imported := object{state: p.value(p.schemas.ResourceSchemas[webhookType], map[string]any{"id": fingerprintOf(t, tokens["one"])})}
	p = f.protocol(tokens)
	plan := p.plan(imported, map[string]any{"app_connection": "one", "callback_url_wo": urlOne})
	wantNoDiagnostics(t, plan.diagnostics)
	if plan.action != "update" {
		t.Errorf("imported: planned %q", plan.action)
	}
}

// TestWriteOnlyIgnored: where ignore_changes covers the URL, an apply that is
// handed the configuration as written sends the URL that was last set, and no
// other (DESIGN.md, "The plan decides").
func TestWriteOnlyIgnored(t *testing.T) {
	t.Parallel()
	tokens := connections("one")
	f := newFixture(t, fakeapi.Options{}, tokens)
	state := f.protocol(tokens).created(map[string]any{"app_connection": "one", "callback_url_wo": urlOne})
	planned := map[string]any{"app_connection": "one", "event_types": []any{"error"}} // without what is ignored
	for url, said := range map[string][]string{urlOne: nil, urlTwo: {"The callback URL is unknown"}} {
		p := f.protocol(tokens)
		plan := p.plan(state, planned)
		if plan.action != "update" {
			t.Fatalf("planned %q", plan.action)
		}
		_, got := p.carryOut(state, plan, with(planned, map[string]any{"callback_url_wo": url}))
		wantSaid(t, got, said...)
		f.wantURL(tokens["one"], urlOne)
	}
}
