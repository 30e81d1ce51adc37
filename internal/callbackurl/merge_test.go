// SPDX-License-Identifier: MPL-2.0

package callbackurl

import (
	"strings"
	"testing"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	type pairs = map[string]string
	a := pairs{"a": "1"}
	for name, test := range map[string]struct {
		base  string
		query pairs
		want  string
		err   string // part of the message, which shows no value
	}{
		"keys sorted":           {"https://h/p", pairs{"b": "2", "a": "1", "C": "3"}, "https://h/p?C=3&a=1&b=2", ""},
		"empty map":             {"https://h/p?", pairs{}, "https://h/p?", ""},
		"no path":               {"https://h", a, "https://h?a=1", ""},
		"base query kept raw":   {"https://h/p?Z=%7e+%2f&&y", a, "https://h/p?Z=%7e+%2f&&y&a=1", ""},
		"base ends in ?":        {"https://h/p?", a, "https://h/p?a=1", ""},
		"base ends in &":        {"https://h/p?z=9&", a, "https://h/p?z=9&a=1", ""},
		"second ? is data":      {"https://h/p?z=?", a, "https://h/p?z=?&a=1", ""},
		"query and fragment":    {"https://h/p?z=9#f?x=1&a=2", a, "https://h/p?z=9&a=1#f?x=1&a=2", ""},
		"? in fragment alone":   {"https://h/p#/route?tab=1", pairs{"tab": "2"}, "https://h/p?tab=2#/route?tab=1", ""},
		"empty query, fragment": {"https://h/p?#", a, "https://h/p?a=1#", ""},
		"space and plus":        {"https://h/p", pairs{"a b": "c+d"}, "https://h/p?a%20b=c%2Bd", ""},
		"reserved":              {"https://h/p", pairs{"k&=": "?#[]@!$&'()*+,;=:/%20"}, "https://h/p?k%26%3D=%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%2F%2520", ""},
		"unicode and control":   {"https://h/p", pairs{"é": "東\r\n\x00"}, "https://h/p?%C3%A9=%E6%9D%B1%0D%0A%00", ""},
		"other keys and values": {"https://h/p?A=1&z=a&aa=2", a, "https://h/p?A=1&z=a&aa=2&a=1", ""},

		"empty key":             {"https://h/p", pairs{"": "hidden", "a": "1"}, "", "a key is empty"},
		"taken":                 {"https://h/p?a=hidden#a", pairs{"a": "hidden"}, "", `already has "a"`},
		"taken, encoded":        {"https://h/p?%61%5b%5D=hidden", pairs{"a[]": "1"}, "", `already has "a[]"`},
		"taken, plus for space": {"https://h/p?a+b=hidden", pairs{"a b": "1"}, "", `already has "a b"`},
		"taken, bad escapes":    {"https://h/p?100%=hidden&%4", pairs{"100%": "1", "%4": "2"}, "", `already has "%4", "100%"`},
		"several, sorted, once": {"https://h/p?c=1&b=2&a=3&b=4", pairs{"a": "1", "b": "1", "c": "1", "d": "1"}, "", `already has "a", "b", "c"`},
	} {
		got, err := Merge(test.base, test.query)
		if got != test.want || (err != nil) != (test.err != "") {
			t.Errorf("%s: got %s, %v\nwant %s", name, got, err, test.want)
		}
		if err != nil && (!strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), "hidden")) {
			t.Errorf("%s: got %q, want it to contain %q and no value", name, err, test.err)
		}
	}
}
