// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestUnreachableHostWarnsAtPlan: a plan that would Set warns of a callback
// host that the internet can't reach, at the argument, showing nothing of the
// URL but its host; applying works. Which hosts those are is TestPrivateHost's
// business (DESIGN.md, "Host warnings").
func TestUnreachableHostWarnsAtPlan(t *testing.T) {
	t.Parallel()
	const warning = "warning: OctoEverywhere can't reach this URL"
	tokens := connections("garage")
	for _, test := range []struct {
		argument, host string
		warns          bool
	}{
		{"callback_url", "192.168.1.20:8443", true},
		{"callback_url", "app.example.com", false},
		{"callback_url_wo", "octopi.local", true},
		{"callback_url_wo", "app.example.com", false},
	} {
		w := newFixture(t, fakeapi.Options{}, tokens)
		p := w.protocol(tokens)
		url := "https://" + test.host + "/hooks/SECRET-PATH?key=hush-hush"
		arguments := map[string]any{"app_connection": "garage", test.argument: url}
		plan := p.plan(p.noObject(), arguments)
		if !test.warns {
			wantNoDiagnostics(t, plan.diagnostics)
			continue
		}
		wantSaid(t, plan.diagnostics, warning)
		text := describe(plan.diagnostics)
		wantText(t, text, strings.TrimSuffix(test.host, ":8443"), `at "`+test.argument+`"`)
		if strings.Contains(text, "SECRET-PATH") || strings.Contains(text, "hush") {
			t.Errorf("the warning shows more than the host:\n%s", text)
		}
		state, got := p.carryOut(p.noObject(), plan, arguments)
		wantNoDiagnostics(t, got)
		w.wantURL(tokens["garage"], url)
		wantNoDiagnostics(t, w.protocol(tokens).plan(state, arguments).diagnostics) // it sets nothing
	}

	// Known only at apply.
	p := newFixture(t, fakeapi.Options{}, tokens).protocol(tokens)
	later := p.plan(p.noObject(), map[string]any{"app_connection": "garage", "callback_url": unknown{}})
	wantNoDiagnostics(t, later.diagnostics)
}
