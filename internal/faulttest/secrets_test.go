// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
)

// Every secret of these tests holds one of these marks, so that one scan finds
// them all.
const (
	tokenMark  = "tok-SECRET"
	hiddenMark = "hidden-QUERY" // of a write-only URL: to be nowhere at all
	shownMark  = "shown-QUERY"  // of a plain URL: to be in state and plans alone
)

// knowsWriteOnly tells whether the CLI under test has write-only arguments.
func knowsWriteOnly() bool { return clitest.AtLeast("1.11.0", "1.11.0") }

// wantNoSecrets scans the log, the output, the state and the plan for secrets,
// and for crashes. It returns how many bytes that was.
func (g *group) wantNoSecrets() (scanned int) {
	g.t.Helper()
	told := map[string]string{"(output)": g.out.String(), "trace.log": g.ws.Read("trace.log")}
	for _, expected := range []string{"[TRACE]", "OctoEverywhere request"} {
		if !strings.Contains(told["trace.log"], expected) {
			g.t.Errorf("the log has no %q, so scanning it shows nothing", expected)
		}
	}
	for _, text := range told {
		for _, crash := range []string{"panic: ", "fatal error: ", "goroutine 1 [", "plugin crashed"} {
			if strings.Contains(text, crash) {
				g.t.Errorf("something crashed: %q", crash)
			}
		}
	}
	clitest.WantAbsent(g.t, "a callback URL", shownMark, told)
	texts := g.ws.Left("tokens.json", "urls.json")
	maps.Copy(texts, told)
	clitest.WantAbsent(g.t, "a token", tokenMark, texts)
	clitest.WantAbsent(g.t, "a write-only callback URL", hiddenMark, texts)
	for _, text := range texts {
		scanned += len(text)
	}
	return scanned
}

// TestOddTokensAreNotSent gives tokens with bytes that no header holds, in
// every place a token can be given: each is refused before anything is sent,
// and not repeated.
func TestOddTokensAreNotSent(t *testing.T) {
	t.Parallel()
	g := newGroup(t, nil)
	g.trace()
	text, given := clitest.RequiredProviders, 0
	for name, odd := range map[string]string{"injection": "\\r\\nX-Injected: 1\\r\\n", "escape": "\\u001b[2J", "umlaut": "ü"} {
		token := tokenMark + odd + "0123456789"
		text += fmt.Sprintf(`
provider "octoeverywhere" {
  alias      = %[1]q
  endpoint   = %[2]q
  app_token  = "%[3]s"
  app_tokens = { printer = "%[3]s" }
}
data "octoeverywhere_app_connection" "provider_%[1]s" {
  provider = octoeverywhere.%[1]s
}
data "octoeverywhere_app_connection" %[1]q {
  app_token = "%[3]s"
}
resource "octoeverywhere_notification_webhook" %[1]q {
  app_token    = "%[3]s"
  callback_url = "https://app.example.com/octo"
}
`, name, g.urls["envelope"], token)
		given += 4
	}
	plan := func(refusal string, times int) {
		t.Helper()
		result, refused, told := g.run("plan"), 0, ""
		for _, d := range result.Diagnostics {
			told += d.Summary + d.Detail // the snippet is the user's own line
			refused += oneIf(d.Severity == "error" && d.Summary == refusal)
		}
		if refused != times {
			t.Errorf("%d tokens were refused, want %d:\n%s", refused, times, result.Errors())
		}
		clitest.WantAbsent(t, "a token", tokenMark, map[string]string{"a diagnostic": told, "the log": g.ws.Read("trace.log")})
	}
	g.ws.Write("main.tf", text)
	plan("Invalid App Connection token", given)

	g.ws.Write("main.tf", clitest.RequiredProviders+"data \"octoeverywhere_app_connection\" \"env\" {}\n")
	g.ws.Setenv("OCTOEVERYWHERE_ENDPOINT", g.urls["envelope"])
	g.ws.Setenv("OCTOEVERYWHERE_APP_TOKEN", tokenMark+"\r\nX-Injected: \xff")
	plan("Invalid environment variable OCTOEVERYWHERE_APP_TOKEN", 1)
	if sent := g.requests(); len(sent) > 0 {
		t.Errorf("%d requests were sent", len(sent))
	}
}
