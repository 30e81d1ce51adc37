// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// attributes decodes an object's strings that are not null.
func (p *protocol) attributes(dynamic *tfprotov6.DynamicValue, as tftypes.Type) map[string]any {
	p.t.Helper()
	value, err := dynamic.Unmarshal(as)
	p.must(err)
	var fields map[string]tftypes.Value
	p.must(value.As(&fields))
	found := map[string]any{}
	for name, field := range fields {
		if field.IsNull() || !field.Type().Is(tftypes.String) {
			continue
		}
		var text string
		p.must(field.As(&text))
		found[name] = text
	}
	return found
}

var identityType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String}}

// inState is an object with these attributes and no identity, as a state has it
// that was written before there were any.
func (p *protocol) inState(arguments map[string]any) object {
	p.t.Helper()
	return object{state: p.value(p.schemas.ResourceSchemas[webhookType], with(map[string]any{
		"callback_url": urlOne, "renew_before_days": 30, "verify_delivery": false,
		"configured_at": "2026-03-01T12:00:00Z", "expires_at": "2026-08-28T12:00:00Z",
	}, arguments))}
}

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

func (p *protocol) identity(id string) *tfprotov6.ResourceIdentityData {
	p.t.Helper()
	value, err := tfprotov6.NewDynamicValue(identityType, tftypes.NewValue(identityType, map[string]tftypes.Value{"id": tftypes.NewValue(tftypes.String, id)}))
	p.must(err)
	return &tfprotov6.ResourceIdentityData{IdentityData: &value}
}

// wantIdentity checks an object's identity.
func (p *protocol) wantIdentity(of object, id string) {
	p.t.Helper()
	if of.identity == nil {
		p.t.Fatalf("no identity, want %s", id)
	}
	if got := p.attributes(of.identity.IdentityData, identityType); got["id"] != id {
		p.t.Errorf("identity %v, want %s", got, id)
	}
}

// identified is a provider with these App Connections under their names.
func identified(t *testing.T, w *world, arguments map[string]any, tokens map[string]string) *protocol {
	t.Helper()
	named := map[string]any{}
	for name, token := range tokens {
		named[name] = token
	}
	p := newProtocol(t, w.newProvider())
	wantNoDiagnostics(t, p.configure(with(map[string]any{"endpoint": w.url, "app_tokens": named, "max_retries": 0}, arguments)))
	return p
}

// TestIdentityOfSet: whatever writes a state writes the identity, after a
// failure too; a replacement's differs from that of the object before it.
func TestIdentityOfSet(t *testing.T) {
	t.Parallel()
	tokens := connections("garage", "lab")
	garage, lab := fingerprintOf(t, tokens["garage"]), fingerprintOf(t, tokens["lab"])
	inGarage := map[string]any{"app_connection": "garage", "callback_url": urlOne}
	moved := with(inGarage, map[string]any{"callback_url": urlTwo})

	t.Run("set", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, fakeapi.Options{}, tokens)
		p := identified(t, w, nil, tokens)
		created, got := p.apply(p.noObject(), inGarage)
		wantNoDiagnostics(t, got)
		p.wantIdentity(created, garage)
		p = identified(t, w, nil, tokens)
		updated, got := p.apply(created, moved)
		wantNoDiagnostics(t, got)
		p.wantIdentity(updated, garage)
		created.identity = nil // as before there were identities
		p = identified(t, w, nil, tokens)
		updated, got = p.apply(created, moved)
		wantNoDiagnostics(t, got)
		p.wantIdentity(updated, garage)
	})
	t.Run("lost", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, fakeapi.Options{}, tokens)
		w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Kind: fakeapi.Reset, Commit: true, Times: -1})
		p := identified(t, w, nil, tokens)
		created, got := p.apply(p.noObject(), inGarage)
		if len(got) == 0 || p.isNull(created.state) {
			t.Fatalf("want an error and a state, got:\n%s", describe(got))
		}
		p.wantIdentity(created, garage)
		p = identified(t, w, nil, tokens)
		updated, _ := p.apply(p.inState(map[string]any{"id": garage, "app_connection": "garage"}), moved)
		p.wantIdentity(updated, garage)
	})
	t.Run("replacement", func(t *testing.T) {
		t.Parallel()
		p := identified(t, newWorld(t, fakeapi.Options{}, tokens), nil, tokens)
		// Terraform plans the new object with the old one's identity.
		replaced := p.noObject()
		replaced.identity = p.identity(garage)
		created, got := p.apply(replaced, with(inGarage, map[string]any{"app_connection": "lab"}))
		wantNoDiagnostics(t, got)
		p.wantIdentity(created, lab)
	})
}

// TestIdentityOfRead: every Read leaves an identity, also of a state that has
// none, also when nothing is asked, and when the object is dropped.
func TestIdentityOfRead(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	id := fingerprintOf(t, tokens["garage"])
	garage := map[string]any{"id": id, "app_connection": "garage"}
	for name, test := range map[string]struct {
		provider map[string]any
		tokens   map[string]string
		given    func(w *world)
		private  map[string]string
		state    map[string]any
		twice    bool // another object of the App Connection was read before it
		dropped  bool
	}{
		"alive":         {tokens: tokens, state: garage},
		"no token":      {tokens: nil, state: garage},
		"no client yet": {tokens: tokens, provider: map[string]any{"endpoint": unknown{}}, state: garage},
		"uncertain":     {tokens: tokens, state: map[string]any{"id": id, "configured_at": nil, "expires_at": nil}},
		"own token":     {tokens: nil, state: map[string]any{"id": id, "app_token": tokens["garage"]}},
		"failing":       {tokens: tokens, given: func(w *world) { w.api.SetInfoStatus(tokens["garage"], 500) }, state: garage},
		"held twice":    {tokens: tokens, state: garage, twice: true},
		"gone":          {tokens: tokens, given: func(w *world) { w.api.Revoke(tokens["garage"], 604) }, state: garage, dropped: true},
		"known as gone": {tokens: tokens, state: garage, private: map[string]string{"gone": "yes"}, dropped: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, stored := range []bool{false, true} {
				w := newWorld(t, fakeapi.Options{}, tokens)
				if test.given != nil {
					test.given(w)
				}
				p := identified(t, w, test.provider, test.tokens)
				current := p.inState(test.state)
				if stored {
					current.identity = p.identity(id)
				}
				if test.private != nil {
					current.private = privateOf(t, test.private)
				}
				if test.twice {
					p.read(current)
				}
				read, got := p.read(current)
				for _, d := range got {
					if d.Severity == tfprotov6.DiagnosticSeverityError {
						t.Fatal(describe(got))
					}
				}
				if dropped := p.isNull(read.state); dropped != test.dropped {
					t.Errorf("dropped: %v", dropped)
				}
				p.wantIdentity(read, id)
			}
		})
	}
}

// privateOf writes private state as the framework does.
func privateOf(t *testing.T, values map[string]string) []byte {
	t.Helper()
	encoded := map[string][]byte{}
	for key, value := range values {
		quoted, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		encoded[key] = quoted
	}
	private, err := json.Marshal(encoded)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// TestImportTargets: a name, a fingerprint or the identity say the same; a name
// wins over a fingerprint; and what the provider has not is refused.
func TestImportTargets(t *testing.T) {
	t.Parallel()
	tokens := connections("garage", "lab")
	garage, lab := fingerprintOf(t, tokens["garage"]), fingerprintOf(t, tokens["lab"])
	w := newWorld(t, fakeapi.Options{}, connections("garage", "lab", "default"))
	standard := fingerprintOf(t, tokenOf("default"))
	named := map[string]string{
		"garage": tokens["garage"],
		lab:      tokens["garage"], // named as another's fingerprint
		"lab":    tokens["lab"],
	}
	for _, test := range []struct {
		id, identity string
		want         string // id
		connection   any    // app_connection
	}{
		{id: "garage", want: garage, connection: "garage"},
		{id: "default", want: standard},
		{id: standard, want: standard},
		{identity: standard, want: standard},
		{id: lab, want: garage, connection: lab},
		{identity: lab, want: lab, connection: "lab"},
		// The first of its names, which is a fingerprint's or "garage".
		{id: garage, want: garage, connection: min(lab, "garage")},
		{identity: garage, want: garage, connection: min(lab, "garage")},
	} {
		p := identified(t, w, map[string]any{"app_token": tokenOf("default")}, named)
		imported, got := p.importWebhook(test.id, test.identity)
		wantNoDiagnostics(t, got)
		if imported.state == nil {
			continue
		}
		state := p.attributes(imported.state, p.schemas.ResourceSchemas[webhookType].ValueType())
		if state["id"] != test.want || state["app_connection"] != test.connection || len(state) > 2 {
			t.Errorf("import of %q, identity %q: %v", test.id, test.identity, state)
		}
		p.wantIdentity(imported, test.want)
		read, got := p.read(imported)
		wantNoDiagnostics(t, got)
		p.wantIdentity(read, test.want)
	}

	other := strings.Repeat("0a", 10)
	for _, test := range []struct {
		later        bool // a token is not known yet
		id, identity string
		words        []string
	}{
		{false, other, "", []string{"no such App Connection", other, `"garage"`, "fingerprint"}},
		{false, "", other, []string{"no such App Connection", other}},
		{false, "", tokens["garage"], []string{"no such App Connection", "that the identity names"}},
		{true, other, "", []string{"not known", other}},
		{true, "", other, []string{"not known", other}},
		{true, "grage", "", []string{`"grage"`, "by the name of its App Connection"}},
	} {
		named := map[string]any{"garage": tokens["garage"]}
		if test.later {
			named["later"] = unknown{}
		}
		p := newProtocol(t, w.newProvider())
		wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": w.url, "app_tokens": named}))
		_, got := p.importWebhook(test.id, test.identity)
		wantOneError(t, got, "", test.words, []string{"tok-SECRET"})
	}
}

// TestIdentityInTerraform imports by identity, renames the App Connection, and
// replaces it.
func TestIdentityInTerraform(t *testing.T) {
	t.Parallel()
	acctest.SkipBelow(t, "1.12.0", "1.12.0", "an identity")
	tokens := connections("garage", "lab")
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	config := func(name string, token string, more string) {
		ws.Write("main.tf", w.provider(map[string]string{name: token})+webhook("printer", fmt.Sprintf("app_connection = %q", name), `callback_url = "`+urlOne+`"`)+more)
	}
	wantID := func(token string) {
		t.Helper()
		var state struct {
			Resources []struct {
				Instances []struct {
					Identity map[string]string `json:"identity"`
				} `json:"instances"`
			} `json:"resources"`
		}
		if err := json.Unmarshal([]byte(ws.Read("terraform.tfstate")), &state); err != nil {
			t.Fatal(err)
		}
		if len(state.Resources) != 1 || len(state.Resources[0].Instances) != 1 || state.Resources[0].Instances[0].Identity["id"] != fingerprintOf(t, token) {
			t.Errorf("the state's identities are %+v", state.Resources)
		}
	}
	config("garage", tokens["garage"], `
import {
  to       = octoeverywhere_notification_webhook.printer
  identity = { id = "`+fingerprintOf(t, tokens["garage"])+`" }
}
`)
	wantPlanned(t, ws.Must(ws.Apply()), map[string]string{address("printer"): "update"})
	wantID(tokens["garage"])
	w.wantURL(tokens["garage"], urlOne)

	config("shed", tokens["garage"], "") // another name for the same
	wantPlanned(t, ws.Must(ws.Apply()), map[string]string{address("printer"): "update"})
	wantID(tokens["garage"])
	config("shed", tokens["lab"], "") // another App Connection
	wantPlanned(t, ws.Must(ws.Apply()), map[string]string{address("printer"): "replace"})
	wantID(tokens["lab"])
	wantPlanned(t, ws.Must(ws.Plan()), nil)

	// A state from before there were identities gets one.
	var state map[string]any
	if err := json.Unmarshal([]byte(ws.Read("terraform.tfstate")), &state); err != nil {
		t.Fatal(err)
	}
	resource := state["resources"].([]any)[0].(map[string]any)["instances"].([]any)[0].(map[string]any)
	delete(resource, "identity")
	delete(resource, "identity_schema_version")
	raw, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	ws.Write("terraform.tfstate", string(raw))
	wantPlanned(t, ws.Must(ws.Plan()), nil)
	ws.Must(ws.Apply("-refresh-only"))
	wantID(tokens["lab"])
	ws.Must(ws.Destroy())
}
