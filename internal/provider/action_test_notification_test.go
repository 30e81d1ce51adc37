// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"iter"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
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
	const (
		sends       = `OctoEverywhere sends a test notification to the webhook of App Connection "garage"`
		answered    = `The webhook of App Connection "garage" `
		notVerified = "could not be verified"
	)
	nobody := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, fmt.Errorf("nobody listens")
	}}}
	for name, test := range map[string]struct {
		options   fakeapi.Options
		receiver  int // what it answers; 0: 200
		unset     bool
		fault     fakeapi.Fault
		progress  string // after sends
		attribute string
		words     []string // of the error; none: it succeeds
	}{
		"200":            {progress: answered + "answered 200"},
		"failing once":   {fault: fakeapi.Fault{Status: 503}, progress: answered + "answered 200"},
		"202":            {receiver: 202, progress: answered + "answered 202", words: []string{"did not accept", "status 202 instead of 200", "Nothing was changed"}},
		"no answer":      {options: fakeapi.Options{DeliveryClient: nobody}, progress: answered + "gave no answer", words: []string{"did not accept", "no answer instead of 200", "10 seconds"}},
		"not served":     {options: fakeapi.Options{Editions: fakeapi.EditionNotifications}, words: []string{"does not offer this call", "404", "endpoint"}},
		"not understood": {fault: fakeapi.Fault{Status: 200, Body: `{"Sent":true}`}, words: []string{notVerified, "event type 16"}},
		"no webhook":     {unset: true, words: []string{notVerified, "400", "set one first"}},
		"gone":           {fault: fakeapi.Fault{Status: 604}, attribute: "app_connection", words: []string{"gone for good", "604", "connect your app again"}},
		"no supporter":   {fault: fakeapi.Fault{Status: 605}, attribute: "app_connection", words: []string{"not a supporter", "605", "a supporter again."}},
		"not accepted":   {fault: fakeapi.Fault{Status: 606}, attribute: "app_connection", words: []string{"not accepted", "606"}},
		"failing":        {fault: fakeapi.Fault{Status: 500, Times: -1}, words: []string{notVerified, "500", "Try again later"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.options.DeliveryClient == nil {
				receiver, client := newReceiver(t)
				receiver.SetStatus(max(test.receiver, 200))
				test.options.DeliveryClient = client
			}
			w := newFixture(t, test.options, connections("garage", "lab"))
			p := w.protocol(connections("garage", "lab"), map[string]any{"max_retries": 1})
			if !test.unset {
				p.created(garageOne)
			}
			if test.fault.Call = fakeapi.CallTest; test.fault.Status != 0 {
				w.api.Script(test.fault)
			}
			w.api.ResetRequests()
			arguments := map[string]any{"app_connection": "garage"}
			wantNoDiagnostics(t, p.planAction(arguments))
			w.wantCalls(map[fakeapi.Call]int{})
			progress, got := p.invokeAction(arguments)
			if want := strings.TrimSpace(sends + "\n" + test.progress); strings.Join(progress, "\n") != want {
				t.Errorf("progress is %q, want %q", progress, want)
			}
			if len(test.words) == 0 {
				wantNoDiagnostics(t, got)
			} else {
				wantOneError(t, got, test.attribute, append(test.words, `App Connection "garage"`), []string{"tok-SECRET", "hush-hush"})
			}
			if tests := w.api.Count(fakeapi.CallTest) + w.api.Count(fakeapi.CallOther); tests == 0 || tests != w.api.Count("") {
				t.Errorf("calls %v", w.calls())
			}
		})
	}
}

// TestTestNotificationArguments: the data source's rules; what can be known at
// plan is refused there, and nothing is sent.
func TestTestNotificationArguments(t *testing.T) {
	t.Parallel()
	w := newFixture(t, fakeapi.Options{}, connections("garage"))
	p := w.protocol(nil, map[string]any{"app_tokens": map[string]any{"garage": tokenOf("garage"), "later": unknown{}}})
	both := map[string]any{"app_connection": "garage", "app_token": "x"}
	if got := p.validateAction(both); !hasErrors(got) {
		t.Errorf("with both arguments:\n%s", describe(got))
	}
	wantOneError(t, p.validateAction(map[string]any{"app_token": "a b"}), "app_token", []string{"a space"}, []string{"a b"})
	wantNoDiagnostics(t, p.validateAction(map[string]any{"app_token": unknown{}}))
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
		if planned := p.planAction(test.arguments); test.plan {
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
	_, got := w.protocol(connections("garage"), map[string]any{"endpoint": unknown{}}).invokeAction(map[string]any{"app_connection": "garage"})
	wantOneError(t, got, "", []string{"not known", "endpoint", "-target"}, nil)
	w.wantCalls(map[fakeapi.Call]int{})

	// By its token, an App Connection is named as the provider knows it.
	progress, _ := p.invokeAction(map[string]any{"app_token": tokenOf("garage")})
	wantText(t, strings.Join(progress, "\n"), `App Connection "garage"`)
	if asked := w.asked(fakeapi.CallTest, tokenOf("garage")); asked != 1 {
		t.Errorf("tested %d times", asked)
	}
}

// TestTestNotificationInTerraform has Terraform invoke the action, after create
// and after update and by itself.
func TestTestNotificationInTerraform(t *testing.T) {
	t.Parallel()
	clitest.SkipBelow(t, "1.14.0", nowhere, "an action")
	const invoke = "-invoke=action.octoeverywhere_test_notification.garage"
	receiver, client := newReceiver(t)
	tokens := connections("garage")
	w := newFixture(t, fakeapi.Options{DeliveryClient: client}, tokens)
	ws := w.workspace()
	// apply wants an error that says this, or none, and these calls.
	apply := func(url, option, says string, calls map[fakeapi.Call]int) clitest.Result {
		t.Helper()
		ws.Write("main.tf", w.provider(tokens)+`
action "octoeverywhere_test_notification" "garage" {
  config {
    app_connection = "garage"
  }
}
`+webhook("garage", on("garage", url, `lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.octoeverywhere_test_notification.garage]
    }
  }`)...))
		w.api.ResetRequests()
		applied := ws.Apply("-refresh=false", option)
		if applied.OK() != (says == "") {
			t.Errorf("the apply went well: %t\n%s", applied.OK(), applied.Errors())
		}
		wantText(t, applied.Errors(), says)
		w.wantCalls(calls)
		return applied
	}
	setAndTested := map[fakeapi.Call]int{fakeapi.CallSet: 1, fakeapi.CallTest: 1}
	tested := map[fakeapi.Call]int{fakeapi.CallTest: 1}

	applied := apply(urlOne, "-input=false", "", setAndTested)
	wantText(t, applied.Stdout, `webhook of App Connection \"garage\" answered 200`)
	receiver.SetStatus(500)
	apply(urlTwo, "-input=false", "status 500 instead of 200", setAndTested)
	w.wantURL(tokens["garage"], urlTwo)
	wantPlanned(t, ws.Must(ws.Plan()), nil) // a failed action leaves the webhook as it was set
	apply(urlTwo, invoke, "status 500 instead of 200", tested)
	receiver.SetStatus(200)
	apply(urlTwo, invoke, "", tested)

	// A dead one fails the action, and it is for the next plan to drop it.
	w.api.Revoke(tokens["garage"], 604)
	apply(urlTwo, invoke, "gone for good", tested)
	wantAddresses(t, ws, "garage")
}
