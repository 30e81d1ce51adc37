// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// TestReadKeepsState has info answer everything but 603 and 604 for a fleet of
// six: the state stays, a plan is empty, nothing is set, and no more is said
// than must be (DESIGN.md, "Status checks").
func TestReadKeepsState(t *testing.T) {
	t.Parallel()
	const (
		notChecked = "warning: App Connections could not be checked"
		oddAnswer  = "warning: An App Connection could not be checked"
		paused     = "warning: Deliveries are paused"
		fleet      = 6
		givenUp    = 3 // failed checks, after which a run checks no more
	)
	var names []string
	for i := range fleet {
		names = append(names, fmt.Sprintf("p%d", i+1))
	}
	tokens := connections(names...)
	answer := func(status int, names ...string) func(*fixture) {
		return func(f *fixture) {
			for _, name := range names {
				f.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokens[name], Status: status, Times: -1})
			}
		}
	}
	script := func(fault fakeapi.Fault) func(*fixture) {
		fault.Call, fault.Times = fakeapi.CallInfo, -1
		return func(f *fixture) { f.api.Script(fault) }
	}
	inAnHour := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)

	for name, test := range map[string]struct {
		noInfo   bool
		endpoint string // "": the fake's
		given    func(f *fixture)
		checked  int
		said     map[string]int
	}{
		"online":              {checked: fleet},
		"offline":             {given: func(f *fixture) { f.api.SetOnline(tokens["p1"], false) }, checked: fleet},
		"601":                 {given: answer(601, names...), checked: fleet},
		"602":                 {given: answer(602, names...), checked: fleet},
		"605":                 {given: answer(605, "p2", "p5"), checked: fleet, said: map[string]int{paused: 2}},
		"606":                 {given: answer(606, names...), checked: fleet, said: map[string]int{oddAnswer: fleet}},
		"a new status":        {given: answer(699, names...), checked: fleet, said: map[string]int{oddAnswer: fleet}},
		"500":                 {given: answer(500, names...), checked: givenUp, said: map[string]int{notChecked: 1}},
		"600":                 {given: answer(600, names...), checked: givenUp, said: map[string]int{notChecked: 1}},
		"two failures of six": {given: answer(500, "p2", "p4"), checked: fleet, said: map[string]int{notChecked: 1}},
		"429, Retry-After":    {given: script(fakeapi.Fault{Status: 429, Header: http.Header{"Retry-After": {"3600"}}}), checked: givenUp, said: map[string]int{notChecked: 1}},
		"503, with a date":    {given: script(fakeapi.Fault{Status: 503, Header: http.Header{"Retry-After": {inAnHour}}}), checked: givenUp, said: map[string]int{notChecked: 1}},
		"reset":               {given: script(fakeapi.Fault{Drop: true}), checked: givenUp, said: map[string]int{notChecked: 1}},
		"hang":                {given: script(fakeapi.Fault{Hang: true}), checked: givenUp, said: map[string]int{notChecked: 1}},
		"nobody listens":      {endpoint: "http://127.0.0.1:1", said: map[string]int{notChecked: 1}}, // refused at once
		"401":                 {given: answer(401, names...), checked: 1, said: map[string]int{notChecked: 1}},
		"403":                 {given: answer(403, names...), checked: 1, said: map[string]int{notChecked: 1}},
		"another's API":       {given: script(fakeapi.Fault{Status: 200, Body: `{"hello":1}`}), checked: 1, said: map[string]int{notChecked: 1}},
		"not served":          {noInfo: true, checked: 1},
		"a web page":          {given: script(fakeapi.Fault{Status: 200, Body: "<!doctype html><p>hello"}), checked: 1},
		"elsewhere":           {given: script(fakeapi.Fault{Status: 302, Header: http.Header{"Location": {"https://login.example.com/"}}}), checked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, fakeapi.Options{NoInfo: test.noInfo}, tokens)
			p := f.protocol(tokens)
			states := map[string]object{}
			for _, name := range names {
				states[name] = p.created(map[string]any{"app_connection": name, "callback_url": urlOne})
			}
			if test.given != nil {
				test.given(f)
			}
			f.api.ResetRequests()
			// A Read that waits for anything would outlast the test.
			timeout := "1m"
			if name == "hang" {
				timeout = "300ms"
			}
			long := octoeverywhere.Waits{Min: time.Hour, Max: time.Hour, RetryAfterMax: time.Hour, Budget: 10 * time.Hour}
			p = newProtocol(t, provider.New("test", provider.WithClock(f.clock.Now), provider.WithWaits(long)))
			named := map[string]any{}
			for _, name := range names {
				named[name] = tokens[name]
			}
			wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": cmp.Or(test.endpoint, f.url), "app_tokens": named, "request_timeout": timeout}))
			var said []string
			for summary, times := range test.said {
				for range times {
					said = append(said, summary)
				}
			}
			var got []*tfprotov6.Diagnostic
			for _, name := range names {
				read, more := p.read(states[name])
				got = append(got, more...)
				if !p.decode(read.state).Equal(p.decode(states[name].state)) {
					t.Errorf("%s: state %s", name, p.decode(read.state))
				}
				if plan := p.plan(read, map[string]any{"app_connection": name, "callback_url": urlOne}); plan.action != "" {
					t.Errorf("%s: planned %q", name, plan.action)
				}
			}
			wantSaid(t, got, said...)
			if checked := f.api.Count(""); checked != test.checked || checked != f.api.Count(fakeapi.CallInfo) {
				t.Errorf("calls %v, want %d of info", f.calls(), test.checked)
			}
		})
	}
}

// TestTwoObjectsAreRead reads two objects of one App Connection, and the second
// alone in the next run: nobody knows then whose webhook it is. One that another
// host made has a name from its first Set on.
func TestTwoObjectsAreRead(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	f := newFixture(t, fakeapi.Options{}, tokens)
	made := f.protocol(tokens).created(garageTwo)
	first, got := f.protocol(tokens).apply(object{state: made.state}, garageOne)
	wantNoDiagnostics(t, got)
	p := f.protocol(tokens)
	_, got = p.read(first)
	wantNoDiagnostics(t, got)
	second, got := p.read(first)
	wantSaid(t, got, "warning: Two objects for one App Connection in the state")
	p = f.protocol(tokens)
	alone, got := p.read(second)
	wantNoDiagnostics(t, got)
	if plan := p.plan(alone, garageOne); plan.action != "update" || p.attribute(alone, "expires_at") != "" {
		t.Errorf("planned %q for %s", plan.action, p.decode(alone.state))
	}
}

// attributes decodes an object's strings that are not null.
func (p *protocol) attributes(dynamic *tfprotov6.DynamicValue, as tftypes.Type) map[string]any {
	p.t.Helper()
	value, err := dynamic.Unmarshal(as)
	p.must(err)
	var fields map[string]tftypes.Value
	p.must(value.As(&fields))
	found := map[string]any{}
	for name, field := range fields {
		if text := ""; !field.IsNull() && field.IsKnown() && field.Type().Is(tftypes.String) {
			p.must(field.As(&text))
			found[name] = text
		}
	}
	return found
}

var identityType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String}}

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

// TestIdentity: whatever writes a state writes the identity, also where a Set may
// be lost, a Read makes no call, and an object is dropped.
func TestIdentity(t *testing.T) {
	t.Parallel()
	tokens := connections("garage", "lab")
	garage, lab := fingerprintOf(t, tokens["garage"]), fingerprintOf(t, tokens["lab"])
	for name, test := range map[string]struct {
		exists   bool
		identity string // of what was there before
		change   string // the App Connection to be set; "": it is read
		want     string
		given    func(f *fixture)
		tokens   map[string]string
		dropped  bool
	}{
		"create":                    {change: "garage", want: garage},
		"update":                    {exists: true, identity: garage, change: "garage", want: garage},
		"from before there was one": {exists: true, change: "garage", want: garage},
		"replacement":               {identity: garage, change: "lab", want: lab}, // planned with the old one's
		"lost": {change: "garage", want: garage, given: func(f *fixture) {
			f.api.Script(fakeapi.Fault{Call: set, Drop: true, TakeEffect: true, Times: -1})
		}},
		"read":               {exists: true, identity: garage, want: garage},
		"read, from before":  {exists: true, want: garage},
		"read without token": {exists: true, want: garage, tokens: connections("lab")},
		"gone":               {exists: true, want: garage, given: func(f *fixture) { f.api.Revoke(tokens["garage"], 604) }, dropped: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, fakeapi.Options{}, tokens)
			if test.given != nil {
				test.given(f)
			}
			if test.tokens == nil {
				test.tokens = tokens
			}
			p := f.protocol(test.tokens)
			current := p.noObject()
			if test.exists {
				current.state = p.value(p.schemas.ResourceSchemas[webhookType], map[string]any{"id": garage, "app_connection": "garage", "callback_url": urlOne})
			}
			if test.identity != "" {
				current.identity = p.identity(test.identity)
			}
			if test.change == "" {
				current, _ = p.read(current)
			} else {
				current, _ = p.apply(current, map[string]any{"app_connection": test.change, "callback_url": urlTwo})
			}
			if p.isNull(current.state) != test.dropped {
				t.Errorf("state %s", p.decode(current.state))
			}
			p.wantIdentity(current, test.want)
		})
	}
}
