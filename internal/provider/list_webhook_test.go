// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestAccWebhookList lists each App Connection of the provider, by what it is
// called and how it is.
func TestAccWebhookList(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage", "lab", "shed"))
	f.api.Revoke(tokenOf("lab"), 604)
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokenOf("shed"), Status: 606, Times: -1})
	const fleet = "octoeverywhere_notification_webhook.fleet"
	identity := func(name string) map[string]knownvalue.Check {
		return map[string]knownvalue.Check{"id": knownvalue.StringExact(fingerprintOf(t, tokenOf(name)))}
	}
	shown := func(name, text string) querycheck.QueryResultCheck {
		return querycheck.ExpectResourceDisplayName(fleet, queryfilter.ByResourceIdentity(identity(name)), knownvalue.StringExact(text))
	}
	resource.ParallelTest(t, resource.TestCase{
		PreCheck:                 func() { clitest.SkipBelow(t, "1.14.0", nowhere, "terraform query") },
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: f.providerConfig("garage", "lab", "shed")},
			{
				Query: true,
				Config: `
list "octoeverywhere_notification_webhook" "fleet" {
  provider = octoeverywhere
}`,
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(fleet, 3),
					querycheck.ExpectIdentity(fleet, identity("garage")),
					shown("garage", "garage (online)"),
					shown("lab", "lab (revoked)"),
					shown("shed", "shed (not known)"),
				},
			},
		},
	})
}

// --- At protocol level ---

// listWebhooks runs the list resource and returns its stream.
func (p *protocol) listWebhooks(include bool, limit int64) *tfprotov6.ListResourceServerStream {
	p.t.Helper()
	server, ok := p.server.(tfprotov6.ListResourceServer)
	if !ok {
		p.t.Fatal("the server offers no lists")
	}
	config := p.value(p.schemas.ListResourceSchemas[webhookType], nil)
	validated, err := server.ValidateListResourceConfig(p.t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: webhookType, Config: config})
	p.must(err)
	wantNoDiagnostics(p.t, validated.Diagnostics)
	stream, err := server.ListResource(p.t.Context(), &tfprotov6.ListResourceRequest{TypeName: webhookType, Config: config, IncludeResource: include, Limit: limit})
	p.must(err)
	return stream
}

// listed reads a stream: what is shown of each result, and all diagnostics.
func (p *protocol) listed(limit int64) (shown []string, diagnostics []*tfprotov6.Diagnostic) {
	p.t.Helper()
	for result := range p.listWebhooks(false, limit).Results {
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
	tokens := connections("dead", "garage", "lab", "paused", "shed", "default")
	f := newFixture(t, fakeapi.Options{}, tokens)
	f.api.SetOnline(tokens["lab"], false)
	f.api.SetSupporter(tokens["paused"], false)
	f.api.Revoke(tokens["dead"], 603)
	f.api.Revoke(tokens["shed"], 604)
	misplaced := tokenOf("misplaced") // a token in the place of a name
	named := map[string]string{"garage-too": tokens["garage"], misplaced: tokens["lab"]}
	maps.Copy(named, tokens)
	p := f.protocol(named)
	want := []string{
		"dead (not_found)", "default (online)", "garage, garage-too (online)",
		"lab, (a name that is not shown, since it looks like a token) (offline)", "paused (not_supporter)", "shed (revoked)",
	}
	for _, include := range []bool{true, false} {
		var shown []string
		for result := range p.listWebhooks(include, 100).Results {
			wantNoDiagnostics(t, result.Diagnostics)
			shown = append(shown, result.DisplayName)
			name, _, _ := strings.Cut(strings.Fields(result.DisplayName)[0], ",")
			p.wantIdentity(object{identity: result.Identity}, fingerprintOf(t, tokens[name]))
			if !include {
				if result.Resource != nil {
					t.Errorf("%s: a resource that nobody asked for", name)
				}
				continue
			}
			attributes := map[string]any{"id": fingerprintOf(t, tokens[name]), "app_connection": name}
			if name == "default" {
				delete(attributes, "app_connection")
			}
			if got := p.attributes(result.Resource, p.webhookObject()); !maps.Equal(got, attributes) {
				t.Errorf("%s: resource %v, want %v", name, got, attributes)
			}
		}
		if !slices.Equal(shown, want) {
			t.Errorf("listed %q, want %q", shown, want)
		}
	}
	f.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: len(tokens)}) // the second list has the first one's answers
}

// TestListStreams holds the last answer back: what comes before it is there
// already. It checks no more than its limit, and ends when the client has
// enough.
func TestListStreams(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b", "c", "d")
	f := newFixture(t, fakeapi.Options{}, tokens)
	held := make(chan struct{})
	f.api.Script(fakeapi.Fault{Call: fakeapi.CallInfo, Token: tokens["c"], Status: 604})
	f.api.OnRequest(func(r fakeapi.Request) {
		if r.Token == tokens["c"] {
			<-held
		}
	})
	var shown []string
	for result := range f.protocol(tokens).listWebhooks(false, 3).Results {
		if shown = append(shown, result.DisplayName); len(shown) == 2 {
			close(held)
		}
	}
	if !slices.Equal(shown, []string{"a (online)", "b (online)", "c (revoked)"}) {
		t.Errorf("listed %q", shown)
	}
	f.wantCalls(map[fakeapi.Call]int{fakeapi.CallInfo: 3})
	for range f.protocol(tokens).listWebhooks(false, 0).Results {
		break
	}
}

// TestListOfAFailingService: what could not be checked is listed all the same,
// with one warning for all of them, since Terraform shows nothing of a list with
// an error. Each is checked with retries, as by the data source.
func TestListOfAFailingService(t *testing.T) {
	t.Parallel()
	const oddAnswer, notChecked = "warning: An App Connection could not be checked", "warning: App Connections could not be checked"
	const fleet = 15
	tokens := map[string]string{}
	for i := range fleet {
		name := fmt.Sprintf("p%d", i)
		tokens[name] = tokenOf(name)
	}
	for name, test := range map[string]struct {
		options fakeapi.Options
		fault   fakeapi.Fault
		unknown int
		most    int // requests
		said    []string
	}{
		"one fails":  {fault: fakeapi.Fault{Status: 500, Times: -1, Token: tokens["p2"]}, unknown: 1, most: fleet + 1, said: []string{notChecked}},
		"one passes": {fault: fakeapi.Fault{Status: 503, Token: tokens["p2"]}, most: fleet + 1},
		"one is odd": {fault: fakeapi.Fault{Status: 606, Token: tokens["p2"]}, unknown: 1, most: fleet, said: []string{oddAnswer}},
		"all fail":   {fault: fakeapi.Fault{Status: 500, Times: -1}, unknown: fleet, most: 2 * fleet, said: []string{notChecked}},
		"not served": {options: fakeapi.Options{NoInfo: true}, unknown: fleet, most: fleet, said: []string{notChecked}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, test.options, tokens)
			if test.fault.Call = fakeapi.CallInfo; test.fault.Status != 0 {
				f.api.Script(test.fault)
			}
			shown, got := f.protocol(tokens, map[string]any{"max_retries": 1}).listed(100)
			notKnown := strings.Count(strings.Join(shown, ""), "(not known)")
			if len(shown) != fleet || notKnown != test.unknown {
				t.Errorf("listed %q, of which %d are not known, want %d", shown, notKnown, test.unknown)
			}
			wantSaid(t, got, test.said...)
			if asked := len(f.api.Requests()); asked > test.most {
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
	const notKnown = "The provider's configuration is unknown"
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	garage := map[string]any{"garage": tokenOf("garage")}
	for name, test := range map[string]struct {
		provider map[string]any
		shown    []string
		said     string
	}{
		"none":          {map[string]any{}, nil, "No App Connection token"},
		"all unknown":   {map[string]any{"app_tokens": unknown{}}, nil, notKnown},
		"one unknown":   {map[string]any{"app_tokens": with(garage, map[string]any{"lab": unknown{}})}, []string{"garage (online)"}, "warning: Some App Connections are not listed"},
		"no client yet": {map[string]any{"app_tokens": garage, "request_timeout": unknown{}}, nil, notKnown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shown, got := f.protocol(nil, test.provider).listed(100)
			if !slices.Equal(shown, test.shown) {
				t.Errorf("listed %q, want %q", shown, test.shown)
			}
			wantSaid(t, got, test.said)
		})
	}
}
