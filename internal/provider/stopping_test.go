// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// stop tells the provider that a person interrupted Terraform.
func (p *protocol) stop() {
	p.t.Helper()
	_, err := p.server.StopProvider(p.t.Context(), &tfprotov6.StopProviderRequest{})
	p.must(err)
}

// TestStopHoldsForCallsThatComeAfter stops the provider while a Set stalls, and
// while nothing is under way. Terraform may already be on its way with other
// resources; it stops the provider once, so what comes after must not begin.
func TestStopHoldsForCallsThatComeAfter(t *testing.T) {
	t.Parallel()
	const interrupted = "Interrupted before the webhook was set"
	tokens := connections("stalled", "late", "next")
	f := newFixture(t, fakeapi.Options{}, tokens)
	stalled := make(chan struct{})
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Token: tokens["stalled"], Hang: true})
	f.api.OnRequest(func(r fakeapi.Request) {
		if r.Token == tokens["stalled"] && r.Call == set {
			close(stalled)
		}
	})
	arguments := map[string]any{"endpoint": f.url, "app_tokens": map[string]any{"stalled": tokens["stalled"], "late": tokens["late"], "next": tokens["next"]}, "request_timeout": "10m"}
	p := newProtocol(t, f.newProvider())
	create := func(connection string) []*tfprotov6.Diagnostic {
		_, got := p.apply(p.noObject(), map[string]any{"app_connection": connection, "callback_url": urlOne})
		return got
	}
	wantNoDiagnostics(t, p.configure(arguments))
	first := make(chan []*tfprotov6.Diagnostic, 1)
	go func() { first <- create("stalled") }()
	<-stalled
	p.stop()
	wantSaid(t, <-first, "Unknown whether the webhook was set")
	wantSaid(t, create("late"), interrupted)
	f.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 1, set: 1})

	wantNoDiagnostics(t, p.configure(arguments)) // the next run of a provider that is being debugged
	wantNoDiagnostics(t, create("next"))
	f.wantURL(tokens["next"], urlOne)
	f.api.ResetRequests()
	p.stop()
	wantSaid(t, create("late"), interrupted)
	f.wantCalls(map[fakeapi.Call]int{})
}

// TestStopLetsActionsFail: when the provider has stopped, the action that was
// running has said so, which Terraform would take for a success otherwise.
func TestStopLetsActionsFail(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	f := newFixture(t, fakeapi.Options{}, tokens)
	hanging := make(chan struct{})
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallTest, Hang: true})
	f.api.OnRequest(func(r fakeapi.Request) {
		if r.Call == fakeapi.CallTest {
			close(hanging)
		}
	})
	p := f.protocol(tokens)
	said := make(chan []*tfprotov6.Diagnostic, 1)
	go func() {
		for event := range p.actionEvents(map[string]any{"app_connection": "garage"}) {
			if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
				said <- completed.Diagnostics
			}
		}
	}()
	<-hanging
	p.stop()
	select {
	case got := <-said:
		wantSaid(t, got, "Delivery could not be verified")
	default:
		t.Error("it has said nothing")
	}
}
