// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// Issue 3, line 2, and lifecycle rule 5: the token for Read and Delete is found
// by fingerprint, among state and provider.

// TestTokenFoundByFingerprint: whatever name the provider knows the token
// under, the webhook is checked and deleted with it.
func TestTokenFoundByFingerprint(t *testing.T) {
	t.Parallel()
	token, url := tokenOf("garage"), `callback_url = "`+urlOne+`"`
	garage, shed := map[string]string{"garage": token}, map[string]string{"shed": token, "lab": tokenOf("lab")}
	inState, writeOnly := `app_token = "`+token+`"`, `app_token_wo = "`+token+`"`
	for name, test := range map[string]struct {
		tokens, renamed map[string]string // the provider's, before and after
		before, after   []string          // the webhook's arguments
		planned         string            // by the change
		writeOnly       bool
	}{
		"key renamed, named by it":              {garage, shed, []string{`app_connection = "garage"`, url}, []string{`app_connection = "shed"`, url}, "update", false},
		"key renamed, token in state":           {garage, shed, []string{inState, url}, []string{inState, url}, "", false},
		"key renamed, token write-only":         {garage, shed, []string{writeOnly, url}, []string{writeOnly, url}, "", true},
		"key removed, token in state":           {garage, nil, []string{inState, url}, []string{inState, url}, "", false},
		"write-only, provider learns it":        {nil, shed, []string{writeOnly, url}, []string{writeOnly, url}, "", true},
		"from app_token_wo to the named one":    {nil, shed, []string{writeOnly, url}, []string{`app_connection = "shed"`, url}, "update", true},
		"the name stays, two have the token":    {garage, map[string]string{"garage": token, "shed": token}, []string{`app_connection = "garage"`, url}, []string{`app_connection = "garage"`, url}, "", false},
		"the default connection by other means": {map[string]string{"default": token}, map[string]string{"default": token, "garage": token}, []string{url}, []string{url}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.writeOnly {
				skipWithoutWriteOnly(t)
			}
			w := newWorld(t, fakeapi.Options{}, map[string]string{"garage": token})
			ws := w.workspace()
			ws.Write("main.tf", w.provider(test.tokens)+webhook("printer", test.before...))
			ws.Must(ws.Apply())

			w.api.ResetRequests()
			ws.Write("main.tf", w.provider(test.renamed)+webhook("printer", test.after...))
			wanted, calls := map[string]string{}, map[fakeapi.Call]int{fakeapi.CallInfo: 1} // one Read: it is checked
			if test.planned != "" {
				wanted[address("printer")], calls[fakeapi.CallSet] = test.planned, 1
			}
			applied := ws.Must(ws.Apply())
			wantPlanned(t, applied, wanted)
			w.wantCalls(calls)
			if warnings := applied.Warnings(); warnings != "" {
				t.Errorf("warned:\n%s", warnings)
			}

			w.api.ResetRequests()
			destroyed := ws.Must(ws.Destroy())
			if warnings := destroyed.Warnings(); warnings != "" {
				t.Errorf("the destroy warned:\n%s", warnings)
			}
			if w.asked(fakeapi.CallDelete, token) != 1 {
				t.Errorf("calls %v, want one Delete", w.calls())
			}
			w.wantURL(token, "")
		})
	}
}

// TestWriteOnlyTokenKnownToProviderIsChecked: a webhook set with a write-only
// token is dropped when the provider's token for it turns out dead.
func TestWriteOnlyTokenKnownToProviderIsChecked(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	token := tokenOf("garage")
	w := newWorld(t, fakeapi.Options{}, map[string]string{"garage": token})
	ws := w.workspace()
	printer := webhook("printer", `app_token_wo = "`+token+`"`, `callback_url = "`+urlOne+`"`)

	ws.Write("main.tf", w.provider(nil)+printer)
	ws.Must(ws.Apply())
	w.api.Revoke(token, 603)
	w.api.ResetRequests()
	unseen := ws.Must(ws.Plan())
	wantPlanned(t, unseen, map[string]string{})
	w.wantCalls(map[fakeapi.Call]int{})

	ws.Write("main.tf", w.provider(map[string]string{"any": token})+printer)
	seen := ws.Must(ws.Plan())
	wantPlanned(t, seen, map[string]string{address("printer"): "create"})
	wantSummaries(t, seen, "warning", map[string]int{"The App Connection is gone for good": 1})
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 1})
}

// TestDestroyWithoutToken: with no token at hand a destroy works, calls nobody,
// and says at plan what it leaves behind and until when.
func TestDestroyWithoutToken(t *testing.T) {
	t.Parallel()
	garage, lab := tokenOf("garage"), tokenOf("lab")
	both := map[string]string{"garage": garage, "lab": lab}
	fleet := `
resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = toset(PRINTERS)
  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${each.key}"
}
`
	of := func(printers string) string { return strings.ReplaceAll(fleet, "PRINTERS", printers) }
	for name, test := range map[string]struct {
		tokens  map[string]string
		config  string
		destroy bool
		labToo  bool // lab's webhook goes as well, and properly
	}{
		"its key gone from the map":        {map[string]string{"lab": lab}, of(`["lab"]`), false, false},
		"destroy, one token gone":          {map[string]string{"lab": lab}, of(`["garage", "lab"]`), true, true},
		"destroy, the block is gone, too":  {map[string]string{"lab": lab}, "", true, true},
		"token of its name is another one": {map[string]string{"garage": tokenOf("new"), "lab": lab}, of(`["lab"]`), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{}, both)
			ws := w.workspace()
			ws.Write("main.tf", w.provider(both)+of(`["garage", "lab"]`))
			ws.Must(ws.Apply())
			one := address("printer") + `["garage"]`

			ws.Write("main.tf", w.provider(test.tokens)+test.config)
			w.api.ResetRequests()
			args := []string{"-out=it.tfplan"}
			if test.destroy {
				args = append(args, "-destroy")
			}
			plan := ws.Must(ws.Plan(args...))
			planned := map[string]string{one: "delete"}
			if test.labToo {
				planned[address("printer")+`["lab"]`] = "delete"
			}
			wantPlanned(t, plan, planned)
			if said := count(plan, "warning", "A webhook is left behind"); said != 1 || count(plan, "error", "") != 0 {
				t.Errorf("said %d times what is left behind:\n%s%s", said, plan.Warnings(), plan.Errors())
			}
			wantText(t, plan.Warnings(), fingerprintOf(t, garage), "until 2026-08-28T12:00:00Z", "more than 5 deliveries in a row", "app_tokens (under any name)")

			ws.Must(ws.Apply("it.tfplan"))
			if sent := w.asked("", garage); sent != 0 {
				t.Errorf("a token that nobody has was sent %d times", sent)
			}
			w.wantURL(garage, "https://app.example.com/octo?printer=garage")
			if test.labToo {
				w.wantURL(lab, "")
			} else {
				w.wantURL(lab, "https://app.example.com/octo?printer=lab")
			}
			if _, kept := ws.Resources()[one]; kept {
				t.Error("it is still in state")
			}
		})
	}
}

// TestDestroyByForEachOverTokens is rule 5's case in full: for_each over the
// token map removes token and resource in one go.
func TestDestroyByForEachOverTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{}, connections("garage", "lab"))
	ws := w.workspace()
	ws.Write("main.tf", acctest.RequiredProviders+`
variable "tokens" {
  type      = map(string)
  sensitive = true
}
provider "octoeverywhere" {
  endpoint   = "`+w.url+`"
  app_tokens = var.tokens
}
resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = nonsensitive(toset(keys(var.tokens)))
  app_connection = each.key
  callback_url   = "`+urlOne+`"
}
`)
	ws.Setenv("TF_VAR_tokens", hclMap(connections("garage", "lab")))
	ws.Must(ws.Apply())
	ws.Setenv("TF_VAR_tokens", hclMap(connections("lab")))
	applied := ws.Must(ws.Apply())
	wantPlanned(t, applied, map[string]string{address("printer") + `["garage"]`: "delete"})
	wantText(t, applied.Warnings(), "A webhook is left behind", fingerprintOf(t, tokenOf("garage")), "2026-08-28T12:00:00Z")
	if _, kept := ws.Resources()[address("printer")+`["garage"]`]; kept {
		t.Error("it is still in state")
	}
	w.wantURL(tokenOf("garage"), urlOne)
	w.wantURL(tokenOf("lab"), urlOne)
	wantPlanned(t, ws.Must(ws.Plan()), map[string]string{})
}

// TestMissingTokenWarnsUnlessNeeded: a missing token is an error only when a
// Set is planned; else a warning, since Terraform plans before it destroys.
func TestMissingTokenWarnsUnlessNeeded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{}, connections("garage"))
	ws := w.workspace()
	printer := func(url string) string {
		return webhook("printer", `app_connection = "garage"`, `callback_url = "`+url+`"`)
	}
	missing := `The provider has no App Connection named "garage"`
	ws.Write("main.tf", w.provider(connections("garage"))+printer(urlOne))
	ws.Must(ws.Apply())
	w.api.ResetRequests()

	ws.Write("main.tf", w.provider(connections("lab"))+printer(urlOne))
	plan := ws.Must(ws.Plan())
	wantPlanned(t, plan, map[string]string{})
	wantSummaries(t, plan, "warning", map[string]int{missing: 1})
	wantText(t, plan.Warnings(), `The provider has: "lab".`, "neither checked nor renewed")

	ws.Write("main.tf", w.provider(connections("lab"))+printer(urlTwo))
	plan = ws.Plan()
	if plan.OK() {
		t.Error("a Set was planned without a token")
	}
	wantSummaries(t, plan, "error", map[string]int{missing: 1})

	ws.Write("main.tf", w.provider(connections("lab"))+printer(urlOne))
	w.clock.Advance(151)
	plan = ws.Plan()
	if plan.OK() {
		t.Error("a renewal was planned without a token")
	}
	wantSummaries(t, plan, "error", map[string]int{missing: 1})

	// Terraform plans the same before it destroys, unless told not to refresh.
	if ws.Destroy().OK() {
		t.Error("destroy works now: drop -refresh=false here and from the docs")
	}
	destroyed := ws.Must(ws.Destroy("-refresh=false"))
	wantText(t, destroyed.Warnings(), "A webhook is left behind")
	wantAddresses(t, ws)
	w.wantCalls(map[fakeapi.Call]int{})
	w.wantURL(tokenOf("garage"), urlOne)
}
