// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// outputs reads the outputs in state.
func outputs(t *testing.T, ws *acctest.Workspace) map[string]any {
	t.Helper()
	found := map[string]any{}
	for name, output := range ws.State().Values.Outputs {
		found[name] = output.Value
	}
	return found
}

// TestAppConnectionStatus: every status is an answer, of which only not_found
// and revoked mean that the connection is dead.
func TestAppConnectionStatus(t *testing.T) {
	t.Parallel()
	tokens := connections("online", "offline", "unplugged", "timed_out", "not_supporter", "not_found", "revoked")
	w := newWorld(t, fakeapi.Options{}, tokens)
	w.api.SetOnline(tokens["offline"], false)
	w.api.SetInfoStatus(tokens["unplugged"], 601)
	w.api.SetInfoStatus(tokens["timed_out"], 602)
	w.api.SetSupporter(tokens["not_supporter"], false)
	w.api.Revoke(tokens["not_found"], 603)
	w.api.Revoke(tokens["revoked"], 604)

	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens)+`
variable "names" {
  default = ["online", "offline", "unplugged", "timed_out", "not_supporter", "not_found", "revoked"]
}
data "octoeverywhere_app_connection" "all" {
  for_each       = toset(var.names)
  app_connection = each.key
}
output "all" {
  sensitive = true # app_token's mark, though it is null
  value     = data.octoeverywhere_app_connection.all
}
`)
	applied := ws.Must(ws.Apply())
	if len(applied.Diagnostics) > 0 {
		t.Errorf("a status is no diagnostic:\n%s", applied.Warnings())
	}
	all, _ := outputs(t, ws)["all"].(map[string]any)
	for name, want := range map[string]struct {
		status  string
		valid   bool
		printer any
	}{
		"online":        {"online", true, "online"},
		"offline":       {"offline", true, "offline"},
		"unplugged":     {"offline", true, nil},
		"timed_out":     {"offline", true, nil},
		"not_supporter": {"not_supporter", true, nil},
		"not_found":     {"not_found", false, nil},
		"revoked":       {"revoked", false, nil},
	} {
		got, _ := all[name].(map[string]any)
		if got["status"] != want.status || got["valid"] != want.valid || got["printer_name"] != want.printer {
			t.Errorf("%s: got %v", name, got)
		}
		if got["id"] != fingerprintOf(t, tokens[name]) || got["app_token"] != nil || got["app_connection"] != name {
			t.Errorf("%s: got %v", name, got)
		}
		for _, attribute := range []string{"printer_url", "last_connected_at"} {
			if (got[attribute] != nil) != (want.printer != nil) {
				t.Errorf("%s: %s is %v", name, attribute, got[attribute])
			}
		}
	}
	online, _ := all["online"].(map[string]any)
	if limits, _ := online["limits"].(map[string]any); limits["max_download_file_size_bytes"] == nil || limits["max_upload_file_size_bytes"] == nil || limits["max_webcam_stream_seconds"] == nil {
		t.Errorf("limits are %v", online["limits"])
	}
	wantAbsent(t, "a token", "tok-SECRET", map[string]string{"terraform.tfstate": ws.Read("terraform.tfstate")})
}

// TestAppConnectionSaysAll holds the attributes against an answer with all of
// info's fields, times of another zone among them, and one with hardly any.
func TestAppConnectionSaysAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{}, connections("full", "bare"))
	answer := func(token, body string) {
		w.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: token, Times: -1, Status: 200, ContentType: "application/json", Body: body})
	}
	answer(tokenOf("full"), `{"PrinterName":"Prusa \"MK4\" ü","PrinterLocalIp":"192.168.1.20","IsOnline":true,"UserFacingPrinterUrl":"https://x.octoeverywhere.com/p",
		"LastDisconnectTimeUtc":"2026-02-28T23:00:00Z","LastConnectionTimeUtc":"2026-03-01T01:00:00.123456+00:00","New":[1],
		"PrinterLimits":{"MaxDownloadFileSizeBytes":9007199254740993,"MaxUploadFileSizeBytes":1,"MaxSingleWebcamStreamLengthSeconds":0}}`)
	answer(tokenOf("bare"), `{"IsOnline":false}`)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(connections("full"))+`
data "octoeverywhere_app_connection" "full" {
  app_connection = "full"
}
data "octoeverywhere_app_connection" "bare" {
  app_token = "`+tokenOf("bare")+`"
}
output "full" {
  sensitive = true
  value     = jsonencode(data.octoeverywhere_app_connection.full)
}
output "bare" {
  sensitive = true
  value     = jsonencode(data.octoeverywhere_app_connection.bare)
}
`)
	ws.Must(ws.Apply())
	got := outputs(t, ws)
	for name, want := range map[string]string{
		"full": `{"app_connection":"full","app_token":null,"id":"` + fingerprintOf(t, tokenOf("full")) + `","last_connected_at":"2026-03-01T01:00:00Z","last_disconnected_at":"2026-02-28T23:00:00Z",` +
			`"limits":{"max_download_file_size_bytes":9007199254740993,"max_upload_file_size_bytes":1,"max_webcam_stream_seconds":0},` +
			`"printer_local_ip":"192.168.1.20","printer_name":"Prusa \"MK4\" ü","printer_url":"https://x.octoeverywhere.com/p","status":"online","valid":true}`,
		"bare": `{"app_connection":null,"app_token":"` + tokenOf("bare") + `","id":"` + fingerprintOf(t, tokenOf("bare")) + `","last_connected_at":null,"last_disconnected_at":null,` +
			`"limits":{"max_download_file_size_bytes":null,"max_upload_file_size_bytes":null,"max_webcam_stream_seconds":null},` +
			`"printer_local_ip":null,"printer_name":null,"printer_url":null,"status":"offline","valid":true}`,
	} {
		if got[name] != want {
			t.Errorf("%s is\n%v\nwant\n%s", name, got[name], want)
		}
	}
}

// TestAppConnectionUnreachable: only a service that does not say is an error,
// after its retries.
func TestAppConnectionUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once, for a port where nobody listens
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	_ = listener.Close()

	for name, test := range map[string]struct {
		options   fakeapi.Options
		fault     *fakeapi.Fault
		endpoint  string
		attribute string
		asked     int
		words     []string
	}{
		"nobody listens": {fakeapi.Options{}, nil, nobody, "", 0, []string{"could not be asked", "Try again later"}},
		"broken":         {fakeapi.Options{}, &fakeapi.Fault{Status: 500, Times: -1}, "", "", 3, []string{"could not be asked", "500"}},
		"busy":           {fakeapi.Options{}, &fakeapi.Fault{Status: 429, Times: -1}, "", "", 3, []string{"could not be asked", "429"}},
		"no info call":   {fakeapi.Options{NoInfo: true}, nil, "", "", 1, []string{"does not offer the info call", "404", "endpoint"}},
		"token refused":  {fakeapi.Options{}, &fakeapi.Fault{Status: 606, Times: -1}, "", "app_connection", 1, []string{"not accepted", "606"}},
		"newer status":   {fakeapi.Options{}, &fakeapi.Fault{Status: 620, Times: -1}, "", "", 1, []string{"could not be asked", "620"}},
		"not an answer":  {fakeapi.Options{}, &fakeapi.Fault{Status: 200, Body: `[]`, Times: -1}, "", "", 1, []string{"could not be asked"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.options, connections("garage"))
			if test.fault != nil {
				test.fault.Call = fakeapi.CallInfo
				w.api.Script(*test.fault)
			}
			endpoint := w.url
			if test.endpoint != "" {
				endpoint = test.endpoint
			}
			p := newProtocol(t, w.newProvider())
			wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": endpoint, "max_retries": 2, "app_tokens": map[string]any{"garage": tokenOf("garage")}}))
			got := p.readAppConnection(map[string]any{"app_connection": "garage"})
			wantOneError(t, got, test.attribute, append(test.words, `App Connection "garage"`), []string{"tok-SECRET"})
			if asked := w.calls()[fakeapi.CallInfo] + w.calls()[fakeapi.CallOther]; asked != test.asked {
				t.Errorf("%d requests, want %d: %v", asked, test.asked, w.calls())
			}
		})
	}
}

// TestAppConnectionIsAskedAboutAnyway: that a run has stopped probing is no
// answer for a data source.
func TestAppConnectionIsAskedAboutAnyway(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b", "c", "garage")
	w := newWorld(t, fakeapi.Options{}, tokens)
	p := w.protocol(tokens)
	for _, name := range []string{"a", "b", "c"} {
		w.api.SetInfoStatus(tokens[name], 500)
		p.read(p.inState(map[string]any{"id": fingerprintOf(t, tokens[name])}))
	}
	w.api.ResetRequests()
	p.read(p.inState(map[string]any{"id": fingerprintOf(t, tokens["garage"])}))
	w.wantCalls(map[fakeapi.Call]int{})
	wantNoDiagnostics(t, p.readAppConnection(map[string]any{"app_connection": "garage"}))
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 1})
}

// TestAppConnectionArguments: the same rules as the resource's.
func TestAppConnectionArguments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{}, connections("garage"))
	ws := w.workspace()
	for arguments, want := range map[string]string{
		`app_connection = "grage"`: `The provider has: "garage".`,
		``:                         "No App Connection is chosen",
		`app_token = "a b"`:        "a space",
		`app_token = "x"` + "\n" + `app_connection=""`: "can't be configured together",
	} {
		ws.Write("main.tf", w.provider(connections("garage"))+"data \"octoeverywhere_app_connection\" \"it\" {\n"+arguments+"\n}\n")
		plan := ws.Plan()
		if plan.OK() || !strings.Contains(strings.ReplaceAll(plan.Errors(), "cannot", "can't"), want) || strings.Contains(plan.Stdout, "tok-SECRET") {
			t.Errorf("with %s: want an error that says %q, got\n%s", arguments, want, plan.Errors())
		}
	}
	if calls := w.calls(); len(calls) > 0 {
		t.Errorf("calls %v", calls)
	}
}

// TestFleetFilteredByValid is what the data source is for: webhooks for the
// living connections of a fleet, while a dead one fails nothing.
func TestFleetFilteredByValid(t *testing.T) {
	t.Parallel()
	tokens := connections("garage", "lab", "shed")
	w := newWorld(t, fakeapi.Options{}, tokens)
	w.api.Revoke(tokens["shed"], 604)
	ws := w.workspace()
	names, err := json.Marshal([]string{"garage", "lab", "shed"})
	if err != nil {
		t.Fatal(err)
	}
	ws.Write("main.tf", w.provider(tokens)+`
data "octoeverywhere_app_connection" "fleet" {
  for_each       = toset(`+string(names)+`)
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
	w.api.ResetRequests()
	wantPlanned(t, ws.Must(ws.Plan()), map[string]string{})
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: len(tokens)}) // the webhooks take the data sources' answers

	w.api.Revoke(tokens["lab"], 603)
	w.api.SetOnline(tokens["garage"], false)
	applied := ws.Must(ws.Apply())
	for at, action := range applied.Planned {
		if at != fleet("lab") || action != "delete" {
			t.Errorf("planned %s of %s", action, at)
		}
	}
	if left := ws.Resources(); len(left) != 1 || left[fleet("garage")] == nil {
		t.Errorf("in state: %v", left)
	}
	if slices.ContainsFunc(w.api.Requests(), func(r fakeapi.Request) bool { return r.Call == fakeapi.CallSet && r.Token == tokens["shed"] }) {
		t.Error("Set was called for a dead connection")
	}
}
