// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

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
		if text := ""; !field.IsNull() && field.Type().Is(tftypes.String) {
			p.must(field.As(&text))
			found[name] = text
		}
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

func (p *protocol) identity(id string) *tfprotov6.ResourceIdentityData {
	p.t.Helper()
	value := tftypes.NewValue(identityType, map[string]tftypes.Value{"id": tftypes.NewValue(tftypes.String, id)})
	return &tfprotov6.ResourceIdentityData{IdentityData: p.encode(identityType, value)}
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

// TestIdentityOfSet: whatever writes a state writes the identity, after a Set
// that may be lost too.
func TestIdentityOfSet(t *testing.T) {
	t.Parallel()
	tokens := connections("garage", "lab")
	garage, lab := fingerprintOf(t, tokens["garage"]), fingerprintOf(t, tokens["lab"])
	for name, test := range map[string]struct {
		exists   bool
		identity string // of what was there before
		change   string // the App Connection to be set
		want     string
	}{
		"create":                    {change: "garage", want: garage},
		"update":                    {exists: true, identity: garage, change: "garage", want: garage},
		"from before there was one": {exists: true, change: "garage", want: garage},
		"replacement":               {identity: garage, change: "lab", want: lab}, // planned with the old one's
	} {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, lost %t", name, lost), func(t *testing.T) {
				t.Parallel()
				w := newFixture(t, fakeapi.Options{}, tokens)
				if lost {
					w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Drop: true, TakeEffect: true, Times: -1})
				}
				p := w.protocol(tokens)
				prior := p.noObject()
				if test.exists {
					prior = p.inState(map[string]any{"id": garage, "app_connection": "garage"})
				}
				if test.identity != "" {
					prior.identity = p.identity(test.identity)
				}
				after, got := p.apply(prior, map[string]any{"app_connection": test.change, "callback_url": urlTwo})
				if hasErrors(got) != lost || p.isNull(after.state) {
					t.Fatal(describe(got))
				}
				p.wantIdentity(after, test.want)
			})
		}
	}
}

// TestIdentityOfRead: every Read leaves an identity, also of a state that has
// none, also when nothing is asked, and when the object is dropped.
func TestIdentityOfRead(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	id := fingerprintOf(t, tokens["garage"])
	for name, test := range map[string]struct {
		tokens   map[string]string
		provider map[string]any
		private  map[string][]byte
		revoked  bool
		twice    bool // another object of the App Connection was read before it
		dropped  bool
	}{
		"alive":         {tokens: tokens},
		"no token":      {},
		"no client yet": {tokens: tokens, provider: map[string]any{"endpoint": unknown{}}},
		"held twice":    {tokens: tokens, twice: true},
		"gone":          {tokens: tokens, revoked: true, dropped: true},
		"known as gone": {tokens: tokens, private: map[string][]byte{"webhook": []byte(`{"gone":{"Summary":"App Connection revoked"}}`)}, dropped: true},
	} {
		for _, stored := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, stored %t", name, stored), func(t *testing.T) {
				t.Parallel()
				w := newFixture(t, fakeapi.Options{}, tokens)
				if test.revoked {
					w.api.Revoke(tokens["garage"], 604)
				}
				p := w.protocol(test.tokens, test.provider)
				current := p.inState(map[string]any{"id": id, "app_connection": "garage"})
				if stored {
					current.identity = p.identity(id)
				}
				if test.private != nil {
					private, err := json.Marshal(test.private) // as the framework does
					p.must(err)
					current.private = private
				}
				if test.twice {
					p.read(current)
				}
				read, got := p.read(current)
				if hasErrors(got) || p.isNull(read.state) != test.dropped {
					t.Errorf("state %s, said:\n%s", p.decode(read.state), describe(got))
				}
				p.wantIdentity(read, id)
			})
		}
	}
}
