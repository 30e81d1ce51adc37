// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// tokensOf makes a provider's token set from app_tokens, whose values are
// tokens or "?" for one that is not known yet.
func tokensOf(t *testing.T, appToken types.String, named map[string]string, env string) tokenSet {
	t.Helper()
	config := providerModel{AppToken: appToken, AppTokens: types.MapNull(types.StringType)}
	if named != nil {
		elements := map[string]attr.Value{}
		for name, token := range named {
			elements[name] = types.StringValue(token)
			if token == "?" {
				elements[name] = types.StringUnknown()
			}
		}
		config.AppTokens = types.MapValueMust(types.StringType, elements)
	}
	var diags diag.Diagnostics
	set := newTokenSet(config, env, &diags)
	if diags.HasError() {
		t.Fatal(diags)
	}
	return set
}

func mustToken(t *testing.T, s string) octoeverywhere.Token {
	t.Helper()
	token, err := octoeverywhere.NewToken(s)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestHolder: the token for Read and Delete is found by fingerprint, in state
// first, then anywhere in the provider, whatever its name (DESIGN.md, "Tokens").
func TestHolder(t *testing.T) {
	t.Parallel()
	null, one, two := types.StringNull(), types.StringValue("one"), types.StringValue("two")
	for name, test := range map[string]struct {
		own      types.String
		provider tokenSet
		found    bool
	}{
		"state's own":              {one, tokensOf(t, null, nil, ""), true},
		"under another name":       {null, tokensOf(t, null, map[string]string{"garage": "two", "shed": "one"}, ""), true},
		"provider's, state is old": {two, tokensOf(t, null, map[string]string{"shed": "one"}, ""), true},
		"in the environment":       {null, tokensOf(t, null, nil, "one"), true},
		"env has given way":        {null, tokensOf(t, two, nil, "one"), false},
		"not known yet":            {null, tokensOf(t, null, map[string]string{"garage": "?"}, ""), false},
	} {
		if got := test.provider.holder(mustToken(t, "one").Fingerprint(), test.own); got.IsZero() == test.found || test.found && got != mustToken(t, "one") {
			t.Errorf("%s: got %s", name, got)
		}
	}
	// An imported or damaged state without an id must not match "no token".
	if got := tokensOf(t, null, map[string]string{"garage": "?"}, "").holder("", null); !got.IsZero() {
		t.Errorf("an empty id found %s", got)
	}
}

// TestChoose chooses by app_token, app_token_wo and app_connection, with what is
// not known yet.
func TestChoose(t *testing.T) {
	t.Parallel()
	null, unknown := types.StringNull(), types.StringUnknown()
	fleet := tokensOf(t, types.StringValue("default"), map[string]string{"garage": "one", "later": "?"}, "")
	bare := tokensOf(t, null, map[string]string{"garage": "one"}, "")
	anyName := tokenSet{byName: map[string]octoeverywhere.Token{}, mapUnknown: true}
	for name, test := range map[string]struct {
		provider tokenSet
		args     tokenArguments
		token    string // chosen; "": none
		unknown  bool
		missing  string // begin of the summary
		at       string
		label    string
	}{
		"app_token":                {fleet, tokenArguments{types.StringValue("own"), null, null}, "own", false, "", "app_token", "the App Connection of app_token"},
		"app_token_wo":             {fleet, tokenArguments{null, types.StringValue("own"), null}, "own", false, "", "app_token_wo", "the App Connection of app_token_wo"},
		"app_connection":           {fleet, tokenArguments{null, null, types.StringValue("garage")}, "one", false, "", "app_connection", `App Connection "garage"`},
		"none: default":            {fleet, tokenArguments{null, null, null}, "default", false, "", "app_connection", `App Connection "default"`},
		"default by name":          {fleet, tokenArguments{null, null, types.StringValue("default")}, "default", false, "", "app_connection", `App Connection "default"`},
		"token unknown":            {fleet, tokenArguments{unknown, null, null}, "", true, "", "app_token", "the App Connection of app_token"},
		"write-only token unknown": {fleet, tokenArguments{null, unknown, null}, "", true, "", "app_token_wo", "the App Connection of app_token_wo"},
		"name unknown":             {fleet, tokenArguments{null, null, unknown}, "", true, "", "app_connection", "the App Connection"},
		"its token unknown":        {fleet, tokenArguments{null, null, types.StringValue("later")}, "", true, "", "app_connection", `App Connection "later"`},
		"map unknown":              {anyName, tokenArguments{null, null, types.StringValue("garage")}, "", true, "", "app_connection", `App Connection "garage"`},
		"map unknown, default":     {anyName, tokenArguments{null, null, null}, "", true, "", "app_connection", `App Connection "default"`},
		"no such name":             {fleet, tokenArguments{null, null, types.StringValue("lab")}, "", false, `The provider has no App Connection named "lab"`, "app_connection", `App Connection "lab"`},
		"no default":               {bare, tokenArguments{null, null, null}, "", false, "No App Connection is chosen", "app_connection", `App Connection "default"`},
		"no token":                 {fleet, tokenArguments{types.StringValue("a b"), null, null}, "", false, "Invalid App Connection token", "app_token", "the App Connection of app_token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := test.provider.choose(test.args)
			want := octoeverywhere.Token{}
			if test.token != "" {
				want = mustToken(t, test.token)
			}
			if got.token != want || got.known() != (test.token != "") || got.unknown != test.unknown || got.at.String() != test.at || got.label != test.label {
				t.Errorf("got %+v", got)
			}
			missing := ""
			if got.missing != nil {
				missing = got.missing.Summary()
			}
			if missing != test.missing {
				t.Errorf("missing is %q, want %q", missing, test.missing)
			}
		})
	}
}

// TestTokenSetUnknown tells when a token may still turn up, which keeps a plan
// from warning of what may not be so.
func TestTokenSetUnknown(t *testing.T) {
	t.Parallel()
	null := types.StringNull()
	for name, test := range map[string]struct {
		set  tokenSet
		want bool
	}{
		"none":              {tokensOf(t, null, nil, ""), false},
		"all known":         {tokensOf(t, types.StringValue("a"), map[string]string{"garage": "b"}, ""), false},
		"app_token unknown": {tokensOf(t, types.StringUnknown(), map[string]string{"garage": "b"}, ""), true},
		"one unknown":       {tokensOf(t, null, map[string]string{"garage": "b", "lab": "?"}, ""), true},
		"map unknown":       {tokenSet{mapUnknown: true}, true},
	} {
		if got := test.set.unknown(); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestNamesShowNoToken: messages list names in order, never tokens.
func TestNamesShowNoToken(t *testing.T) {
	t.Parallel()
	got := tokensOf(t, types.StringValue("hush"), map[string]string{"lab": "hush-lab", "garage": "hush-garage", "odd \"name\"": "?"}, "").names()
	if got != `The provider has: "default", "garage", "lab", "odd \"name\"".` {
		t.Errorf("got %s", got)
	}
	if strings.Contains(got, "hush") {
		t.Errorf("a token is shown: %s", got)
	}
}
