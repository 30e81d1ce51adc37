// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

const (
	anotherURL        = "callback_url_wo is another URL than the one last set"
	anotherConnection = "The token is of another App Connection"
	leftBehind        = "A webhook is left behind"

	// Receivers keep secrets in the path as well as in the query.
	hiddenURL  = "https://app.example.com/hooks/SECRET-PATH?key=hush-hush"
	hiddenURL2 = "https://app.example.com/hooks/SECRET-PATH?key=hush-hush&v=2"
)

// hidden is in every secret of these tests.
var hidden = []string{"tok-SECRET", "SECRET-PATH", "hush-hush"}

func skipWithoutWriteOnly(t *testing.T) {
	t.Helper()
	clitest.SkipBelow(t, "1.11.0", "1.11.0", "write-only arguments")
}

// ephemeral are variables that Terraform itself keeps out of plan and state.
const ephemeral = `
variable "token" {
  type      = string
  ephemeral = true
}
variable "url" {
  type      = string
  ephemeral = true
}
`

// give sets the ephemeral variables for the next runs.
func give(ws *clitest.Workspace, token, url string) {
	ws.Setenv("TF_VAR_token", token)
	ws.Setenv("TF_VAR_url", url)
}

// wantNoSecretInState checks all files, private state included, and that show
// -json can still read the state.
func wantNoSecretInState(t *testing.T, ws *clitest.Workspace) {
	t.Helper()
	texts := ws.Left("main.tf")
	texts["show -json"] = ws.Must(ws.Run("show", "-json")).Stdout
	for _, secret := range hidden {
		wantAbsent(t, "a write-only value", secret, texts)
	}
}

// TestWriteOnlyStaysOut creates, fails and is refused with the log at TRACE:
// neither value is in state, plan file, JSON plan, output or log.
func TestWriteOnlyStaysOut(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	token := tokenOf("one")
	w := newFixture(t, fakeapi.Options{}, connections("one"))
	ws := clitest.NewWorkspace(t)
	ws.UseBinary()
	ws.Setenv("TF_LOG", "TRACE")
	ws.Setenv("TF_LOG_PATH", filepath.Join(ws.Dir, "trace.log"))
	ws.Write("main.tf", w.provider(nil, `max_retries = 0`)+ephemeral+webhook("printer", `app_token_wo = var.token`, `callback_url_wo = var.url`))
	var output strings.Builder
	run := func(args ...string) clitest.Result {
		result := ws.Run(args...)
		output.WriteString(result.Stdout + result.Stderr)
		return result
	}

	give(ws, token, hiddenURL)
	ws.Must(run("apply", "-input=false", "-auto-approve"))
	w.wantURL(token, hiddenURL)
	// The service's own words repeat both secrets, in vain.
	w.api.Script(fakeapi.Fault{Call: set, Status: 500, Body: `{"Error":"` + token + ` can't use ` + hiddenURL2 + `"}`})
	give(ws, token, hiddenURL2)
	ws.Must(run("plan", "-input=false", "-out=update.tfplan"))
	ws.Must(run("show", "-json", "update.tfplan"))
	if run("apply", "-json", "-input=false", "update.tfplan").OK() {
		t.Error("the apply did not fail")
	}
	wantNoSecretInState(t, ws)
	give(ws, token+" x", "http://app.example.com/hooks/SECRET-PATH?key=hush-hush")
	if run("plan", "-input=false").OK() {
		t.Error("wrong values were accepted")
	}

	files := ws.Left()
	files["the output"] = output.String()
	if log := files["trace.log"]; !strings.Contains(log, "[TRACE]") || !strings.Contains(log, "OctoEverywhere request") {
		t.Error("the log holds neither traces nor requests, so scanning it shows nothing")
	}
	for _, secret := range hidden {
		wantAbsent(t, "a write-only value", secret, files)
	}
}

// TestWriteOnlyNoticesItsChange: a changed URL plans an update and says why, a
// changed token a replacement, and what is unchanged plans nothing (DESIGN.md,
// "Write-only").
func TestWriteOnlyNoticesItsChange(t *testing.T) {
	t.Parallel()
	one, two := tokenOf("one"), tokenOf("two")
	w := newFixture(t, fakeapi.Options{}, connections("one", "two"))
	p := w.protocol(nil)
	state := p.noObject()
	for _, step := range []struct {
		name, token, url string
		action           string
		said             []string
	}{
		{"create", one, hiddenURL, "create", nil},
		{"same", one, hiddenURL, "", nil},
		{"other URL", one, hiddenURL2, "update", []string{"warning: " + anotherURL}},
		{"same again", one, hiddenURL2, "", nil},
		{"other token", two, hiddenURL2, "replace", []string{"warning: " + anotherConnection, "warning: " + leftBehind}},
		{"both the same", two, hiddenURL2, "", nil},
	} {
		arguments := map[string]any{"app_token_wo": step.token, "callback_url_wo": step.url}
		p = w.protocol(nil) // a run of its own
		plan := p.plan(state, arguments)
		if plan.action != step.action {
			t.Errorf("%s: planned %q, want %q", step.name, plan.action, step.action)
		}
		wantSaid(t, plan.diagnostics, step.said...)
		if plan.action != "" {
			if plan.action == "replace" {
				state = p.noObject()
			}
			after, got := p.carryOut(state, plan, arguments)
			wantNoDiagnostics(t, got)
			state = after
		}
		w.wantURL(step.token, step.url)
		for _, secret := range hidden {
			wantAbsent(t, "a write-only value", secret, map[string]string{"state": p.decode(state.state).String(), "private state": string(state.private)})
		}
		if id := p.attribute(state, "id"); id != fingerprintOf(t, step.token) {
			t.Errorf("%s: id is %v", step.name, id)
		}
	}

	// An imported webhook, of whose URL nothing is known, is set without alarm.
	imported := object{state: p.value(p.schemas.ResourceSchemas[webhookType], map[string]any{"id": fingerprintOf(t, one)})}
	p = w.protocol(nil)
	plan := p.plan(imported, map[string]any{"app_token_wo": one, "callback_url_wo": hiddenURL})
	wantNoDiagnostics(t, plan.diagnostics)
	if plan.action != "update" {
		t.Errorf("imported: planned %q", plan.action)
	}
}

// TestWriteOnlyUnknownAtPlan has values that only apply knows, or that are
// others then: an unknown token alone plans nothing and never replaces; an
// unknown URL plans a Set, which Terraform drops when the value proves
// unchanged; and in place nothing is sent for another token.
func TestWriteOnlyUnknownAtPlan(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	const (
		tokenLater, urlLater = `app_token_wo = terraform_data.NAME.output.token`, `callback_url_wo = terraform_data.NAME.output.url`
		tokenNow, urlNow     = `app_token_wo = "TOKEN"`, `callback_url_wo = "URL"`
		plainURL             = `callback_url = "URL"`
	)
	type change struct {
		token, url, events bool
	}
	none := change{}
	cases := map[string]struct {
		arguments [2]string
		change    change
		planned   string
		refused   bool // by Terraform's core, at apply
		sets      int
		next      string // what the next plan says, when all is known
	}{
		"token_same":              {[2]string{tokenLater, urlNow}, none, "", false, 0, ""},
		"token_another":           {[2]string{tokenLater, plainURL}, change{token: true}, "", false, 0, "replace"},
		"token_same_with_more":    {[2]string{tokenLater, plainURL}, change{events: true}, "update", false, 1, ""},
		"token_another_with_more": {[2]string{tokenLater, plainURL}, change{token: true, events: true}, "update", true, 0, "replace"},
		"url_same":                {[2]string{tokenNow, urlLater}, none, "update", false, 0, ""},
		"url_another":             {[2]string{tokenNow, urlLater}, change{url: true}, "update", false, 1, ""},
		"url_same_token_moved":    {[2]string{tokenNow, urlLater}, change{token: true}, "replace", false, 1, ""},
		"both_same":               {[2]string{tokenLater, urlLater}, none, "update", false, 0, ""},
		"both_another_url":        {[2]string{tokenLater, urlLater}, change{url: true}, "update", false, 1, ""},
		"both_another_token":      {[2]string{tokenLater, urlLater}, change{token: true}, "update", true, 0, "replace"},
		// Ephemeral values may be others at apply than at plan.
		"ephemeral": {[2]string{`app_token_wo = var.token`, `callback_url_wo = var.url`}, change{url: true}, "update", true, 0, "update"},
	}
	tokens := map[string]string{"other": tokenOf("other")}
	for name := range cases {
		tokens[name], tokens[name+"_2"] = tokenOf(name), tokenOf(name+"_2")
	}
	w := newFixture(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	given := func(name string, changed bool) (token, url string) {
		token, url = tokens[name], hiddenURL
		if changed && cases[name].change.token {
			token = tokens[name+"_2"]
		}
		if changed && cases[name].change.url {
			url = hiddenURL2
		}
		return token, url
	}
	write := func(changed bool) {
		config := w.provider(nil, onePinned) + ephemeral
		for name, test := range cases {
			token, url := given(name, changed)
			events := `event_types = ["error"]`
			if changed && test.change.events {
				events = `event_types = ["print_failed"]`
			}
			config += strings.NewReplacer("NAME", name, "TOKEN", token, "URL", url).Replace(fmt.Sprintf(`
resource "terraform_data" "NAME" {
  input = { token = "TOKEN", url = "URL", generation = %t }
}
`, changed) + webhook("NAME", test.arguments[0], test.arguments[1], events))
		}
		ws.Write("main.tf", config)
	}
	write(false)
	give(ws, tokens["other"], hiddenURL)
	ws.Must(ws.Plan("-out=create.tfplan"))
	give(ws, tokens["ephemeral"], hiddenURL)
	ws.Must(ws.Apply("create.tfplan"))
	w.wantURL(tokens["other"], "")
	before := ws.Resources()
	w.clock.Advance(1) // so that a Set shows in configured_at

	write(true)
	give(ws, tokens["ephemeral"], hiddenURL2)
	w.api.ResetRequests()
	plan := ws.Must(ws.Plan("-out=it.tfplan"))
	give(ws, tokens["ephemeral_2"], hiddenURL2)
	applied := ws.Apply("it.tfplan")
	after, next := ws.Resources(), map[string]string{}
	for name, test := range cases {
		printer := address(name)
		if plan.Planned[printer] != test.planned {
			t.Errorf("%s: planned %q, want %q", name, plan.Planned[printer], test.planned)
		}
		if name != "ephemeral" && strings.Contains(said(plan, "warning")[printer], anotherURL) {
			t.Errorf("%s: nobody knows yet that the URL is another", name)
		}
		if test.refused {
			wantText(t, applied.Errors(), printer)
			wantText(t, said(applied, "warning")[printer], anotherConnection, "inconsistent final plan", "Plan again")
		}
		token, url := given(name, true)
		if sets := w.asked(set, token); sets != test.sets {
			t.Errorf("%s: %d Sets, want %d", name, sets, test.sets)
		}
		if set := after[printer]["configured_at"] != before[printer]["configured_at"]; set != (test.sets > 0) {
			t.Errorf("%s: configured_at was %v and is %v", name, before[printer]["configured_at"], after[printer]["configured_at"])
		}
		if test.sets > 0 {
			w.wantURL(token, url)
		}
		if test.next != "" {
			next[printer] = test.next
		}
	}
	if count(applied, "error", "") != count(applied, "error", "Provider produced inconsistent final plan") {
		t.Errorf("errors:\n%s", applied.Errors())
	}
	if sent := w.asked(set, tokens["ephemeral_2"]); sent > 0 {
		t.Error("a Set went to the App Connection of an ephemeral value that was not planned with")
	}
	give(ws, tokens["ephemeral"], hiddenURL2)
	wantPlanned(t, ws.Must(ws.Plan()), next)
	ws.Must(ws.Apply())
	for name := range cases {
		token, url := given(name, true)
		w.wantURL(token, url)
	}
}

// TestWriteOnlyFailedApply: a failed apply is tried again by the next plan,
// whatever it failed with, and leaves a state that can be read and holds no
// secret. Terraform loses a resource, and OpenTofu stores the secret, whose
// provider leaves a write-only value in a failed apply's state.
func TestWriteOnlyFailedApply(t *testing.T) {
	t.Parallel()
	skipWithoutWriteOnly(t)
	cases := map[string]struct {
		fault   fakeapi.Fault
		created string // what is planned after a failed create
		updated string // and after a failed update
	}{
		"refused": {fakeapi.Fault{Status: 400}, "create", "update"},
		"paused":  {fakeapi.Fault{Status: 605}, "create", "update"},
		"gone":    {fakeapi.Fault{Status: 603}, "create", "create"},
		"broken":  {fakeapi.Fault{Status: 500}, "replace", "update"},
		"lost":    {fakeapi.Fault{Drop: true, TakeEffect: true}, "replace", "update"},
		"echoed":  {fakeapi.Fault{Status: 200, Body: `{"Success":true,"CallbackUrl":"https://x.example.com/"}`}, "replace", "update"},
	}
	tokens := map[string]string{}
	for name := range cases {
		tokens[name] = tokenOf(name)
	}
	w := newFixture(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	for step, url := range []string{hiddenURL, hiddenURL2} {
		config, planned := w.provider(nil, `max_retries = 0`, onePinned), map[string]string{}
		for name, test := range cases {
			config += webhook(name, `app_token_wo = "`+tokens[name]+`"`, `callback_url_wo = "`+url+`"`)
			test.fault.Call, test.fault.Token = set, tokens[name]
			w.api.Script(test.fault)
			planned[address(name)] = [2]string{test.created, test.updated}[step]
		}
		ws.Write("main.tf", config)
		failed := ws.Apply()
		if errors := said(failed, "error"); len(errors) != len(cases) || count(failed, "error", "") != len(cases) {
			t.Errorf("want one error for each of %d:\n%s", len(cases), failed.Errors())
		}
		wantNoSecretInState(t, ws)
		wantPlanned(t, ws.Must(ws.Plan()), planned)
		ws.Must(ws.Apply())
		for _, token := range tokens {
			w.wantURL(token, url)
		}
		wantNoSecretInState(t, ws)
		wantPlanned(t, ws.Must(ws.Plan()), nil)
	}
}

// TestWriteOnlyOnOlderTerraform: a client that does not know write-only
// arguments is told so, at the argument, and which version does.
func TestWriteOnlyOnOlderTerraform(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, provider.New("test"))
	for attribute, arguments := range map[string]map[string]any{
		"app_token_wo":    {"callback_url": urlOne, "app_token_wo": tokenOf("garage")},
		"callback_url_wo": {"callback_url_wo": urlOne},
	} {
		wantOneError(t, p.validateWebhook(arguments, false), attribute, []string{attribute, "Terraform 1.11 and later"}, []string{"tok-SECRET", "hush"})
		wantNoDiagnostics(t, p.validateWebhook(arguments, true))
	}
	wantNoDiagnostics(t, p.validateWebhook(map[string]any{"callback_url": urlOne}, false))
}
