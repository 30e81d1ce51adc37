// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestRequestLog reads what a person gets with TF_LOG_PROVIDER=DEBUG: one line
// a request, and a warning for each wait with its reason and length.
func TestRequestLog(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	id := fingerprintOf(t, tokens["garage"])
	f := newFixture(t, fakeapi.Options{Editions: fakeapi.EditionNotifications}, tokens)
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Status: 503, Header: map[string][]string{"Retry-After": {"1"}}})
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Drop: true})
	ws := clitest.NewWorkspace(t)
	ws.UseBinary()
	ws.Setenv("TF_LOG_PROVIDER", "DEBUG")
	ws.Write("main.tf", clitest.RequiredProviders+f.providerConfig("garage")+`
resource "octoeverywhere_notification_webhook" "printer" {
  app_connection = "garage"
  callback_url   = "`+urlOne+`"
}`)

	const set = "/api/notifications/setfromappconnection"
	log := ws.Must(ws.Apply()).Stderr
	wantLogLines(t, log, "[DEBUG]", "OctoEverywhere request", []map[string]string{
		// A plan that creates checks the App Connection, and Terraform plans twice.
		{"method": "GET", "path": "/api/appconnection/info", "status": "200", "attempt": "1", "app_connection": id, "duration_ms": `\d+`},
		{"method": "GET", "path": "/api/appconnection/info", "status": "200", "attempt": "1", "app_connection": id, "duration_ms": `\d+`},
		{"method": "POST", "path": set, "status": "503", "attempt": "1", "app_connection": id, "duration_ms": `\d+`},
		{"method": "POST", "path": set, "error": `".+"`, "attempt": "2", "app_connection": id, "duration_ms": `\d+`},
		{"method": "POST", "path": set, "status": "200", "attempt": "3", "app_connection": id, "duration_ms": `\d+`},
	})
	wantLogLines(t, log, "[WARN]", "Waiting before the request is sent again", []map[string]string{
		{"method": "POST", "path": set, "attempt": "1", "app_connection": id, "reason": `".*503.*"`, "wait_ms": "1000"},
		{"method": "POST", "path": set, "attempt": "2", "app_connection": id, "reason": `".+"`, "wait_ms": `\d+`},
	})
	clitest.WantAbsent(t, "the token", tokens["garage"], map[string]string{"the log": log})
	clitest.WantAbsent(t, "the callback URL's query", "hush-hush", map[string]string{"the log": log})

	log = ws.Must(ws.Destroy()).Stderr
	wantLogLines(t, log, "[DEBUG]", "OctoEverywhere request", []map[string]string{
		{"method": "GET", "path": "/api/appconnection/info", "status": "200", "attempt": "1", "app_connection": id, "duration_ms": `\d+`},
		{"method": "POST", "path": "/api/appconnection/DeleteNotificationWebhook", "status": "404", "attempt": "1", "app_connection": id, "duration_ms": `\d+`},
	})
}

// wantLogLines checks the log's lines with a message: how many, their level,
// and that each has these fields, whose values are regular expressions.
func wantLogLines(t *testing.T, log, level, message string, wanted []map[string]string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(log) {
		if strings.Contains(line, message) {
			lines = append(lines, line)
		}
	}
	if len(lines) != len(wanted) {
		t.Fatalf("%d lines of %q, want %d:\n%s", len(lines), message, len(wanted), strings.Join(lines, ""))
	}
	for i, fields := range wanted {
		if !strings.Contains(lines[i], level) {
			t.Errorf("not at %s: %s", level, lines[i])
		}
		for name, value := range fields {
			if !regexp.MustCompile(fmt.Sprintf(`\b%s=%s(\s|$)`, name, value)).MatchString(lines[i]) {
				t.Errorf("no %s=%s in: %s", name, value, lines[i])
			}
		}
	}
}
