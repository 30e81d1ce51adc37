// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestStopHoldsForCallsThatComeAfter stops the provider while a Set stalls.
// Terraform may already be on its way with other resources; it stops the
// provider once, so what comes after must not begin.
func TestStopHoldsForCallsThatComeAfter(t *testing.T) {
	t.Parallel()
	tokens := connections("stalled", "late", "next")
	w := newWorld(t, fakeapi.Options{}, tokens)
	stalled := make(chan struct{})
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Token: tokens["stalled"], Kind: fakeapi.Hang, Before: func(fakeapi.Request) { close(stalled) }})

	p := newProtocol(t, w.newProvider())
	named := map[string]any{}
	for name, token := range tokens {
		named[name] = token
	}
	configure := func() {
		t.Helper()
		wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": w.url, "app_tokens": named, "request_timeout": "10m"}))
	}
	configure()
	first := make(chan []*tfprotov6.Diagnostic, 1)
	go func() { first <- p.createWebhook("stalled") }()
	<-stalled
	_, err := p.server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{})
	p.must(err)
	if got := <-first; !strings.Contains(describe(got), "not known whether the webhook was set") {
		t.Errorf("the stalled one says:\n%s", describe(got))
	}
	if got := p.createWebhook("late"); !strings.Contains(describe(got), "Interrupted before the webhook was set") {
		t.Errorf("the late one says:\n%s", describe(got))
	}
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallSet: 1})

	configure() // the next run of a provider that is being debugged
	wantNoDiagnostics(t, p.createWebhook("next"))
	w.wantURL(tokens["next"], urlOne)
}

// TestStopHoldsWithNothingUnderWay: a stop that finds no call to end holds for
// those that come after, too.
func TestStopHoldsWithNothingUnderWay(t *testing.T) {
	t.Parallel()
	tokens := connections("late")
	w := newWorld(t, fakeapi.Options{}, tokens)
	p := newProtocol(t, w.newProvider())
	wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": w.url, "app_tokens": map[string]any{"late": tokens["late"]}}))
	_, err := p.server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{})
	p.must(err)
	if got := p.createWebhook("late"); !strings.Contains(describe(got), "Interrupted before the webhook was set") {
		t.Errorf("it says:\n%s", describe(got))
	}
	w.wantCalls(map[fakeapi.Call]int{})
}

// TestStopLetsActionsFail: when the provider has stopped, the action that was
// running has said so, which Terraform would take for a success otherwise.
func TestStopLetsActionsFail(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	w := newWorld(t, fakeapi.Options{}, tokens)
	hanging := make(chan struct{})
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallTest, Kind: fakeapi.Hang, Before: func(fakeapi.Request) { close(hanging) }})
	p := identified(t, w, nil, tokens)
	stream, err := p.actions().InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{
		ActionType: testNotificationType, Config: p.testNotification(map[string]any{"app_connection": "garage"}),
	})
	p.must(err)
	var said atomic.Value
	go func() {
		for event := range stream.Events {
			if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
				said.Store(describe(completed.Diagnostics))
			}
		}
	}()
	<-hanging
	_, err = p.server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{})
	p.must(err)
	if got, _ := said.Load().(string); !strings.Contains(got, "Delivery could not be verified") {
		t.Errorf("it said: %s", got)
	}
}

// createWebhook plans a webhook of a named App Connection and creates it.
func (p *protocol) createWebhook(connection string) []*tfprotov6.Diagnostic {
	p.t.Helper()
	arguments := map[string]any{"app_connection": connection, "callback_url": urlOne}
	planned := p.planWebhook(arguments)
	wantNoDiagnostics(p.t, planned.Diagnostics)
	schema := p.schemas.ResourceSchemas[webhookType]
	prior, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
	p.must(err)
	applied, err := p.server.ApplyResourceChange(p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName:       webhookType,
		PriorState:     &prior,
		PlannedState:   planned.PlannedState,
		Config:         p.value(schema, with(arguments)),
		PlannedPrivate: planned.PlannedPrivate,
	})
	p.must(err)
	return applied.Diagnostics
}
