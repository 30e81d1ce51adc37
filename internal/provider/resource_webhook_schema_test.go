// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// TestWebhookArgumentsAreChecked: each wrong value is one error at its argument
// that says what would be right.
func TestWebhookArgumentsAreChecked(t *testing.T) {
	t.Parallel()
	hush := "hush-hush"
	url := map[string]any{"callback_url": urlOne}
	for name, test := range map[string]struct {
		arguments map[string]any
		attribute string
		words     []string
	}{
		"URL over http":          {map[string]any{"callback_url": "http://app.example.com/?" + hush}, "callback_url", []string{"https://"}},
		"URL without host":       {map[string]any{"callback_url": "https:///octo?" + hush}, "callback_url", []string{"no host"}},
		"URL with line break":    {map[string]any{"callback_url": "https://app.example.com/?" + hush + "\n"}, "callback_url", []string{"line break"}},
		"URL empty":              {map[string]any{"callback_url": ""}, "callback_url", []string{"empty"}},
		"write-only URL is none": {map[string]any{"callback_url_wo": "http://app.example.com/?" + hush}, "callback_url_wo", []string{"https://"}},
		"two URLs":               {map[string]any{"callback_url": urlOne, "callback_url_wo": urlTwo}, "callback_url", []string{"callback_url", "callback_url_wo"}},
		"version of no secret":   {with(url, map[string]any{"callback_url_wo_version": 1}), "callback_url", []string{"callback_url_wo_version"}},
		"version broken":         {map[string]any{"callback_url_wo": urlOne, "callback_url_wo_version": 1.5}, "callback_url_wo_version", []string{"a whole number"}},
		"no URL":                 {map[string]any{}, "", []string{"callback_url", "callback_url_wo"}},

		"no events":      {with(url, map[string]any{"event_types": []any{}}), "event_types", []string{"Remove event_types to get all events"}},
		"event misspelt": {with(url, map[string]any{"event_types": []any{"print_completed"}}), "event_types[…]", []string{`"print_completed"`, "did you mean print_complete?"}},
		"event zero":     {with(url, map[string]any{"event_types": []any{"0"}}), "event_types[…]", []string{`"0"`, "from 1 to 2147483647"}},
		"event null":     {with(url, map[string]any{"event_types": []any{nil, "error"}}), "event_types[…]", []string{"null"}},
		"event by name and number": {with(url, map[string]any{"event_types": []any{"1", "error", "print_started"}}), "event_types",
			[]string{`"1" and "print_started"`, "Keep one"}},
		"one event wrong, one unknown": {with(url, map[string]any{"event_types": []any{unknown{}, "nothing"}}), "event_types[…]", []string{`"nothing"`}},

		"connection and token": {with(url, map[string]any{"app_connection": "garage", "app_token": hush}), "app_connection", []string{"app_connection", "app_token"}},
		"token empty":          {with(url, map[string]any{"app_token": ""}), "app_token", []string{"empty"}},
		"token with space":     {with(url, map[string]any{"app_token": " " + hush}), "app_token", []string{"a space", "appApiToken"}},

		"renewal negative": {with(url, map[string]any{"renew_before_days": -1}), "renew_before_days", []string{"a whole number from 0 to 179"}},
		"renewal broken":   {with(url, map[string]any{"renew_before_days": 7.5}), "renew_before_days", []string{"a whole number from 0 to 179"}},
		"renewal huge":     {with(url, map[string]any{"renew_before_days": 1e30}), "renew_before_days", []string{"a whole number from 0 to 179"}},
		"renewal too soon": {with(url, map[string]any{"renew_before_days": 180}), "renew_before_days", []string{"a whole number from 0 to 179"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newProtocol(t, provider.New("test")).validateWebhook(test.arguments, true)
			wantOneError(t, got, test.attribute, test.words, []string{hush})
		})
	}
}

// TestWebhookArgumentsAccepted holds what must not be refused: values newer
// than the provider, odd URLs, and whatever is not known yet.
func TestWebhookArgumentsAccepted(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string]map[string]any{
		"plain":                {"callback_url": urlOne},
		"odd URL":              {"callback_url": "https://me:pass@[2600::1]:8443/a%2Fb/<ü>?x=%7e&y#top"},
		"trailing ?":           {"callback_url": "https://app.example.com?"},
		"newer event":          {"callback_url": urlOne, "event_types": []any{"17", "2147483647", "error"}},
		"secret URL":           {"callback_url_wo": urlOne, "callback_url_wo_version": 0},
		"unknown URL":          {"callback_url": unknown{}},
		"unknown second URL":   {"callback_url": urlOne, "callback_url_wo": unknown{}},
		"unknown events":       {"callback_url": urlOne, "event_types": unknown{}},
		"unknown token":        {"callback_url": urlOne, "app_token": unknown{}},
		"renewal at the edges": {"callback_url": urlOne, "renew_before_days": 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoDiagnostics(t, newProtocol(t, provider.New("test")).validateWebhook(arguments, true))
		})
	}
}

// TestUnreachableHostWarnsAtPlan: a plan that would set a webhook warns of a host
// that the internet can't reach, at the argument, showing nothing of the URL but
// its host; applying works (DESIGN.md, "Host warnings"). TestPrivateHost has the
// hosts.
func TestUnreachableHostWarnsAtPlan(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	for argument, host := range map[string]string{"callback_url": "192.168.1.20", "callback_url_wo": "octopi.local"} {
		f := newFixture(t, fakeapi.Options{}, tokens)
		p := f.protocol(tokens)
		url := "https://" + host + ":8443/hooks/SECRET-PATH?key=hush-hush"
		arguments := map[string]any{"app_connection": "garage", argument: url}
		plan := p.plan(p.noObject(), arguments)
		wantSaid(t, plan.diagnostics, "warning: OctoEverywhere can't reach this URL")
		text := describe(plan.diagnostics)
		wantText(t, text, host, `at "`+argument+`"`)
		if strings.Contains(text, "SECRET-PATH") || strings.Contains(text, "hush") {
			t.Errorf("the warning shows more than the host:\n%s", text)
		}
		state, got := p.carryOut(p.noObject(), plan, arguments)
		wantNoDiagnostics(t, got)
		f.wantURL(tokens["garage"], url)
		wantNoDiagnostics(t, f.protocol(tokens).plan(state, arguments).diagnostics) // it sets nothing
	}
}
