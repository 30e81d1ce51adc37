// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// outputs reads the outputs in state.
func outputs(t *testing.T, ws *clitest.Workspace) map[string]any {
	t.Helper()
	found := map[string]any{}
	for name, output := range ws.State().Values.Outputs {
		found[name] = output.Value
	}
	return found
}

// TestAppConnectionSaysAll: every status is an answer, of which only not_found
// and revoked mean that the connection is dead; and every field is told, as far
// as the service tells it.
func TestAppConnectionSaysAll(t *testing.T) {
	t.Parallel()
	tokens := connections("bare", "unplugged", "not_supporter", "not_found", "revoked")
	full := tokenOf("full")
	w := newFixture(t, fakeapi.Options{}, tokens)
	answer := func(token, body string) {
		w.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: token, Times: -1, Body: body})
	}
	answer(tokens["bare"], `{"IsOnline":false}`)
	answer(full, `{"PrinterName":"Prusa \"MK4\" ü","PrinterLocalIp":"192.168.1.20","IsOnline":true,"UserFacingPrinterUrl":"https://x.octoeverywhere.com/p",
		"LastDisconnectTimeUtc":"2026-02-28T23:00:00Z","LastConnectionTimeUtc":"2026-03-01T01:00:00.123456+00:00","New":[1],
		"PrinterLimits":{"MaxDownloadFileSizeBytes":9007199254740993,"MaxUploadFileSizeBytes":1,"MaxSingleWebcamStreamLengthSeconds":0}}`)
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokens["unplugged"], Status: 601, Times: -1})
	w.api.SetSupporter(tokens["not_supporter"], false)
	w.api.Revoke(tokens["not_found"], 603)
	w.api.Revoke(tokens["revoked"], 604)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens)+`
data "octoeverywhere_app_connection" "all" {
  for_each       = toset(["bare", "unplugged", "not_supporter", "not_found", "revoked"])
  app_connection = each.key
}
data "octoeverywhere_app_connection" "full" {
  app_token = "`+full+`"
}
output "all" {
  sensitive = true # app_token's mark
  value     = { for name, it in merge(data.octoeverywhere_app_connection.all, { full = data.octoeverywhere_app_connection.full }) : name => jsonencode(it) }
}
`)
	applied := ws.Must(ws.Apply())
	if len(applied.Diagnostics) > 0 {
		t.Errorf("a status is no diagnostic:\n%s", applied.Warnings())
	}
	silent := func(name, status string, valid bool) string {
		return fmt.Sprintf(`{"app_connection":%q,"app_token":null,"id":%q,"last_connected_at":null,"last_disconnected_at":null,`+
			`"limits":{"max_download_file_size_bytes":null,"max_upload_file_size_bytes":null,"max_webcam_stream_seconds":null},`+
			`"printer_local_ip":null,"printer_name":null,"printer_url":null,"status":%q,"valid":%t}`, name, fingerprintOf(t, tokens[name]), status, valid)
	}
	all, _ := outputs(t, ws)["all"].(map[string]any)
	for name, want := range map[string]string{
		"bare":          silent("bare", "offline", true),
		"unplugged":     silent("unplugged", "offline", true),
		"not_supporter": silent("not_supporter", "not_supporter", true),
		"not_found":     silent("not_found", "not_found", false),
		"revoked":       silent("revoked", "revoked", false),
		"full": `{"app_connection":null,"app_token":"` + full + `","id":"` + fingerprintOf(t, full) + `","last_connected_at":"2026-03-01T01:00:00Z","last_disconnected_at":"2026-02-28T23:00:00Z",` +
			`"limits":{"max_download_file_size_bytes":9007199254740993,"max_upload_file_size_bytes":1,"max_webcam_stream_seconds":0},` +
			`"printer_local_ip":"192.168.1.20","printer_name":"Prusa \"MK4\" ü","printer_url":"https://x.octoeverywhere.com/p","status":"online","valid":true}`,
	} {
		if all[name] != want {
			t.Errorf("%s is\n%v\nwant\n%s", name, all[name], want)
		}
	}
	for _, token := range tokens {
		wantAbsent(t, "a token of the provider's", token, map[string]string{"terraform.tfstate": ws.Read("terraform.tfstate")})
	}
}

// TestAppConnectionUnreachable: only a service that does not say is an error,
// after its retries.
func TestAppConnectionUnreachable(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options   fakeapi.Options
		fault     fakeapi.Fault
		attribute string
		asked     int
		words     []string
	}{
		"broken":        {fault: fakeapi.Fault{Status: 500, Times: -1}, asked: 3, words: []string{"could not be asked", "500", "Try again later"}},
		"no info call":  {options: fakeapi.Options{NoInfo: true}, asked: 1, words: []string{"does not offer the info call", "404", "endpoint"}},
		"token refused": {fault: fakeapi.Fault{Status: 606}, attribute: "app_connection", asked: 1, words: []string{"not accepted", "606"}},
		"not an answer": {fault: fakeapi.Fault{Status: 200, Body: `[]`}, asked: 1, words: []string{"could not be asked"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := connections("garage")
			w := newFixture(t, test.options, tokens)
			if test.fault.Call = fakeapi.CallInfo; test.fault.Status != 0 {
				w.api.Script(test.fault)
			}
			got := w.protocol(tokens, map[string]any{"max_retries": 2}).readAppConnection(map[string]any{"app_connection": "garage"})
			wantOneError(t, got, test.attribute, append(test.words, `App Connection "garage"`), []string{"tok-SECRET"})
			if asked := w.api.Count(""); asked != test.asked {
				t.Errorf("%d requests, want %d: %v", asked, test.asked, w.calls())
			}
		})
	}
}

// TestAppConnectionIsAskedAboutAnyway: that a run has stopped probing is no
// answer for a data source; and what it is told serves the others.
func TestAppConnectionIsAskedAboutAnyway(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b", "c", "garage")
	w := newFixture(t, fakeapi.Options{}, tokens)
	w.api.Revoke(tokens["garage"], 604)
	p := w.protocol(tokens)
	read := func(name string) (dropped bool) {
		after, _ := p.read(p.inState(map[string]any{"id": fingerprintOf(t, tokens[name])}))
		return p.isNull(after.state)
	}
	for _, name := range []string{"a", "b", "c"} {
		w.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokens[name], Status: 500, Times: -1})
		read(name)
	}
	w.api.ResetRequests()
	if read("garage") {
		t.Error("it was asked about")
	}
	wantNoDiagnostics(t, p.readAppConnection(map[string]any{"app_connection": "garage"}))
	if !read("garage") {
		t.Error("the data source's answer was not taken")
	}
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 1})
}

// TestAppConnectionArguments: the same rules as the resource's.
func TestAppConnectionArguments(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	w := newFixture(t, fakeapi.Options{}, tokens)
	p := w.protocol(nil, map[string]any{"app_tokens": map[string]any{"garage": tokens["garage"], "later": unknown{}}})
	validate := func(arguments map[string]any) []*tfprotov6.Diagnostic {
		response, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
			TypeName: appConnectionType, Config: p.value(p.schemas.DataSourceSchemas[appConnectionType], arguments),
		})
		p.must(err)
		return response.Diagnostics
	}
	wantOneError(t, validate(map[string]any{"app_token": "a b"}), "app_token", []string{"a space"}, []string{"a b"})
	if got := validate(map[string]any{"app_token": "x", "app_connection": ""}); !hasErrors(got) {
		t.Error("both arguments are accepted")
	}
	for _, test := range []struct {
		connection any
		attribute  string
		words      string
	}{
		{"grage", "app_connection", `The provider has: "garage", "later".`},
		{nil, "", "No App Connection is chosen"},
		{"later", "", `App Connection "later"`},
	} {
		got := p.readAppConnection(map[string]any{"app_connection": test.connection})
		wantOneError(t, got, test.attribute, []string{test.words}, []string{"tok-SECRET"})
	}
	p = w.protocol(tokens, map[string]any{"endpoint": unknown{}})
	wantOneError(t, p.readAppConnection(map[string]any{"app_connection": "garage"}), "", []string{"not known", "endpoint", "-target"}, nil)
	w.wantCalls(map[fakeapi.Call]int{})
}

// TestFleetFilteredByValid is what the data source is for: webhooks for the
// living connections of a fleet, while a dead one fails nothing.
func TestFleetFilteredByValid(t *testing.T) {
	t.Parallel()
	tokens := connections("garage", "lab", "shed")
	w := newFixture(t, fakeapi.Options{}, tokens)
	w.api.Revoke(tokens["shed"], 604)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens)+`
data "octoeverywhere_app_connection" "fleet" {
  for_each       = toset(["garage", "lab", "shed"])
  app_connection = each.key
}
resource "octoeverywhere_notification_webhook" "fleet" {
  for_each       = { for name, connection in data.octoeverywhere_app_connection.fleet : name => connection if connection.valid }
  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${each.key}"
}
`)
	fleet := func(name string) string { return address("fleet") + `["` + name + `"]` }
	wantPlanned(t, ws.Must(ws.Apply()), map[string]string{fleet("garage"): "create", fleet("lab"): "create"})
	w.wantURL(tokens["garage"], "https://app.example.com/octo?printer=garage")
	w.wantURL(tokens["shed"], "")
	w.api.ResetRequests()
	wantPlanned(t, ws.Must(ws.Plan()), nil)
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: len(tokens)}) // the webhooks take the data sources' answers

	w.api.Revoke(tokens["lab"], 603)
	w.api.SetOnline(tokens["garage"], false)
	ws.Must(ws.Apply())
	if left := ws.Resources(); len(left) != 1 || left[fleet("garage")] == nil {
		t.Errorf("in state: %v", left)
	}
	if sets := w.asked(fakeapi.CallSet, tokens["shed"]); sets > 0 {
		t.Errorf("Set was called %d times for a dead connection", sets)
	}
}
