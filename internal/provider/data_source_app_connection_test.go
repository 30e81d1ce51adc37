// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestAccAppConnectionDataSource_status: every status is an answer and no
// diagnostic, and only not_found and revoked mean that the App Connection ended.
func TestAccAppConnectionDataSource_status(t *testing.T) {
	names := []string{"online", "unplugged", "not_supporter", "not_found", "revoked"}
	f := newFixture(t, fakeapi.Options{}, connections(names...))
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokenOf("unplugged"), Status: 601, Times: -1})
	f.api.SetSupporter(tokenOf("not_supporter"), false)
	f.api.Revoke(tokenOf("not_found"), 603)
	f.api.Revoke(tokenOf("revoked"), 604)
	status := func(name, status string, valid bool) []statecheck.StateCheck {
		source := "data.octoeverywhere_app_connection." + name
		return []statecheck.StateCheck{
			statecheck.ExpectKnownValue(source, tfjsonpath.New("status"), knownvalue.StringExact(status)),
			statecheck.ExpectKnownValue(source, tfjsonpath.New("valid"), knownvalue.Bool(valid)),
			statecheck.ExpectKnownValue(source, tfjsonpath.New("id"), knownvalue.StringExact(fingerprintOf(t, tokenOf(name)))),
		}
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: f.providerConfig(names...) + `
data "octoeverywhere_app_connection" "online" {
  app_connection = "online"
}
data "octoeverywhere_app_connection" "unplugged" {
  app_connection = "unplugged"
}
data "octoeverywhere_app_connection" "not_supporter" {
  app_connection = "not_supporter"
}
data "octoeverywhere_app_connection" "not_found" {
  app_connection = "not_found"
}
data "octoeverywhere_app_connection" "revoked" {
  app_connection = "revoked"
}`,
			ConfigStateChecks: slices.Concat(
				status("online", "online", true),
				status("unplugged", "offline", true),
				status("not_supporter", "not_supporter", true),
				status("not_found", "not_found", false),
				status("revoked", "revoked", false),
				[]statecheck.StateCheck{f.expectWarnings(), expectNoSecret("tok-SECRET")},
			),
		}},
	})
}

// TestAccAppConnectionDataSource_attributes: every field is there, as far as the
// service tells it.
func TestAccAppConnectionDataSource_attributes(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("full", "bare"))
	answer := func(token, body string) {
		f.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: token, Times: -1, Status: 200, Body: body})
	}
	answer(tokenOf("bare"), `{"IsOnline":false}`)
	answer(tokenOf("full"), `{"PrinterName":"Prusa \"MK4\" ü","PrinterLocalIp":"192.168.1.20","IsOnline":true,"UserFacingPrinterUrl":"https://x.octoeverywhere.com/p",
		"LastDisconnectTimeUtc":"2026-02-28T23:00:00Z","LastConnectionTimeUtc":"2026-03-01T01:00:00.123456+00:00","New":[1],
		"PrinterLimits":{"MaxDownloadFileSizeBytes":9007199254740993,"MaxUploadFileSizeBytes":1,"MaxSingleWebcamStreamLengthSeconds":0}}`)
	full := func(path tfjsonpath.Path, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.octoeverywhere_app_connection.full", path, want)
	}
	bare := func(attribute string, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.octoeverywhere_app_connection.bare", tfjsonpath.New(attribute), want)
	}
	limits := tfjsonpath.New("limits")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: f.providerConfig("bare") + `
data "octoeverywhere_app_connection" "full" {
  app_token = "` + tokenOf("full") + `"
}
data "octoeverywhere_app_connection" "bare" {
  app_connection = "bare"
}`,
			ConfigStateChecks: []statecheck.StateCheck{
				full(tfjsonpath.New("app_connection"), knownvalue.Null()),
				full(tfjsonpath.New("status"), knownvalue.StringExact("online")),
				full(tfjsonpath.New("printer_name"), knownvalue.StringExact(`Prusa "MK4" ü`)),
				full(tfjsonpath.New("printer_local_ip"), knownvalue.StringExact("192.168.1.20")),
				full(tfjsonpath.New("printer_url"), knownvalue.StringExact("https://x.octoeverywhere.com/p")),
				full(tfjsonpath.New("last_connected_at"), knownvalue.StringExact("2026-03-01T01:00:00Z")),
				full(tfjsonpath.New("last_disconnected_at"), knownvalue.StringExact("2026-02-28T23:00:00Z")),
				full(limits.AtMapKey("max_download_file_size_bytes"), knownvalue.Int64Exact(9007199254740993)),
				full(limits.AtMapKey("max_upload_file_size_bytes"), knownvalue.Int64Exact(1)),
				full(limits.AtMapKey("max_webcam_stream_seconds"), knownvalue.Int64Exact(0)),
				statecheck.ExpectSensitiveValue("data.octoeverywhere_app_connection.full", tfjsonpath.New("app_token")),
				bare("status", knownvalue.StringExact("offline")),
				bare("printer_name", knownvalue.Null()),
				bare("printer_local_ip", knownvalue.Null()),
				bare("printer_url", knownvalue.Null()),
				bare("last_connected_at", knownvalue.Null()),
				bare("last_disconnected_at", knownvalue.Null()),
				bare("limits", knownvalue.ObjectExact(map[string]knownvalue.Check{
					"max_download_file_size_bytes": knownvalue.Null(), "max_upload_file_size_bytes": knownvalue.Null(), "max_webcam_stream_seconds": knownvalue.Null(),
				})),
			},
		}},
	})
}

// TestAccAppConnectionDataSource_fleet is what the data source is for: webhooks
// for the living App Connections of a fleet, while a dead one fails nothing.
func TestAccAppConnectionDataSource_fleet(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage", "lab", "shed"))
	f.api.Revoke(tokenOf("shed"), 604)
	hcl := f.providerConfig("garage", "lab", "shed") + `
data "octoeverywhere_app_connection" "fleet" {
  for_each       = toset(["garage", "lab", "shed"])
  app_connection = each.key
}
resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = { for name, connection in data.octoeverywhere_app_connection.fleet : name => connection if connection.valid }
  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${each.key}"
}`
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config: hcl,
				ConfigStateChecks: []statecheck.StateCheck{
					f.expectChanges(set, set),
					f.expectWebhook(tokenOf("garage"), "https://app.example.com/octo?printer=garage"),
					f.expectWebhook(tokenOf("shed"), ""),
				},
			},
			{
				PreConfig: func() {
					f.api.Revoke(tokenOf("lab"), 603)
					f.api.SetOnline(tokenOf("garage"), false)
					f.resetRequests()
				},
				Config: hcl,
				ConfigPlanChecks: preApply(
					plancheck.ExpectResourceAction(printer+`["garage"]`, plancheck.ResourceActionNoop),
					expect(func() error { // the webhooks take the data sources' answers
						if asked := f.api.Count(fakeapi.CallInfo); asked != 3 {
							return fmt.Errorf("%d calls of info, want 3", asked)
						}
						return nil
					}),
				),
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(), f.expectWebhook(tokenOf("lab"), "")},
			},
			{Config: hcl, Destroy: true},
		},
	})
	if err := f.checkDestroy(nil); err != nil {
		t.Error(err)
	}
}

// --- At protocol level ---

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
		"broken":        {fault: fakeapi.Fault{Status: 500, Times: -1}, asked: 3, words: []string{"temporarily unavailable", "500", "Try again later"}},
		"no info call":  {options: fakeapi.Options{NoInfo: true}, asked: 1, words: []string{"does not support this call", "404", "endpoint"}},
		"token refused": {fault: fakeapi.Fault{Status: 606}, attribute: "app_connection", asked: 1, words: []string{"not accepted", "606"}},
		"not an answer": {fault: fakeapi.Fault{Status: 200, Body: `[]`}, asked: 1, words: []string{"refused the request", "not with what the API promises"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := connections("garage")
			f := newFixture(t, test.options, tokens)
			if test.fault.Call = fakeapi.CallInfo; test.fault.Status != 0 {
				f.api.Script(test.fault)
			}
			got := f.protocol(tokens, map[string]any{"max_retries": 2}).readAppConnection(map[string]any{"app_connection": "garage"})
			wantOneError(t, got, test.attribute, append(test.words, `App Connection "garage"`), []string{"tok-SECRET"})
			if asked := f.api.Count(""); asked != test.asked {
				t.Errorf("%d requests, want %d: %v", asked, test.asked, f.calls())
			}
		})
	}
}

// TestAppConnectionIsAskedAboutAnyway: that a run has stopped probing is no
// answer for a data source; and what it is told serves the others.
func TestAppConnectionIsAskedAboutAnyway(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b", "c", "garage")
	f := newFixture(t, fakeapi.Options{}, tokens)
	f.api.Revoke(tokens["garage"], 604)
	p := f.protocol(tokens)
	read := func(name string) (dropped bool) {
		after, _ := p.read(p.inState(map[string]any{"id": fingerprintOf(t, tokens[name])}))
		return p.isNull(after.state)
	}
	for _, name := range []string{"a", "b", "c"} {
		f.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokens[name], Status: 500, Times: -1})
		read(name)
	}
	f.api.ResetRequests()
	if read("garage") {
		t.Error("it was asked about")
	}
	wantNoDiagnostics(t, p.readAppConnection(map[string]any{"app_connection": "garage"}))
	if !read("garage") {
		t.Error("the data source's answer was not taken")
	}
	f.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 1})
}

// TestAppConnectionArguments: the same rules as the resource's.
func TestAppConnectionArguments(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	f := newFixture(t, fakeapi.Options{}, tokens)
	p := f.protocol(nil, map[string]any{"app_tokens": map[string]any{"garage": tokens["garage"], "later": unknown{}}})
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
		{"grage", "app_connection", `"garage", "later"; did you mean "garage"?`},
		{nil, "", `"garage", "later"`},
		{"later", "", `App Connection "later"`},
	} {
		got := p.readAppConnection(map[string]any{"app_connection": test.connection})
		wantOneError(t, got, test.attribute, []string{test.words}, []string{"tok-SECRET"})
	}
	p = f.protocol(tokens, map[string]any{"endpoint": unknown{}})
	wantOneError(t, p.readAppConnection(map[string]any{"app_connection": "garage"}), "", []string{"configuration is unknown", "endpoint", "-target"}, nil)
	f.wantCalls(map[fakeapi.Call]int{})
}
