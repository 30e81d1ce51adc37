// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// Import, then one update in place and an empty plan (DESIGN.md, "Import and
// identity").

const importTarget = webhookType + ".printer"

// importable are the ways in which a configuration may name the imported App
// Connection, with the name it is imported by.
func importable(token string) map[string]struct {
	id        string
	arguments []string
	provider  []string
	writeOnly bool
} {
	return map[string]struct {
		id        string
		arguments []string
		provider  []string
		writeOnly bool
	}{
		"named":                 {"garage", []string{`app_connection = "garage"`}, nil, false},
		"default":               {"default", nil, []string{`app_token = "` + token + `"`}, false},
		"by its token":          {"garage", []string{`app_token = "` + token + `"`}, nil, false},
		"by a write-only token": {"garage", []string{`app_token_wo = "` + token + `"`}, nil, true},
	}
}

// wantOneUpdate applies what follows an import.
func wantOneUpdate(t *testing.T, w *world, ws *acctest.Workspace, token string) {
	t.Helper()
	w.api.ResetRequests()
	applied := ws.Must(ws.Apply())
	wantPlanned(t, applied, map[string]string{importTarget: "update"})
	if calls := w.calls(); calls[fakeapi.CallSet] != 1 || calls[fakeapi.CallDelete] != 0 {
		t.Errorf("calls %v, want one Set and no Delete", calls)
	}
	w.wantURL(token, urlTwo)
	wantTimes(t, ws, "printer", "2026-03-01T12:00:00Z", "2026-08-28T12:00:00Z")
	wantPlanned(t, ws.Must(ws.Plan()), map[string]string{})
}

func TestImportByCommand(t *testing.T) {
	t.Parallel()
	token := tokenOf("garage")
	for name, test := range importable(token) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.writeOnly {
				skipWithoutWriteOnly(t)
			}
			w := newWorld(t, fakeapi.Options{}, map[string]string{"garage": token})
			ws := w.workspace()
			ws.Write("main.tf", w.provider(map[string]string{"garage": token}, test.provider...)+
				webhook("printer", append(test.arguments, `callback_url = "`+urlTwo+`"`)...))
			ws.Must(ws.Run("import", "-input=false", "-no-color", importTarget, test.id))
			if sets := w.calls()[fakeapi.CallSet]; sets != 0 {
				t.Errorf("importing called Set %d times", sets)
			}
			imported := ws.Resources()[importTarget]
			if imported["id"] != fingerprintOf(t, token) || imported["configured_at"] != nil || imported["callback_url"] != nil || imported["app_token"] != nil {
				t.Errorf("imported %v", imported)
			}
			wantOneUpdate(t, w, ws, token)
		})
	}
}

func TestImportByBlock(t *testing.T) {
	t.Parallel()
	acctest.SkipBelow(t, "1.5.0", "1.6.0", "an import block")
	token := tokenOf("garage")
	for name, test := range importable(token) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.writeOnly {
				skipWithoutWriteOnly(t)
			}
			w := newWorld(t, fakeapi.Options{}, map[string]string{"garage": token})
			ws := w.workspace()
			ws.Write("main.tf", w.provider(map[string]string{"garage": token}, test.provider...)+
				webhook("printer", append(test.arguments, `callback_url = "`+urlTwo+`"`)...)+`
import {
  to = `+importTarget+`
  id = "`+test.id+`"
}
`)
			wantOneUpdate(t, w, ws, token)
		})
	}
}

// TestImportRefused: an unknown name and a token that is missing, dead or not
// known yet are clear errors, and nothing gets into state.
func TestImportRefused(t *testing.T) {
	acctest.NeedsCLI(t)
	t.Parallel()
	w := newWorld(t, fakeapi.Options{}, connections("garage", "dead"))
	w.api.Revoke(tokenOf("dead"), 604)
	for name, test := range map[string]struct {
		provider, id string
		words        []string
	}{
		"unknown name": {w.provider(connections("garage", "lab")), "grage",
			[]string{`no App Connection named "grage"`, `The provider has: "garage", "lab".`, "imported by the name of its App Connection"}},
		"another's fingerprint": {w.provider(connections("garage")), fingerprintOf(t, tokenOf("lab")),
			[]string{"The provider has no such App Connection", `The provider has: "garage".`, "imported by the name of its App Connection"}},
		"no default": {w.provider(connections("garage")), "default",
			[]string{`no App Connection named "default"`, `The provider has: "garage".`}},
		"no token at all": {w.provider(nil), "garage",
			[]string{`no App Connection named "garage"`, "The provider has no App Connections: set app_token or app_tokens", "OCTOEVERYWHERE_APP_TOKEN"}},
		"dead": {w.provider(connections("dead")), "dead",
			[]string{"The App Connection is gone for good", "604", "connect your app again"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ws := w.workspace()
			ws.Write("main.tf", test.provider+webhook("printer", `app_connection = "garage"`, `callback_url = "`+urlOne+`"`))
			got := ws.Run("import", "-input=false", "-no-color", importTarget, test.id)
			if got.OK() {
				t.Error("it was imported")
			}
			wantText(t, got.Stdout+got.Stderr, test.words...)
			wantAbsent(t, "Terraform's guess", "non-existent remote object", map[string]string{"the output": got.Stdout + got.Stderr})
			wantAbsent(t, "a token", "tok-SECRET", map[string]string{"the output": got.Stdout + got.Stderr})
			if found := ws.Resources(); len(found) > 0 {
				t.Errorf("in state: %v", found)
			}
		})
	}
	if calls := w.calls(); calls[fakeapi.CallSet]+calls[fakeapi.CallDelete] != 0 {
		t.Errorf("calls %v", calls)
	}
}

// TestImportNotKnownYet: an import block whose token only an apply makes known
// is refused, and says what to do.
func TestImportNotKnownYet(t *testing.T) {
	t.Parallel()
	acctest.SkipBelow(t, "1.5.0", "1.6.0", "an import block")
	w := newWorld(t, fakeapi.Options{}, connections("garage"))
	ws := w.workspace()
	ws.Write("main.tf", acctest.RequiredProviders+`
resource "terraform_data" "later" {
  input = "`+tokenOf("garage")+`"
}
provider "octoeverywhere" {
  endpoint   = "`+w.url+`"
  app_tokens = { garage = terraform_data.later.output }
}
import {
  to = `+importTarget+`
  id = "garage"
}
`+webhook("printer", `app_connection = "garage"`, `callback_url = "`+urlOne+`"`))
	plan := ws.Plan()
	if plan.OK() {
		t.Error("it was imported")
	}
	wantText(t, plan.Errors(), "not known", `App Connection "garage"`, "-target")
	ws.Must(ws.Apply("-target=terraform_data.later"))
	wantPlanned(t, ws.Must(ws.Apply()), map[string]string{importTarget: "update"})
	w.wantURL(tokenOf("garage"), urlOne)
}
