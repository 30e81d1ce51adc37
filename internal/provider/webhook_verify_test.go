// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// newReceiver starts an HTTPS receiver, and returns the client with which the
// fake delivers to it at any host below example.com.
func newReceiver(t *testing.T) (*fakeapi.Receiver, *http.Client) {
	t.Helper()
	receiver := fakeapi.NewReceiver()
	t.Cleanup(receiver.Close)
	client := receiver.Client()
	return receiver, client
}

// TestVerifyDelivery has the receiver refuse test notifications on create and
// on update: the apply fails and says with which status, the webhook stays in
// state, and each next apply sets and tests again until the receiver answers
// 200 (issue 3, verify_delivery).
func TestVerifyDelivery(t *testing.T) {
	t.Parallel()
	receiver, client := newReceiver(t)
	tokens := connections("garage")
	w := newWorld(t, fakeapi.Options{DeliveryClient: client}, tokens)
	ws := w.workspace()
	config := func(url string) {
		ws.Write("main.tf", w.provider(tokens)+webhook("garage", `app_connection = "garage"`, fmt.Sprintf("callback_url = %q", url),
			"verify_delivery = true", `event_types = ["print_complete"]`))
	}
	setAndTested := map[fakeapi.Call]int{fakeapi.CallSet: 1, fakeapi.CallTest: 1}
	wantRefused := func(status int) {
		t.Helper()
		w.api.ResetRequests()
		result := ws.Apply("-refresh=false")
		if result.OK() {
			t.Error("the apply went well")
		}
		wantSummaries(t, result, "error", map[string]int{"The callback URL did not accept a test notification": 1})
		wantText(t, result.Errors(), fmt.Sprintf("status %d instead of 200", status), `App Connection "garage"`, "The next apply")
		wantAbsent(t, "the callback URL's query", "hush-hush", map[string]string{"the error": result.Errors()})
	}

	receiver.SetStatus(500)
	config(urlOne)
	wantRefused(500)
	w.wantCalls(setAndTested)
	w.wantURL(tokens["garage"], urlOne)
	wantUncertain(t, ws, "garage", urlOne, true)
	receiver.SetStatus(403)
	wantRefused(403) // tainted: set anew
	receiver.SetStatus(200)
	w.api.ResetRequests()
	ws.Must(ws.Apply("-refresh=false"))
	w.wantCalls(setAndTested)
	wantPlanned(t, ws.Must(ws.Plan()), nil)

	receiver.SetStatus(500)
	config(urlTwo)
	wantRefused(500)
	w.wantCalls(setAndTested)
	wantUncertain(t, ws, "garage", urlOne, false) // as before, but for the times
	wantRefused(500)
	w.wantCalls(setAndTested)
	// Taken back after the failure, the old webhook is set and tested again.
	receiver.SetStatus(200)
	config(urlOne)
	w.api.ResetRequests()
	result := ws.Must(ws.Apply("-refresh=false"))
	wantPlanned(t, result, map[string]string{address("garage"): "update"})
	w.wantCalls(setAndTested)
	w.wantURL(tokens["garage"], urlOne)
	wantPlanned(t, ws.Must(ws.Plan()), nil)

	last := receiver.Received()[len(receiver.Received())-1]
	if last.RawQuery != strings.SplitN(urlOne, "?", 2)[1] || last.Payload.Type != 16 {
		t.Errorf("the receiver got event %d with the query %q", last.Payload.Type, last.RawQuery)
	}
}

// TestVerifyDeliveryOutcomes answers the test of a webhook in every other way:
// what can't be told is a warning, what failed is an error that keeps the
// webhook in state (issue 3, verify_delivery; rule 11).
func TestVerifyDeliveryOutcomes(t *testing.T) {
	t.Parallel()
	const (
		notVerified = "Delivery could not be verified"
		notServed   = "Delivery was not verified"
	)
	_, client := newReceiver(t)
	noReceiver := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, fmt.Errorf("nobody listens")
	}}}
	for _, test := range []struct {
		name     string
		options  fakeapi.Options
		fault    fakeapi.Fault // of TestWebhook; zero = none
		tests    int
		errors   map[string]int
		warnings map[string]int
		says     []string
		gone     bool // the webhook is not in state afterwards
	}{
		{name: "another field name", options: fakeapi.Options{DeliveryClient: client, TestStatusField: "HttpStatus"}, tests: 1},
		{
			name: "no answer from the receiver", options: fakeapi.Options{DeliveryClient: noReceiver}, tests: 1,
			errors: map[string]int{"The callback URL did not accept a test notification": 1}, says: []string{"got no answer instead of 200"},
		},
		{
			name: "commissioned server", options: fakeapi.Options{Editions: fakeapi.EditionNotifications}, tests: 1,
			warnings: map[string]int{notServed: 1}, says: []string{"404", "Remove verify_delivery"},
		},
		{
			name: "not served", options: fakeapi.Options{DeliveryClient: client, NoTestWebhook: true, CatchAll: true}, tests: 1,
			warnings: map[string]int{notServed: 1},
		},
		{
			name: "not understood", options: fakeapi.Options{DeliveryClient: client}, tests: 1,
			fault:    fakeapi.Fault{Status: 200, ContentType: "application/json", Body: `{"Whatever": "it was fine"}`},
			warnings: map[string]int{notVerified: 1}, says: []string{"receiver's log", "16"},
		},
		{
			name: "a passing failure", options: fakeapi.Options{DeliveryClient: client}, tests: 2,
			fault: fakeapi.Fault{Status: 500},
		},
		{
			name: "failure to the end of retries", options: fakeapi.Options{DeliveryClient: client}, tests: 2,
			fault:  fakeapi.Fault{Status: 500, Times: 2},
			errors: map[string]int{notVerified: 1}, says: []string{"500", "The next apply"},
		},
		{
			name: "gone meanwhile", options: fakeapi.Options{DeliveryClient: client}, tests: 1,
			fault:  fakeapi.Fault{Status: 604},
			errors: map[string]int{goneSummary: 1}, says: []string{"604", "connect your app again"}, gone: true,
		},
		{
			name: "not a supporter meanwhile", options: fakeapi.Options{DeliveryClient: client}, tests: 1,
			fault:  fakeapi.Fault{Status: 605},
			errors: map[string]int{"The printer's owner is not a supporter": 1}, says: []string{"605", "Supporter Perks"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tokens := connections("garage")
			w := newWorld(t, test.options, tokens)
			if test.fault.Status != 0 {
				test.fault.Call = fakeapi.CallTest
				w.api.Script(test.fault)
			}
			ws := w.workspace()
			config := func(url string) {
				ws.Write("main.tf", w.provider(tokens, "max_retries = 1")+
					webhook("garage", `app_connection = "garage"`, fmt.Sprintf("callback_url = %q", url), "verify_delivery = true"))
			}
			config(urlOne)
			result := ws.Apply()
			if result.OK() != (test.errors == nil) {
				t.Errorf("exit code %d", result.ExitCode)
			}
			wantSummaries(t, result, "error", test.errors)
			wantSummaries(t, result, "warning", test.warnings)
			wantText(t, result.Errors()+result.Warnings(), test.says...)
			if asked := w.api.Count(fakeapi.CallTest); asked != test.tests {
				t.Errorf("TestWebhook was called %d times, want %d", asked, test.tests)
			}
			switch {
			case test.gone:
				wantAddresses(t, ws)
				return
			case test.errors != nil:
				wantUncertain(t, ws, "garage", urlOne, true)
				return
			}
			wantTimes(t, ws, "garage", "2026-03-01T12:00:00Z", "2026-08-28T12:00:00Z")
			wantPlanned(t, ws.Must(ws.Plan()), nil)

			// The same on update, where nothing more goes wrong.
			config(urlTwo)
			ws.Must(ws.Apply())
			w.wantURL(tokens["garage"], urlTwo)
		})
	}
}

// TestGoneWhileVerifyingAnUpdate revokes the connection between Set and its
// test: the next plan knows, and asks nobody (rule 2; issue 3, verify_delivery).
func TestGoneWhileVerifyingAnUpdate(t *testing.T) {
	t.Parallel()
	_, client := newReceiver(t)
	tokens := connections("garage")
	w := newWorld(t, fakeapi.Options{DeliveryClient: client}, tokens)
	ws := w.workspace()
	config := func(url string) {
		ws.Write("main.tf", w.provider(tokens)+webhook("garage", `app_connection = "garage"`, fmt.Sprintf("callback_url = %q", url), "verify_delivery = true"))
	}
	config(urlOne)
	ws.Must(ws.Apply())

	w.api.OnRequest(func(r fakeapi.Request) {
		if r.Call == fakeapi.CallTest {
			w.api.Revoke(tokens["garage"], 604)
		}
	})
	config(urlTwo)
	result := ws.Apply()
	wantSummaries(t, result, "error", map[string]int{goneSummary: 1})

	w.api.ResetRequests()
	plan := ws.Must(ws.Plan())
	wantPlanned(t, plan, map[string]string{address("garage"): "create"})
	w.wantCalls(map[fakeapi.Call]int{})
}

// TestTriggers has deliveries stop after the receiver was down, and a changed
// trigger start them again: an update in place that sets once (issue 3, triggers).
func TestTriggers(t *testing.T) {
	t.Parallel()
	receiver, client := newReceiver(t)
	tokens := connections("garage")
	w := newWorld(t, fakeapi.Options{DeliveryClient: client}, tokens)
	ws := w.workspace()
	config := func(triggers string) {
		ws.Write("main.tf", w.provider(tokens)+webhook("garage", `app_connection = "garage"`, `callback_url = "`+urlOne+`"`, triggers))
	}
	config("")
	ws.Must(ws.Apply())
	receiver.SetStatus(502)
	for range 6 {
		w.api.Fire(t.Context(), tokens["garage"], fakeapi.Event{Type: 2})
	}
	receiver.SetStatus(200)
	if delivery := w.api.Fire(t.Context(), tokens["garage"], fakeapi.Event{Type: 2}); delivery.Sent {
		t.Fatal("deliveries go on, so there is nothing to resume")
	}

	for _, triggers := range []string{`triggers = { resumed = "1" }`, `triggers = { resumed = "2" }`, ""} {
		config(triggers)
		w.api.ResetRequests()
		result := ws.Must(ws.Apply())
		wantPlanned(t, result, map[string]string{address("garage"): "update"})
		w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 1, fakeapi.CallSet: 1})
		if delivery := w.api.Fire(t.Context(), tokens["garage"], fakeapi.Event{Type: 2}); delivery.Status != 200 {
			t.Errorf("after %q: the delivery gave %+v", triggers, delivery)
		}
	}
	wantPlanned(t, ws.Must(ws.Plan()), nil)
}
