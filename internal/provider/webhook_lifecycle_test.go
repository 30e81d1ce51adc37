// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	urlOne = "https://app.example.com/octo?printer=garage&key=hush-hush"
	urlTwo = "https://app.example.com/octo?printer=garage&key=hush-hush&v=2"
)

// TestLifecycle takes a webhook through its life on a server of each edition,
// the commissioned one without the calls that came later.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]fakeapi.Options{
		"commissioned": {Editions: fakeapi.EditionNotifications, NoInfo: true},
		"successor":    {Editions: fakeapi.EditionAppConnection},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := connections("garage")
			garage := tokens["garage"]
			w := newWorld(t, options, tokens)
			ws := w.workspace()
			apply := func(url string, more ...string) clitest.Result {
				ws.Write("main.tf", w.provider(tokens)+webhook("printer", on("garage", url, more...)...))
				return ws.Apply()
			}
			refused := apply(urlOne, `event_types = ["print_complete", "2000000"]`)
			wantSummaries(t, refused, "error", map[string]int{"OctoEverywhere refused the webhook": 1})
			wantText(t, refused.Errors(), "event_types")

			created := ws.Must(apply(urlOne, `event_types = ["print_complete", 3]`))
			wantPlanned(t, created, map[string]string{address("printer"): "create"})
			w.wantURL(garage, urlOne)
			values := ws.Resources()[address("printer")]
			events, _ := values["event_types"].([]any)
			if values["id"] != fingerprintOf(t, garage) || values["callback_url"] != urlOne || values["app_token"] != nil || len(events) != 2 {
				t.Errorf("state %v", values)
			}
			wantTimes(t, ws, "printer", "2026-03-01T12:00:00Z", "2026-08-28T12:00:00Z")
			wantPlanned(t, ws.Must(ws.Plan()), nil)

			wantPlanned(t, ws.Must(apply(urlTwo)), map[string]string{address("printer"): "update"})
			w.wantURL(garage, urlTwo)
			destroyed := ws.Must(ws.Destroy())
			wantAddresses(t, ws)
			if name == "successor" {
				w.wantURL(garage, "")
				return
			}
			w.wantURL(garage, urlTwo) // the server has no Delete, as the warning says
			wantSummaries(t, destroyed, "warning", map[string]int{"The webhook was not deleted": 1})
		})
	}
}
