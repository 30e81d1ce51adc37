// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"iter"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const testNotificationType = "octoeverywhere_test_notification"

// nowhere is a version that no CLI will have: OpenTofu has neither actions nor
// terraform query.
const nowhere = "999.0.0"

func (p *protocol) actions() tfprotov6.ActionServer {
	p.t.Helper()
	server, ok := p.server.(tfprotov6.ActionServer)
	if !ok {
		p.t.Fatal("the server offers no actions")
	}
	return server
}

// testNotification makes the action's configuration.
func (p *protocol) testNotification(arguments map[string]any) *tfprotov6.DynamicValue {
	p.t.Helper()
	return p.value(p.schemas.ActionSchemas[testNotificationType].Schema, arguments)
}

func (p *protocol) validateAction(arguments map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	response, err := p.actions().ValidateActionConfig(p.t.Context(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: testNotificationType, Config: p.testNotification(arguments),
	})
	p.must(err)
	return response.Diagnostics
}

func (p *protocol) planAction(arguments map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	response, err := p.actions().PlanAction(p.t.Context(), &tfprotov6.PlanActionRequest{
		ActionType: testNotificationType, Config: p.testNotification(arguments),
	})
	p.must(err)
	return response.Diagnostics
}

// actionEvents runs the action while its events are read.
func (p *protocol) actionEvents(arguments map[string]any) iter.Seq[tfprotov6.InvokeActionEvent] {
	p.t.Helper()
	stream, err := p.actions().InvokeAction(p.t.Context(), &tfprotov6.InvokeActionRequest{
		ActionType: testNotificationType, Config: p.testNotification(arguments),
	})
	p.must(err)
	return stream.Events
}

// invokeAction runs the action and returns its progress and its end.
func (p *protocol) invokeAction(arguments map[string]any) (progress []string, diagnostics []*tfprotov6.Diagnostic) {
	p.t.Helper()
	completed := 0
	for event := range p.actionEvents(arguments) {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			completed++
			diagnostics = event.Diagnostics
		}
	}
	if completed != 1 {
		p.t.Errorf("the action completed %d times", completed)
	}
	return progress, diagnostics
}

// TestTestNotification invokes the action whatever the service and the receiver
// answer: it succeeds for 200 alone, tells what came back, and sets nothing.
func TestTestNotification(t *testing.T) {
	t.Parallel()
	receiver := func(status int) *http.Client {
		received, client := newReceiver(t)
		received.SetStatus(status)
		return client
	}
	noReceiver := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, fmt.Errorf("nobody listens")
	}}}
	const sends, answered = `OctoEverywhere sends a test notification to the webhook of App Connection "garage"`, `The webhook of App Connection "garage" `
	for name, test := range map[string]struct {
		options   fakeapi.Options
		unset     bool // the App Connection has no webhook
		given     func(w *world)
		fault     *fakeapi.Fault
		progress  []string // after sends
		attribute string
		words     []string // of the error; none: it succeeds
	}{
		"200":           {options: fakeapi.Options{DeliveryClient: receiver(200)}, progress: []string{answered + "answered 200"}},
		"another field": {options: fakeapi.Options{DeliveryClient: receiver(200), TestStatusField: "HttpStatus"}, progress: []string{answered + "answered 200"}},
		"202":           {options: fakeapi.Options{DeliveryClient: receiver(202)}, progress: []string{answered + "answered 202"}, words: []string{"did not accept", "answered 202 instead of 200", "Nothing was changed"}},
		"500":           {options: fakeapi.Options{DeliveryClient: receiver(500)}, progress: []string{answered + "answered 500"}, words: []string{"did not accept", "answered 500 instead of 200"}},
		"no answer":     {options: fakeapi.Options{DeliveryClient: noReceiver}, progress: []string{answered + "gave no answer"}, words: []string{"gave no answer instead of 200", "10 seconds"}},
		"old edition":   {options: fakeapi.Options{Editions: fakeapi.EditionNotifications}, words: []string{"does not offer this call", "404", "endpoint"}},
		"not served":    {options: fakeapi.Options{NoTestWebhook: true, CatchAll: true}, words: []string{"does not offer this call"}},
		"odd answer":    {fault: &fakeapi.Fault{Status: 200, ContentType: "application/json", Body: `{"Sent":true}`}, words: []string{"could not be verified", "event type 16"}},
		"no webhook":    {unset: true, words: []string{"could not be verified", "400", "set one first"}},
		"603":           {given: func(w *world) { w.api.Revoke(tokenOf("garage"), 603) }, attribute: "app_connection", words: []string{"gone for good", "603", "connect your app again"}},
		"604":           {given: func(w *world) { w.api.Revoke(tokenOf("garage"), 604) }, attribute: "app_connection", words: []string{"gone for good", "604"}},
		"605":           {given: func(w *world) { w.api.SetSupporter(tokenOf("garage"), false) }, attribute: "app_connection", words: []string{"not a supporter", "605"}},
		"606":           {fault: &fakeapi.Fault{Status: 606}, attribute: "app_connection", words: []string{"not accepted", "606"}},
		"failing":       {fault: &fakeapi.Fault{Status: 500, Times: -1}, words: []string{"could not be verified", "500", "Try again later"}},
		"passing":       {options: fakeapi.Options{DeliveryClient: receiver(200)}, fault: &fakeapi.Fault{Status: 503}, progress: []string{answered + "answered 200"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.options, connections("garage", "lab"))
			p := newProtocol(t, w.newProvider())
			wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": w.url, "max_retries": 1, "app_tokens": map[string]any{"garage": tokenOf("garage"), "lab": tokenOf("lab")}}))
			if !test.unset {
				p.created(garageOne)
			}
			if test.given != nil {
				test.given(w)
			}
			if test.fault != nil {
				test.fault.Call = fakeapi.CallTest
				w.api.Script(*test.fault)
			}
			w.api.ResetRequests()
			arguments := map[string]any{"app_connection": "garage"}
			wantNoDiagnostics(t, p.planAction(arguments))
			progress, got := p.invokeAction(arguments)
			if want := append([]string{sends}, test.progress...); !slices.Equal(progress, want) {
				t.Errorf("progress is %q, want %q", progress, want)
			}
			if len(test.words) == 0 {
				wantNoDiagnostics(t, got)
			} else {
				wantOneError(t, got, test.attribute, append(test.words, `App Connection "garage"`), []string{"tok-SECRET", "hush-hush"})
			}
			for call := range w.calls() {
				if call != fakeapi.CallTest && call != fakeapi.CallOther {
					t.Errorf("it made the call %s", call)
				}
			}
		})
	}
}

// TestTestNotificationArguments: the data source's rules; what can be known at
// plan is refused there, and nothing is sent.
func TestTestNotificationArguments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{}, connections("garage"))
	p := newProtocol(t, w.newProvider())
	both := map[string]any{"app_connection": "garage", "app_token": "x"}
	if got := p.validateAction(both); len(got) == 0 || !strings.Contains(describe(got), "app_token") {
		t.Errorf("with both arguments:\n%s", describe(got))
	}
	wantOneError(t, p.validateAction(map[string]any{"app_token": "a b"}), "app_token", []string{"a space"}, []string{"a b"})
	wantNoDiagnostics(t, p.validateAction(map[string]any{"app_token": unknown{}}))

	wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": w.url, "app_tokens": map[string]any{"garage": tokenOf("garage"), "later": unknown{}}}))
	for _, test := range []struct {
		arguments map[string]any
		attribute string
		plan      bool // the plan refuses it
		words     []string
	}{
		{map[string]any{"app_connection": "grage"}, "app_connection", true, []string{`"grage"`, `The provider has: "garage", "later".`}},
		{nil, "", true, []string{"No App Connection is chosen"}},
		{map[string]any{"app_connection": "later"}, "", false, []string{"not known", `App Connection "later"`}},
		{map[string]any{"app_connection": unknown{}}, "", false, []string{"not known"}},
	} {
		planned := p.planAction(test.arguments)
		if test.plan {
			wantOneError(t, planned, test.attribute, test.words, nil)
		} else {
			wantNoDiagnostics(t, planned)
		}
		progress, got := p.invokeAction(test.arguments)
		wantOneError(t, got, test.attribute, test.words, nil)
		if len(progress) > 0 {
			t.Errorf("progress %q", progress)
		}
	}
	w.wantCalls(map[fakeapi.Call]int{})

	// By its token, an App Connection is named as the provider knows it.
	progress, _ := p.invokeAction(map[string]any{"app_token": tokenOf("garage")})
	if len(progress) != 1 || !strings.Contains(progress[0], `App Connection "garage"`) {
		t.Errorf("progress %q", progress)
	}
	if asked := w.asked(fakeapi.CallTest, tokenOf("garage")); asked != 1 {
		t.Errorf("tested %d times", asked)
	}
}

// TestTestNotificationInTerraform has Terraform invoke the action, after create
// and after update and by itself.
func TestTestNotificationInTerraform(t *testing.T) {
	t.Parallel()
	acctest.SkipBelow(t, "1.14.0", nowhere, "an action")
	receiver, client := newReceiver(t)
	tokens := connections("garage")
	w := newWorld(t, fakeapi.Options{DeliveryClient: client}, tokens)
	ws := w.workspace()
	config := func(url string) {
		ws.Write("main.tf", w.provider(tokens)+`
action "octoeverywhere_test_notification" "garage" {
  config {
    app_connection = "garage"
  }
}
`+webhook("garage", `app_connection = "garage"`, fmt.Sprintf("callback_url = %q", url), `lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.octoeverywhere_test_notification.garage]
    }
  }`))
	}
	const address = "action.octoeverywhere_test_notification.garage"
	setAndTested := map[fakeapi.Call]int{fakeapi.CallSet: 1, fakeapi.CallTest: 1}
	tested := map[fakeapi.Call]int{fakeapi.CallTest: 1}

	config(urlOne)
	applied := ws.Must(ws.Apply())
	wantText(t, applied.Stdout, `webhook of App Connection \"garage\" answered 200`)
	w.wantCalls(setAndTested)

	receiver.SetStatus(500)
	config(urlTwo)
	w.api.ResetRequests()
	failed := ws.Apply("-refresh=false")
	if failed.OK() {
		t.Error("the apply went well")
	}
	wantText(t, failed.Errors(), "answered 500 instead of 200")
	w.wantCalls(setAndTested)
	w.wantURL(tokens["garage"], urlTwo)
	wantPlanned(t, ws.Must(ws.Plan()), nil) // a failed action leaves the webhook as it was set

	w.api.ResetRequests()
	if invoked := ws.Apply("-refresh=false", "-invoke="+address); invoked.OK() {
		t.Error("the action went well")
	}
	w.wantCalls(tested)
	receiver.SetStatus(200)
	w.api.ResetRequests()
	ws.Must(ws.Apply("-refresh=false", "-invoke="+address))
	w.wantCalls(tested)

	// A dead one fails the action, and it is for the next plan to drop it.
	w.api.Revoke(tokens["garage"], 604)
	invoked := ws.Apply("-refresh=false", "-invoke="+address)
	wantText(t, invoked.Errors(), "gone for good", "604")
	wantAddresses(t, ws, "garage")
}
