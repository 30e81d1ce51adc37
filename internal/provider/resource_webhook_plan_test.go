// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	anotherConnection = "The webhook moves to another App Connection"
	leftBehind        = "The webhook will not be deleted"
)

// TestSameToken: whatever name the provider knows the token under, and whichever
// argument gives token and URL, the webhook is checked and deleted with it, and
// set in place at most, which takes out of state what is write-only now
// (DESIGN.md, "Tokens").
func TestSameToken(t *testing.T) {
	t.Parallel()
	token := tokenOf("garage")
	type arguments = map[string]any
	type tokens = map[string]string
	garage, shed := tokens{"garage": token}, tokens{"shed": token, "lab": tokenOf("lab")}
	named, inState := arguments{"app_connection": "garage"}, arguments{"app_token": token}
	secret := arguments{"app_connection": "garage", "callback_url": nil, "callback_url_wo": urlOne}
	for name, test := range map[string]struct {
		tokens, renamed tokens // the provider's, before and after
		before, after   arguments
		action          string // of the change
		hidden          string // what must be gone from state
	}{
		"key renamed, named by it":            {garage, shed, named, arguments{"app_connection": "shed"}, "update", token},
		"key renamed, token in state":         {garage, shed, inState, inState, "", ""},
		"key removed, token in state":         {garage, nil, inState, inState, "", ""},
		"two names":                           {garage, tokens{"garage": token, "shed": token}, named, named, "", token},
		"the default connection, named later": {tokens{"default": token}, tokens{"default": token, "garage": token}, nil, nil, "", token},
		"app_token to app_connection":         {garage, garage, inState, named, "update", token},
		"callback_url to callback_url_wo":     {garage, garage, named, secret, "update", "hush-hush"},
		"callback_url_wo to callback_url":     {garage, garage, secret, named, "update", `"url":"`}, // its MAC
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, fakeapi.Options{}, garage)
			url := arguments{"callback_url": urlOne}
			state := f.protocol(test.tokens).created(with(url, test.before))

			f.api.ResetRequests()
			p := f.protocol(test.renamed)
			state, got := p.read(state)
			wantNoDiagnostics(t, got)
			plan := p.plan(state, with(url, test.after))
			wantNoDiagnostics(t, plan.diagnostics)
			if plan.action != test.action {
				t.Errorf("planned %q, want %q", plan.action, test.action)
			}
			if plan.action != "" {
				state, got = p.carryOut(state, plan, with(url, test.after))
				wantNoDiagnostics(t, got)
			}
			if text := p.decode(state.state).String() + privateText(state); test.hidden != "" && strings.Contains(text, test.hidden) {
				t.Errorf("%q is in state: %s", test.hidden, text)
			}
			_, got = f.protocol(test.renamed).apply(state, nil)
			wantNoDiagnostics(t, got)
			wanted := map[fakeapi.Call]int{fakeapi.CallInfo: 1, del: 1}
			if test.action != "" {
				wanted[set] = 1
			}
			f.wantCalls(wanted)
			f.wantURL(token, "")
		})
	}
}

// TestAnotherTokenReplaces: another token is another App Connection, wherever
// it comes from. The id is unknown until then.
func TestAnotherTokenReplaces(t *testing.T) {
	t.Parallel()
	one, two := tokenOf("one"), tokenOf("two")
	type arguments = map[string]any
	for name, test := range map[string]struct {
		before, after arguments
		renamed       map[string]string // the provider's tokens, afterwards
		at            string
	}{
		"app_token":      {arguments{"app_token": one}, arguments{"app_token": two}, nil, "app_token"},
		"app_connection": {arguments{"app_connection": "one"}, arguments{"app_connection": "two"}, connections("one", "two"), "app_connection"},
		"app_tokens":     {arguments{"app_connection": "one"}, arguments{"app_connection": "one"}, map[string]string{"one": two, "old": one}, "app_connection"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, fakeapi.Options{}, connections("one", "two"))
			state := f.protocol(connections("one")).created(with(test.before, arguments{"callback_url": urlOne}))
			p := f.protocol(test.renamed)
			plan := p.plan(state, with(test.after, arguments{"callback_url": urlOne}))
			if id := p.attribute(plan.object, "id"); plan.action != "replace" || id != "" {
				t.Errorf("planned %q of %q", plan.action, id)
			}
			wantSaid(t, plan.diagnostics, "warning: "+anotherConnection)
			if at := attributeOf(plan.diagnostics[0]); at != test.at {
				t.Errorf("warned at %q, want %q", at, test.at)
			}
		})
	}
}

// TestTokenMissing plans and destroys a webhook whose token is not to be
// had: nobody is asked; it is an error only where a Set is planned, since
// Terraform plans before it destroys; and a destroy forgets the webhook and
// says so (DESIGN.md, "Delete").
func TestTokenMissing(t *testing.T) {
	t.Parallel()
	garage := tokenOf("garage")
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	one, two := map[string]any{"app_connection": "garage", "callback_url": urlOne}, map[string]any{"app_connection": "garage", "callback_url": urlTwo}
	state := f.protocol(connections("garage")).created(one)
	f.api.ResetRequests()
	const missing = "Unknown App Connection"
	wantPlan := func(p *protocol, arguments map[string]any, action string, said ...string) planned {
		t.Helper()
		plan := p.plan(state, arguments)
		if wantSaid(t, plan.diagnostics, said...); plan.action != action {
			t.Errorf("planned %q, want %q", plan.action, action)
		}
		return plan
	}

	p := f.protocol(connections("lab"))
	_, got := p.read(state)
	wantNoDiagnostics(t, got)
	idle := wantPlan(p, one, "", "warning: "+missing)
	wantText(t, describe(idle.diagnostics), `named "garage", but it has "lab"`, "neither checked nor renewed")
	wantOneError(t, p.plan(state, two).diagnostics, "app_connection", []string{missing, "-refresh=false"}, nil)
	f.clock.Advance(151)
	wantOneError(t, p.plan(state, one).diagnostics, "app_connection", []string{missing}, nil)
	f.clock.Advance(-151)

	// Not known yet: the resource stays as it is, and may be another's next time.
	later := map[string]any{"app_tokens": map[string]any{"garage": unknown{}}}
	p = f.protocol(nil, later)
	wantPlan(p, one, "", "warning: The token is unknown during plan")
	wantPlan(p, two, "update", "warning: The token is unknown during plan")
	p = f.protocol(nil, later)
	_, got = p.carryOut(state, wantPlan(p, nil, "delete"), nil)
	wantSaid(t, got, "The provider's configuration is unknown")

	for name, tokens := range map[string]map[string]string{
		"none": nil, "another's": connections("lab"), "its name is another's": {"garage": tokenOf("new")},
	} {
		p = f.protocol(tokens)
		plan := wantPlan(p, nil, "delete", "warning: "+leftBehind)
		wantText(t, describe(plan.diagnostics), fingerprintOf(t, garage), "until 2026-08-28T12:00:00Z", "app_tokens")
		left, got := p.carryOut(state, plan, nil)
		if wantNoDiagnostics(t, got); !p.isNull(left.state) {
			t.Errorf("%s: it is still in state", name)
		}
	}
	f.wantCalls(map[fakeapi.Call]int{})
	f.wantURL(garage, urlOne)

	// An apply, which reads nothing, plans again and refuses a token that has
	// become another one: then nothing is left.
	f.api.AddConnection(tokenOf("new"), "new")
	p = f.protocol(map[string]string{"garage": tokenOf("new")})
	wantPlan(p, one, "replace", "warning: "+anotherConnection)
	p = f.protocol(map[string]string{"garage": tokenOf("new")})
	_, got = p.read(state)
	wantNoDiagnostics(t, got)
	wantPlan(p, one, "replace", "warning: "+anotherConnection, "warning: "+leftBehind)
}

// TestDuplicate: two webhooks for one App Connection are an error, however they
// choose it.
func TestDuplicate(t *testing.T) {
	t.Parallel()
	token := tokenOf("a")
	p := newFixture(t, fakeapi.Options{}, connections("a")).protocol(map[string]string{"a": token, "again": token})
	wantNoDiagnostics(t, p.plan(p.noObject(), map[string]any{"app_connection": "a", "callback_url": urlOne}).diagnostics)
	for argument, value := range map[string]string{"app_connection": "again", "app_token": token} {
		got := p.plan(p.noObject(), map[string]any{argument: value, "callback_url": urlOne}).diagnostics
		wantOneError(t, got, argument, []string{"Two webhooks for one App Connection", `"a", "again"`, fingerprintOf(t, token)}, []string{token})
	}
}

// TestRenamedFleet renames the keys of app_tokens, and not app_connection: the
// warnings have one summary, so that the CLI shows one, and each says under which
// name the provider has the token, with no more names than a person reads.
func TestRenamedFleet(t *testing.T) {
	t.Parallel()
	const fleet = 300
	before, after := map[string]string{}, map[string]string{}
	for i := range fleet {
		name := fmt.Sprintf("printer-%03d", i)
		before[name], after["new-"+name] = tokenOf(name), tokenOf(name)
	}
	f := newFixture(t, fakeapi.Options{}, before)
	created, p := f.protocol(before), f.protocol(after)
	for name, token := range before {
		arguments := map[string]any{"app_connection": name, "callback_url": urlOne}
		plan := p.plan(created.created(arguments), arguments)
		if wantSaid(t, plan.diagnostics, "warning: Unknown App Connection"); plan.action != "" || len(plan.diagnostics) != 1 {
			t.Fatalf("planned %q", plan.action)
		}
		detail := plan.diagnostics[0].Detail
		wantText(t, detail, fmt.Sprintf(`App Connection "new-%s" (%s)`, name, fingerprintOf(t, token)))
		if names := strings.Count(detail, `"new-`); names > 12 || len(detail) > 600 { // ten, the nearest and the right one
			t.Fatalf("%d names, %d bytes: %s", names, len(detail), detail)
		}
	}
}

// TestGoneOfAnotherToken has the configuration hold a dead token that the
// webhook was not set with: Read checks the one that was last set, and the plan
// doesn't give up a webhook that works for one that can't.
func TestGoneOfAnotherToken(t *testing.T) {
	t.Parallel()
	tokens := connections("alive", "dead")
	type arguments = map[string]any
	named := arguments{"app_connection": "printer"}
	for name, test := range map[string]struct {
		before, after arguments
		renamed       map[string]string
		checked       int // how often the living connection is
		more          []string
	}{
		"provider has both":          {named, named, map[string]string{"printer": tokens["dead"], "old": tokens["alive"]}, 1, nil},
		"provider has only the dead": {named, named, map[string]string{"printer": tokens["dead"]}, 0, []string{"warning: " + leftBehind}},
		"state has the living one":   {arguments{"app_token": tokens["alive"]}, arguments{"app_token": tokens["dead"]}, nil, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, fakeapi.Options{}, tokens)
			f.api.Revoke(tokens["dead"], 603)
			state := f.protocol(map[string]string{"printer": tokens["alive"]}).created(with(test.before, arguments{"callback_url": urlOne}))
			f.api.ResetRequests()
			p := f.protocol(test.renamed)
			read, got := p.read(state)
			wantNoDiagnostics(t, got)
			plan := p.plan(read, with(test.after, arguments{"callback_url": urlOne}))
			wantSaid(t, plan.diagnostics, append(test.more, "warning: "+anotherConnection, notFound)...)
			checked := map[string]int{}
			for _, request := range f.api.Requests() {
				checked[request.Token]++
			}
			if checked[tokens["alive"]] != test.checked || checked[tokens["dead"]] != 1 {
				t.Errorf("checked %v", checked)
			}
			f.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: test.checked + 1}) // and nothing was sent
			f.wantURL(tokens["alive"], urlOne)
		})
	}
}

// TestPlanChecksWhatItCreates has App Connections be invalid before their
// webhooks are created: the plan says so, once for each, whether Read or another
// resource said it before, and by one call each (DESIGN.md, "Status checks").
func TestPlanChecksWhatItCreates(t *testing.T) {
	t.Parallel()
	tokens := connections("fine", "missing", "revoked", "paused", "broken")
	f := newFixture(t, fakeapi.Options{}, tokens)
	before := f.protocol(tokens).created(map[string]any{"app_connection": "revoked", "callback_url": urlOne})
	f.api.Revoke(tokens["missing"], 603)
	f.api.Revoke(tokens["revoked"], 604)
	f.api.SetSupporter(tokens["paused"], false)
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokens["broken"], Status: 500, Times: -1})
	f.api.ResetRequests()
	p := f.protocol(tokens)
	for connection, said := range map[string][]string{
		"fine": nil, "broken": nil,
		"missing": {"warning: " + notFound}, "paused": {"warning: Deliveries are paused"},
	} {
		plan := p.plan(p.noObject(), map[string]any{"app_connection": connection, "callback_url": urlOne})
		wantSaid(t, plan.diagnostics, said...)
		if connection == "missing" {
			wantText(t, describe(plan.diagnostics), `at "app_connection"`, `App Connection "missing"`, "603", "The apply will fail for this webhook")
		}
	}
	dropped, got := p.read(before)
	wantSaid(t, got, "warning: "+revoked)
	wantNoDiagnostics(t, p.plan(object{state: p.noObject().state, identity: dropped.identity}, map[string]any{"app_connection": "revoked", "callback_url": urlOne}).diagnostics)
	f.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: len(tokens)})

	// An apply plans again, and learns from its Sets.
	p = f.protocol(tokens)
	p.created(map[string]any{"app_connection": "fine", "callback_url": urlOne})
	f.clock.Advance(1)
	f.api.ResetRequests()
	wantNoDiagnostics(t, p.plan(p.noObject(), map[string]any{"app_connection": "missing", "callback_url": urlOne}).diagnostics)
	f.wantCalls(map[fakeapi.Call]int{})
}
