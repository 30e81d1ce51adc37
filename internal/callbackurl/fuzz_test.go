// SPDX-License-Identifier: MPL-2.0

package callbackurl_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/callbackurl"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// FuzzCallbackURL holds Merge to its promise: for any valid base and any map it
// either errors, at least where a key is empty or taken, or gives a valid URL that
// is the base with plain text put in before the fragment, and that has each of the
// map's pairs once. The map arrives as query-encoded text.
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
		pairs, _ := url.ParseQuery(queryText) // those that it can read
		taken, _ := url.ParseQuery(rawQuery(base))
		refused := false
		for key, values := range pairs {
			query[key] = values[0]
			refused = refused || key == "" || taken.Has(key)
		}
		merged, err := callbackurl.Merge(base, query)
		if err == nil && refused {
			t.Fatalf("%q and %q are merged to %q", base, query, merged)
		}
		if err != nil {
			return
		}
		got, _ := url.ParseQuery(rawQuery(merged))
		for key, value := range query {
			if !slices.Equal(got[key], []string{value}) {
				t.Fatalf("%q has %q for %q, want %q", merged, got[key], key, value)
			}
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
