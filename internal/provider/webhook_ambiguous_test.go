// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestAmbiguousFailure fails Set in ways that leave open whether the webhook
// was saved: on create, on update, and on an update that the user then takes
// back. The next apply heals all three, and sets each once (rule 4; issue 3,
// Ambiguous failures).
func TestAmbiguousFailure(t *testing.T) {
	t.Parallel()
	const (
		unknown   = "It is not known whether the webhook was set"
		otherEcho = `{"Success": true, "CallbackUrl": "https://other.example.org/hook?key=psst", "EventTypes": [2]}`
		sameHost  = `{"Success": true, "CallbackUrl": "https://app.example.com/octo?printer=garage&key=psst", "EventTypes": [3]}`
	)
	for _, test := range []struct {
		name     string
		fault    fakeapi.Fault
		attempts int // until the provider gives up, with one retry
		provider []string
		says     []string
	}{
		{name: "reset after it was saved", fault: fakeapi.Fault{Commit: true, Kind: fakeapi.Reset}, attempts: 2, says: []string{unknown}},
		{name: "cut off after it was saved", fault: fakeapi.Fault{Commit: true, Kind: fakeapi.Truncated, Status: 200}, attempts: 2, says: []string{unknown}},
		{
			name: "hang after it was saved", fault: fakeapi.Fault{Commit: true, Kind: fakeapi.Hang}, attempts: 2,
			provider: []string{`request_timeout = "500ms"`}, says: []string{unknown},
		},
		{name: "500 after it was saved", fault: fakeapi.Fault{Commit: true, Status: 500}, attempts: 2, says: []string{unknown, "500"}},
		{name: "500", fault: fakeapi.Fault{Status: 500}, attempts: 2, says: []string{unknown, "500"}},
		{name: "503", fault: fakeapi.Fault{Status: 503}, attempts: 2, says: []string{unknown, "503"}},
		{name: "600", fault: fakeapi.Fault{Status: 600}, attempts: 2, says: []string{unknown, "600"}},
		{name: "601", fault: fakeapi.Fault{Status: 601}, attempts: 1, says: []string{unknown, "601"}},
		{
			name: "an answer that says nothing", fault: fakeapi.Fault{Commit: true, Status: 200, Body: `{"Fine": "indeed"}`}, attempts: 1,
			provider: []string{`webhook_api = "notifications"`}, says: []string{unknown},
		},
		{
			name: "another webhook was saved", fault: fakeapi.Fault{Status: 200, ContentType: "application/json", Body: otherEcho}, attempts: 1,
			says: []string{"saved another webhook", "print_failed to https://app.example.com/", "print_complete to https://other.example.org/"},
		},
		{
			name:  "another query was saved",
			fault: fakeapi.Fault{Status: 200, ContentType: "application/json", Body: sameHost}, attempts: 1,
			says: []string{"saved another webhook", "print_failed to https://app.example.com/", "differ in a part that is not shown"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tokens := connections("created", "updated", "reverted")
			w := newWorld(t, fakeapi.Options{}, tokens)
			ws := w.workspace()
			printer := func(name, url string) string {
				return webhook(name, fmt.Sprintf("app_connection = %q", name), fmt.Sprintf("callback_url = %q", url), `event_types = ["print_failed"]`)
			}
			ws.Write("main.tf", w.provider(tokens)+printer("updated", urlOne)+printer("reverted", urlOne))
			ws.Must(ws.Apply())

			for _, token := range tokens {
				fault := test.fault
				fault.Call, fault.Token, fault.Times = fakeapi.CallSet, token, test.attempts
				w.api.Script(fault)
			}
			ws.Write("main.tf", w.provider(tokens, append(test.provider, "max_retries = 1")...)+
				printer("created", urlOne)+printer("updated", urlTwo)+printer("reverted", urlTwo))
			w.api.ResetRequests()
			failed := ws.Apply()
			if failed.OK() || count(failed, "error", "") != 3 {
				t.Errorf("exit code %d and these errors, want one for each of three:\n%s", failed.ExitCode, failed.Errors())
			}
			wantText(t, failed.Errors(), test.says...)
			for _, secret := range []string{"hush-hush", "psst"} {
				if strings.Contains(failed.Errors(), secret) {
					t.Errorf("the query %q is shown:\n%s", secret, failed.Errors())
				}
			}
			for name, token := range tokens {
				if sent := w.asked(fakeapi.CallSet, token); sent != test.attempts {
					t.Errorf("%s: Set was called %d times, want %d", name, sent, test.attempts)
				}
				if test.fault.Commit && name != "created" {
					w.wantURL(token, urlTwo)
				}
			}
			// The prior state with both times null; a created one is tainted.
			wantUncertain(t, ws, "created", urlOne, true)
			wantUncertain(t, ws, "updated", urlOne, false)
			wantUncertain(t, ws, "reverted", urlOne, false)

			ws.Write("main.tf", w.provider(tokens)+printer("created", urlOne)+printer("updated", urlTwo)+printer("reverted", urlOne))
			w.api.ResetRequests()
			healed := ws.Must(ws.Apply())
			wantPlanned(t, healed, map[string]string{address("created"): "replace", address("updated"): "update", address("reverted"): "update"})
			for name, token := range tokens {
				if sent := w.asked(fakeapi.CallSet, token); sent != 1 {
					t.Errorf("%s: Set was called %d times to heal, want 1", name, sent)
				}
			}
			w.wantURL(tokens["created"], urlOne)
			w.wantURL(tokens["updated"], urlTwo)
			w.wantURL(tokens["reverted"], urlOne)
			wantPlanned(t, ws.Must(ws.Plan()), nil)
		})
	}
}

// wantUncertain checks a state that says: nobody knows which webhook is there.
func wantUncertain(t *testing.T, ws *acctest.Workspace, name, url string, tainted bool) {
	t.Helper()
	values, found := ws.Resources()[address(name)]
	if !found {
		t.Errorf("%s: not in state", name)
		return
	}
	if values["callback_url"] != url || values["id"] != fingerprintOf(t, tokenOf(name)) || values["configured_at"] != nil || values["expires_at"] != nil {
		t.Errorf("%s: state %v, want callback_url %q and both times null", name, values, url)
	}
	for _, resource := range ws.State().Values.RootModule.Resources {
		if resource.Address == address(name) && resource.Tainted != tainted {
			t.Errorf("%s: tainted %t, want %t", name, resource.Tainted, tainted)
		}
	}
}

// TestLostAnswerIsRetried loses the answer to a Set once: the retry is the
// only second call, and nobody is told (rule 4).
func TestLostAnswerIsRetried(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	w := newWorld(t, fakeapi.Options{}, tokens)
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Commit: true, Kind: fakeapi.Reset})
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens)+webhook("printer", `app_connection = "garage"`, `callback_url = "`+urlOne+`"`))
	result := ws.Must(ws.Apply())
	if len(result.Diagnostics) != 0 {
		t.Errorf("the user is told:\n%s%s", result.Errors(), result.Warnings())
	}
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallSet: 2})
	wantPlanned(t, ws.Must(ws.Plan()), nil)
}

// TestDefiniteRefusal answers Set with what is no, for certain: one request,
// no state on create, the prior one on update (rule 4).
func TestDefiniteRefusal(t *testing.T) {
	t.Parallel()
	refusals := map[string]struct {
		status int
		says   string
	}{
		"s400": {400, "OctoEverywhere refused the webhook"},
		"s603": {603, goneSummary},
		"s604": {604, goneSummary},
		"s605": {605, "The printer's owner is not a supporter"},
		"s606": {606, "The App Connection's token is not accepted"},
		"s613": {613, "OctoEverywhere did not accept the webhook"},
	}
	var names []string
	for name := range refusals {
		names = append(names, name)
	}
	slices.Sort(names)
	tokens := connections(names...)
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	apply := func(url string, args ...string) acctest.Result {
		ws.Write("main.tf", w.provider(tokens)+webhook("printer",
			`for_each       = toset(["`+strings.Join(names, `", "`)+`"])`,
			`app_connection = each.key`, fmt.Sprintf("callback_url = %q", url)))
		w.api.ResetRequests()
		return ws.Apply(args...)
	}
	refuse := func() {
		for name, refusal := range refusals {
			w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Token: tokens[name], Status: refusal.status})
		}
	}
	wantRefused := func(result acctest.Result) {
		t.Helper()
		for name, refusal := range refusals {
			told := ""
			for _, d := range result.Diagnostics {
				if d.Severity == "error" && strings.HasSuffix(d.Address, `["`+name+`"]`) {
					told += d.String()
				}
			}
			wantText(t, told, refusal.says, fmt.Sprint(refusal.status), fmt.Sprintf("App Connection %q", name))
		}
		w.wantCalls(map[fakeapi.Call]int{fakeapi.CallSet: len(refusals)})
	}

	refuse()
	wantRefused(apply(urlOne))
	wantAddresses(t, ws)

	ws.Must(apply(urlOne))
	before := fmt.Sprint(ws.Resources())
	refuse()
	wantRefused(apply(urlTwo, "-refresh=false"))
	if after := fmt.Sprint(ws.Resources()); after != before {
		t.Errorf("the state is\n%s\nwant the prior one\n%s", after, before)
	}
	for _, token := range tokens {
		w.wantURL(token, urlOne)
	}
}
