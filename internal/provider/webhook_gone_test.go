// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const goneSummary = "The App Connection is gone for good"

// TestGone meets 603 and 604 at create, update, delete and read, on servers
// with and without info (rules 2 to 5; issue 3, Gone).
func TestGone(t *testing.T) {
	t.Parallel()
	for _, status := range []int{603, 604} {
		for _, noInfo := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d/noInfo=%t", status, noInfo), func(t *testing.T) {
				t.Parallel()
				testGone(t, status, noInfo)
			})
		}
	}
}

func testGone(t *testing.T, status int, noInfo bool) {
	tokens := connections("create", "update", "delete", "read")
	w := newWorld(t, fakeapi.Options{NoInfo: noInfo}, tokens)
	ws := w.workspace()
	printer := func(name, url string) string {
		return webhook(name, fmt.Sprintf("app_connection = %q", name), fmt.Sprintf("callback_url = %q", url))
	}

	w.api.Revoke(tokens["create"], status)
	ws.Write("main.tf", w.provider(tokens)+printer("create", urlOne)+printer("update", urlOne)+printer("delete", urlOne)+printer("read", urlOne))
	wantOnlyGone(t, ws.Apply(), status, "create")
	wantAddresses(t, ws, "update", "delete", "read")
	if sent := w.asked(fakeapi.CallSet, tokens["create"]); sent != 1 {
		t.Errorf("create: Set was called %d times with a token that will never work again, want 1", sent)
	}

	// Not refreshed, so that update and delete are the first to be told.
	for _, name := range []string{"update", "delete", "read"} {
		w.api.Revoke(tokens[name], status)
	}
	w.api.ResetRequests()
	before := ws.Resources()[address("update")]
	ws.Write("main.tf", w.provider(tokens)+printer("update", urlTwo)+printer("read", urlOne))
	wantOnlyGone(t, ws.Apply("-refresh=false"), status, "update")
	wantAddresses(t, ws, "update", "read")
	if after := ws.Resources()[address("update")]; fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("update: the state is\n%v\nwant the prior one\n%v", after, before)
	}
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallSet: 1, fakeapi.CallDelete: 1})

	// What the update was told is remembered; the other is found by asking,
	// where the server has that call.
	w.api.ResetRequests()
	plan := ws.Must(ws.Plan())
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 1})
	if asked := w.asked(fakeapi.CallInfo, tokens["update"]); asked != 0 {
		t.Errorf("read: a connection known to be gone was asked about %d times", asked)
	}
	wanted := map[string]string{address("update"): "create"}
	if !noInfo {
		wanted[address("read")] = "create"
	}
	wantPlanned(t, plan, wanted)
	if warned := count(plan, "warning", goneSummary); warned != len(wanted) {
		t.Errorf("read: %d warnings of gone connections, want %d:\n%s", warned, len(wanted), plan.Warnings())
	}
	for name := range wanted {
		if id := fingerprintOf(t, tokens[strings.TrimPrefix(name, address(""))]); !strings.Contains(plan.Warnings(), id) {
			t.Errorf("read: no warning names %s:\n%s", id, plan.Warnings())
		}
	}

	// Nothing is left to delete, which is what destroy wants.
	w.api.ResetRequests()
	ws.Must(ws.Destroy())
	wantAddresses(t, ws)
	if set := w.calls()[fakeapi.CallSet]; set != 0 {
		t.Errorf("destroy: Set was called %d times", set)
	}
}

// wantOnlyGone checks that exactly one resource failed, and is told what to do.
func wantOnlyGone(t *testing.T, result acctest.Result, status int, name string) {
	t.Helper()
	if result.OK() || count(result, "error", "") != 1 {
		t.Errorf("the apply exited with %d and these errors, want one for %s:\n%s", result.ExitCode, name, result.Errors())
	}
	wantText(t, result.Errors(), goneSummary, fmt.Sprintf("App Connection %q", name),
		fmt.Sprint(status), "never work again", "connect your app again")
	for _, d := range result.Diagnostics {
		if d.Severity == "error" && d.Address != address(name) {
			t.Errorf("the error is at %q, want %q", d.Address, address(name))
		}
	}
}

// TestGoneOneOfAFleet has one of 20 connections revoked: the 19 others apply,
// and the error names the one (issue 3, Gone).
func TestGoneOneOfAFleet(t *testing.T) {
	t.Parallel()
	const dead = "p07"
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("p%02d", i+1))
	}
	tokens := connections(names...)
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	fleet := func(version int) {
		ws.Write("main.tf", w.provider(tokens)+webhook("printer",
			`for_each       = toset(["`+strings.Join(names, `", "`)+`"])`,
			`app_connection = each.key`,
			fmt.Sprintf(`callback_url   = "https://app.example.com/octo?printer=${each.key}&v=%d"`, version)))
	}
	url := func(name string, version int) string {
		return fmt.Sprintf("https://app.example.com/octo?printer=%s&v=%d", name, version)
	}
	wantOnlyOne := func(result acctest.Result) {
		t.Helper()
		if result.OK() || count(result, "error", "") != 1 {
			t.Errorf("exit code %d and these errors, want one:\n%s", result.ExitCode, result.Errors())
		}
		wantText(t, result.Errors(), goneSummary, `App Connection "`+dead+`"`)
		for _, d := range result.Diagnostics {
			if d.Severity == "error" && d.Address != address("printer")+`["`+dead+`"]` {
				t.Errorf("the error is at %s", d.Address)
			}
		}
	}

	fleet(1)
	ws.Must(ws.Apply())
	w.api.Revoke(tokens[dead], 604)
	fleet(2)
	wantOnlyOne(ws.Apply("-refresh=false"))
	for _, name := range names {
		if name != dead {
			w.wantURL(tokens[name], url(name, 2))
		}
	}

	// The next apply asks about the 19 and goes on failing for the one alone.
	w.api.ResetRequests()
	result := ws.Apply()
	wantOnlyOne(result)
	wantPlanned(t, result, map[string]string{address("printer") + `["` + dead + `"]`: "create"})
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 19, fakeapi.CallSet: 1})
}

// TestGoneOfAnotherTokenRemovesNothing has the configuration hold a revoked
// token that the webhook was not set with: Read asks with none but the token
// last set (rule 3; issue 3, Gone).
func TestGoneOfAnotherTokenRemovesNothing(t *testing.T) {
	t.Parallel()
	tokens := connections("alive", "revoked")
	for _, test := range []struct {
		name          string
		before, after func(w *world) string
		asked         int // how often the live connection is
	}{
		{
			name: "provider has only the revoked",
			before: func(w *world) string {
				return w.provider(map[string]string{"printer": tokens["alive"]}) + webhook("printer", `app_connection = "printer"`, `callback_url = "`+urlOne+`"`)
			},
			after: func(w *world) string {
				return w.provider(map[string]string{"printer": tokens["revoked"]}) + webhook("printer", `app_connection = "printer"`, `callback_url = "`+urlOne+`"`)
			},
		},
		{
			name: "provider has both",
			before: func(w *world) string {
				return w.provider(map[string]string{"printer": tokens["alive"]}) + webhook("printer", `app_connection = "printer"`, `callback_url = "`+urlOne+`"`)
			},
			after: func(w *world) string {
				return w.provider(map[string]string{"printer": tokens["revoked"], "old": tokens["alive"]}) + webhook("printer", `app_connection = "printer"`, `callback_url = "`+urlOne+`"`)
			},
			asked: 1,
		},
		{
			name: "state has the live one",
			before: func(w *world) string {
				return w.provider(nil) + webhook("printer", `app_token = "`+tokens["alive"]+`"`, `callback_url = "`+urlOne+`"`)
			},
			after: func(w *world) string {
				return w.provider(nil) + webhook("printer", `app_token = "`+tokens["revoked"]+`"`, `callback_url = "`+urlOne+`"`)
			},
			asked: 1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{}, tokens)
			w.api.Revoke(tokens["revoked"], 603)
			ws := w.workspace()
			ws.Write("main.tf", test.before(w))
			ws.Must(ws.Apply())

			w.api.ResetRequests()
			ws.Write("main.tf", test.after(w))
			plan := ws.Must(ws.Plan())
			wantPlanned(t, plan, map[string]string{address("printer"): "replace"})
			if n := count(plan, "warning", goneSummary); n != 0 {
				t.Errorf("the plan says that the webhook's connection is gone:\n%s", plan.Warnings())
			}
			if asked := w.asked(fakeapi.CallInfo, tokens["alive"]); asked != test.asked {
				t.Errorf("the live connection was asked about %d times, want %d", asked, test.asked)
			}
			if asked := w.asked("", tokens["revoked"]); asked != 0 {
				t.Errorf("the revoked token was sent %d times", asked)
			}
			w.wantURL(tokens["alive"], urlOne)
		})
	}
}
