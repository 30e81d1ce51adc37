// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	hiddenURL  = "https://app.example.com/hooks/SECRET-PATH?key=hush-hush"
	hiddenURL2 = "https://app.example.com/hooks/SECRET-PATH?key=hush-hush&v=2"
)

// TestWriteOnlyNoticesItsChange: a changed URL plans an update and says why, and
// what is unchanged plans nothing. With a version only its change counts, while
// a Set for another reason sends the URL that the configuration has (DESIGN.md,
// "Write-only").
func TestWriteOnlyNoticesItsChange(t *testing.T) {
	t.Parallel()
	tokens := connections("one", "two")
	w := newFixture(t, fakeapi.Options{}, tokens)
	p := w.protocol(tokens)
	state := p.noObject()
	const changed = "warning: " + anotherURL
	for _, step := range []struct {
		name, connection, url string
		version               any
		events                []any
		action                string
		said                  []string
		sent                  string // what the service has then
	}{
		{"create", "one", hiddenURL, nil, nil, "create", nil, hiddenURL},
		{"same", "one", hiddenURL, nil, nil, "", nil, hiddenURL},
		{"other URL", "one", hiddenURL2, nil, nil, "update", []string{changed}, hiddenURL2},
		{"same again", "one", hiddenURL2, nil, nil, "", nil, hiddenURL2},
		{"other token", "two", hiddenURL2, nil, nil, "replace", []string{"warning: " + "The webhook moves to another App Connection"}, hiddenURL2},
		{"a version", "two", hiddenURL2, 1, nil, "update", nil, hiddenURL2},
		{"other URL, same version", "two", hiddenURL, 1, nil, "", nil, hiddenURL2},
		{"other version", "two", hiddenURL, 2, nil, "update", nil, hiddenURL},
		{"set for another reason", "two", hiddenURL2, 2, []any{"error"}, "update", nil, hiddenURL2},
		{"other version, same URL", "two", hiddenURL2, 3, []any{"error"}, "update", nil, hiddenURL2},
		{"version taken away", "two", hiddenURL2, nil, []any{"error"}, "update", nil, hiddenURL2},
		{"the last URL is known", "two", hiddenURL2, nil, []any{"error"}, "", nil, hiddenURL2},
	} {
		arguments := map[string]any{"app_connection": step.connection, "callback_url_wo": step.url, "callback_url_wo_version": step.version}
		if step.events != nil {
			arguments["event_types"] = step.events
		}
		p = w.protocol(tokens) // a run of its own
		plan := p.plan(state, arguments)
		if plan.action != step.action {
			t.Errorf("%s: planned %q, want %q", step.name, plan.action, step.action)
		}
		wantSaid(t, plan.diagnostics, step.said...)
		if plan.action != "" {
			if plan.action == "replace" {
				state = p.noObject()
			}
			after, got := p.carryOut(state, plan, arguments)
			wantNoDiagnostics(t, got)
			state = after
		}
		w.wantURL(tokens[step.connection], step.sent)
		for _, secret := range []string{"tok-SECRET", "SECRET-PATH", "hush-hush"} {
			clitest.WantAbsent(t, "a write-only value", secret, map[string]string{"state": p.decode(state.state).String(), "private state": privateText(state)})
		}
	}

	// An imported webhook, of whose URL nothing is known, is set without alarm.
	imported := object{state: p.value(p.schemas.ResourceSchemas[webhookType], map[string]any{"id": fingerprintOf(t, tokens["one"])})}
	p = w.protocol(tokens)
	plan := p.plan(imported, map[string]any{"app_connection": "one", "callback_url_wo": hiddenURL})
	wantNoDiagnostics(t, plan.diagnostics)
	if plan.action != "update" {
		t.Errorf("imported: planned %q", plan.action)
	}
}
