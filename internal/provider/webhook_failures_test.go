// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestFailuresInTerraform has App Connections end and answers lost on create,
// update, delete and read, all in one run: each failure is its own resource's,
// which Terraform keeps, taints or drops as it should, and the next apply heals
// what can be healed (DESIGN.md, "Gone", "Nobody knows").
func TestFailuresInTerraform(t *testing.T) {
	t.Parallel()
	tokens := connections("create_gone", "update_gone", "delete_gone", "read_gone", "create_lost", "update_lost", "revert_lost", "delete_lost", "fine")
	w := newFixture(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	write := func(urls map[string]string) {
		config := w.provider(tokens, "max_retries = 0", onePinned)
		for name, url := range urls {
			config += webhook(name, on(name, url)...)
		}
		ws.Write("main.tf", config)
	}
	urls := map[string]string{}
	for name := range tokens {
		if !strings.HasPrefix(name, "create") {
			urls[name] = urlOne
		}
	}
	write(urls)
	ws.Must(ws.Apply())
	before := ws.Resources()

	for name, token := range tokens {
		call := set
		if strings.HasPrefix(name, "delete") {
			call = del
			delete(urls, name)
		} else if name != "read_gone" {
			urls[name] = urlTwo
		}
		if strings.HasSuffix(name, "gone") {
			w.api.Revoke(token, 604)
		} else if strings.HasSuffix(name, "lost") {
			w.api.Script(fakeapi.Fault{Call: call, Token: token, Drop: true, TakeEffect: true})
		}
	}
	write(urls)
	w.api.ResetRequests()
	failed := ws.Apply("-refresh=false") // so that nothing is found out before
	errors := said(failed, "error")
	wanted := []string{"create_gone", "update_gone", "create_lost", "update_lost", "revert_lost", "delete_lost"}
	if len(errors) != len(wanted) || count(failed, "error", "") != len(wanted) {
		t.Errorf("errors of %q, want one for each of %q", slices.Sorted(maps.Keys(errors)), wanted)
	}
	for _, name := range wanted {
		summary, at, names := unknownSummary, address(name), `App Connection "`+name+`"`
		switch {
		case strings.HasSuffix(name, "gone"):
			summary = goneSummary
		case name == "delete_lost": // Terraform names no address of what is in no configuration
			summary, at, names = "The webhook was not deleted", "", fingerprintOf(t, tokens[name])
		}
		wantText(t, errors[at], summary, names)
	}
	w.wantURL(tokens["fine"], urlTwo)

	after := ws.Resources()
	wantAddresses(t, ws, "update_gone", "read_gone", "create_lost", "update_lost", "revert_lost", "delete_lost", "fine")
	for name, url := range map[string]string{"create_lost": urlTwo, "update_lost": urlOne, "revert_lost": urlOne, "delete_lost": urlOne} {
		if values := after[address(name)]; values["callback_url"] != url || values["configured_at"] != nil || values["expires_at"] != nil {
			t.Errorf("%s: state %v, want %q and both times null", name, values, url)
		}
	}
	for _, name := range []string{"update_gone", "read_gone"} {
		if !maps.Equal(after[address(name)], before[address(name)]) {
			t.Errorf("%s: state %v, want the prior one", name, after[address(name)])
		}
	}
	for _, resource := range ws.State().Values.RootModule.Resources {
		if resource.Tainted != (resource.Address == address("create_lost")) {
			t.Errorf("%s: tainted is %t", resource.Address, resource.Tainted)
		}
	}

	// The change is taken back, and what was to be destroyed stays.
	urls["revert_lost"], urls["delete_lost"] = urlOne, urlOne
	write(urls)
	w.api.ResetRequests()
	planned := map[string]string{
		address("create_gone"): "create", address("update_gone"): "create", address("read_gone"): "create",
		address("create_lost"): "replace", address("update_lost"): "update", address("revert_lost"): "update", address("delete_lost"): "update",
	}
	healed := ws.Apply()
	wantPlanned(t, healed, planned)
	wantSummaries(t, healed, "error", map[string]int{goneSummary: 3})
	wantSummaries(t, healed, "warning", map[string]int{goneSummary: 2}) // Read dropped two
	if asked := w.asked(fakeapi.CallInfo, tokens["update_gone"]); asked > 0 {
		t.Error("a connection known to be gone was asked about")
	}
	for name, url := range urls {
		if !strings.HasSuffix(name, "gone") {
			w.wantURL(tokens[name], url)
			w.wantOrder(tokens[name], map[bool][]fakeapi.Call{true: {set}}[name != "fine"]...)
			continue
		}
		delete(urls, name)
	}
	write(urls)
	wantPlanned(t, ws.Must(ws.Plan()), nil)
}

// TestGoneOfAnotherToken has the configuration hold a dead token that the
// webhook was not set with: Read asks with none but the one last set.
func TestGoneOfAnotherToken(t *testing.T) {
	t.Parallel()
	tokens := connections("alive", "dead")
	type arguments = map[string]any
	named := arguments{"app_connection": "printer"}
	for name, test := range map[string]struct {
		before, after arguments
		renamed       map[string]string
		asked         int // how often the living connection is
	}{
		"provider has both":          {named, named, map[string]string{"printer": tokens["dead"], "old": tokens["alive"]}, 1},
		"provider has only the dead": {named, named, map[string]string{"printer": tokens["dead"]}, 0},
		"state has the living one":   {arguments{"app_token": tokens["alive"]}, arguments{"app_token": tokens["dead"]}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newFixture(t, fakeapi.Options{}, tokens)
			w.api.Revoke(tokens["dead"], 603)
			state := w.protocol(map[string]string{"printer": tokens["alive"]}).created(with(test.before, arguments{"callback_url": urlOne}))
			w.api.ResetRequests()
			p := w.protocol(test.renamed)
			read, got := p.read(state)
			wantNoDiagnostics(t, got)
			if plan := p.plan(read, with(test.after, arguments{"callback_url": urlOne})); plan.action != "replace" {
				t.Errorf("planned %q", plan.action)
			}
			if alive, dead := w.asked("", tokens["alive"]), w.asked("", tokens["dead"]); alive != test.asked || dead > 0 {
				t.Errorf("asked about the living one %d times, want %d, and about the dead one %d times", alive, test.asked, dead)
			}
			w.wantURL(tokens["alive"], urlOne)
		})
	}
}
