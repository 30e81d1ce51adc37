// SPDX-License-Identifier: MPL-2.0

package faultmatrix_test

import (
	"archive/zip"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
)

// Every secret of these tests holds one of these marks, so that one scan finds
// them all.
const (
	tokenMark  = "tok-SECRET"
	hiddenMark = "hidden-QUERY" // of a write-only URL: to be nowhere at all
	shownMark  = "shown-QUERY"  // of a plain URL: to be in state and plans alone
)

// given are the files that hold secrets because the test put them there.
var given = []string{"tokens.json", "urls.json"}

// knowsWriteOnly tells whether the CLI under test has write-only arguments.
func knowsWriteOnly() bool { return acctest.AtLeast("1.11.0", "1.11.0") }

// run runs Terraform with machine-readable output where it has it, and keeps
// all that it said.
func (g *group) run(args ...string) acctest.Result {
	g.t.Helper()
	args = append([]string{args[0], "-json", "-input=false", "-no-color", "-parallelism=200"}, args[1:]...)
	result := g.ws.Run(args...)
	g.total.peakMiB = max(g.total.peakMiB, result.PeakMiB)
	g.out.WriteString(result.Stdout + result.Stderr)
	return result
}

// trace logs all that can be logged from now on.
func (g *group) trace() {
	g.ws.Env = slices.Clone(g.ws.Env)
	g.ws.Setenv("TF_LOG", "TRACE")
	g.ws.Setenv("TF_LOG_PROVIDER", "TRACE")
	g.ws.Setenv("TF_LOG_PATH", filepath.Join(g.ws.Dir, "trace.log"))
}

func (g *group) must(result acctest.Result) acctest.Result {
	g.t.Helper()
	return g.ws.Must(result)
}

// show keeps show -json of the state, or of a plan, as a file to be scanned.
func (g *group) show(plan string) {
	g.t.Helper()
	args := []string{"show", "-json"}
	if plan != "" {
		args = append(args, plan)
	}
	g.ws.Write("show-"+plan+".json", g.must(g.ws.Run(args...)).Stdout)
}

// wantNoSecrets scans the log, the output, the state, the plan and their JSON
// for secrets, plain and as somebody might encode them, and for crashes.
func (g *group) wantNoSecrets() {
	g.t.Helper()
	files := filesIn(g.t, g.ws.Dir)
	log := files["trace.log"]
	for _, expected := range []string{"[TRACE]", "OctoEverywhere request", "Waiting before the request is sent again"} {
		if !strings.Contains(log, expected) {
			g.t.Errorf("the log has no %q, so scanning it shows nothing", expected)
		}
	}
	files["(output)"] = g.out.String()
	for name, text := range files {
		g.total.scanned += len(text)
		marks := []string{tokenMark, hiddenMark}
		if name == "(output)" || name == "trace.log" {
			marks = append(marks, shownMark)
		}
		for _, mark := range marks {
			wantAbsent(g.t, name, text, mark)
		}
		for _, crash := range []string{"panic: ", "fatal error: ", "goroutine 1 [", "plugin crashed"} {
			wantAbsent(g.t, name, text, crash)
		}
	}
}

// wantAbsent looks for a mark in all its spellings.
func wantAbsent(t *testing.T, name, text, mark string) {
	t.Helper()
	spellings := []string{mark, strings.ToLower(mark), strings.ReplaceAll(mark, "-", "%2D")}
	for offset := range 3 { // base64 of a text that has the mark anywhere
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", offset) + mark))
		spellings = append(spellings, encoded[4:len(encoded)-2])
	}
	for _, spelling := range spellings {
		if at := strings.Index(text, spelling); at >= 0 {
			t.Errorf("%q is in %s:\n…%s…", spelling, name, text[max(0, at-300):min(len(text), at+200)])
			return
		}
	}
}

// filesIn reads what a run left in its directory, plans unpacked, except what
// the test itself put there.
func filesIn(t *testing.T, directory string) map[string]string {
	t.Helper()
	files := map[string]string{}
	read := func(name string, open func() (io.ReadCloser, error)) error {
		content, err := open()
		if err != nil {
			return err
		}
		defer content.Close() //nolint:errcheck // only read from
		raw, err := io.ReadAll(content)
		files[name] = string(raw)
		return err
	}
	err := filepath.WalkDir(directory, func(path string, entry os.DirEntry, err error) error {
		name, _ := filepath.Rel(directory, path)
		if err != nil || !entry.Type().IsRegular() || slices.Contains(given, name) {
			return err
		}
		if !strings.HasSuffix(name, ".tfplan") {
			return read(name, func() (io.ReadCloser, error) { return os.Open(path) })
		}
		packed, err := zip.OpenReader(path)
		if err != nil {
			return err
		}
		defer packed.Close() //nolint:errcheck // only read from
		for _, part := range packed.File {
			if err := read(name+"/"+part.Name, part.Open); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestOddTokensAreNotSent gives tokens with bytes that no header holds, in
// every place a token can be given: each is refused before anything is sent,
// and not repeated (issue 5, line 3).
func TestOddTokensAreNotSent(t *testing.T) {
	t.Parallel()
	g := newGroup(t, nil)
	g.trace()
	odd := map[string]string{
		"lf": "\\n", "crlf": "\\r\\nX-Injected: 1\\r\\n", "space": " ", "tab": "\\t", "nul": "\\u0000",
		"escape": "\\u001b[2J", "del": "\\u007f", "umlaut": "ü", "emoji": "🖨", "bidi": "\\u202e", "nbsp": "\\u00a0",
	}
	places := map[string]string{
		"app_tokens": `provider "octoeverywhere" {
  alias      = "%[1]s"
  endpoint   = %[2]q
  app_tokens = { printer = "` + tokenMark + `%[3]s0123456789" }
}
resource "octoeverywhere_notification_webhook" "%[1]s" {
  provider       = octoeverywhere.%[1]s
  app_connection = "printer"
  callback_url   = "https://app.example.com/octo"
}
`,
		"app_token": `resource "octoeverywhere_notification_webhook" "%[1]s" {
  app_token    = "` + tokenMark + `%[3]s0123456789"
  callback_url = "https://app.example.com/octo"
}
`,
		"data": `data "octoeverywhere_app_connection" "%[1]s" {
  app_token = "` + tokenMark + `%[3]s0123456789"
}
`,
	}
	if knowsWriteOnly() {
		places["app_token_wo"] = strings.ReplaceAll(places["app_token"], "app_token ", "app_token_wo ")
	}
	for place, block := range places {
		text := acctest.RequiredProviders + fmt.Sprintf("provider \"octoeverywhere\" {\n  endpoint = %q\n}\n", g.urls.api)
		for name, bytes := range odd {
			text += fmt.Sprintf(block, place+"_"+name, g.urls.api, bytes)
		}
		g.ws.Write("main.tf", text)
		result := g.run("plan")
		refused := 0
		for _, d := range result.Diagnostics {
			// The snippet is the user's own line, which is not in the text.
			wantAbsent(t, "the diagnostic", d.Summary+d.Detail, tokenMark)
			refused += oneIf(d.Severity == "error" && strings.Contains(d.Detail, "visible ASCII"))
		}
		if result.OK() || refused != len(odd) {
			t.Errorf("%s: exit code %d and %d tokens refused, want %d:\n%s", place, result.ExitCode, refused, len(odd), result.Errors())
		}
	}
	g.ws.Write("main.tf", acctest.RequiredProviders+`resource "octoeverywhere_notification_webhook" "env" {
  callback_url = "https://app.example.com/octo"
}
`)
	g.ws.Setenv("OCTOEVERYWHERE_ENDPOINT", g.urls.api)
	for _, bytes := range []string{"\n", "\r\nX-Injected: 1", " ", "\x7f", "ü", "\xff"} {
		g.ws.Setenv("OCTOEVERYWHERE_APP_TOKEN", tokenMark+bytes+"0123456789")
		if result := g.run("plan"); result.OK() || !strings.Contains(result.Errors(), "OCTOEVERYWHERE_APP_TOKEN is not a usable token") {
			t.Errorf("the environment's token with %q: exit code %d\n%s", bytes, result.ExitCode, result.Errors())
		} else {
			wantAbsent(t, "the output", result.Stdout+result.Stderr, tokenMark)
		}
	}
	if sent := g.api.Requests(); len(sent) > 0 {
		t.Errorf("%d requests were sent", len(sent))
	}
	wantAbsent(t, "the log", g.ws.Read("trace.log"), tokenMark)
}
