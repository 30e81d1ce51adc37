// SPDX-License-Identifier: MPL-2.0

package callbackurl_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/callbackurl"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// FuzzCallbackURL holds Merge to its promise: for any valid base and any map it
// either errors, for a reason, or gives a valid URL that is the base with plain
// text put in before the fragment, and that reads as the base's pairs followed
// by the map's. The map arrives as query-encoded text.
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
		for _, query := range []string{"", "printer=lab", "a=1&b=2&a+b=%2B", "%00=%ff&=x", "a b=é%26=?#"} {
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
		query := map[string]string{}
		for _, p := range formPairs(queryText) {
			query[p.key] = p.value
		}
		want := formPairs(rawQuery(base))
		_, refused := query[""]
		for _, p := range want {
			_, shared := query[p.key]
			refused = refused || shared
		}

		merged, err := callbackurl.Merge(base, query)
		if (err != nil) != refused {
			t.Fatalf("%q and %q: %v, want refused: %v", base, query, err, refused)
		}
		if err != nil {
			return
		}
		for _, key := range slices.Sorted(maps.Keys(query)) {
			want = append(want, pair{key, query[key]})
		}
		if got := formPairs(rawQuery(merged)); !slices.Equal(got, want) {
			t.Fatalf("%q parses to %q, want %q", merged, got, want)
		}
		if err := octoeverywhere.ValidateCallbackURL(merged); err != nil {
			t.Fatalf("%q is not a valid callback URL: %v", merged, err)
		}
		before, _, _ := strings.Cut(base, "#")
		added, kept := strings.CutPrefix(merged, before)
		added, keptEnd := strings.CutSuffix(added, base[len(before):])
		const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%?&="
		if !kept || !keptEnd || strings.Trim(added, plain) != "" || len(query) == 0 && added != "" {
			t.Fatalf("%q is not %q with plain text put in", merged, base)
		}
	})
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
	for part := range strings.SplitSeq(query, "&") {
		if part != "" {
			key, value, _ := strings.Cut(part, "=")
			pairs = append(pairs, pair{formText(key), formText(value)})
		}
	}
	return pairs
}

func formText(s string) string {
	pieces := strings.Split(strings.ReplaceAll(s, "+", " "), "%")
	text := pieces[0]
	for _, piece := range pieces[1:] {
		decoded, err := url.PathUnescape("%" + piece[:min(2, len(piece))])
		if err != nil {
			text += "%" + piece
		} else {
			text += decoded + piece[2:]
		}
	}
	return text
}
