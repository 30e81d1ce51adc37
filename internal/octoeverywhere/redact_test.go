// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"errors"
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
		{"text", "text/plain", "  no such\r\n  thing\t!", "no such thing !"},
		{"envelope", "application/json", `{"Status":400,"Error":"no such thing","IsUserError":true,"Result":null}`, "no such thing"},
		{"Result in an envelope", "application/json", `{"Status":400,"Error":"","Result":{"Message":"no such thing"}}`, "no such thing"},
		{"several", "application/json", `{"title":"Bad","detail":"very","status":400}`, "Bad; very"},
		{"a string", "application/json", `"just this"`, "just this"},
		{"no message", "application/json", `{"A":5,"B":"not this"}`, ""},
		{"page", "text/html", "<html>secret page", ""},
		{"terminal", "text/plain", "\x1b[31mred\x1b]0;title\x07loud\x07", "[31mred]0;titleloud"},
		{"direction and zero width", "text/plain", "a\u202eb\u200bc\ufeffd", "abcd"},
		{"escaped control", "application/json", `{"Error":"a\u001bb\nc\u0000d\u202e"}`, "ab cd"},
		{"not UTF-8", "text/plain", "a\xff\xfeb", "ab"},
		{"long", "text/plain", long, string([]rune(long)[:299]) + "…"},
		{"just fits", "text/plain", strings.Repeat("ü", 300), strings.Repeat("ü", 300)},
		{"too long", "text/plain", strings.Repeat("x", maxBody+1), ""},
		{"token", "application/json", `{"Error":"App Connection ` + secretToken + ` not found"}`, "App Connection [hidden] not found"},
		{"a value that begins another", "text/plain", "not Zm9vYmFyYmF6cXV4 but Zm9vYmFy", "not [hidden] but [hidden]"},
		{"URL", "application/json", `{"Error":"can't use ` + callbackURL + `!"}`, "can't use https://app.example.com/…"},
		{"an earlier URL", "text/plain", `was "https://u:p@old.example/a?key=oldsecret" before`, `was "https://old.example/… before`},
		{"two in one word", "text/plain", `https://x/a?u=https://old.example/?oldsecret`, `https://x/…`},
		{"escapes of nothing", "text/plain", `100%25 of a&amp;b in C:\\x`, `100%25 of a&amp;b in C:\\x`},
	} {
		s := faulty(t, typed(400, tt.contentType, tt.body))
		err := newClient(t, s.url).SetWebhook(t.Context(), token(t), Webhook{CallbackURL: "https://app.example.com/?a=Zm9vYmFy&" + secretQuery})
		if e, ok := errors.AsType[*Error](err); !ok || e.Detail != tt.want || !strings.Contains(err.Error(), e.Detail) {
			t.Errorf("%s: %q, want %q", tt.name, e.Detail, tt.want)
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
	"PERCENT":      func(s string) string { return each("%%%02X", []byte(s)) },
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
	for _, tt := range []struct{ secret, bare string }{
		{secretToken, "5f1d9c77e0b84a2f"},
		{carries, "xyz"},
		{carries[strings.Index(carries, "?")+1:], "xyz"},
		{"abc%20123%26xyz", "123"},
		{"abc 123&xyz", "123"},
		{"plain", "plain"},
		{"<Zm9v/YmFy>", "Zm9v"},
		{"東京", "東京"},
		{"user name", "user name"},
		{"p@ss+word/", "p@ss"},
		{"p%40ss+word%2f", "ss+word"},
		{"frag-ment", "frag"},
		{"T00AAAAAAAAAAAAAAAA", "T00AA"},
	} {
		for name, spell := range spellings {
			said := "problem with " + spell(tt.secret) + " somewhere"
			asJSON, _ := json.Marshal(said)
			for _, a := range []answer{{status: 400, body: []byte(said)}, answer{status: 400, body: []byte(`{"Status":400,"Error":` + string(asJSON) + `}`)}.open()} {
				c := newClient(t, DefaultEndpoint).newCall("setting the webhook", token(t))
				c.callbackURL = carries
				text := c.failed(a).Error()
				decoded, _ := layers(text)
				for _, layer := range decoded {
					if strings.Contains(layer, tt.bare) || strings.Contains(layer, spell(tt.bare)) {
						t.Errorf("%q, %s: %q", tt.secret, name, text)
					}
				}
			}
		}
	}
	short := newClient(t, DefaultEndpoint).newCall("setting the webhook", token(t))
	short.callbackURL = "https://app.example.com/?p=42&q=7"
	if got := short.secrets().clean("got p=42&q=7 for 42"); got != "got [hidden] for 42" {
		t.Errorf("%q", got)
	}
}

// TestURLNobodyKnows: a Delete, a test and info send no callback URL, yet the
// service may repeat the one it has, which may be write-only. Its query is
// hidden all the same, however it is written.
func TestURLNobodyKnows(t *testing.T) {
	c := newClient(t, DefaultEndpoint).newCall("deleting the webhook", token(t))
	for name, spell := range spellings {
		want := detailWithheld
		if name == "plain" || name == "JSON" || name == "HTML" {
			want = "not for https://app.example.com/…"
		}
		if got := c.secrets().clean("not for " + spell(callbackURL)); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for text, want := range map[string]string{
		"not for " + strings.TrimPrefix(callbackURL, "https://"):              "not for app.example.com/octoeverywhere/webhook?…",
		"not for /octoeverywhere/webhook?" + secretQuery + ", not at all":     "not for /octoeverywhere/webhook?… not at all",
		"really? a=b is no query, see https://octoeverywhere.com/help for 7%": "really? a=b is no query, see https://octoeverywhere.com/… for 7%",
	} {
		if got := c.secrets().clean(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
