// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// TestReadKeepsState has info answer everything but 603 and 604 for a fleet of
// six: the plan stays empty, never sets, and says no more than it must
// (DESIGN.md, "Asking").
func TestReadKeepsState(t *testing.T) {
	t.Parallel()
	const (
		notChecked = "App Connections could not be checked"
		oddAnswer  = "An App Connection could not be checked"
		paused     = "Deliveries are paused"
		fleet      = 6
		givenUp    = 3 // failed probes, after which a run stops asking
	)
	var names []string
	for i := range fleet {
		names = append(names, fmt.Sprintf("p%d", i+1))
	}
	tokens := connections(names...)
	answer := func(status int) func(*world) {
		return func(w *world) {
			for _, token := range tokens {
				w.api.SetInfoStatus(token, status)
			}
		}
	}
	script := func(fault fakeapi.Fault) func(*world) {
		fault.Call, fault.Times = fakeapi.CallInfo, -1
		return func(w *world) { w.api.Script(fault) }
	}

	for _, test := range []struct {
		name     string
		noInfo   bool
		given    func(w *world)
		provider []string // arguments of the plan's provider block
		asked    int
		warnings map[string]int
	}{
		{name: "online", asked: fleet},
		{name: "offline", given: func(w *world) { w.api.SetOnline(tokens["p1"], false) }, asked: fleet},
		{name: "601", given: answer(601), asked: fleet},
		{name: "602", given: answer(602), asked: fleet},
		{
			name: "605",
			given: func(w *world) {
				w.api.SetSupporter(tokens["p2"], false)
				w.api.SetSupporter(tokens["p5"], false)
			},
			asked: fleet, warnings: map[string]int{paused: 2},
		},
		{name: "500", given: answer(500), asked: givenUp, warnings: map[string]int{notChecked: 1}},
		{name: "600", given: answer(600), asked: givenUp, warnings: map[string]int{notChecked: 1}},
		{name: "606", given: answer(606), asked: fleet, warnings: map[string]int{oddAnswer: fleet}},
		{name: "a new status", given: answer(699), asked: fleet, warnings: map[string]int{oddAnswer: fleet}},
		{
			name:  "429 with Retry-After",
			given: script(fakeapi.Fault{Status: 429, Header: http.Header{"Retry-After": {"3600"}}}),
			asked: givenUp, warnings: map[string]int{notChecked: 1},
		},
		{
			name:  "503 with a Retry-After date",
			given: script(fakeapi.Fault{Status: 503, Header: http.Header{"Retry-After": {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}}}),
			asked: givenUp, warnings: map[string]int{notChecked: 1},
		},
		{name: "reset", given: script(fakeapi.Fault{Kind: fakeapi.Reset}), asked: givenUp, warnings: map[string]int{notChecked: 1}},
		{
			name:     "hang",
			given:    script(fakeapi.Fault{Kind: fakeapi.Hang}),
			provider: []string{`request_timeout = "500ms"`}, asked: givenUp, warnings: map[string]int{notChecked: 1},
		},
		{name: "two failures of six", given: func(w *world) {
			w.api.SetInfoStatus(tokens["p2"], 500)
			w.api.SetInfoStatus(tokens["p4"], 500)
		}, asked: fleet, warnings: map[string]int{notChecked: 1}},
		{name: "401", given: answer(401), asked: 1, warnings: map[string]int{notChecked: 1}},
		{name: "403", given: answer(403), asked: 1, warnings: map[string]int{notChecked: 1}},
		{name: "another's API", given: script(fakeapi.Fault{Status: 200, ContentType: "application/json", Body: `{"hello":1}`}), asked: 1, warnings: map[string]int{notChecked: 1}},
		{name: "not served", noInfo: true, asked: 1},
		{name: "a web page", given: script(fakeapi.Fault{Status: 200, ContentType: "text/html", Body: "<!doctype html><p>hello"}), asked: 1},
		{name: "elsewhere", given: script(fakeapi.Fault{Status: 302, Header: http.Header{"Location": {"https://login.example.com/"}}}), asked: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{NoInfo: test.noInfo}, tokens)
			// A Read that waits for anything would outlast the test's patience.
			ws := acctest.NewWorkspace(t)
			ws.UseServer(provider.NewServer(provider.New("test", provider.WithClock(w.clock.Now), provider.WithWaits(octoeverywhere.Waits{
				Min: time.Hour, Max: time.Hour, RetryAfterMax: time.Hour, Budget: 10 * time.Hour,
			}))))
			printers := webhook("printer",
				`for_each       = toset(["`+strings.Join(names, `", "`)+`"])`,
				`app_connection = each.key`,
				`callback_url   = "https://app.example.com/octo?printer=${each.key}"`)
			ws.Write("main.tf", w.provider(tokens)+printers)
			ws.Must(ws.Apply())

			if test.given != nil {
				test.given(w)
			}
			w.api.ResetRequests()
			ws.Write("main.tf", w.provider(tokens, test.provider...)+printers)
			plan := ws.Must(ws.Plan("-parallelism=1"))
			wantPlanned(t, plan, nil)
			w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: test.asked})
			wantSummaries(t, plan, "warning", test.warnings)
		})
	}
}

// TestReadOfAnUnreachableService plans on, with one warning, when nobody
// listens.
func TestReadOfAnUnreachableService(t *testing.T) {
	t.Parallel()
	tokens := connections("garage", "lab")
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	printers := webhook("garage", `app_connection = "garage"`, `callback_url = "`+urlOne+`"`) +
		webhook("lab", `app_connection = "lab"`, `callback_url = "`+urlOne+`"`)
	ws.Write("main.tf", w.provider(tokens)+printers)
	ws.Must(ws.Apply())

	// Port 1 of loopback: refused at once.
	ws.Write("main.tf", strings.ReplaceAll(w.provider(tokens)+printers, w.url, "http://127.0.0.1:1"))
	plan := ws.Must(ws.Plan())
	wantPlanned(t, plan, nil)
	wantSummaries(t, plan, "warning", map[string]int{"App Connections could not be checked": 1})
	wantText(t, plan.Warnings(), "127.0.0.1:1", "stands for all")
}
