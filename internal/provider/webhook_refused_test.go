// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestRefusedSet replaces and renames webhooks while the service refuses the
// Set: the App Connection has the webhook that it had, the message says what is
// true, and the next apply sets the new one.
func TestRefusedSet(t *testing.T) {
	t.Parallel()
	const unchanged = "Nothing was changed"
	tokens := connections("one", "gate")
	one, gate := tokens["one"], tokens["gate"]
	secret := `callback_url_wo = "` + urlOne + `"`
	for _, test := range []struct {
		name          string
		before, after string
		taint         bool
		args          []string
		hold          map[sighting]sighting
		wantURL       string
		wantOrder     []fakeapi.Call
		says          string
		inState       []string // besides gate
	}{
		{
			name:   "-replace",
			before: webhook("printer", on("one", urlOne)...), after: webhook("printer", on("one", urlTwo)...),
			args: []string{"-replace=" + address("printer")}, wantURL: urlOne, wantOrder: []fakeapi.Call{set, set},
			says: "The webhook that was there before is still set", inState: []string{"printer"},
		},
		{
			name:   "-replace, create_before_destroy",
			before: webhook("printer", on("one", urlOne, beforeDestroy)...), after: webhook("printer", on("one", urlTwo, beforeDestroy)...),
			args: []string{"-replace=" + address("printer")}, wantURL: urlOne, wantOrder: []fakeapi.Call{set, set},
			says: unchanged, inState: []string{"printer"},
		},
		{
			name:   "tainted",
			before: webhook("printer", on("one", urlOne)...), after: webhook("printer", on("one", urlTwo)...),
			taint: true, wantURL: urlOne, wantOrder: []fakeapi.Call{set, set},
			says: "The webhook that was there before is still set", inState: []string{"printer"},
		},
		{
			name:   "renamed, as it comes",
			before: webhook("old", on("one", urlOne)...), after: webhook("new", on("one", urlTwo)...),
			wantURL: urlOne,
		},
		{
			name:   "renamed, the old half planned and destroyed first",
			before: webhook("old", on("one", urlOne)...),
			after:  late + webhook("gate", on("gate", urlOne, dependsOnLate)...) + webhook("new", on("one", urlTwo, dependsOn("gate"))...),
			hold:   map[sighting]sighting{{set, gate}: {del, one}}, wantURL: urlOne, wantOrder: []fakeapi.Call{del, set, set, set},
			says: "has set it again as it was", inState: []string{"gate", "new"},
		},
		{
			name:   "renamed, the URL write-only",
			before: webhook("old", `app_connection = "one"`, secret),
			after:  late + webhook("gate", on("gate", urlOne, dependsOnLate)...) + webhook("new", `app_connection = "one"`, secret, dependsOn("gate")),
			hold:   map[sighting]sighting{{set, gate}: {del, one}}, wantOrder: []fakeapi.Call{del, set, set},
			says: "no webhook is set now", inState: []string{"gate"},
		},
		{
			name:   "an update",
			before: webhook("printer", on("one", urlOne)...), after: webhook("printer", on("one", urlTwo)...),
			wantURL: urlOne, wantOrder: []fakeapi.Call{set, set}, says: unchanged, inState: []string{"printer"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.name == "renamed, the URL write-only" {
				acctest.SkipBelow(t, "1.11.0", "1.11.0", "a write-only argument")
			}
			w := newWorld(t, fakeapi.Options{}, tokens)
			ws := w.workspace()
			settings := []string{"max_retries = 1", `webhook_api = "notifications"`}
			ws.Write("main.tf", w.provider(tokens, settings...)+test.before)
			ws.Must(ws.Apply())
			if test.taint {
				ws.Must(ws.Run("taint", address("printer")))
			}
			w.api.ResetRequests()
			w.hold(test.hold)
			w.slowGate()
			w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Token: one, Status: 429, Times: 2})
			ws.Write("main.tf", w.provider(tokens, settings...)+test.after)
			result := ws.Apply(test.args...)
			if result.OK() {
				t.Fatal("the apply went well")
			}
			w.wantURL(one, test.wantURL)
			wantText(t, result.Errors(), test.says)
			if test.wantOrder != nil {
				if got := w.order(one); !slices.Equal(got, test.wantOrder) {
					t.Errorf("calls %q, want %q", got, test.wantOrder)
				}
				wantAddresses(t, ws, test.inState...)
			}

			ws.Must(ws.Apply())
			want := urlTwo
			if test.wantURL == "" {
				want = urlOne
			}
			w.wantURL(one, want)
			wantPlanned(t, ws.Must(ws.Plan()), nil)
			ws.Must(ws.Destroy())
			w.wantURL(one, "")
		})
	}
}
