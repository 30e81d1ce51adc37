// SPDX-License-Identifier: MPL-2.0

package appconnection

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// tokensOf makes tokens by name; "?" is one that is not known yet.
func tokensOf(named map[string]string) Tokens {
	tokens := Tokens{ByName: map[string]octoeverywhere.Token{}}
	for name, token := range named {
		tokens.ByName[name] = octoeverywhere.Token{}
		if token != "?" {
			tokens.ByName[name] = newToken(token)
		}
	}
	return tokens
}

// TestFind: the token for Read and Delete is found by its fingerprint, in the
// state first, then anywhere in the provider, whatever its name.
func TestFind(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		own      string
		provider map[string]string
		found    bool
	}{
		"in the state":              {"one", nil, true},
		"under another name":        {"", map[string]string{"garage": "two", "shed": "one"}, true},
		"the state's is another":    {"two", map[string]string{"shed": "one"}, true},
		"the provider's is another": {"", map[string]string{"shed": "two"}, false},
		"not known yet":             {"", map[string]string{"garage": "?"}, false},
	} {
		if got := tokensOf(test.provider).Find(newToken("one").Fingerprint(), test.own); got.IsZero() == test.found || test.found && got != newToken("one") {
			t.Errorf("%s: got %s", name, got)
		}
	}
	// A damaged state without an id must not find a token that is not known yet.
	if got := tokensOf(map[string]string{"garage": "?"}).Find("", ""); !got.IsZero() {
		t.Errorf("an empty id found %s", got)
	}
}

// TestGet finds a token by its name, says when it may still turn up, and what
// was meant where there is no such name.
func TestGet(t *testing.T) {
	t.Parallel()
	fleet := tokensOf(map[string]string{"garage": "hush-garage", "Lab": "hush-lab", "later": "?"})
	open := Tokens{Open: true}
	for _, test := range []struct {
		tokens Tokens
		name   string
		token  string
		err    string
	}{
		{fleet, "garage", "hush-garage", ""},
		{fleet, "later", "", ""},
		{open, "garage", "", ""},
		{fleet, "garge", "", `the provider has no App Connection named "garge", but it has "Lab", "garage", "later"; did you mean "garage"?`},
		{fleet, "lab", "", `the provider has no App Connection named "lab", but it has "Lab", "garage", "later"; did you mean "Lab"?`},
		{fleet, "cellar-3", "", `the provider has no App Connection named "cellar-3", but it has "Lab", "garage", "later"`},
		{Tokens{}, "garage", "", "the provider has no App Connections"},
	} {
		got, err := test.tokens.Get(test.name)
		if want := (octoeverywhere.Token{}); test.token == "" && got != want || test.token != "" && got != newToken(test.token) {
			t.Errorf("%s: got %s", test.name, got)
		}
		if text := fmt.Sprint(err); err != nil && text != test.err || err == nil && test.err != "" {
			t.Errorf("%s: %v", test.name, err)
		}
		if name := (*NameError)(nil); err != nil && !errors.As(err, &name) {
			t.Errorf("%s: %T", test.name, err)
		}
	}
	if !fleet.Unknown() || !open.Unknown() || (tokensOf(map[string]string{"garage": "one"})).Unknown() {
		t.Error("what is not known yet")
	}
}

// TestManyNames: a message holds no more names than a person reads, and an App
// Connection with several names is told by all of them.
func TestManyNames(t *testing.T) {
	t.Parallel()
	named := map[string]string{}
	for i := range 300 {
		named[fmt.Sprintf("printer-%03d", i)] = fmt.Sprint("token-", i)
	}
	tokens := tokensOf(named)
	if _, err := tokens.Get("garage"); !strings.Contains(err.Error(), `"printer-009" and 290 more`) || strings.Contains(err.Error(), "printer-010") {
		t.Error(err)
	}
	if got := len(tokens.Connections()); got != 300 {
		t.Errorf("%d connections", got)
	}

	tokens = tokensOf(map[string]string{"garage": "one", "alias": "one", "lab": "two", "later": "?"})
	one := newToken("one").Fingerprint()
	if got, want := tokens.Label(one), fmt.Sprintf(`App Connection "alias", "garage" (%s)`, one); got != want {
		t.Errorf("got %s", got)
	}
	if got := tokens.Label("0123"); got != "App Connection 0123" {
		t.Errorf("got %s", got)
	}
	var names [][]string
	for _, connection := range tokens.Connections() {
		names = append(names, connection.Names)
	}
	if !slices.EqualFunc(names, [][]string{{"alias", "garage"}, {"lab"}}, slices.Equal) {
		t.Errorf("connections %v", names)
	}
}
