// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestNoTokenAnywhere drives webhooks that work and webhooks that fail, with
// the log at TRACE, and scans all that is left behind: logs, diagnostics and
// output for any token, callback query or write-only URL; state and plan files,
// and show -json of both, for the provider's tokens and the write-only URL
// (DESIGN.md, "Secrets").
func TestNoTokenAnywhere(t *testing.T) {
	t.Parallel()
	clitest.SkipBelow(t, "1.11.0", "1.11.0", "a write-only argument")
	const secretQuery, hidden = "key=hush-hush", "https://app.example.com/hooks/SECRET-PATH?v="
	// An answer that repeats the secrets.
	repeats := func(token string) string {
		return fmt.Sprintf(`{"Error": "AppToken: %s may not use %s", "Token": %q}`, token, urlOne, token)
	}
	tokens := connections("fine", "revoked", "refused", "lost", "echoed", "redirected", "paused", "crashed", "hidden")
	own, fromEnv := tokenOf("own"), tokenOf("env")
	f := newFixture(t, fakeapi.Options{}, tokens)
	f.api.AddConnection(own, "own")
	f.api.AddConnection(fromEnv, "env")
	faults := func(times int) {
		for name, fault := range map[string]fakeapi.Fault{
			"refused":    {Status: 400, Body: repeats(tokens["refused"])},
			"lost":       {TakeEffect: true, Drop: true, Times: 2},
			"echoed":     {Status: 200, Body: `{"Success":true,"CallbackUrl":"https://app.example.com/` + tokens["echoed"] + `?key=hush-hush"}`},
			"redirected": {Status: 307, Header: http.Header{"Location": {"https://other.example.com/?t=" + tokens["redirected"]}}, Body: repeats(tokens["redirected"])},
			"crashed":    {Status: 500, Header: http.Header{"Content-Type": {"text/plain"}}, Body: repeats(tokens["crashed"]), Times: 2},
		} {
			fault.Call, fault.Token = fakeapi.CallSet, tokens[name]
			fault.Times = max(1, fault.Times) * times
			f.api.Script(fault)
		}
	}

	ws := clitest.NewWorkspace(t)
	ws.UseBinary()
	ws.Setenv("TF_LOG", "TRACE")
	ws.Setenv("TF_LOG_PROVIDER", "TRACE")
	ws.Setenv("TF_LOG_PATH", filepath.Join(ws.Dir, "trace.log"))
	ws.Setenv("OCTOEVERYWHERE_APP_TOKEN", fromEnv)
	encoded, err := json.Marshal(tokens)
	if err != nil {
		t.Fatal(err)
	}
	ws.Setenv("TF_VAR_app_tokens", string(encoded))
	ws.Setenv("TF_VAR_own", own)
	ws.Setenv("TF_VAR_hidden", hidden+"1")
	config := func(query string) {
		ws.Write("main.tf", clitest.RequiredProviders+`
variable "app_tokens" {
  type      = map(string)
  sensitive = true
  ephemeral = true
}
variable "own" {
  sensitive = true
}
variable "hidden" {
  ephemeral = true
}
provider "octoeverywhere" {
  endpoint    = "`+f.url+`"
  webhook_api = "notifications"
  max_retries = 1
  app_tokens  = var.app_tokens
}
provider "octoeverywhere" {
  alias       = "env"
  endpoint    = "`+f.url+`"
}
resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = toset(["fine", "revoked", "refused", "lost", "echoed", "redirected", "paused", "crashed"])
  app_connection = each.key
  callback_url   = "https://app.example.com/octo?`+query+`"
}
resource "octoeverywhere_notification_webhook" "own" {
  app_token    = var.own
  callback_url = "https://app.example.com/octo?`+query+`"
}
resource "octoeverywhere_notification_webhook" "env" {
  provider     = octoeverywhere.env
  callback_url = "https://app.example.com/octo?`+query+`"
}
resource "octoeverywhere_notification_webhook" "hidden" {
  app_connection  = "hidden"
  callback_url_wo = var.hidden
}`)
	}

	var output strings.Builder
	run := func(result clitest.Result) clitest.Result {
		output.WriteString(result.Stdout + result.Stderr)
		return result
	}

	f.api.Revoke(tokens["revoked"], 603)
	f.api.SetSupporter(tokens["paused"], false)
	config(secretQuery)
	faults(1)
	ws.Must(run(ws.Plan("-out=create.tfplan")))
	failed := run(ws.Apply("create.tfplan"))
	if strings.Count(failed.Errors(), "error: ") != 7 {
		t.Errorf("want an error for each of 7 webhooks:\n%s", failed.Errors())
	}
	faults(1)
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokens["fine"], Status: 500, Body: repeats(tokens["fine"]), Times: -1})
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Token: tokens["hidden"], Status: 500, Times: 2, Body: `{"Error":"can't use ` + hidden + `2"}`})
	ws.Setenv("TF_VAR_hidden", hidden+"2")
	config(secretQuery + "&v=2")
	ws.Must(run(ws.Plan("-out=update.tfplan")))
	run(ws.Apply("update.tfplan"))
	stateJSON := ws.Must(ws.Run("show", "-json")).Stdout
	planJSON := ws.Must(ws.Run("show", "-json", "update.tfplan")).Stdout
	run(ws.Must(ws.Run("plan", "-no-color"))) // for people, with snippets and diffs
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallDelete, Token: tokens["fine"], Status: 500, Body: repeats(tokens["fine"]), Times: 2})
	run(ws.Destroy())
	ws.Must(run(ws.Destroy()))

	log := ws.Read("trace.log")
	if !strings.Contains(log, "[TRACE]") || !strings.Contains(log, "OctoEverywhere request") {
		t.Error("the log holds neither traces nor requests, so scanning it shows nothing")
	}
	tokens["own"], tokens["env"] = own, fromEnv
	for name, token := range tokens {
		clitest.WantAbsent(t, "the token of "+name, token, map[string]string{"the log": log, "the output": output.String()})
		if name != "own" { // asked to be in state
			clitest.WantAbsent(t, "the token of "+name, token, map[string]string{"show -json": stateJSON, "show -json of the plan": planJSON})
			clitest.WantAbsent(t, "the token of "+name, token, ws.Left())
		}
	}
	everything := ws.Left()
	everything["the output"], everything["show -json"], everything["show -json of the plan"] = output.String(), stateJSON, planJSON
	clitest.WantAbsent(t, "the write-only URL", "SECRET-PATH", everything)
	clitest.WantAbsent(t, "the callback URL's query", secretQuery, map[string]string{"the log": log, "the errors": failed.Errors(), "the warnings": failed.Warnings()})
}
