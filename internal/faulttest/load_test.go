// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// loadPeakMiB is more than twice what 2,000 webhooks take.
const loadPeakMiB = 800

// TestLoad sets thousands of webhooks (60 unless told otherwise) in one apply,
// on a server of which a tenth of all calls of Set fail in a way that passes,
// some of them after the webhook was saved. In the end each is what was asked
// for, with one request for each and one for each fault.
func TestLoad(t *testing.T) {
	t.Parallel()
	for _, parallelism := range []int{10, 50} {
		t.Run(fmt.Sprint(parallelism), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			events, faults := map[string]string{}, 0
			var names []string
			random := rand.New(rand.NewPCG(5, 2000)) // the same faults each time
			for i := range *webhooks {
				name := fmt.Sprintf("printer%04d", i)
				names, events[name] = append(names, name), strconv.Itoa(1+i%fakeapi.LastEventType)
				for failed := 0; failed < 3 && random.IntN(10) == 0; failed++ {
					faults++
					fault := []fakeapi.Fault{
						{Status: 429, Header: http.Header{"Retry-After": {"1"}}},
						{Status: 500}, {Status: 500, TakeEffect: true}, {Status: 600}, {Status: 600, TakeEffect: true},
					}[random.IntN(5)]
					fault.Call, fault.Token = fakeapi.CallSet, token(name)
					f.api.Script(fault)
				}
			}
			f.connect(names...)
			f.writeJSON("events.json", events)
			f.ws.Write("main.tf", clitest.RequiredProviders+f.provider(`request_timeout = "10m"`)+`
locals { # for_each is evaluated for each instance
  events = jsondecode(file("events.json"))
}
resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = local.events
  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${each.key}&b=2&a=%41%2f"
  event_types    = [each.value]
}
`)

			planned := f.ws.Must(f.ws.Plan("-out=load.tfplan")).PeakMiB
			f.api.ResetRequests()
			began := time.Now()
			applied := f.ws.Must(f.ws.Apply(fmt.Sprintf("-parallelism=%d", parallelism), "load.tfplan"))
			took := time.Since(began)
			peak, sent, checks, opened := applied.PeakMiB, f.api.Count(fakeapi.CallSet), f.api.Count(fakeapi.CallInfo), f.api.Sockets()
			state := f.state()
			for name, event := range events {
				saved, _ := f.api.Webhook(token(name))
				url := "https://app.example.com/octo?printer=" + name + "&b=2&a=%41%2f"
				if saved.URL != url || fmt.Sprint(saved.EventTypes) != "["+event+"]" || state[name].became(nil, "", url) != "set" {
					t.Errorf("the webhook of %s is %q for %v; in state: %+v", name, saved.URL, saved.EventTypes, state[name])
				}
			}
			f.wantNothingToDo()
			if want := len(names) + faults; sent != want || checks > parallelism {
				t.Errorf("%d Sets and %d checks were sent, want %d and at most %d", sent, checks, want, parallelism)
			}
			if opened > 2*parallelism {
				t.Errorf("%d TCP connections, want at most %d", opened, 2*parallelism)
			}
			if len(applied.Diagnostics) > 1 { // Terraform's own, of the development override
				t.Errorf("the user was told:\n%s%s", applied.Errors(), applied.Warnings())
			}
			if peak > loadPeakMiB {
				t.Errorf("Terraform or the provider took %d MiB, want at most %d", peak, loadPeakMiB)
			}
			t.Logf("Load: %d webhooks, -parallelism=%d, %d faults: all set as asked in %s, %d Sets, %d TCP connections, Terraform or the provider at most %d MiB (%d MiB planning).",
				len(names), parallelism, faults, took.Round(100*time.Millisecond), sent, opened, peak, planned)
		})
	}
}
