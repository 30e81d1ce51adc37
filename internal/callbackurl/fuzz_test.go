// SPDX-License-Identifier: MPL-2.0

package callbackurl_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/callbackurl"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// FuzzCallbackURL holds Merge to its promise: for any valid base and any map it
// either errors or gives a valid URL that parses back to the base's pairs
// followed by the map's, with everything that was in base still there.
//
// The map arrives as query-encoded text or, when it is one, as a JSON object;
// both let the fuzzer make many pairs out of one string.
func FuzzCallbackURL(f *testing.F) {
	for _, base := range []string{
		"https://app.example.com/octo",
		"https://app.example.com/octo?",
		"https://app.example.com/octo?a=1&",
		"https://app.example.com/octo?a=1&&b#f?c=1",
		"https://app.example.com:8443/a%2Fb?%61+%zz=%7e;c=2#",
		"https://[2001:db8::1]/?prénom=東京",
		"https://app.example.com",
		"octo?x=100%&=1&&#/route?tab=2",
	} {
		for _, query := range []string{"", "printer=lab", "a=1&b=2&a+b=%2B", "%00=%ff&=x", `{"a b":"é&=?#"}`} {
			f.Add(base, query)
		}
	}

	f.Fuzz(func(t *testing.T, base, queryText string) {
		if !strings.HasPrefix(base, "https://") {
			// Most of what the fuzzer makes up is no URL but will do as the rest of one.
			base = "https://app.example.com/" + base
		}
		if octoeverywhere.ValidateCallbackURL(base) != nil {
			return
		}
		query := pairsFrom(queryText)
		merged, err := callbackurl.Merge(base, query)
		basePairs := formPairs(rawQuery(base))

		if err != nil {
			_, emptyKey := query[""]
			shared := slices.ContainsFunc(basePairs, func(p pair) bool { _, found := query[p.key]; return found })
			if !emptyKey && !shared {
				t.Fatalf("refused for no reason: %v", err)
			}
			return
		}

		want := basePairs
		for _, key := range slices.Sorted(maps.Keys(query)) {
			if key == "" || slices.ContainsFunc(basePairs, func(p pair) bool { return p.key == key }) {
				t.Fatalf("accepted the key %q", key)
			}
			want = append(want, pair{key, query[key]})
		}
		if got := formPairs(rawQuery(merged)); !slices.Equal(got, want) {
			t.Fatalf("%q parses to %q, want %q", merged, got, want)
		}

		if err := octoeverywhere.ValidateCallbackURL(merged); err != nil {
			t.Fatalf("%q is not a valid callback URL: %v", merged, err)
		}
		if len(query) == 0 && merged != base {
			t.Fatalf("got %q from an empty map, want %q", merged, base)
		}
		sameAround(t, base, merged)
		if u, err := url.Parse(base); err == nil {
			sameForGo(t, u, merged, query)
		}
	})
}

// sameAround checks that merged is base with one piece of text put in between
// query and fragment.
func sameAround(t *testing.T, base, merged string) {
	t.Helper()

	before, fragment := base, ""
	if i := strings.IndexByte(base, '#'); i >= 0 {
		before, fragment = base[:i], base[i:]
	}
	if !strings.HasPrefix(merged, before) || !strings.HasSuffix(merged, fragment) || len(merged) < len(base) {
		t.Fatalf("%q does not keep %q and %q", merged, before, fragment)
	}
	added := merged[len(before) : len(merged)-len(fragment)]
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%?&="
	if strings.Trim(added, plain) != "" {
		t.Fatalf("%q was added and is not plain", added)
	}
}

// sameForGo checks merged with Go's own, stricter parsers.
func sameForGo(t *testing.T, base *url.URL, merged string, query map[string]string) {
	t.Helper()

	got, err := url.Parse(merged)
	if err != nil {
		t.Fatal(err)
	}
	want := *base
	got.RawQuery, want.RawQuery = "", ""
	got.ForceQuery, want.ForceQuery = false, false
	if got.String() != want.String() {
		t.Fatalf("beside the query, %q is not %q", got, &want)
	}

	values, err := url.ParseQuery(base.RawQuery)
	if err != nil {
		return // e.g. a semicolon; a browser reads it
	}
	for key, value := range query {
		values.Set(key, value)
	}
	reread, err := url.ParseQuery(rawQuery(merged))
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(reread, values, slices.Equal) {
		t.Fatalf("%q reads %q, want %q", merged, reread, values)
	}
}

func pairsFrom(text string) map[string]string {
	query := map[string]string{}
	if json.Unmarshal([]byte(text), &query) == nil && query != nil {
		return query
	}
	query = map[string]string{}
	for _, p := range formPairs(text) {
		query[p.key] = p.value
	}

	return query
}

func rawQuery(s string) string {
	s, _, _ = strings.Cut(s, "#")
	_, query, _ := strings.Cut(s, "?")

	return query
}

type pair struct{ key, value string }

// formPairs is the URL standard's application/x-www-form-urlencoded parser,
// written apart from the code under test.
func formPairs(query string) []pair {
	var pairs []pair
	for _, part := range strings.Split(query, "&") {
		if part == "" {
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, pair{formText(key), formText(value)})
	}

	return pairs
}

func formText(s string) string {
	pieces := strings.Split(strings.ReplaceAll(s, "+", " "), "%")
	text := pieces[0]
	for _, piece := range pieces[1:] {
		if len(piece) < 2 {
			text += "%" + piece
			continue
		}
		if decoded, err := url.PathUnescape("%" + piece[:2]); err == nil {
			text += decoded + piece[2:]
		} else {
			text += "%" + piece
		}
	}

	return text
}
