// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

const anotherURL = "callback_url_wo has changed"

// TestAccWebhook_writeOnly: a write-only URL is in neither plan nor state, and
// yet its change is noticed. One that was imported, of which nothing is known,
// is set without a warning.
func TestAccWebhook_writeOnly(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	garage := tokenOf("garage")
	hcl := f.providerConfig("garage") + `
variable "url" {
  type      = string
  ephemeral = true
}
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection  = "garage"
  callback_url_wo = var.url
}`
	variables := func(url string) config.Variables { return config.Variables{"url": config.StringVariable(url)} }
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)},
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{
				Config: clitest.RequiredProviders + hcl, ConfigVariables: variables(urlOne),
				ResourceName: printer, ImportState: true, ImportStateId: "garage", ImportStatePersist: true,
			},
			{
				Config: hcl, ConfigVariables: variables(urlOne),
				ConfigPlanChecks: preApply(
					plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate),
					expectNoSecret("hush-hush"),
					f.expectWarnings(),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					f.expectWebhook(garage, urlOne),
					expectNoSecret("hush-hush"),
					statecheck.ExpectKnownValue(printer, tfjsonpath.New("callback_url_wo"), knownvalue.Null()),
				},
			},
			{
				Config: hcl, ConfigVariables: variables(urlTwo),
				ConfigPlanChecks: preApply(
					plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate),
					expectNoSecret("hush-hush"),
					f.expectWarnings(anotherURL),
				),
				ConfigStateChecks: []statecheck.StateCheck{f.expectWebhook(garage, urlTwo), expectNoSecret("hush-hush")},
			},
			{
				Config: f.providerConfig("garage") + `
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "garage"
  callback_url   = "` + urlTwo + `"
}`,
				ConfigPlanChecks:  preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate)),
				ConfigStateChecks: []statecheck.StateCheck{f.expectWebhook(garage, urlTwo)},
			},
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
