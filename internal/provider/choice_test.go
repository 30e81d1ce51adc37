// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestChoice: arguments that choose no App Connection are one error, the same for
// a webhook, the data source and the action, and nothing is sent. It names the
// App Connections that there are, unless a name may be a token.
func TestChoice(t *testing.T) {
	t.Parallel()
	type arguments = map[string]any
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	tokens := arguments{"app_tokens": arguments{"lab": tokenOf("lab"), "garage": tokenOf("garage"), "later": unknown{}}}
	garage := arguments{"app_connection": "garage"}
	for name, test := range map[string]struct {
		provider, chosen arguments
		attribute        string
		words            []string
		applied          bool // only what is applied or read is an error, not a plan
	}{
		"name misspelt":           {tokens, arguments{"app_connection": "grage"}, "app_connection", []string{"Unknown App Connection", `named "grage"`, `"garage", "lab", "later"`, `did you mean "garage"?`}, false},
		"none chosen, no default": {tokens, nil, "", []string{"Unknown App Connection", `"garage", "lab"`, "app_connection"}, false},
		"none at all":             {nil, garage, "", []string{"No App Connection token", "app_tokens", "OCTOEVERYWHERE_APP_TOKEN"}, false},
		"a token for a name":      {tokens, arguments{"app_connection": tokenOf("garage")}, "app_connection", []string{"looks like a token", `"garage", "lab"`}, false},
		"a token for a key":       {arguments{"app_tokens": arguments{tokenOf("lab"): "garage"}}, garage, "app_connection", []string{"looks like a token"}, false},
		"token with space":        {tokens, arguments{"app_token": "tok-SECRET x"}, "app_token", []string{"a space"}, false},

		"token unknown":    {tokens, arguments{"app_connection": "later"}, "", []string{"configuration is unknown", `App Connection "later"`}, true},
		"name unknown":     {tokens, arguments{"app_connection": unknown{}}, "", []string{"configuration is unknown"}, true},
		"endpoint unknown": {with(tokens, arguments{"endpoint": unknown{}}), garage, "", []string{"configuration is unknown", "endpoint", "-target"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProtocol(t, f.newProvider())
			wantNoDiagnostics(t, p.configure(with(arguments{"endpoint": f.url}, test.provider)))
			secrets := []string{"tok-SECRET"}
			for _, planned := range [][]*tfprotov6.Diagnostic{
				p.plan(p.noObject(), with(test.chosen, arguments{"callback_url": urlOne})).diagnostics,
				p.planAction(test.chosen),
			} {
				if test.applied {
					wantNoDiagnostics(t, planned)
				} else {
					wantOneError(t, planned, test.attribute, test.words, secrets)
				}
			}
			wantOneError(t, p.readAppConnection(test.chosen), test.attribute, test.words, secrets)
			progress, got := p.invokeAction(test.chosen)
			if wantOneError(t, got, test.attribute, test.words, secrets); len(progress) > 0 {
				t.Errorf("progress %q", progress)
			}
			f.wantCalls(map[fakeapi.Call]int{})
		})
	}
}

// TestChosenByToken: an App Connection that is chosen by its token is named as the
// provider knows it. A name and a token are too much.
func TestChosenByToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	p := f.protocol(connections("garage"))
	both := map[string]any{"app_connection": "garage", "app_token": "x"}
	if !hasErrors(p.planAction(both)) || !hasErrors(p.readAppConnection(both)) {
		t.Error("both arguments are accepted")
	}
	progress, _ := p.invokeAction(map[string]any{"app_token": tokenOf("garage")})
	wantText(t, strings.Join(progress, "\n"), `App Connection "garage"`)
	f.wantCalls(map[fakeapi.Call]int{fakeapi.CallTest: 1})
}
