// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// TestWebhookArgumentsAreChecked is issue 2, section 3, "validation at plan":
// each wrong value is one error at its argument that says what would be right.
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
		"URL without scheme":     {map[string]any{"callback_url": "app.example.com/?" + hush}, "callback_url", []string{"https://"}},
		"URL without host":       {map[string]any{"callback_url": "https:///octo?" + hush}, "callback_url", []string{"no host"}},
		"URL with port alone":    {map[string]any{"callback_url": "https://:443/?" + hush}, "callback_url", []string{"no host"}},
		"URL with space":         {map[string]any{"callback_url": "https://app.example.com/?" + hush + " x"}, "callback_url", []string{"%20"}},
		"URL with line break":    {map[string]any{"callback_url": "https://app.example.com/?" + hush + "\n"}, "callback_url", []string{"line break"}},
		"URL with control":       {map[string]any{"callback_url": "https://app.example.com/?" + hush + "\x01"}, "callback_url", []string{"control character"}},
		"URL with wrong port":    {map[string]any{"callback_url": "https://app.example.com:99999/?" + hush}, "callback_url", []string{"port"}},
		"URL that is none":       {map[string]any{"callback_url": "https://app.example.com:" + hush + "/"}, "callback_url", []string{"parsed"}},
		"URL empty":              {map[string]any{"callback_url": ""}, "callback_url", []string{"empty"}},
		"write-only URL is none": {map[string]any{"callback_url_wo": "http://app.example.com/?" + hush}, "callback_url_wo", []string{"https://"}},
		"two URLs":               {map[string]any{"callback_url": urlOne, "callback_url_wo": urlTwo}, "callback_url", []string{"callback_url", "callback_url_wo"}},
		"no URL":                 {map[string]any{}, "", []string{"callback_url", "callback_url_wo"}},

		"no events":         {with(url, map[string]any{"event_types": []any{}}), "event_types", []string{"Remove event_types to get all events"}},
		"event misspelt":    {with(url, map[string]any{"event_types": []any{"print_completed"}}), "event_types[…]", []string{`"print_completed"`, "did you mean print_complete"}},
		"event in capitals": {with(url, map[string]any{"event_types": []any{"ERROR"}}), "event_types[…]", []string{`"ERROR"`}},
		"event zero":        {with(url, map[string]any{"event_types": []any{"0"}}), "event_types[…]", []string{`"0"`, "from 1 to 2147483647"}},
		"event negative":    {with(url, map[string]any{"event_types": []any{"-1"}}), "event_types[…]", []string{`"-1"`}},
		"event padded":      {with(url, map[string]any{"event_types": []any{"01"}}), "event_types[…]", []string{`"01"`}},
		"event fractional":  {with(url, map[string]any{"event_types": []any{"1.5"}}), "event_types[…]", []string{`"1.5"`}},
		"event too large":   {with(url, map[string]any{"event_types": []any{"2147483648"}}), "event_types[…]", []string{`"2147483648"`}},
		"event empty":       {with(url, map[string]any{"event_types": []any{""}}), "event_types[…]", []string{`""`}},
		"event null":        {with(url, map[string]any{"event_types": []any{nil, "error"}}), "event_types[…]", []string{"null"}},
		"event by name and number": {with(url, map[string]any{"event_types": []any{"1", "error", "print_started"}}), "event_types",
			[]string{`"1" and "print_started"`, "Keep one"}},
		"one event wrong, one unknown": {with(url, map[string]any{"event_types": []any{unknown{}, "nothing"}}), "event_types[…]", []string{`"nothing"`}},

		"connection and token":    {with(url, map[string]any{"app_connection": "garage", "app_token": hush}), "app_connection", []string{"app_connection", "app_token", "app_token_wo"}},
		"token and write-only":    {with(url, map[string]any{"app_token": hush, "app_token_wo": hush}), "app_token", []string{"app_token", "app_token_wo"}},
		"connection and the same": {with(url, map[string]any{"app_connection": "garage", "app_token_wo": hush}), "app_connection", []string{"app_connection", "app_token_wo"}},
		"token empty":             {with(url, map[string]any{"app_token": ""}), "app_token", []string{"empty"}},
		"token with space":        {with(url, map[string]any{"app_token": " " + hush}), "app_token", []string{"a space", "appApiToken"}},
		"write-only token wrong":  {with(url, map[string]any{"app_token_wo": hush + "é"}), "app_token_wo", []string{"isn't ASCII"}},

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
		"all write-only":       {"callback_url_wo": urlOne, "app_token_wo": tokenOf("garage")},
		"unknown URL":          {"callback_url": unknown{}},
		"unknown second URL":   {"callback_url": urlOne, "callback_url_wo": unknown{}},
		"unknown events":       {"callback_url": urlOne, "event_types": unknown{}},
		"unknown token":        {"callback_url": urlOne, "app_token": unknown{}},
		"unknown second token": {"callback_url": urlOne, "app_connection": "garage", "app_token_wo": unknown{}},
		"renewal at the edges": {"callback_url": urlOne, "renew_before_days": 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoDiagnostics(t, newProtocol(t, provider.New("test")).validateWebhook(arguments, true))
		})
	}
}

// TestMissingConnectionNamesTheOthers: a connection name that the provider does
// not have is an error that names the ones it has, unless they may be tokens.
func TestMissingConnectionNamesTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{}, nil)
	two := map[string]any{"lab": tokenOf("lab"), "garage": tokenOf("garage")}
	for name, test := range map[string]struct {
		provider, webhook map[string]any
		attribute         string
		words             []string
	}{
		"name misspelt": {map[string]any{"app_tokens": two}, map[string]any{"app_connection": "grage"}, "app_connection",
			[]string{`no App Connection named "grage"`, `The provider has: "garage", "lab".`}},
		"name empty": {map[string]any{"app_tokens": two}, map[string]any{"app_connection": ""}, "app_connection",
			[]string{`named ""`, `"garage", "lab"`}},
		"none chosen, no default": {map[string]any{"app_tokens": two}, nil, "",
			[]string{"No App Connection is chosen", `"garage", "lab"`, "app_connection"}},
		"nothing at all": {nil, nil, "", []string{"No App Connection is chosen", "The provider has no App Connections", "OCTOEVERYWHERE_APP_TOKEN"}},
		"name when there are none": {nil, map[string]any{"app_connection": "lab"}, "app_connection",
			[]string{`named "lab"`, "The provider has no App Connections: set app_token"}},
		"a token for a name": {map[string]any{"app_tokens": two}, map[string]any{"app_connection": tokenOf("garage")}, "app_connection",
			[]string{"looks like a token", `"garage", "lab"`}},
		"a token for a key": {map[string]any{"app_tokens": map[string]any{tokenOf("lab"): "garage"}}, map[string]any{"app_connection": "garage"}, "app_connection",
			[]string{"looks like a token"}},
		"default alone": {map[string]any{"app_token": tokenOf("default")}, map[string]any{"app_connection": "lab"}, "app_connection",
			[]string{`The provider has: "default".`}},
		"one not known yet": {map[string]any{"app_tokens": map[string]any{"garage": unknown{}}}, map[string]any{"app_connection": "lab"}, "app_connection",
			[]string{`The provider has: "garage".`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProtocol(t, w.newProvider())
			wantNoDiagnostics(t, p.configure(with(test.provider, map[string]any{"endpoint": w.url})))
			got := p.planWebhook(with(test.webhook, map[string]any{"callback_url": urlOne})).Diagnostics
			wantOneError(t, got, test.attribute, test.words, []string{"tok-SECRET"})
		})
	}
}

// TestWrongArgumentsInTerraform shows that a person meets these errors at
// plan, at the argument's line.
func TestWrongArgumentsInTerraform(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{}, nil)
	ws := w.workspace()
	garage := map[string]string{"garage": tokenOf("garage")}
	block := `app_connection = "garage"`
	for _, test := range []struct{ text, argument string }{
		{w.provider(garage, `webhook_api = "both"`) + webhook("one", block, `callback_url = "`+urlOne+`"`), "webhook_api"},
		{w.provider(garage) + webhook("one", block, `callback_url = "http://app.example.com/"`), "callback_url"},
		{w.provider(garage) + webhook("one", block, `callback_url = "`+urlOne+`"`, `event_types = ["1", "print_started"]`), "event_types"},
	} {
		ws.Write("main.tf", test.text)
		plan := ws.Plan()
		if plan.ExitCode != 1 || len(plan.Diagnostics) != 1 || plan.Diagnostics[0].Snippet == nil ||
			!strings.HasPrefix(strings.TrimSpace(plan.Diagnostics[0].Snippet.Code), test.argument+" ") {
			t.Errorf("want one error that points at %s, got %s", test.argument, plan.Stdout)
		}
	}

	ws.Write("main.tf", w.provider(map[string]string{"garage": tokenOf("garage"), "lab": tokenOf("lab")})+webhook("one", `app_connection = "grage"`, `callback_url = "`+urlOne+`"`))
	plan := ws.Plan()
	if plan.ExitCode != 1 || !strings.Contains(plan.Errors(), `The provider has: "garage", "lab".`) || strings.Contains(plan.Stdout, "tok-SECRET") {
		t.Errorf("want an error that names the connections, got %s", plan.Stdout)
	}
	if sent := w.api.Requests(); len(sent) > 0 {
		t.Errorf("wrong configurations sent %d requests", len(sent))
	}
}
