// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// listWebhooks runs the list resource and returns its stream.
func (p *protocol) listWebhooks(ctx context.Context, include bool, limit int64) *tfprotov6.ListResourceServerStream {
	p.t.Helper()
	server, ok := p.server.(tfprotov6.ListResourceServer)
	if !ok {
		p.t.Fatal("the server offers no lists")
	}
	config := p.value(p.schemas.ListResourceSchemas[webhookType], nil)
	validated, err := server.ValidateListResourceConfig(ctx, &tfprotov6.ValidateListResourceConfigRequest{TypeName: webhookType, Config: config})
	p.must(err)
	wantNoDiagnostics(p.t, validated.Diagnostics)
	stream, err := server.ListResource(ctx, &tfprotov6.ListResourceRequest{TypeName: webhookType, Config: config, IncludeResource: include, Limit: limit})
	p.must(err)
	return stream
}

// listed reads a stream: what is shown of each result, and all diagnostics.
func (p *protocol) listed(limit int64) (shown []string, diagnostics []*tfprotov6.Diagnostic) {
	p.t.Helper()
	for result := range p.listWebhooks(p.t.Context(), false, limit).Results {
		diagnostics = append(diagnostics, result.Diagnostics...)
		if result.Identity != nil {
			shown = append(shown, result.DisplayName)
		}
	}
	return shown, diagnostics
}

// TestList has every health, in the order of names, with identity and resource.
func TestList(t *testing.T) {
	t.Parallel()
	tokens := connections("default", "dead", "garage", "lab", "paused", "shed", "unplugged")
	w := newWorld(t, fakeapi.Options{}, tokens)
	w.api.SetOnline(tokens["lab"], false)
	w.api.SetInfoStatus(tokens["unplugged"], 601)
	w.api.SetSupporter(tokens["paused"], false)
	w.api.Revoke(tokens["dead"], 603)
	w.api.Revoke(tokens["shed"], 604)
	named := map[string]any{"garage-too": tokens["garage"]} // one App Connection under two names
	for name, token := range tokens {
		if name != "default" {
			named[name] = token
		}
	}
	p := newProtocol(t, w.newProvider())
	wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": w.url, "app_token": tokens["default"], "app_tokens": named}))
	want := []string{
		"dead (not_found)", "default (online)", "garage, garage-too (online)", "lab (offline)",
		"paused (not_supporter)", "shed (revoked)", "unplugged (offline)",
	}
	schema := p.schemas.ResourceSchemas[webhookType].ValueType()
	for _, include := range []bool{true, false} {
		var shown []string
		for result := range p.listWebhooks(t.Context(), include, 100).Results {
			wantNoDiagnostics(t, result.Diagnostics)
			shown = append(shown, result.DisplayName)
			name, _, _ := strings.Cut(strings.Fields(result.DisplayName)[0], ",")
			id := fingerprintOf(t, tokens[name])
			if got := p.attributes(result.Identity.IdentityData, identityType); fmt.Sprint(got) != fmt.Sprint(map[string]any{"id": id}) {
				t.Errorf("%s: identity %v", name, got)
			}
			if !include {
				if result.Resource != nil {
					t.Errorf("%s: a resource that nobody asked for", name)
				}
				continue
			}
			resource := map[string]any{"id": id, "app_connection": name}
			if name == "default" {
				delete(resource, "app_connection")
			}
			if got := p.attributes(result.Resource, schema); fmt.Sprint(got) != fmt.Sprint(resource) {
				t.Errorf("%s: resource %v, want %v", name, got, resource)
			}
		}
		if !slices.Equal(shown, want) {
			t.Errorf("listed %q, want %q", shown, want)
		}
	}
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: len(tokens)}) // the second list has the first one's answers
}

// TestListShowsNoToken: a token in the place of a name is not shown.
func TestListShowsNoToken(t *testing.T) {
	t.Parallel()
	misplaced := tokenOf("garage")
	w := newWorld(t, fakeapi.Options{}, connections("garage"))
	p := newProtocol(t, w.newProvider())
	wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": w.url, "app_tokens": map[string]any{misplaced: tokenOf("garage"), "lab": tokenOf("garage")}}))
	shown, got := p.listed(100)
	wantNoDiagnostics(t, got)
	if len(shown) != 1 || strings.Contains(shown[0], misplaced) || !strings.Contains(shown[0], "lab") {
		t.Errorf("listed %q", shown)
	}
}

// TestListStreams holds the last answer back: what comes before it is there
// already.
func TestListStreams(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b", "c")
	w := newWorld(t, fakeapi.Options{}, tokens)
	held := make(chan struct{})
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokens["c"], Status: 604, Before: func(fakeapi.Request) { <-held }})
	p := newProtocol(t, w.newProvider())
	wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": w.url, "app_tokens": map[string]any{"a": tokens["a"], "b": tokens["b"], "c": tokens["c"]}}))
	var shown []string
	for result := range p.listWebhooks(t.Context(), false, 100).Results {
		if shown = append(shown, result.DisplayName); len(shown) == 2 {
			close(held)
		}
	}
	if !slices.Equal(shown, []string{"a (online)", "b (online)", "c (revoked)"}) {
		t.Errorf("listed %q", shown)
	}
}

// TestListHonoursLimit asks about no more than it lists, and ends when the
// client has enough.
func TestListHonoursLimit(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b", "c", "d")
	w := newWorld(t, fakeapi.Options{}, tokens)
	p := newProtocol(t, w.newProvider())
	named := map[string]any{}
	for name, token := range tokens {
		named[name] = token
	}
	configure := func() {
		wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": w.url, "app_tokens": named}))
	}
	configure()
	if shown, _ := p.listed(2); !slices.Equal(shown, []string{"a (online)", "b (online)"}) {
		t.Errorf("listed %q", shown)
	}
	w.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 2})
	configure()
	for range p.listWebhooks(t.Context(), false, 0).Results {
		break
	}
}

// TestListOfASilentService: whoever could not be asked is listed all the same,
// with one warning for all of them; a run gives up as it does elsewhere.
func TestListOfASilentService(t *testing.T) {
	t.Parallel()
	const oddAnswer, notChecked = "An App Connection could not be checked", "App Connections could not be checked"
	tokens := connections("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o")
	named := map[string]any{}
	for name, token := range tokens {
		named[name] = token
	}
	for name, test := range map[string]struct {
		options  fakeapi.Options
		given    func(w *world)
		unknown  int
		most     int // questions
		warnings map[string]int
	}{
		"one fails": {given: func(w *world) { w.api.SetInfoStatus(tokens["c"], 500) }, unknown: 1, most: 16, warnings: map[string]int{notChecked: 1}},
		"one passes": {given: func(w *world) {
			w.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokens["c"], Status: 503})
		}, most: 16},
		"one is odd": {given: func(w *world) { w.api.SetInfoStatus(tokens["c"], 606) }, unknown: 1, most: 15, warnings: map[string]int{oddAnswer: 1}},
		"all fail": {given: func(w *world) {
			w.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Status: 500, Times: -1})
		}, unknown: 15, most: 2 * (10 + 2), warnings: map[string]int{notChecked: 1}},
		"forbidden": {given: func(w *world) {
			w.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Status: 403, Times: -1})
		}, unknown: 15, most: 10, warnings: map[string]int{notChecked: 1}},
		"not served": {options: fakeapi.Options{NoInfo: true}, unknown: 15, most: 10, warnings: map[string]int{notChecked: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.options, tokens)
			if test.given != nil {
				test.given(w)
			}
			p := newProtocol(t, w.newProvider())
			wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": w.url, "max_retries": 1, "app_tokens": named}))
			shown, got := p.listed(100)
			unknown := 0
			for _, line := range shown {
				if strings.HasSuffix(line, "(not known)") {
					unknown++
				}
			}
			if len(shown) != len(tokens) || unknown != test.unknown {
				t.Errorf("listed %q, of which %d are not known, want %d", shown, unknown, test.unknown)
			}
			warnings := map[string]int{}
			for _, d := range got {
				if d.Severity != tfprotov6.DiagnosticSeverityWarning {
					t.Errorf("%s", describe(got)) // Terraform would list nothing
				}
				warnings[d.Summary]++
			}
			if fmt.Sprint(warnings) != fmt.Sprint(test.warnings) {
				t.Errorf("warnings %v, want %v", warnings, test.warnings)
			}
			if asked := len(w.api.Requests()); asked > test.most {
				t.Errorf("%d requests, want at most %d", asked, test.most)
			}
			if strings.Contains(describe(got), "tok-SECRET") {
				t.Errorf("a token is shown:\n%s", describe(got))
			}
		})
	}
}

// TestListWithoutTokens: what can't be listed is said, and what can be is.
func TestListWithoutTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{}, connections("garage"))
	for name, test := range map[string]struct {
		provider map[string]any
		shown    []string
		severity tfprotov6.DiagnosticSeverity
		words    string
	}{
		"none":          {map[string]any{}, nil, tfprotov6.DiagnosticSeverityError, "set app_token or app_tokens"},
		"all unknown":   {map[string]any{"app_tokens": unknown{}}, nil, tfprotov6.DiagnosticSeverityError, "not known"},
		"one unknown":   {map[string]any{"app_tokens": map[string]any{"garage": tokenOf("garage"), "lab": unknown{}}}, []string{"garage (online)"}, tfprotov6.DiagnosticSeverityWarning, "Some App Connections are not listed"},
		"no client yet": {map[string]any{"app_tokens": map[string]any{"garage": tokenOf("garage")}, "request_timeout": unknown{}}, nil, tfprotov6.DiagnosticSeverityError, "endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProtocol(t, w.newProvider())
			wantNoDiagnostics(t, p.configure(with(map[string]any{"endpoint": w.url}, test.provider)))
			shown, got := p.listed(100)
			if !slices.Equal(shown, test.shown) {
				t.Errorf("listed %q, want %q", shown, test.shown)
			}
			if len(got) != 1 || got[0].Severity != test.severity || !strings.Contains(describe(got), test.words) {
				t.Errorf("want one %s that says %q, got:\n%s", test.severity, test.words, describe(got))
			}
		})
	}
}

// TestQuery runs terraform query, generates configuration and imports what it
// lists by its identity.
func TestQuery(t *testing.T) {
	t.Parallel()
	acctest.SkipBelow(t, "1.14.0", nowhere, "terraform query")
	tokens := connections("garage", "lab", "shed")
	w := newWorld(t, fakeapi.Options{}, tokens)
	w.api.Revoke(tokens["lab"], 604)
	w.api.SetInfoStatus(tokens["shed"], 606)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens))
	ws.Write("fleet.tfquery.hcl", `list "octoeverywhere_notification_webhook" "fleet" {
  provider = octoeverywhere
}
`)
	queried := ws.Must(ws.Run("query", "-no-color", "-generate-config-out=generated.tf"))
	wantText(t, queried.Stdout, "garage (online)", "lab (revoked)", "shed (not known)", fingerprintOf(t, tokens["lab"]), "An App Connection could not be checked")
	generated := ws.Read("generated.tf")
	for name, token := range tokens {
		wantText(t, generated, fmt.Sprintf("app_connection = %q", name), fmt.Sprintf("id = %q", fingerprintOf(t, token)))
	}
	ws.Remove("fleet.tfquery.hcl")
	ws.Remove("generated.tf")

	// What the garage's part needs to be applied is a URL.
	ws.Write("garage.tf", webhook("garage", `app_connection = "garage"`, `callback_url = "`+urlOne+`"`)+`
import {
  to       = octoeverywhere_notification_webhook.garage
  identity = { id = "`+fingerprintOf(t, tokens["garage"])+`" }
}
`)
	wantPlanned(t, ws.Must(ws.Apply()), map[string]string{address("garage"): "update"})
	w.wantURL(tokens["garage"], urlOne)
	wantPlanned(t, ws.Must(ws.Plan()), nil)
}
