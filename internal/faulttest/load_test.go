// SPDX-License-Identifier: MPL-2.0

package faultmatrix_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// load is App Connections on a server of which a tenth of all calls of Set
// fail in a way that passes: 429 with Retry-After, 500 and 600, half of these
// after the webhook was saved.
type load struct {
	api    *fakeapi.Server
	url    string
	tokens []string
	faults int
}

// retried is how often a call may fail: the provider's default.
const retried = octoeverywhere.DefaultMaxRetries

func newLoad(t *testing.T, size int, retryAfter string) *load {
	t.Helper()
	l := &load{api: fakeapi.New(fakeapi.Options{Flat: true})}
	random := rand.New(rand.NewPCG(5, 2000)) // the same faults each time
	for i := range size {
		token := fmt.Sprintf("%s-load%04d-0123456789abcdef", tokenMark, i)
		l.tokens = append(l.tokens, token)
		l.api.AddConnection(token, fmt.Sprintf("printer %d", i))
		for failed := 0; failed < retried && random.IntN(10) == 0; failed++ {
			fault := fakeapi.Fault{Call: fakeapi.CallSet, Token: token, Commit: random.IntN(2) == 0}
			switch random.IntN(3) {
			case 0:
				fault.Status, fault.Commit, fault.Header = 429, false, http.Header{"Retry-After": {retryAfter}}
			case 1:
				fault.Status = 500
			case 2:
				fault.Status = 600
			}
			l.api.Script(fault)
			l.faults++
		}
	}
	running, err := l.api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	l.url = running.URL
	return l
}

// events are the filter of the i-th webhook: every one of them another.
func (l *load) events(i int) []int {
	events := []int{1 + i%16}
	for bit := range 16 {
		if i>>bit&1 == 1 && bit+1 != events[0] {
			events = append(events, bit+1)
		}
	}
	slices.Sort(events)
	return events
}

func (l *load) callback(i int) string {
	return fmt.Sprintf("https://app.example.com/octo/%d?printer=%d&b=2&a=%%41%%2f", i, i)
}

// wantAll checks that every webhook is exactly what was asked for, with one
// request for each and one for each fault.
func (l *load) wantAll(t *testing.T, parallelism int) {
	t.Helper()
	for i, token := range l.tokens {
		saved, set := l.api.Webhook(token)
		slices.Sort(saved.EventTypes)
		if !set || saved.URL != l.callback(i) || !slices.Equal(saved.EventTypes, l.events(i)) {
			t.Errorf("webhook %d is %q for %v (%t)", i, saved.URL, saved.EventTypes, set)
		}
	}
	if sent, want := l.api.Count(""), len(l.tokens)+l.faults; sent != want || l.api.Count(fakeapi.CallSet) != want {
		t.Errorf("%d requests were sent, want %d", sent, want)
	}
	if opened := l.api.Sockets(); opened > parallelism {
		t.Errorf("%d TCP connections, want at most %d", opened, parallelism)
	}
}

// TestLoad sets thousands of webhooks (200 unless told otherwise) in one apply
// (issue 5, line 5).
func TestLoad(t *testing.T) {
	for _, parallelism := range []int{10, 50} {
		t.Run(fmt.Sprint(parallelism), func(t *testing.T) {
			t.Parallel()
			l := newLoad(t, *webhooks, "1")
			ws := acctest.NewWorkspace(t)
			ws.UseMeteredBinary()
			type printer struct {
				Token  string   `json:"token"`
				URL    string   `json:"url"`
				Events []string `json:"events"`
			}
			printers := map[string]printer{}
			for i, token := range l.tokens {
				var events []string
				for _, event := range l.events(i) {
					events = append(events, fmt.Sprint(event))
				}
				printers[fmt.Sprintf("p%04d", i)] = printer{token, l.callback(i), events}
			}
			writeJSON(ws, "printers.json", printers)
			ws.Write("main.tf", acctest.RequiredProviders+fmt.Sprintf(`
locals {
  printers = jsondecode(file("printers.json"))
}
provider "octoeverywhere" {
  endpoint   = %q
  app_tokens = { for name, printer in local.printers : name => printer.token }
}
resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = local.printers
  app_connection = each.key
  callback_url   = each.value.url
  event_types    = each.value.events
}
`, l.url))
			ws.Must(ws.Plan("-out=load.tfplan"))
			planned := ws.ProviderPeakMiB()
			began := time.Now()
			applied := ws.Must(ws.Apply(fmt.Sprintf("-parallelism=%d", parallelism), "load.tfplan"))
			took := time.Since(began)
			peak := ws.ProviderPeakMiB()
			l.wantAll(t, parallelism)
			if len(applied.Diagnostics) > 1 { // Terraform's own, of the development override
				t.Errorf("the user was told:\n%s%s", applied.Errors(), applied.Warnings())
			}
			if state := readState(t, ws); len(state) != len(l.tokens) {
				t.Errorf("%d webhooks in state", len(state))
			}
			if peak > loadPeakMiB {
				t.Errorf("the provider took %d MiB, want at most %d", peak, loadPeakMiB)
			}
			figures.add("Load: %d webhooks, -parallelism=%d, %d faults: all set as asked in %s, %d requests, %d TCP connections, provider at most %d MiB (%d MiB planning).",
				len(l.tokens), parallelism, l.faults, took.Round(100*time.Millisecond), l.api.Count(""), l.api.Sockets(), peak, planned)
		})
	}
}

// loadPeakMiB is more than twice what 2,000 webhooks take.
const loadPeakMiB = 800

// TestClientLeavesNothing calls the client from as many goroutines as
// Terraform would, and finds neither goroutines nor connections afterwards.
func TestClientLeavesNothing(t *testing.T) {
	for _, parallelism := range []int{10, 50} {
		t.Run(fmt.Sprint(parallelism), func(t *testing.T) {
			l := newLoad(t, *webhooks, "0")
			client, err := octoeverywhere.New(octoeverywhere.Config{
				Endpoint: l.url, MaxRetries: retried,
				Waits: octoeverywhere.Waits{Min: time.Millisecond, Max: 5 * time.Millisecond},
			})
			if err != nil {
				t.Fatal(err)
			}
			indices := make(chan int)
			var workers sync.WaitGroup
			for range parallelism {
				workers.Go(func() {
					for i := range indices {
						token, err := octoeverywhere.NewToken(l.tokens[i])
						if err != nil {
							t.Error(err)
							continue
						}
						webhook := octoeverywhere.Webhook{CallbackURL: l.callback(i)}
						for _, event := range l.events(i) {
							webhook.EventTypes = append(webhook.EventTypes, octoeverywhere.EventType(event))
						}
						if err := client.SetWebhook(t.Context(), token, webhook); err != nil {
							t.Error(err)
						}
					}
				})
			}
			for i := range l.tokens {
				indices <- i
			}
			close(indices)
			workers.Wait()
			l.wantAll(t, parallelism)

			client.Close()
			if left := leftOf(); left != "" {
				t.Errorf("the client left goroutines behind:\n%s", left)
			}
			figures.add("Client: %d webhooks by %d goroutines, %d faults: %d requests on %d TCP connections, no goroutine and no connection left.",
				len(l.tokens), parallelism, l.faults, l.api.Count(""), l.api.Sockets())
		})
	}
}

// leftOf is the stacks of the client's goroutines, connections among them, that
// have not ended after time enough.
func leftOf() string {
	var left []string
	for range 400 {
		left = nil
		buffer := make([]byte, 4<<20)
		for i, stack := range strings.Split(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
			if i > 0 && (strings.Contains(stack, "net/http.(*persistConn)") || strings.Contains(stack, "net/http.(*Transport)") || strings.Contains(stack, "internal/octoeverywhere.")) {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
		time.Sleep(25 * time.Millisecond)
	}
	return strings.Join(left, "\n\n")
}
