// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

const (
	writeOnlyWarning = "callback_url_wo is another URL than the one last set"

	// Receivers keep secrets in the path as well as in the query.
	hiddenURL  = "https://app.example.com/hooks/SECRET-PATH?key=hush-hush"
	hiddenURL2 = "https://app.example.com/hooks/SECRET-PATH?key=hush-hush&v=2"
)

// writeOnlyBlock takes both secrets from ephemeral variables, which Terraform
// itself keeps out of plan and state.
var writeOnlyBlock = `
variable "token" {
  type      = string
  ephemeral = true
}
variable "url" {
  type      = string
  ephemeral = true
}
` + webhook("printer", `app_token_wo = var.token`, `callback_url_wo = var.url`)

func skipWithoutWriteOnly(t *testing.T) {
	t.Helper()
	acctest.SkipBelow(t, "1.11.0", "1.11.0", "write-only arguments")
}

// give sets the secrets for the next runs.
func give(ws *acctest.Workspace, token, url string) {
	ws.Setenv("TF_VAR_token", token)
	ws.Setenv("TF_VAR_url", url)
}

// wantNoSecretInState checks all files, private state included, and that show
// -json can still read the state.
func wantNoSecretInState(t *testing.T, ws *acctest.Workspace) {
	t.Helper()
	texts := ws.Left()
	texts["show -json"] = ws.Must(ws.Run("show", "-json")).Stdout
	for _, secret := range []string{"tok-SECRET", "SECRET-PATH", "hush-hush"} {
		wantAbsent(t, "a write-only value", secret, texts)
	}
}

// TestWriteOnlyStaysOut runs creates, changes and failures with the log at
// TRACE: neither value is in state, plan file, JSON plan, output or log.
func TestWriteOnlyStaysOut(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	one, two := tokenOf("one"), tokenOf("two")
	w := newWorld(t, fakeapi.Options{}, connections("one", "two"))
	ws := acctest.NewWorkspace(t)
	ws.UseBinary()
	ws.Setenv("TF_LOG", "TRACE")
	ws.Setenv("TF_LOG_PATH", filepath.Join(ws.Dir, "trace.log"))
	ws.Write("main.tf", w.provider(nil, `max_retries = 0`)+writeOnlyBlock)

	var output strings.Builder
	run := func(args ...string) acctest.Result {
		result := ws.Run(args...)
		output.WriteString(result.Stdout + result.Stderr)
		return result
	}
	planned := func(name string) {
		ws.Must(run("plan", "-input=false", "-out="+name+".tfplan"))
		ws.Must(run("show", "-json", name+".tfplan"))
	}

	give(ws, one, hiddenURL)
	planned("create")
	ws.Must(run("apply", "-input=false", "create.tfplan"))
	w.wantURL(one, hiddenURL)
	wantNoSecretInState(t, ws)

	// The service's own words repeat both secrets, in vain.
	tattle := fakeapi.Fault{Call: fakeapi.CallSet, Status: 500, ContentType: "application/json", Body: `{"Error":"` + one + ` can't use ` + hiddenURL2 + `"}`}
	w.api.Script(tattle)
	give(ws, one, hiddenURL2)
	planned("update")
	if failed := run("apply", "-json", "-input=false", "update.tfplan"); failed.OK() {
		t.Error("the apply did not fail")
	}
	wantNoSecretInState(t, ws)

	tattle.Status, tattle.Body = 400, `{"Error":"`+two+` can't use `+hiddenURL2+`"}`
	w.api.Script(tattle)
	give(ws, two, hiddenURL2)
	planned("replace")
	if failed := run("apply", "-input=false", "replace.tfplan"); failed.OK() {
		t.Error("the apply did not fail")
	}
	wantNoSecretInState(t, ws)

	// Values that are refused are not repeated either.
	give(ws, two+" x", "http://app.example.com/hooks/SECRET-PATH?key=hush-hush")
	if refused := run("plan", "-input=false"); refused.OK() {
		t.Error("wrong values were accepted")
	}
	give(ws, two, hiddenURL2)
	ws.Must(run("apply", "-input=false", "-auto-approve"))
	w.wantURL(two, hiddenURL2)
	ws.Must(run("destroy", "-input=false", "-auto-approve"))

	if log := ws.Read("trace.log"); !strings.Contains(log, "[TRACE]") || !strings.Contains(log, "OctoEverywhere request") {
		t.Error("the log holds neither traces nor requests, so scanning it shows nothing")
	}
	for _, secret := range []string{"tok-SECRET", "SECRET-PATH", "hush-hush"} {
		wantAbsent(t, "a write-only value", secret, ws.Left())
		wantAbsent(t, "a write-only value", secret, map[string]string{"the output": output.String()})
	}
}

// TestWriteOnlyNoticesItsChange: a changed URL plans an update and says why, a
// changed token a replacement, and what is unchanged plans nothing.
func TestWriteOnlyNoticesItsChange(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	one, two := tokenOf("one"), tokenOf("two")
	w := newWorld(t, fakeapi.Options{}, connections("one", "two"))
	ws := w.workspace()
	ws.Write("main.tf", w.provider(nil)+writeOnlyBlock)

	for _, step := range []struct {
		name, token, url string
		planned          map[string]string
		warnings         map[string]int
	}{
		{"create", one, hiddenURL, map[string]string{address("printer"): "create"}, map[string]int{}},
		{"same", one, hiddenURL, map[string]string{}, map[string]int{}},
		{"other URL", one, hiddenURL2, map[string]string{address("printer"): "update"}, map[string]int{writeOnlyWarning: 1}},
		{"same again", one, hiddenURL2, map[string]string{}, map[string]int{}},
		{"other token", two, hiddenURL2, map[string]string{address("printer"): "replace"},
			map[string]int{"The token is of another App Connection": 1, "A webhook is left behind": 1}},
		{"both the same", two, hiddenURL2, map[string]string{}, map[string]int{}},
	} {
		give(ws, step.token, step.url)
		plan := ws.Must(ws.Plan("-out=it.tfplan"))
		wantPlanned(t, plan, step.planned)
		wantSummaries(t, plan, "warning", step.warnings)

		w.api.ResetRequests()
		ws.Must(ws.Apply("it.tfplan"))
		wanted := map[fakeapi.Call]int{}
		if len(step.planned) > 0 {
			wanted[fakeapi.CallSet] = 1
		}
		w.wantCalls(wanted)
		w.wantURL(step.token, step.url)
		wantNoSecretInState(t, ws)
		if id := ws.Resources()[address("printer")]["id"]; id != fingerprintOf(t, step.token) {
			t.Errorf("%s: id is %v", step.name, id)
		}
		if t.Failed() {
			t.Fatalf("in step %q", step.name)
		}
	}
}

// laterBlock has secrets come from a resource that a change of generation
// makes unknown at plan. The literals are in the configuration for simplicity.
func laterBlock(arguments ...string) string {
	return `
variable "generation" { default = "1" }
variable "token" {}
variable "url" {}
variable "events" {
  type    = set(string)
  default = ["error"]
}
resource "terraform_data" "later" {
  input = {
    token      = var.token
    url        = var.url
    generation = var.generation
  }
}
` + webhook("printer", append(arguments, `event_types = var.events`)...)
}

// TestWriteOnlyUnknownAtPlan has values that only apply knows: an unknown token
// alone plans nothing and never replaces; an unknown URL plans a Set, which
// Terraform drops when the value proves unchanged.
func TestWriteOnlyUnknownAtPlan(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	one, two := tokenOf("one"), tokenOf("two")
	later, printer := "terraform_data.later", address("printer")
	const (
		tokenLater, urlLater = `app_token_wo = terraform_data.later.output.token`, `callback_url_wo = terraform_data.later.output.url`
		tokenNow, urlNow     = `app_token_wo = var.token`, `callback_url_wo = var.url`
	)
	for name, test := range map[string]struct {
		arguments  []string
		token, url string // after the change
		events     bool   // changed as well
		planned    string // for the webhook
		refused    bool   // by Terraform's core, at apply
		sets       int
		next       string // what the next plan says, when all is known
	}{
		"token unknown, the same":              {[]string{tokenLater, urlNow}, one, hiddenURL, false, "", false, 0, ""},
		"token unknown, another":               {[]string{tokenLater, `callback_url = var.url`}, two, hiddenURL, false, "", false, 0, "replace"},
		"token unknown, with another change":   {[]string{tokenLater, `callback_url = var.url`}, one, hiddenURL, true, "update", false, 1, ""},
		"another token, with another change":   {[]string{tokenLater, `callback_url = var.url`}, two, hiddenURL, true, "update", true, 0, "replace"},
		"URL unknown, the same":                {[]string{tokenNow, urlLater}, one, hiddenURL, false, "update", false, 0, ""},
		"URL unknown, another":                 {[]string{tokenNow, urlLater}, one, hiddenURL2, false, "update", false, 1, ""},
		"both unknown, the same":               {[]string{tokenLater, urlLater}, one, hiddenURL, false, "update", false, 0, ""},
		"both unknown, another URL":            {[]string{tokenLater, urlLater}, one, hiddenURL2, false, "update", false, 1, ""},
		"both unknown, another token":          {[]string{tokenLater, urlLater}, two, hiddenURL, false, "update", true, 0, "replace"},
		"URL unknown, with a token that moved": {[]string{tokenNow, urlLater}, two, hiddenURL, false, "replace", false, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{}, connections("one", "two"))
			ws := w.workspace()
			ws.Write("main.tf", w.provider(nil)+laterBlock(test.arguments...))
			give(ws, one, hiddenURL)
			ws.Must(ws.Apply()) // unknown at create, too
			w.wantURL(one, hiddenURL)
			before := ws.Resources()[printer]
			w.clock.Advance(1) // so that a Set shows in configured_at

			give(ws, test.token, test.url)
			ws.Setenv("TF_VAR_generation", "2")
			if test.events {
				ws.Setenv("TF_VAR_events", `["print_failed"]`)
			}
			w.api.ResetRequests()
			planned := map[string]string{later: "update"}
			if test.planned != "" {
				planned[printer] = test.planned
			}
			plan := ws.Must(ws.Plan("-out=it.tfplan"))
			wantPlanned(t, plan, planned)
			if test.planned == "update" && count(plan, "warning", writeOnlyWarning) > 0 {
				t.Errorf("nobody knows yet that the URL is another: %v", plan.Diagnostics)
			}
			applied := ws.Apply("it.tfplan")
			if applied.OK() == test.refused {
				t.Errorf("the apply ended with %d:\n%s", applied.ExitCode, applied.Errors())
			}
			if test.refused {
				wantText(t, applied.Errors(), "inconsistent final plan")
				wantText(t, applied.Warnings(), "the token changed between plan and apply, and nothing was sent. Plan again.")
			}
			if sets := w.calls()[fakeapi.CallSet]; sets != test.sets {
				t.Errorf("%d Sets, want %d", sets, test.sets)
			}
			after := ws.Resources()[printer]
			if set := after["configured_at"] != before["configured_at"]; set != (test.sets > 0) {
				t.Errorf("configured_at was %v and is %v after %d Sets", before["configured_at"], after["configured_at"], test.sets)
			}

			wanted := map[string]string{}
			if test.next != "" {
				wanted[printer] = test.next
			}
			wantPlanned(t, ws.Must(ws.Plan()), wanted)
			ws.Must(ws.Apply())
			w.wantURL(test.token, test.url)
		})
	}
}

// TestWriteOnlyTokenDiffersAtApply: ephemeral values may be others at apply
// than at plan. In place nothing is sent; a create uses what there is.
func TestWriteOnlyTokenDiffersAtApply(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	one, two, three := tokenOf("one"), tokenOf("two"), tokenOf("three")
	w := newWorld(t, fakeapi.Options{}, connections("one", "two", "three"))
	ws := w.workspace()
	ws.Write("main.tf", w.provider(nil)+writeOnlyBlock)
	id := func() any { return ws.Resources()[address("printer")]["id"] }

	give(ws, one, hiddenURL)
	ws.Must(ws.Plan("-out=create.tfplan"))
	give(ws, two, hiddenURL)
	ws.Must(ws.Apply("create.tfplan"))
	w.wantURL(one, "")
	w.wantURL(two, hiddenURL)
	if id() != fingerprintOf(t, two) {
		t.Errorf("id is %v", id())
	}

	give(ws, two, hiddenURL2)
	wantPlanned(t, ws.Must(ws.Plan("-out=update.tfplan")), map[string]string{address("printer"): "update"})
	give(ws, one, hiddenURL2)
	w.api.ResetRequests()
	refused := ws.Apply("update.tfplan")
	if refused.OK() {
		t.Error("another token was accepted in place")
	}
	wantText(t, refused.Errors(), "inconsistent final plan")
	wantText(t, refused.Warnings(), "the token changed between plan and apply, and nothing was sent. Plan again.")
	w.wantCalls(map[fakeapi.Call]int{})
	w.wantURL(two, hiddenURL)
	if id() != fingerprintOf(t, two) {
		t.Errorf("id is %v", id())
	}

	wantPlanned(t, ws.Must(ws.Plan("-out=replace.tfplan")), map[string]string{address("printer"): "replace"})
	give(ws, three, hiddenURL2)
	ws.Must(ws.Apply("replace.tfplan"))
	w.wantURL(one, "")
	w.wantURL(three, hiddenURL2)
	if id() != fingerprintOf(t, three) {
		t.Errorf("id is %v", id())
	}
	wantPlanned(t, ws.Must(ws.Plan()), map[string]string{})
}

// TestWriteOnlyFailedApply: a failed apply is tried again by the next plan,
// whatever it failed with, and leaves a state that can be read and holds no
// secret. Terraform 1.11 loses a resource, and OpenTofu stores the secret,
// whose provider leaves a write-only value in a failed apply's state.
func TestWriteOnlyFailedApply(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	token, printer := tokenOf("garage"), address("printer")
	for name, test := range map[string]struct {
		fault   fakeapi.Fault
		created string // what is planned after a failed create
		updated string // and after a failed update
	}{
		"refused":     {fakeapi.Fault{Status: 400}, "create", "update"},
		"paused":      {fakeapi.Fault{Status: 605}, "create", "update"},
		"gone":        {fakeapi.Fault{Status: 603}, "create", "create"},
		"broken":      {fakeapi.Fault{Status: 500}, "replace", "update"},
		"answer lost": {fakeapi.Fault{Kind: fakeapi.Reset, Commit: true}, "replace", "update"},
		"wrong echo":  {fakeapi.Fault{Status: 200, ContentType: "application/json", Body: `{"Success":true,"CallbackUrl":"https://x.example.com/"}`}, "replace", "update"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{}, map[string]string{"garage": token})
			ws := w.workspace()
			// The edition is pinned: else the first Set may be one of two.
			ws.Write("main.tf", w.provider(nil, `max_retries = 0`, `webhook_api = "notifications"`)+writeOnlyBlock)
			test.fault.Call = fakeapi.CallSet
			for _, step := range []struct{ url, next string }{{hiddenURL, test.created}, {hiddenURL2, test.updated}} {
				give(ws, token, step.url)
				w.api.Script(test.fault)
				if failed := ws.Apply(); failed.OK() || count(failed, "error", "") != 1 {
					t.Fatalf("want one error, got exit %d and\n%s", failed.ExitCode, failed.Errors())
				}
				wantNoSecretInState(t, ws)
				wantPlanned(t, ws.Must(ws.Plan()), map[string]string{printer: step.next})
				ws.Must(ws.Apply())
				w.wantURL(token, step.url)
				wantNoSecretInState(t, ws)
				wantPlanned(t, ws.Must(ws.Plan()), map[string]string{})
			}
		})
	}
}

// TestMovingSecrets: taking the same token or URL from another argument is in
// place, and removes it from state where the new argument keeps it out.
func TestMovingSecrets(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	token := tokenOf("garage")
	var (
		inState   = `app_token = "` + token + `"`
		writeOnly = `app_token_wo = "` + token + `"`
		named     = `app_connection = "garage"`
		url       = `callback_url = "` + hiddenURL + `"`
		urlWO     = `callback_url_wo = "` + hiddenURL + `"`
	)
	for name, test := range map[string]struct {
		before, after []string
		planned       string
		hidden        string // what must be gone from state
	}{
		"app_token to app_token_wo":       {[]string{inState, url}, []string{writeOnly, url}, "update", token},
		"app_token to app_connection":     {[]string{inState, url}, []string{named, url}, "update", token},
		"app_token to the default":        {[]string{inState, url}, []string{url}, "update", token},
		"app_token_wo to app_connection":  {[]string{writeOnly, url}, []string{named, url}, "update", token},
		"app_token_wo to the default":     {[]string{writeOnly, url}, []string{url}, "", token},
		"app_connection to app_token_wo":  {[]string{named, url}, []string{writeOnly, url}, "update", token},
		"callback_url to callback_url_wo": {[]string{named, url}, []string{named, urlWO}, "update", "SECRET-PATH"},
		"callback_url_wo to callback_url": {[]string{named, urlWO}, []string{named, url}, "update", token},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{}, map[string]string{"garage": token})
			ws := w.workspace()
			block := w.provider(map[string]string{"garage": token}, `app_token = "`+token+`"`)
			ws.Write("main.tf", block+webhook("printer", test.before...))
			ws.Must(ws.Apply())

			ws.Write("main.tf", block+webhook("printer", test.after...))
			w.api.ResetRequests()
			wanted, calls := map[string]string{}, map[fakeapi.Call]int{fakeapi.CallInfo: 1}
			if test.planned != "" {
				wanted[address("printer")], calls[fakeapi.CallSet] = test.planned, 1
			}
			applied := ws.Must(ws.Apply())
			wantPlanned(t, applied, wanted)
			wantSummaries(t, applied, "warning", map[string]int{})
			w.wantCalls(calls)
			w.wantURL(token, hiddenURL)
			wantAbsent(t, "the old value", test.hidden, map[string]string{"terraform.tfstate": ws.Read("terraform.tfstate")})
			wantPlanned(t, ws.Must(ws.Plan()), map[string]string{})
		})
	}
}

// TestImportedWriteOnly sets an imported webhook, of whose URL nothing is known.
func TestImportedWriteOnly(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	tokens := connections("garage")
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens)+webhook("printer", `app_connection = "garage"`, `callback_url_wo = "`+hiddenURL+`"`))
	ws.Must(ws.Run("import", "-no-color", address("printer"), "garage"))
	applied := ws.Must(ws.Apply())
	wantPlanned(t, applied, map[string]string{address("printer"): "update"})
	wantSummaries(t, applied, "warning", map[string]int{})
	w.wantURL(tokens["garage"], hiddenURL)
}

// TestWriteOnlyOnOlderTerraform: a client that does not know write-only
// arguments is told so, at the argument, and which version does.
func TestWriteOnlyOnOlderTerraform(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments map[string]any
		attribute string
	}{
		"token": {map[string]any{"callback_url": urlOne, "app_token_wo": tokenOf("garage")}, "app_token_wo"},
		"URL":   {map[string]any{"callback_url_wo": urlOne}, "callback_url_wo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProtocol(t, provider.New("test"))
			wantOneError(t, p.validateWebhook(test.arguments, false), test.attribute, []string{test.attribute, "Terraform 1.11 and later"}, []string{"tok-SECRET", "hush"})
			wantNoDiagnostics(t, p.validateWebhook(test.arguments, true))
		})
	}
	wantNoDiagnostics(t, newProtocol(t, provider.New("test")).validateWebhook(map[string]any{"callback_url": urlOne}, false))
}
