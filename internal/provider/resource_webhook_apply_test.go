// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// outcome is what a Set that failed leaves (DESIGN.md, "Set").
type outcome int

const (
	done outcome = iota
	refused
	gone
	uncertain
)

const (
	notFound        = "App Connection not found"
	revoked         = "App Connection revoked"
	unknownSummary  = "Unknown whether the webhook was set"
	pausedSummary   = "The printer's owner has no Supporter Perks"
	echoSummary     = "OctoEverywhere saved a different webhook"
	notTakenSummary = "The callback URL did not accept the test notification"
)

var (
	garageOne = map[string]any{"app_connection": "garage", "callback_url": urlOne}
	garageTwo = map[string]any{"app_connection": "garage", "callback_url": urlTwo}
)

// wantOutcome checks what an apply to garageTwo left of prior, an object with
// garageOne or none, and that the next run knows what to do; it heals.
func (f *fixture) wantOutcome(prior, after object, is outcome) {
	f.t.Helper()
	tokens := connections("garage")
	p := f.protocol(tokens)
	creates := p.isNull(prior.state)
	url, configured := urlTwo, ""
	if !creates && is != done {
		url = urlOne
	}
	if is == done {
		configured = "2026-03-01T12:00:00Z"
	}
	switch {
	case creates && (is == refused || is == gone):
		if !p.isNull(after.state) {
			f.t.Errorf("state %s", p.decode(after.state))
		}
	case is == refused, is == gone:
		if !p.decode(after.state).Equal(p.decode(prior.state)) {
			f.t.Errorf("state %s, want the prior one", p.decode(after.state))
		}
	case p.attribute(after, "callback_url") != url, p.attribute(after, "configured_at") != configured, (p.attribute(after, "expires_at") == "") != (configured == ""):
		f.t.Errorf("state %s, want %s set at %q", p.decode(after.state), url, configured)
	}

	f.api.ResetRequests()
	if !creates && is == gone { // what the update was told is remembered
		read, got := p.read(after)
		if len(got) != 1 || got[0].Summary != notFound && got[0].Summary != revoked {
			f.t.Errorf("the next Read said:\n%s", describe(got))
		}
		f.wantCalls(map[fakeapi.Call]int{})
		if !p.isNull(read.state) {
			f.t.Error("it is still in state")
		}
	}
	if is == gone {
		return
	}
	arguments, calls := garageTwo, map[fakeapi.Call]int{set: 1}
	if p.isNull(after.state) {
		calls[fakeapi.CallInfo] = 1
	}
	switch {
	case is == uncertain && !creates: // who takes the change back gets the old webhook
		arguments = garageOne
	case is == done:
		calls = map[fakeapi.Call]int{}
	}
	plan := p.plan(after, arguments)
	if (plan.action == "") != (is == done) {
		f.t.Errorf("planned %q", plan.action)
	}
	if is != done {
		_, got := p.carryOut(after, plan, arguments)
		wantNoDiagnostics(f.t, got)
	}
	f.wantCalls(calls)
	f.wantURL(tokens["garage"], arguments["callback_url"].(string)) //nolint:forcetypeassert // it is a text
}

// createAndUpdate has a test's body run for a Set that creates, and for one
// that updates garageOne, each with a fixture of its own.
func createAndUpdate(t *testing.T, options fakeapi.Options, test func(f *fixture, prior object)) {
	t.Helper()
	for _, creates := range []bool{true, false} {
		f := newFixture(t, options, connections("garage"))
		p := f.protocol(connections("garage"))
		prior := p.noObject()
		if !creates {
			prior = p.created(garageOne)
		}
		f.api.ResetRequests()
		test(f, prior)
	}
}

// refusals are answers that say that an attempt did nothing.
var refusals = []int{400, 403, 404, 605, 610}

// TestSetOutcomes fails Set in every way that makes a difference to the state.
func TestSetOutcomes(t *testing.T) {
	t.Parallel()
	lost := fakeapi.Fault{Status: 504, TakeEffect: true}
	type setTest struct {
		faults []fakeapi.Fault
		sets   int // with one retry
		is     outcome
		says   []string // of the error; none: it succeeds
	}
	tests := map[string]setTest{
		"400":               {[]fakeapi.Fault{{Status: 400}}, 1, refused, []string{"OctoEverywhere refused the webhook", "400"}},
		"429":               {[]fakeapi.Fault{{Status: 429, Times: 2}}, 2, refused, []string{"OctoEverywhere is temporarily unavailable", "429"}},
		"605":               {[]fakeapi.Fault{{Status: 605}}, 1, refused, []string{pausedSummary, "605"}},
		"603":               {[]fakeapi.Fault{{Status: 603}}, 1, gone, []string{notFound, "603"}},
		"604":               {[]fakeapi.Fault{{Status: 604}}, 1, gone, []string{revoked, "604"}},
		"reset":             {[]fakeapi.Fault{{Drop: true, TakeEffect: true, Times: 2}}, 2, uncertain, []string{unknownSummary}},
		"truncated":         {[]fakeapi.Fault{{Body: `{"Success":tr`, Header: http.Header{"Content-Length": {"100"}}, TakeEffect: true, Times: 2}}, 2, uncertain, []string{unknownSummary}},
		"hang":              {[]fakeapi.Fault{{Hang: true, TakeEffect: true, Times: 2}}, 2, uncertain, []string{unknownSummary}},
		"500":               {[]fakeapi.Fault{{Status: 500, Times: 2}}, 2, uncertain, []string{unknownSummary, "500"}},
		"500, but saved":    {[]fakeapi.Fault{{Status: 500, TakeEffect: true, Times: 2}}, 2, uncertain, []string{unknownSummary, "500"}},
		"601":               {[]fakeapi.Fault{{Status: 601}}, 1, uncertain, []string{unknownSummary, "601"}},
		"not understood":    {[]fakeapi.Fault{{Status: 200, Body: `{"Fine": "indeed"}`, TakeEffect: true}}, 1, uncertain, []string{unknownSummary}},
		"saved for another": {[]fakeapi.Fault{{Status: 200, Body: `{"Success": true, "CallbackUrl": "https://other.example.org/hook?key=psst", "EventTypes": [2]}`}}, 1, uncertain, []string{echoSummary, "https://other.example.org/"}},
		"lost once":         {[]fakeapi.Fault{{TakeEffect: true, Drop: true}}, 2, done, nil},
	}
	for _, status := range refusals { // what is refused later doesn't say what the attempt before it did
		tests[fmt.Sprintf("lost, then %d", status)] = setTest{[]fakeapi.Fault{lost, {Status: status}}, 2, uncertain, []string{unknownSummary}}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			createAndUpdate(t, fakeapi.Options{}, func(f *fixture, prior object) {
				for _, fault := range test.faults {
					fault.Call = set
					f.api.Script(fault)
				}
				timeout := "1m"
				if name == "hang" {
					timeout = "300ms"
				}
				p := f.protocol(connections("garage"), map[string]any{"max_retries": 1, "request_timeout": timeout, "webhook_api": "notifications"})
				after, got := p.apply(prior, garageTwo)
				switch {
				case test.says == nil:
					wantNoDiagnostics(t, got)
				case len(got) != 1:
					t.Fatal(describe(got))
				default:
					wantOneError(t, got, attributeOf(got[0]), append(test.says, `App Connection "garage"`), []string{"tok-SECRET", "hush-hush", "psst"})
				}
				wanted := map[fakeapi.Call]int{set: test.sets}
				if prior.identity == nil { // a plan that creates checks the App Connection
					wanted[fakeapi.CallInfo] = 1
				}
				f.wantCalls(wanted)
				f.wantOutcome(prior, after, test.is)
			})
		})
	}
}

// newReceiver starts an HTTPS receiver, and returns the client with which the
// fake delivers to it at any host below example.com.
func newReceiver(t *testing.T) (*fakeapi.Receiver, *http.Client) {
	t.Helper()
	receiver := fakeapi.NewReceiver()
	t.Cleanup(receiver.Close)
	client := receiver.Client()
	return receiver, client
}

// TestVerifyDelivery answers the test of a webhook in every way: what can't be
// told is a warning, and what failed an error that leaves the webhook uncertain,
// so that the next apply sets and tests again (DESIGN.md, "Verification").
func TestVerifyDelivery(t *testing.T) {
	t.Parallel()
	const (
		notVerified = "Delivery could not be verified"
		notTested   = "Delivery was not verified"
	)
	nobody := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("nobody listens")
	}}}
	for name, test := range map[string]struct {
		options  fakeapi.Options
		receiver int           // what it answers; 0: 200
		fault    fakeapi.Fault // of TestWebhook; zero: none
		tests    int           // with one retry
		is       outcome
		said     string
		says     []string
	}{
		"200":             {tests: 1},
		"another field":   {fault: fakeapi.Fault{Status: 200, Body: `{"HttpStatus": 200}`}, tests: 1},
		"500":             {receiver: 500, tests: 1, is: uncertain, said: notTakenSummary, says: []string{"answered 500 instead of 200", `App Connection "garage"`}},
		"no answer":       {options: fakeapi.Options{DeliveryClient: nobody}, tests: 1, is: uncertain, said: notTakenSummary, says: []string{"did not answer"}},
		"not served":      {options: fakeapi.Options{Editions: fakeapi.EditionNotifications}, tests: 1, said: "warning: " + notTested, says: []string{"404"}},
		"a web page":      {options: fakeapi.Options{NoTestWebhook: true, CatchAll: true}, tests: 1, said: "warning: " + notTested},
		"not understood":  {fault: fakeapi.Fault{Status: 200, Body: `{"Whatever": "fine"}`}, tests: 1, said: "warning: " + notVerified, says: []string{"16"}},
		"failing once":    {fault: fakeapi.Fault{Status: 500}, tests: 2},
		"failing":         {fault: fakeapi.Fault{Status: 500, Times: 2}, tests: 2, is: uncertain, said: notVerified, says: []string{"500"}},
		"gone":            {fault: fakeapi.Fault{Status: 604}, tests: 1, is: gone, said: revoked, says: []string{"604"}},
		"not a supporter": {fault: fakeapi.Fault{Status: 605}, tests: 1, is: uncertain, said: pausedSummary, says: []string{"605"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.options.DeliveryClient == nil {
				receiver, client := newReceiver(t)
				receiver.SetStatus(max(test.receiver, 200))
				test.options.DeliveryClient = client
			}
			createAndUpdate(t, test.options, func(f *fixture, prior object) {
				if test.fault.Call = fakeapi.CallTest; test.fault.Status != 0 {
					f.api.Script(test.fault)
				}
				p := f.protocol(connections("garage"), map[string]any{"max_retries": 1})
				f.api.ResetRequests()
				after, got := p.apply(prior, with(garageTwo, map[string]any{"verify_delivery": true}))
				if test.said == "" {
					wantNoDiagnostics(t, got)
				} else {
					wantSaid(t, got, test.said)
				}
				wantText(t, describe(got), test.says...)
				if tests := f.api.Count(fakeapi.CallTest) + f.api.Count(fakeapi.CallOther); tests != test.tests {
					t.Errorf("tested %d times, want %d", tests, test.tests)
				}
				f.wantURL(tokenOf("garage"), urlTwo)
				if test.is == done {
					return
				}
				// Its own argument is a change, which is not what is looked at here.
				f.wantOutcome(prior, after, test.is)
			})
		})
	}
}

// TestTriggers has deliveries stop after the receiver was down, and a changed
// trigger start them again: an update in place that sets once.
func TestTriggers(t *testing.T) {
	t.Parallel()
	receiver, client := newReceiver(t)
	tokens := connections("garage")
	f := newFixture(t, fakeapi.Options{DeliveryClient: client}, tokens)
	state := f.protocol(tokens).created(garageOne)
	receiver.SetStatus(502)
	for range 6 {
		f.api.Fire(t.Context(), tokens["garage"], fakeapi.Event{Type: 2})
	}
	receiver.SetStatus(200)
	if delivery := f.api.Fire(t.Context(), tokens["garage"], fakeapi.Event{Type: 2}); delivery.Sent {
		t.Fatal("deliveries go on, so there is nothing to resume")
	}
	for _, triggers := range []any{map[string]any{"resumed": "1"}, map[string]any{"resumed": "2"}, nil} {
		f.api.ResetRequests()
		f.clock.Advance(1)
		p := f.protocol(tokens)
		arguments := with(garageOne, map[string]any{"triggers": triggers})
		if plan := p.plan(state, arguments); plan.action != "update" {
			t.Errorf("planned %q", plan.action)
		}
		after, got := p.apply(state, arguments)
		wantNoDiagnostics(t, got)
		state = after
		f.wantCalls(map[fakeapi.Call]int{set: 1})
		if delivery := f.api.Fire(t.Context(), tokens["garage"], fakeapi.Event{Type: 2}); delivery.Status != 200 {
			t.Errorf("after %v: the delivery gave %+v", triggers, delivery)
		}
	}
}

// TestDeleteOutcomes answers Delete in every way that makes a difference: what
// may have happened, and what has not, stays in state (DESIGN.md, "Delete").
func TestDeleteOutcomes(t *testing.T) {
	t.Parallel()
	const failed, unclear = "The webhook was not deleted", "Unknown whether the webhook was deleted"
	type deleteTest struct {
		faults    []fakeapi.Fault
		said      string
		kept      bool // in state
		uncertain bool
	}
	lost := fakeapi.Fault{Call: del, Status: 504, TakeEffect: true}
	tests := map[string]deleteTest{
		"done":           {},
		"lost once":      {faults: []fakeapi.Fault{{Call: del, Drop: true, TakeEffect: true}}},
		"603":            {faults: []fakeapi.Fault{{Call: del, Status: 603}}},
		"604":            {faults: []fakeapi.Fault{{Call: del, Status: 604}}},
		"not served":     {faults: []fakeapi.Fault{{Call: del, Status: 404}}, said: "warning: " + failed},
		"400, valid":     {faults: []fakeapi.Fault{{Call: del, Status: 400}}, said: "warning: " + failed},
		"400, gone":      {faults: []fakeapi.Fault{{Call: del, Status: 400}, {Call: fakeapi.CallInfo, Status: 604}}, said: failed, kept: true},
		"400, not known": {faults: []fakeapi.Fault{{Call: del, Status: 400}, {Call: fakeapi.CallInfo, Status: 500, Times: 2}}, said: failed, kept: true},
		"403":            {faults: []fakeapi.Fault{{Call: del, Status: 403}}, said: failed, kept: true},
		"605":            {faults: []fakeapi.Fault{{Call: del, Status: 605}}, said: failed, kept: true},
		"429":            {faults: []fakeapi.Fault{{Call: del, Status: 429, Times: 2}}, said: failed, kept: true},
		"500":            {faults: []fakeapi.Fault{{Call: del, Status: 500, Times: 2}}, said: unclear, kept: true, uncertain: true},
		"lost":           {faults: []fakeapi.Fault{{Call: del, Drop: true, TakeEffect: true, Times: 2}}, said: unclear, kept: true, uncertain: true},
		"lost, then 400": {faults: []fakeapi.Fault{lost, {Call: del, Status: 400}}, said: "warning: " + failed}, // valid, too
	}
	for _, status := range refusals[1:] {
		tests[fmt.Sprintf("lost, then %d", status)] = deleteTest{faults: []fakeapi.Fault{lost, {Call: del, Status: status}}, said: unclear, kept: true, uncertain: true}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := connections("garage")
			f := newFixture(t, fakeapi.Options{}, tokens)
			prior := f.protocol(tokens).created(garageOne)
			f.api.Script(test.faults...)
			p := f.protocol(tokens, map[string]any{"max_retries": 1})
			after, got := p.apply(prior, nil)
			if test.said == "" {
				wantNoDiagnostics(t, got)
			} else {
				wantSaid(t, got, test.said)
			}
			if kept := !p.isNull(after.state); kept != test.kept {
				t.Fatalf("in state is %t", kept)
			}
			if !test.kept {
				return
			}
			if times := p.attribute(after, "configured_at") + p.attribute(after, "expires_at"); (times == "") != test.uncertain {
				t.Errorf("state %s", p.decode(after.state))
			}
			// Who keeps it after all gets it set again where that is called for.
			if plan := f.protocol(tokens).plan(after, garageOne); (plan.action == "update") != test.uncertain {
				t.Errorf("planned %q", plan.action)
			}
		})
	}
}
