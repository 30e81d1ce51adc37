// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestFiveHundredWebhooks applies and plans 500 webhooks with the provider as
// users run it: at most one call more for each parallel operation, for finding
// the edition, and at most two TCP connections for each (DESIGN.md, "Connections").
func TestFiveHundredWebhooks(t *testing.T) {
	t.Parallel()
	const (
		webhooks    = 500
		parallelism = 10 // Terraform's default
	)
	tokens := map[string]string{}
	for i := range webhooks {
		name := fmt.Sprintf("p%03d", i)
		tokens[name] = tokenOf(name)
	}
	for _, test := range []struct {
		name    string
		options fakeapi.Options
		sets    int // requests to set them all
		asked   int // at most, to ask about them all
	}{
		{"commissioned", fakeapi.Options{Editions: fakeapi.EditionNotifications, NoInfo: true}, webhooks, parallelism},
		{"successor", fakeapi.Options{Editions: fakeapi.EditionAppConnection}, webhooks + parallelism, webhooks},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, test.options, tokens)
			ws := acctest.NewWorkspace(t)
			ws.UseBinary()
			// count, since Terraform evaluates for_each again for each instance.
			ws.Write("main.tf", w.provider(tokens)+webhook("printer",
				fmt.Sprintf(`count          = %d`, webhooks),
				`app_connection = format("p%03d", count.index)`,
				`callback_url   = "https://app.example.com/octo?printer=${format("p%03d", count.index)}"`))

			// Plan and apply are two processes, so their calls are counted apart.
			ws.Must(ws.Plan("-out=plan.tfplan"))
			w.wantCalls(map[fakeapi.Call]int{})
			run := func(what string, run func() acctest.Result, requests int) acctest.Result {
				w.api.ResetRequests()
				result := ws.Must(run())
				if sent := len(w.api.Requests()); sent > requests {
					t.Errorf("%s: %d requests, want at most %d", what, sent, requests)
				}
				opened := w.api.Sockets()
				if opened > 2*parallelism {
					t.Errorf("%s: %d TCP connections were opened", what, opened)
				}
				t.Logf("%s: %d requests, %d TCP connections", what, len(w.api.Requests()), opened)
				return result
			}
			run("apply", func() acctest.Result { return ws.Apply("plan.tfplan") }, test.sets)
			for name, token := range tokens {
				w.wantURL(token, "https://app.example.com/octo?printer="+name)
			}
			wantPlanned(t, run("plan", func() acctest.Result { return ws.Plan() }, test.asked), nil)
		})
	}
}
