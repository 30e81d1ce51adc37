// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestAccAppConnectionDataSource: every status is an answer and no diagnostic,
// only not_found and revoked mean that the App Connection ended, and every field
// is there, as far as the service tells it.
func TestAccAppConnectionDataSource(t *testing.T) {
	names := []string{"full", "bare", "unplugged", "not_supporter", "not_found", "revoked"}
	f := newFixture(t, fakeapi.Options{}, connections(names...))
	answer := func(name string, status int, body string) {
		f.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokenOf(name), Times: -1, Status: status, Body: body})
	}
	answer("unplugged", 601, "")
	answer("bare", 200, `{"IsOnline":false}`)
	answer("full", 200, `{"PrinterName":"Prusa \"MK4\" ü","PrinterLocalIp":"192.168.1.20","IsOnline":true,"UserFacingPrinterUrl":"https://x.octoeverywhere.com/p",
		"LastDisconnectTimeUtc":"2026-02-28T23:00:00Z","LastConnectionTimeUtc":"2026-03-01T01:00:00.123456+00:00","New":[1],
		"PrinterLimits":{"MaxDownloadFileSizeBytes":9007199254740993,"MaxUploadFileSizeBytes":1,"MaxSingleWebcamStreamLengthSeconds":0}}`)
	f.api.SetSupporter(tokenOf("not_supporter"), false)
	f.api.Revoke(tokenOf("not_found"), 603)
	f.api.Revoke(tokenOf("revoked"), 604)
	value := func(name, attribute string, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.octoeverywhere_app_connection."+name, tfjsonpath.New(attribute), want)
	}
	text, null := knownvalue.StringExact, knownvalue.Null()
	limits := func(download, upload, stream knownvalue.Check) knownvalue.Check {
		return knownvalue.ObjectExact(map[string]knownvalue.Check{
			"max_download_file_size_bytes": download, "max_upload_file_size_bytes": upload, "max_webcam_stream_seconds": stream,
		})
	}
	checks := []statecheck.StateCheck{
		value("full", "app_connection", null),
		value("full", "printer_name", text(`Prusa "MK4" ü`)),
		value("full", "printer_local_ip", text("192.168.1.20")),
		value("full", "printer_url", text("https://x.octoeverywhere.com/p")),
		value("full", "last_connected_at", text("2026-03-01T01:00:00Z")),
		value("full", "last_disconnected_at", text("2026-02-28T23:00:00Z")),
		value("full", "limits", limits(knownvalue.Int64Exact(9007199254740993), knownvalue.Int64Exact(1), knownvalue.Int64Exact(0))),
		statecheck.ExpectSensitiveValue("data.octoeverywhere_app_connection.full", tfjsonpath.New("app_token")),
		value("bare", "limits", limits(null, null, null)),
	}
	for _, attribute := range []string{"printer_name", "printer_local_ip", "printer_url", "last_connected_at", "last_disconnected_at"} {
		checks = append(checks, value("bare", attribute, null))
	}
	hcl := f.providerConfig(names[1:]...) + "data \"octoeverywhere_app_connection\" \"full\" {\n  app_token = \"" + tokenOf("full") + "\"\n}\n"
	for i, status := range []string{"online", "offline", "offline", "not_supporter", "not_found", "revoked"} {
		name := names[i]
		checks = append(checks, value(name, "id", text(fingerprintOf(t, tokenOf(name)))), value(name, "status", text(status)), value(name, "valid", knownvalue.Bool(i < 4)))
		if i > 0 {
			hcl += fmt.Sprintf("data \"octoeverywhere_app_connection\" %q {\n  app_connection = %[1]q\n}\n", name)
		}
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps:                    []resource.TestStep{{Config: hcl, ConfigStateChecks: append(checks, f.expectWarnings())}},
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
					f.api.ResetRequests()
					f.changes = 0
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
