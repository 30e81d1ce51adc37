// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const hostWarning = "OctoEverywhere can't reach this URL"

// TestUnreachableHostWarnsAtPlan is issue 3, line 9, and lifecycle rule 10: a
// plan that would Set warns of a callback host that the internet can't reach,
// at the argument, showing nothing of the URL but its host; applying works.
// Which hosts those are is TestUnreachableHost's business.
func TestUnreachableHostWarnsAtPlan(t *testing.T) {
	t.Parallel()
	hosts := map[string]string{ // printer → host; reachable ones have a dot at the end of the name here
		"loopback": "127.0.0.1:8443", "private": "192.168.1.20", "linklocal": "[fe80::1]", "mdns": "octopi.local", "label": "octopi",
		"public.": "app.example.com", "address.": "[2600::1]:8443",
	}
	tokens := map[string]string{}
	var config strings.Builder
	names := map[string]string{}
	for name, host := range hosts {
		block := strings.TrimSuffix(name, ".")
		names[block] = host
		tokens[block] = tokenOf(block)
		config.WriteString(webhook(block, `app_connection = "`+block+`"`, `callback_url = "https://`+host+`/octo?key=hush-hush"`))
	}
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens)+config.String())

	plan := ws.Must(ws.Plan())
	warned := map[string]string{}
	for _, d := range plan.Diagnostics {
		if d.Summary == hostWarning && d.Severity == "warning" {
			warned[strings.TrimPrefix(d.Address, webhookType+".")] = d.Detail
			if d.Snippet == nil || !strings.Contains(d.Snippet.Code, "callback_url") {
				t.Errorf("the warning does not point at callback_url: %+v", d)
			}
		}
	}
	for name := range hosts {
		block, reachable := strings.CutSuffix(name, ".")
		detail, found := warned[block]
		if found == reachable {
			t.Errorf("%s: warned is %t", block, found)
		}
		if found && strings.Contains(detail, "hush") {
			t.Errorf("the warning shows the query: %s", detail)
		}
	}

	ws.Must(ws.Apply())
	for block, host := range names {
		w.wantURL(tokens[block], "https://"+host+"/octo?key=hush-hush")
	}
	if said := count(ws.Must(ws.Plan()), "warning", ""); said != 0 {
		t.Errorf("a plan that sets nothing gave %d warnings", said)
	}
}

// TestUnreachableHostOfWriteOnlyURL: the same for callback_url_wo, of which
// neither path nor query is shown; and for a URL that only apply knows.
func TestUnreachableHostOfWriteOnlyURL(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	w := newWorld(t, fakeapi.Options{}, connections("garage", "lab"))
	ws := w.workspace()
	ws.Write("main.tf", w.provider(connections("garage", "lab"))+`
variable "url" { ephemeral = true }
resource "terraform_data" "later" { input = "https://10.0.0.5/hooks/SECRET-PATH" }
`+webhook("garage", `app_connection = "garage"`, `callback_url_wo = var.url`)+
		webhook("lab", `app_connection = "lab"`, `callback_url = terraform_data.later.output`))
	ws.Setenv("TF_VAR_url", "https://octopi.local/hooks/SECRET-PATH?key=hush-hush")

	plan := ws.Must(ws.Plan())
	wantSummaries(t, plan, "warning", map[string]int{hostWarning: 1})
	wantText(t, plan.Warnings(), `"octopi.local"`)
	wantAbsent(t, "the secret path", "SECRET-PATH", map[string]string{"the warnings": plan.Warnings()})

	applied := ws.Must(ws.Apply())
	wantText(t, applied.Warnings(), `"octopi.local"`, `"10.0.0.5"`)
	wantAbsent(t, "the secret path", "SECRET-PATH", map[string]string{"the warnings": applied.Warnings()})
}
