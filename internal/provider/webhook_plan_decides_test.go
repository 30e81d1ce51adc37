// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestIgnoredArguments applies changes of which ignore_changes covers a part.
// Terraform applies it to what it plans, not to the configuration that an apply
// is handed too: what is sent must be what was planned (DESIGN.md, "The plan
// decides").
func TestIgnoredArguments(t *testing.T) {
	clitest.NeedsCLI(t)
	t.Parallel()
	const (
		onA, onB         = `app_connection = "NAME_a"`, `app_connection = "NAME_b"`
		inlineA, inlineB = `app_token = "TOKEN_A"`, `app_token = "TOKEN_B"`
		secretA, secretB = `app_token_wo = "TOKEN_A"`, `app_token_wo = "TOKEN_B"`
		one, two         = `callback_url = "` + urlOne + `"`, `callback_url = "` + urlTwo + `"`
		wo1, wo2         = `callback_url_wo = "` + urlOne + `"`, `callback_url_wo = "` + urlTwo + `"`
		fewer, others    = `event_types = ["error"]`, `event_types = ["print_failed"]`
	)
	cases := map[string]struct {
		before, after []string
		ignored       string
		url           string // of a afterwards; b has none
		refused       bool   // the apply
	}{
		"connection":          {before: []string{onA, one}, after: []string{onB, two}, ignored: "app_connection", url: urlTwo},
		"connection_dead":     {before: []string{onA, one}, after: []string{onB, two}, ignored: "app_connection", url: urlTwo}, // b is
		"token":               {before: []string{inlineA, one}, after: []string{inlineB, two}, ignored: "app_token", url: urlTwo},
		"connection_to_token": {before: []string{onA, one}, after: []string{inlineB, two}, ignored: "app_connection, app_token", url: urlTwo},
		"token_to_connection": {before: []string{inlineA, one}, after: []string{onB, two}, ignored: "app_connection, app_token", url: urlTwo},
		"url":                 {before: []string{onA, one}, after: []string{onA, two, fewer}, ignored: "callback_url", url: urlOne},
		"events":              {before: []string{onA, one, fewer}, after: []string{onA, two, others}, ignored: "event_types", url: urlTwo},

		"default_to_wo":    {before: []string{one}, after: []string{secretB, two}, ignored: "app_token_wo", url: urlTwo},
		"connection_to_wo": {before: []string{onA, one}, after: []string{secretB, two}, ignored: "app_connection", url: urlTwo},
		"token_to_wo":      {before: []string{inlineA, one}, after: []string{secretB, two}, ignored: "app_token", url: urlTwo},
		"token_wo_same":    {before: []string{secretA, one}, after: []string{secretA, two}, ignored: "callback_url_wo", url: urlTwo},
		"url_to_wo":        {before: []string{onA, one}, after: []string{onA, wo2, fewer}, ignored: "callback_url", url: urlOne},
		"url_wo_same":      {before: []string{onA, wo1}, after: []string{onA, wo1, fewer}, ignored: "callback_url_wo", url: urlOne},
		"url_wo_another":   {before: []string{onA, wo1}, after: []string{onA, wo2, fewer}, ignored: "callback_url_wo", url: urlOne, refused: true},
		"url_wo_to_url":    {before: []string{onA, wo1}, after: []string{onA, two, fewer}, ignored: "callback_url, callback_url_wo", url: urlOne, refused: true},
	}
	tokens := map[string]string{}
	for name, test := range cases {
		if strings.Contains(strings.Join(slices.Concat(test.before, test.after), " "), "_wo ") && !clitest.AtLeast("1.11.0", "1.11.0") {
			delete(cases, name)
			continue
		}
		tokens[name+"_a"], tokens[name+"_b"] = tokenOf(name+"_a"), tokenOf(name+"_b")
	}
	w := newFixture(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	write := func(changed bool) {
		config := w.provider(tokens, `app_token = "`+tokenOf("default_to_wo_a")+`"`)
		for name, test := range cases {
			arguments := test.before
			if changed {
				arguments = slices.Concat(test.after, []string{"lifecycle {\n    ignore_changes = [" + test.ignored + "]\n  }"})
			}
			config += strings.NewReplacer("TOKEN_A", tokens[name+"_a"], "TOKEN_B", tokens[name+"_b"], "NAME", name).Replace(webhook(name, arguments...))
		}
		ws.Write("main.tf", config)
	}
	write(false)
	ws.Must(ws.Apply())
	w.api.Revoke(tokens["connection_dead_b"], 604)
	write(true)
	applied := ws.Apply()
	inState, again := ws.Resources(), map[string]string{}
	for name, test := range cases {
		if test.refused {
			again[address(name)] = "update"
			wantText(t, said(applied, "error")[address(name)], "The callback URL to set is not known")
		}
		w.wantURL(tokens[name+"_a"], test.url)
		if sent := w.asked("", tokens[name+"_b"]); sent > 0 {
			t.Errorf("%s: %d requests for another App Connection", name, sent)
		}
		if id := inState[address(name)]["id"]; id != fingerprintOf(t, tokens[name+"_a"]) {
			t.Errorf("%s: in state is %v", name, id)
		}
	}
	if errors := count(applied, "error", ""); errors != len(again) {
		t.Errorf("%d errors, want %d:\n%s", errors, len(again), applied.Errors())
	}
	wantPlanned(t, ws.Must(ws.Plan()), again)
	ws.Must(ws.Destroy("-refresh=false"))
	for name := range cases {
		w.wantURL(tokens[name+"_a"], "")
	}
}
