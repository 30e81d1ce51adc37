// SPDX-License-Identifier: MPL-2.0

package callbackurl

import (
	"strings"
	"testing"
)

func TestMerge(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		base  string
		query map[string]string
		want  string
	}{
		"one pair":                 {"https://h.example.com/octo", map[string]string{"printer": "lab"}, "https://h.example.com/octo?printer=lab"},
		"keys sorted":              {"https://h/p", map[string]string{"b": "2", "a": "1", "C": "3"}, "https://h/p?C=3&a=1&b=2"},
		"nil map":                  {"https://h/p?x=%7e+#", nil, "https://h/p?x=%7e+#"},
		"empty map":                {"https://h/p?", map[string]string{}, "https://h/p?"},
		"no path":                  {"https://h", map[string]string{"a": "1"}, "https://h?a=1"},
		"base query":               {"https://h/p?z=9", map[string]string{"a": "1"}, "https://h/p?z=9&a=1"},
		"base query kept raw":      {"https://h/p?Z=%7e+%2f&&y", map[string]string{"a": "1"}, "https://h/p?Z=%7e+%2f&&y&a=1"},
		"base ends in ?":           {"https://h/p?", map[string]string{"a": "1"}, "https://h/p?a=1"},
		"base ends in &":           {"https://h/p?z=9&", map[string]string{"a": "1"}, "https://h/p?z=9&a=1"},
		"second ? is data":         {"https://h/p?z=?", map[string]string{"a": "1"}, "https://h/p?z=?&a=1"},
		"fragment":                 {"https://h/p#f", map[string]string{"a": "1"}, "https://h/p?a=1#f"},
		"query and fragment":       {"https://h/p?z=9#f?x=1&a=2", map[string]string{"a": "1"}, "https://h/p?z=9&a=1#f?x=1&a=2"},
		"? in fragment alone":      {"https://h/p#/route?tab=1", map[string]string{"tab": "2"}, "https://h/p?tab=2#/route?tab=1"},
		"empty fragment":           {"https://h/p#", map[string]string{"a": "1"}, "https://h/p?a=1#"},
		"empty query, fragment":    {"https://h/p?#f", map[string]string{"a": "1"}, "https://h/p?a=1#f"},
		"encoded path":             {"https://h/a%2Fb/%C3%a9", map[string]string{"a": "1"}, "https://h/a%2Fb/%C3%a9?a=1"},
		"space":                    {"https://h/p", map[string]string{"a b": "c d"}, "https://h/p?a%20b=c%20d"},
		"plus":                     {"https://h/p", map[string]string{"a+b": "c+d"}, "https://h/p?a%2Bb=c%2Bd"},
		"reserved":                 {"https://h/p", map[string]string{"k&=": "?#[]@!$&'()*+,;=:/%"}, "https://h/p?k%26%3D=%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%2F%25"},
		"unreserved":               {"https://h/p", map[string]string{"aZ09-._~": "-._~"}, "https://h/p?aZ09-._~=-._~"},
		"unicode":                  {"https://h/p", map[string]string{"prénom": "東京🖨"}, "https://h/p?pr%C3%A9nom=%E6%9D%B1%E4%BA%AC%F0%9F%96%A8"},
		"already encoded value":    {"https://h/p", map[string]string{"a": "%20"}, "https://h/p?a=%2520"},
		"control characters":       {"https://h/p", map[string]string{"a": "x\r\ny\x00"}, "https://h/p?a=x%0D%0Ay%00"},
		"empty value":              {"https://h/p", map[string]string{"a": ""}, "https://h/p?a="},
		"base key differs in case": {"https://h/p?A=1", map[string]string{"a": "1"}, "https://h/p?A=1&a=1"},
		"base value is no key":     {"https://h/p?z=a", map[string]string{"a": "1"}, "https://h/p?z=a&a=1"},
		"base has bad escapes":     {"https://h/p?z=100%&%zz", map[string]string{"a": "1"}, "https://h/p?z=100%&%zz&a=1"},
		"base key a prefix":        {"https://h/p?printe=1&printers=2", map[string]string{"printer": "3"}, "https://h/p?printe=1&printers=2&printer=3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := Merge(test.base, test.query)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestMergeErrors(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		base  string
		query map[string]string
		want  string // part of the message
	}{
		"empty key":              {"https://h/p", map[string]string{"": "hidden", "a": "1"}, "a key is empty"},
		"taken":                  {"https://h/p?a=hidden", map[string]string{"a": "1"}, `the key "a"`},
		"taken with no value":    {"https://h/p?a", map[string]string{"a": "1"}, `the key "a"`},
		"taken by equal value":   {"https://h/p?a=hidden", map[string]string{"a": "hidden"}, `the key "a"`},
		"taken, encoded":         {"https://h/p?%61%5b%5D=hidden", map[string]string{"a[]": "1"}, `the key "a[]"`},
		"taken, plus for space":  {"https://h/p?a+b=hidden", map[string]string{"a b": "1"}, `the key "a b"`},
		"taken, space as %20":    {"https://h/p?a%20b=hidden", map[string]string{"a b": "1"}, `the key "a b"`},
		"taken, encoded plus":    {"https://h/p?a%2bb=hidden", map[string]string{"a+b": "1"}, `the key "a+b"`},
		"taken, unicode":         {"https://h/p?pr%C3%A9nom=hidden", map[string]string{"prénom": "1"}, `the key "prénom"`},
		"taken, raw unicode":     {"https://h/p?prénom=hidden", map[string]string{"prénom": "1"}, `the key "prénom"`},
		"taken, bad escapes":     {"https://h/p?100%=hidden&%4", map[string]string{"100%": "1", "%4": "2"}, `the keys "%4" and "100%"`},
		"taken, before fragment": {"https://h/p?a=hidden#a", map[string]string{"a": "1"}, `the key "a"`},
		"several, sorted, once":  {"https://h/p?c=1&b=2&a=3&b=4", map[string]string{"a": "1", "b": "1", "c": "1", "d": "1"}, `the keys "a", "b" and "c"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := Merge(test.base, test.query)
			if err == nil {
				t.Fatalf("got %q, want an error", got)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want it to contain %q", err, test.want)
			}
			if strings.Contains(err.Error(), "hidden") {
				t.Errorf("the error shows a value: %q", err)
			}
		})
	}
}
