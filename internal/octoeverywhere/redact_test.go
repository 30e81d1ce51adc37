// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestDetail: what of a service's answer reaches the error.
func TestDetail(t *testing.T) {
	long := strings.Repeat("many words ", 100)
	for _, tt := range []struct{ name, contentType, body, want string }{
		{"envelope", "application/json", `{"Status":400,"Error":"no such thing","IsUserError":true,"Result":null}`, "no such thing"},
		{"Result in an envelope", "application/json", `{"Status":400,"Error":"","Result":{"Message":"no such thing"}}`, "no such thing"},
		{"several", "application/json", `{"title":"Bad","detail":"very","status":400}`, "Bad; very"},
		{"a string", "application/json", `"just this"`, "just this"},
		{"no message", "application/json", `{"A":5,"B":"not this"}`, ""},
		{"page", "text/html", "<html>secret page", ""},
		{"terminal", "text/plain", "\x1b[31mred\x07", withheld},
		{"direction", "text/plain", "a\u202eb", withheld},
		{"escaped line break", "application/json", `{"Error":"a\nb"}`, "a b"},
		{"not UTF-8", "text/plain", "a\xff\xfeb", withheld},
		{"long", "text/plain", long, string([]rune(long)[:299]) + "…"},
		{"too long", "text/plain", strings.Repeat("x", maxBody+1), ""},
		{"no escapes", "text/plain", `100% of a & b for 7%, really? a=b`, `100% of a & b for 7%, really? a=b`},
	} {
		s := serve(t, reply{status: 400, contentType: tt.contentType, body: tt.body})
		err := set(t, newClient(t, s.url))
		want := "answered 400 (invalid input)"
		if tt.want != "" {
			want += `; the service said: "` + tt.want + `"`
		}
		if !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// spellings are the ways in which a careless service repeats what it was sent.
var spellings = map[string]func(string) string{
	"plain":        func(s string) string { return s },
	"JSON":         func(s string) string { b, _ := json.Marshal(s); return string(b[1 : len(b)-1]) },
	"every unit":   func(s string) string { return each(`\u%04x`, utf16.Encode([]rune(s))) },
	"slashes":      func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
	"HTML":         html.EscapeString,
	"entities":     func(s string) string { return each("&#%d;", []rune(s)) },
	"query":        url.QueryEscape,
	"path":         url.PathEscape,
	"percent":      func(s string) string { return each("%%%02x", []byte(s)) },
	"twice":        func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"JSON in HTML": func(s string) string { return html.EscapeString(each(`\u%04x`, utf16.Encode([]rune(s)))) },
}

func each[T any](format string, parts []T) string {
	var out strings.Builder
	for _, part := range parts {
		fmt.Fprintf(&out, format, part)
	}
	return out.String()
}

// TestSecretsInAnswers: the token and all that a callback URL carries, in every
// spelling, in an envelope and as text.
func TestSecretsInAnswers(t *testing.T) {
	const carries = "https://user%20name:p%40ss+word%2f@app.example.com/services/T00AAAAAAAAAAAAAAAA/x?tenant=abc%20123%26xyz&plain&k=<Zm9v/YmFy>;s=%E6%9D%B1%E4%BA%AC#frag%2Dment"
	for _, secret := range []string{
		secretToken, strings.ToUpper(secretToken), carries, carries[strings.Index(carries, "?")+1:], "abc%20123%26xyz", "abc 123&xyz", "abc+123&xyz", "plain",
		"<Zm9v/YmFy>", "東京", "user name", "p@ss+word/", "p%40ss+word%2f", "frag-ment", "T00AAAAAAAAAAAAAAAA",
	} {
		for name, spell := range spellings {
			said := "problem with " + spell(secret) + " somewhere"
			asJSON, _ := json.Marshal(said)
			for _, a := range []answer{{status: 400, body: []byte(said)}, answer{status: 400, body: []byte(`{"Status":400,"Error":` + string(asJSON) + `}`)}.open()} {
				c := newClient(t, DefaultEndpoint).newCall(token(t))
				c.callbackURL = carries
				text := c.failed(a).Error()
				if !strings.HasSuffix(text, withheld+`"`) {
					t.Errorf("%q, %s: %q", secret, name, text)
				}
			}
		}
	}
	short := newClient(t, DefaultEndpoint).newCall(token(t))
	short.callbackURL = "https://app.example.com/?p=42&q=7"
	for text, want := range map[string]string{"got p=42&q=7": withheld, "got 42 and 7": "got 42 and 7"} {
		if got := short.show(text); got != want {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

// TestURLNobodyKnows: a Delete, a test and info send no callback URL, yet the
// service may repeat the one it has, which may be write-only. Words that hold
// any URL are withheld, however it is written.
func TestURLNobodyKnows(t *testing.T) {
	c := newClient(t, DefaultEndpoint).newCall(token(t))
	for name, spell := range spellings {
		for _, u := range []string{callbackURL, strings.TrimPrefix(callbackURL, "https://"), "app.example.com:8443/T00AAAAAAAA", "/webhook?" + secretQuery} {
			if got := c.show("not for " + spell(u)); got != withheld {
				t.Errorf("%q, %s: %q", u, name, got)
			}
		}
	}
}
