// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestAccWebhook_import imports by name and by fingerprint, with the command and
// with a block. One update in place follows, since the API returns no webhook.
func TestAccWebhook_import(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	hcl := f.providerConfig("garage") + webhook("printer", "garage", urlOne)
	update := plancheck.ExpectResourceAction(printer, plancheck.ResourceActionUpdate)
	// What an import can't know.
	ignored := []string{"callback_url", "configured_at", "expires_at", "renew_before_days", "verify_delivery"}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: clitest.RequiredProviders + hcl, ResourceName: printer, ImportState: true, ImportStateId: "garage", ImportStatePersist: true},
			{
				Config:            hcl,
				ConfigPlanChecks:  preApply(f.expectChanges(), update),
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set), f.expectWebhook(tokenOf("garage"), urlOne), f.expectWarnings()},
			},
			{ResourceName: printer, ImportState: true, ImportStateId: fingerprintOf(t, tokenOf("garage")), ImportStateVerify: true, ImportStateVerifyIgnore: ignored},
			{ResourceName: printer, ImportState: true, ImportStateId: "lab", ExpectError: regexp.MustCompile(`no App Connection named "lab"`)},
			{
				ResourceName: printer, ImportState: true, ImportStateId: "garage", ImportStateKind: resource.ImportBlockWithID,
				ExpectNonEmptyPlan: true, // the update in place
				ImportPlanChecks:   resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{update}},
			},
			{
				Config: f.providerConfig("garage") + webhook("moved", "garage", urlTwo) + `
removed {
  from = octoeverywhere_notification_webhook.printer
  lifecycle { destroy = false }
}
import {
  to = octoeverywhere_notification_webhook.moved
  id = "garage"
}`,
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set), f.expectWebhook(tokenOf("garage"), urlTwo)},
			},
		},
	})
}

// TestAccWebhook_identity: an identity imports, stays when the App Connection is
// renamed, and is another one for another App Connection.
func TestAccWebhook_identity(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage", "lab"))
	garage, lab := fingerprintOf(t, tokenOf("garage")), fingerprintOf(t, tokenOf("lab"))
	hcl := func(name, token string) string {
		return fmt.Sprintf("provider \"octoeverywhere\" {\n  endpoint = %q\n  app_tokens = { %s = %q }\n}", f.url, name, token) + webhook("printer", name, urlOne)
	}
	step := func(config string, action plancheck.ResourceActionType, id string) resource.TestStep {
		return resource.TestStep{
			Config:           config,
			ConfigPlanChecks: preApply(plancheck.ExpectResourceAction(printer, action)),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(printer, map[string]knownvalue.Check{"id": knownvalue.StringExact(id)}),
			},
		}
	}
	importBlock := "import {\n  to = octoeverywhere_notification_webhook.printer\n  identity = { id = \"" + garage + "\" }\n}"
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps: []resource.TestStep{
			step(hcl("garage", tokenOf("garage"))+importBlock, plancheck.ResourceActionUpdate, garage),
			step(hcl("shed", tokenOf("garage")), plancheck.ResourceActionUpdate, garage),
			{
				ResourceName: printer, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity,
				ExpectNonEmptyPlan: true, // the update in place
			},
			step(hcl("shed", tokenOf("lab")), plancheck.ResourceActionReplace, lab),
		},
	})
}

// --- At protocol level (DESIGN.md, "Import and identity") ---

// importWebhook imports by id, or by the identity when id is "".
func (p *protocol) importWebhook(id, identity string) (object, []*tfprotov6.Diagnostic) {
	p.t.Helper()
	request := &tfprotov6.ImportResourceStateRequest{TypeName: webhookType, ID: id}
	if id == "" {
		request.Identity = p.identity(identity)
	}
	response, err := p.server.ImportResourceState(p.t.Context(), request)
	p.must(err)
	if len(response.ImportedResources) != 1 {
		return object{}, response.Diagnostics
	}
	imported := response.ImportedResources[0]
	return object{imported.State, imported.Identity, imported.Private}, response.Diagnostics
}

// TestImport: a name, a fingerprint or the identity say the same, and a name
// wins over a fingerprint. The update that follows knows the App Connection by
// whichever argument the configuration has.
func TestImport(t *testing.T) {
	t.Parallel()
	tokens := connections("garage", "lab", "default")
	garage, lab, standard := fingerprintOf(t, tokens["garage"]), fingerprintOf(t, tokens["lab"]), fingerprintOf(t, tokens["default"])
	named := map[string]string{
		"garage": tokens["garage"],
		lab:      tokens["garage"], // named as another's fingerprint
		"lab":    tokens["lab"],
	}
	for name, test := range map[string]struct {
		id, identity string
		want         string         // id
		connection   any            // app_connection
		configured   map[string]any // nil: by that
	}{
		"by name":                  {id: "garage", want: garage, connection: "garage"},
		"default":                  {id: "default", want: standard},
		"default's fingerprint":    {id: standard, want: standard},
		"default's identity":       {identity: standard, want: standard},
		"a name like another's id": {id: lab, want: garage, connection: lab},
		"an identity like a name":  {identity: lab, want: lab, connection: "lab"},
		// The first of its names, which is a fingerprint's or "garage".
		"fingerprint":    {id: garage, want: garage, connection: min(lab, "garage")},
		"identity":       {identity: garage, want: garage, connection: min(lab, "garage")},
		"then its token": {id: "garage", want: garage, connection: "garage", configured: map[string]any{"app_token": tokens["garage"]}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, fakeapi.Options{}, tokens)
			p := f.protocol(named, map[string]any{"app_token": tokens["default"]})
			imported, got := p.importWebhook(test.id, test.identity)
			wantNoDiagnostics(t, got)
			state := p.attributes(imported.state, p.webhookObject())
			if state["id"] != test.want || state["app_connection"] != test.connection || len(state) > 2 {
				t.Errorf("imported %v", state)
			}
			p.wantIdentity(imported, test.want)
			read, got := p.read(imported)
			wantNoDiagnostics(t, got)
			p.wantIdentity(read, test.want)

			arguments := with(map[string]any{"callback_url": urlTwo}, test.configured)
			if test.configured == nil {
				arguments["app_connection"] = test.connection
			}
			if plan := p.plan(read, arguments); plan.action != "update" {
				t.Errorf("planned %q", plan.action)
			}
			updated, got := p.apply(read, arguments)
			wantNoDiagnostics(t, got)
			f.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 1, fakeapi.CallSet: 1})
			if at := p.attribute(updated, "configured_at"); at != "2026-03-01T12:00:00Z" {
				t.Errorf("configured at %q", at)
			}
			if plan := f.protocol(named, map[string]any{"app_token": tokens["default"]}).plan(updated, arguments); plan.action != "" {
				t.Errorf("then planned %q", plan.action)
			}
		})
	}
}

// TestImportRefused: an unknown name and a token that is missing, dead or not
// known yet are clear errors, and nothing is imported, set or deleted.
func TestImportRefused(t *testing.T) {
	t.Parallel()
	const byName = "by the name of its App Connection"
	token, other := tokenOf("garage"), strings.Repeat("0a", 10)
	garage, later := map[string]any{"garage": token}, map[string]any{"garage": token, "later": unknown{}}
	for name, test := range map[string]struct {
		tokens       map[string]any
		id, identity string
		words        []string
	}{
		"unknown name":          {garage, "grage", "", []string{"Unknown App Connection", `named "grage"`, `did you mean "garage"?`, byName}},
		"unknown, others later": {later, "grage", "", []string{"Unknown App Connection", `named "grage"`, byName}},
		"no default":            {garage, "default", "", []string{"Unknown App Connection", `named "default"`, `it has "garage"`}},
		"no token at all":       {nil, "garage", "", []string{"No App Connection token", "app_tokens", "OCTOEVERYWHERE_APP_TOKEN"}},
		"dead":                  {map[string]any{"garage": tokenOf("dead")}, "garage", "", []string{"App Connection revoked", "604", "can't be imported", "connect your app again"}},
		"not known yet":         {later, "later", "", []string{"configuration is unknown", `App Connection "later"`, "-target"}},
		"fingerprint":           {garage, other, "", []string{"Unknown App Connection", other, "app_tokens"}},
		"fingerprint, later":    {later, other, "", []string{"configuration is unknown", other}},
		"identity":              {garage, "", other, []string{"Unknown App Connection", other}},
		"identity, later":       {later, "", other, []string{"configuration is unknown", other}},
		"a token as identity":   {garage, "", token, []string{"Unknown App Connection", "the App Connection of the identity"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, fakeapi.Options{}, connections("garage", "dead"))
			f.api.Revoke(tokenOf("dead"), 604)
			p := f.protocol(nil, map[string]any{"app_tokens": test.tokens})
			imported, got := p.importWebhook(test.id, test.identity)
			wantOneError(t, got, "", test.words, []string{"tok-SECRET"})
			if imported.state != nil {
				t.Errorf("imported %s", p.decode(imported.state))
			}
			if asked := f.api.Count(fakeapi.CallInfo); len(f.api.Requests()) != asked {
				t.Errorf("calls %v", f.calls())
			}
		})
	}
}
