// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"iter"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestAccTestNotificationAction has Terraform invoke the action after each
// create and update. A failed one leaves the webhook as it was set.
func TestAccTestNotificationAction(t *testing.T) {
	receiver, client := newReceiver(t)
	f := newFixture(t, fakeapi.Options{DeliveryClient: client}, connections("garage"))
	hcl := func(url string) string {
		return f.providerConfig("garage") + `
action "octoeverywhere_test_notification" "garage" {
  config {
    app_connection = "garage"
  }
}` + webhook("printer", "garage", url, `lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.octoeverywhere_test_notification.garage]
    }
  }`)
	}
	resource.ParallelTest(t, resource.TestCase{
		// 1.14.0 runs an action before its resource (hashicorp/terraform#37930).
		PreCheck:                 func() { clitest.SkipBelow(t, "1.14.1", nowhere, "an action") },
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl(urlOne), ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set, fakeapi.CallTest)}},
			{
				PreConfig:   func() { receiver.SetStatus(500) },
				Config:      hcl(urlTwo),
				ExpectError: regexp.MustCompile(`answered\s+500\s+instead\s+of\s+200`),
			},
			{
				Config:           hcl(urlTwo),
				ConfigPlanChecks: preApply(f.expectChanges(set, fakeapi.CallTest), plancheck.ExpectEmptyPlan(), f.expectWebhook(tokenOf("garage"), urlTwo)),
			},
		},
	})
}

// --- At protocol level ---

const testNotificationType = "octoeverywhere_test_notification"

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

// planAction validates and plans the action.
func (p *protocol) planAction(arguments map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	config := p.testNotification(arguments)
	validated, err := p.actions().ValidateActionConfig(p.t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: testNotificationType, Config: config})
	p.must(err)
	if len(validated.Diagnostics) > 0 {
		return validated.Diagnostics
	}
	response, err := p.actions().PlanAction(p.t.Context(), &tfprotov6.PlanActionRequest{ActionType: testNotificationType, Config: config})
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
	const notVerified = "could not be verified"
	label := fmt.Sprintf(`App Connection "garage" (%s)`, fingerprintOf(t, tokenOf("garage")))
	sends, answered := "OctoEverywhere sends a test notification to the webhook of "+label, "The webhook of "+label+" "
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
		"202":            {receiver: 202, progress: answered + "answered 202", words: []string{"did not accept", "answered 202 instead of 200"}},
		"no answer":      {options: fakeapi.Options{DeliveryClient: nobody}, progress: answered + "did not answer", words: []string{"did not accept", "did not answer", "10 seconds"}},
		"not served":     {options: fakeapi.Options{Editions: fakeapi.EditionNotifications}, words: []string{"does not support this call", "404", "endpoint"}},
		"not understood": {fault: fakeapi.Fault{Status: 200, Body: `{"Sent":true}`}, words: []string{notVerified, "event type 16"}},
		"no webhook":     {unset: true, words: []string{notVerified, "400", "may have no webhook"}},
		"gone":           {fault: fakeapi.Fault{Status: 604}, attribute: "app_connection", words: []string{"App Connection revoked", "604", "connect your app again"}},
		"no supporter":   {fault: fakeapi.Fault{Status: 605}, attribute: "app_connection", words: []string{"no Supporter Perks", "605", "same token"}},
		"not accepted":   {fault: fakeapi.Fault{Status: 606}, attribute: "app_connection", words: []string{"not accepted", "606"}},
		"failing":        {fault: fakeapi.Fault{Status: 500, Times: -1}, words: []string{notVerified, "500", "may have been sent"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.options.DeliveryClient == nil {
				receiver, client := newReceiver(t)
				receiver.SetStatus(max(test.receiver, 200))
				test.options.DeliveryClient = client
			}
			f := newFixture(t, test.options, connections("garage", "lab"))
			p := f.protocol(connections("garage", "lab"), map[string]any{"max_retries": 1})
			if !test.unset {
				p.created(garageOne)
			}
			if test.fault.Call = fakeapi.CallTest; test.fault.Status != 0 {
				f.api.Script(test.fault)
			}
			f.api.ResetRequests()
			arguments := map[string]any{"app_connection": "garage"}
			wantNoDiagnostics(t, p.planAction(arguments))
			f.wantCalls(map[fakeapi.Call]int{})
			progress, got := p.invokeAction(arguments)
			if want := strings.TrimSpace(sends + "\n" + test.progress); strings.Join(progress, "\n") != want {
				t.Errorf("progress is %q, want %q", progress, want)
			}
			if len(test.words) == 0 {
				wantNoDiagnostics(t, got)
			} else {
				wantOneError(t, got, test.attribute, append(test.words, label), []string{"tok-SECRET", "hush-hush"})
			}
			if tests := f.api.Count(fakeapi.CallTest) + f.api.Count(fakeapi.CallOther); tests == 0 || tests != f.api.Count("") {
				t.Errorf("calls %v", f.calls())
			}
		})
	}
}
