// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// asked counts the requests of one kind ("" any) that one token was sent with.
func (w *fixture) asked(call fakeapi.Call, token string) int {
	asked := 0
	for _, request := range w.api.Requests() {
		if request.Token == token && (call == "" || request.Call == call) {
			asked++
		}
	}
	return asked
}

// wantCalls checks which calls were made since the log was reset, and which
// were not.
func (w *fixture) wantCalls(wanted map[fakeapi.Call]int) {
	w.t.Helper()
	if got := w.calls(); !maps.Equal(got, wanted) {
		w.t.Errorf("calls %v, want %v", got, wanted)
	}
}

// wantPlanned checks which changes a plan says, by address; nil for none.
func wantPlanned(t *testing.T, result clitest.Result, wanted map[string]string) {
	t.Helper()
	if !maps.Equal(result.Planned, wanted) {
		t.Errorf("planned %v, want %v", result.Planned, wanted)
	}
}

// wantAddresses checks which webhooks are in state, by their blocks' names.
func wantAddresses(t *testing.T, ws *clitest.Workspace, names ...string) {
	t.Helper()
	var wanted []string
	for _, name := range names {
		wanted = append(wanted, address(name))
	}
	slices.Sort(wanted)
	if got := slices.Sorted(maps.Keys(ws.Resources())); !slices.Equal(got, wanted) {
		t.Errorf("in state %q, want %q", got, wanted)
	}
}

// wantText checks that a text says all of the parts, wherever its lines break.
func wantText(t testing.TB, text string, parts ...string) {
	t.Helper()
	folded := strings.Join(strings.Fields(text), " ")
	for _, part := range parts {
		if !strings.Contains(folded, part) {
			t.Errorf("no %q in:\n%s", part, text)
		}
	}
}

// count counts diagnostics of a severity; summary "" counts all.
func count(result clitest.Result, severity, summary string) int {
	counted := 0
	for _, d := range result.Diagnostics {
		if d.Severity == severity && (summary == "" || d.Summary == summary) {
			counted++
		}
	}
	return counted
}

// wantSummaries checks the diagnostics of a severity: summary → how often.
func wantSummaries(t *testing.T, result clitest.Result, severity string, wanted map[string]int) {
	t.Helper()
	got := map[string]int{}
	for _, d := range result.Diagnostics {
		if d.Severity == severity {
			got[d.Summary]++
		}
	}
	if !maps.Equal(got, wanted) {
		t.Errorf("%ss %v, want %v:\n%s", severity, got, wanted, fmt.Sprint(result.Diagnostics))
	}
}

// said is what the diagnostics of a severity say, by the address of what they
// are about.
func said(result clitest.Result, severity string) map[string]string {
	texts := map[string]string{}
	for _, d := range result.Diagnostics {
		if d.Severity == severity {
			texts[d.Address] += d.String()
		}
	}
	return texts
}
