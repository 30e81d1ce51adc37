// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// Import, then one update in place and an empty plan (DESIGN.md, "Import and
// identity").

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
		"fingerprint":         {id: garage, want: garage, connection: min(lab, "garage")},
		"identity":            {identity: garage, want: garage, connection: min(lab, "garage")},
		"then its token":      {id: "garage", want: garage, connection: "garage", configured: map[string]any{"app_token": tokens["garage"]}},
		"then its secret one": {id: "garage", want: garage, connection: "garage", configured: map[string]any{"app_token_wo": tokens["garage"]}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newFixture(t, fakeapi.Options{}, tokens)
			p := w.protocol(named, map[string]any{"app_token": tokens["default"]})
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
			w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 1, fakeapi.CallSet: 1})
			if at := p.attribute(updated, "configured_at"); at != "2026-03-01T12:00:00Z" {
				t.Errorf("configured at %q", at)
			}
			if plan := w.protocol(named, map[string]any{"app_token": tokens["default"]}).plan(updated, arguments); plan.action != "" {
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
		"unknown name":          {garage, "grage", "", []string{`no App Connection named "grage"`, `The provider has: "garage".`, byName}},
		"unknown, others later": {later, "grage", "", []string{`no App Connection named "grage"`, byName}},
		"no default":            {garage, "default", "", []string{`no App Connection named "default"`, `The provider has: "garage".`}},
		"no token at all":       {nil, "garage", "", []string{`no App Connection named "garage"`, "set app_token or app_tokens", "OCTOEVERYWHERE_APP_TOKEN"}},
		"dead":                  {map[string]any{"garage": tokenOf("dead")}, "garage", "", []string{"gone for good", "604", "connect your app again"}},
		"not known yet":         {later, "later", "", []string{"not known", `App Connection "later"`, "-target"}},
		"fingerprint":           {garage, other, "", []string{"no such App Connection", other, `The provider has: "garage".`, byName, "fingerprint"}},
		"fingerprint, later":    {later, other, "", []string{"not known", other}},
		"identity":              {garage, "", other, []string{"no such App Connection", other}},
		"identity, later":       {later, "", other, []string{"not known", other}},
		"a token as identity":   {garage, "", token, []string{"no such App Connection", "that the identity names"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newFixture(t, fakeapi.Options{}, connections("garage", "dead"))
			w.api.Revoke(tokenOf("dead"), 604)
			p := w.protocol(nil, map[string]any{"app_tokens": test.tokens})
			imported, got := p.importWebhook(test.id, test.identity)
			wantOneError(t, got, "", test.words, []string{"tok-SECRET"})
			if imported.state != nil {
				t.Errorf("imported %s", p.decode(imported.state))
			}
			if asked := w.api.Count(fakeapi.CallInfo); len(w.api.Requests()) != asked {
				t.Errorf("calls %v", w.calls())
			}
		})
	}
}

// TestImportInTerraform imports by the command and by a block, whose token only
// an apply makes known.
func TestImportInTerraform(t *testing.T) {
	t.Parallel()
	target, tokens := address("printer"), connections("garage")
	wantOneUpdate := func(w *fixture, ws *clitest.Workspace) {
		t.Helper()
		wantPlanned(t, ws.Must(ws.Apply()), map[string]string{target: "update"})
		if set := w.api.Count(fakeapi.CallSet); set != 1 || w.api.Count(fakeapi.CallDelete) > 0 {
			t.Errorf("calls %v", w.calls())
		}
		w.wantURL(tokens["garage"], urlOne)
		wantPlanned(t, ws.Must(ws.Plan()), nil)
	}
	t.Run("command", func(t *testing.T) {
		t.Parallel()
		clitest.NeedsCLI(t)
		w := newFixture(t, fakeapi.Options{}, tokens)
		ws := w.workspace()
		ws.Write("main.tf", w.provider(tokens)+webhook("printer", on("garage", urlOne)...))
		ws.Must(ws.Run("import", "-input=false", "-no-color", target, "garage"))
		w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 1})
		wantOneUpdate(w, ws)
	})
	t.Run("block", func(t *testing.T) {
		t.Parallel()
		clitest.SkipBelow(t, "1.5.0", "1.6.0", "an import block")
		w := newFixture(t, fakeapi.Options{}, tokens)
		ws := w.workspace()
		ws.Write("main.tf", clitest.RequiredProviders+`
resource "terraform_data" "later" {
  input = "`+tokens["garage"]+`"
}
provider "octoeverywhere" {
  endpoint   = "`+w.url+`"
  app_tokens = { garage = terraform_data.later.output }
}
import {
  to = `+target+`
  id = "garage"
}
`+webhook("printer", on("garage", urlOne)...))
		plan := ws.Plan()
		wantText(t, plan.Errors(), "not known", `App Connection "garage"`, "-target")
		ws.Must(ws.Apply("-target=terraform_data.later"))
		wantOneUpdate(w, ws)
	})
}
