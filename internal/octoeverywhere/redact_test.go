// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestDetail: what of a service's answer reaches the error.
func TestDetail(t *testing.T) {
	long := strings.Repeat("many words ", 100)
	for _, tt := range []struct{ name, contentType, body, want string }{
		{"nothing", "", "", ""},
		{"text", "text/plain", "  no such\r\n  thing\t!", "no such thing !"},
		{"Error", "application/json", `{"Error":"no such thing"}`, "no such thing"},
		{"nested", "application/json", `{"Status":603,"Result":{"ErrorMessage":"gone","Trace":"abc"}}`, "gone"},
		{"several", "application/json", `{"Title":"Bad","Errors":{"CallbackUrl":["is wrong","is wrong"]},"detail":"very"}`, "Bad; very"},
		{"any text", "application/json", `{"A":{"B":["first"]},"C":"second","D":5}`, "first; second"},
		{"a string", "application/json", `"just this"`, "just this"},
		{"no text", "application/json", `{"A":5,"B":[true,null]}`, ""},
		{"page", "text/html", "<html>secret page", detailHTML},
		{"page by content", "text/plain", " <html>secret page", detailHTML},
		{"ANSI", "text/plain", "\x1b[31;1mred\x1b[0m and \x1b]0;title\x07loud\x07", "red and ]0;titleloud"},
		{"direction and zero width", "text/plain", "a\u202eb\u200bc\ufeffd", "abcd"},
		{"escaped control", "application/json", `{"Error":"a\u001b[31mb\nc\u0000d\u202e"}`, "ab cd"},
		{"not UTF-8", "text/plain", "a\xff\xfeb", "ab"},
		{"long", "text/plain", long, string([]rune(long)[:299]) + "…"},
		{"long in runes", "text/plain", strings.Repeat("ü", 301), strings.Repeat("ü", 299) + "…"},
		{"just fits", "text/plain", strings.Repeat("ü", 300), strings.Repeat("ü", 300)},
		{"too long", "text/plain", strings.Repeat("x", maxBody+1), detailTooLong},
		{"token", "application/json", `{"Error":"App Connection ` + secretToken + ` not found"}`, "App Connection [app token] not found"},
		{"URL", "application/json", `{"Error":"can't use ` + callbackURL + `!"}`, "can't use [callback URL]!"},
		{"an earlier URL", "text/plain", `was "https://u:p@old.example/a?key=oldsecret" before`, `was "https://old.example/a?… before`},
		{"two in one word", "text/plain", `https://x/a?u=https://old.example/?oldsecret`, `https://x/a?…`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := newServer(t, answerWith(400, tt.contentType, tt.body))
			err := newClient(t, srv.URL).SetWebhook(t.Context(), token(t), hook)
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Detail != tt.want {
				t.Errorf("%q, want %q", e.Detail, tt.want)
			}
			if !strings.Contains(err.Error(), e.Detail) || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Error(err)
			}
		})
	}
}

// TestSecretsInAnswers: a service may repeat a secret in any of these ways.
func TestSecretsInAnswers(t *testing.T) {
	asJSON := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	everyByte := func(format string) func(string) string {
		return func(s string) string {
			var out strings.Builder
			for _, b := range []byte(s) {
				fmt.Fprintf(&out, format, b)
			}
			return out.String()
		}
	}
	spelt := map[string]func(string) string{
		"as it is":       func(s string) string { return s },
		"upper":          strings.ToUpper,
		"lower":          strings.ToLower,
		"query escape":   url.QueryEscape,
		"lower escape":   func(s string) string { return strings.ToLower(url.QueryEscape(s)) },
		"twice":          func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
		"path escape":    url.PathEscape,
		"unescaped":      func(s string) string { u, _ := url.QueryUnescape(s); return u },
		"every byte":     everyByte("%%%02x"),
		"JSON":           asJSON,
		"JSON in JSON":   func(s string) string { return asJSON(asJSON(s)) },
		"every byte \\u": everyByte(`\u%04x`),
		"HTML":           html.EscapeString,
		"entities":       everyByte("&#%d;"),
		"slashes":        func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
		"first half":     func(s string) string { return s[:len(s)/2] + "..." },
		"last half":      func(s string) string { return s[len(s)/2:] },
		"broken up":      func(s string) string { return s[:len(s)/2] + "\r\n\x1b[1m" + s[len(s)/2:] },
		"spaced":         func(s string) string { return strings.Join(strings.Split(s, ""), " ") },
		"at the cap":     func(s string) string { return strings.Repeat("x ", 145) + s },
		"twice in a row": func(s string) string { return s + s },
	}
	secrets := map[string]string{
		"token": secretToken, "URL": callbackURL, "query": secretQuery, "value": "Zm9vYmFyYmF6cXV4", "encoded value": "p%40ss%2Fw%C3%B6rd-long",
	}
	asked := Webhook{CallbackURL: callbackURL + "&enc=p%40ss%2Fw%C3%B6rd-long"}
	for secretName, secret := range secrets {
		for name, spell := range spelt {
			for shape, wrap := range map[string]func(string) string{
				"text":  func(s string) string { return "problem with " + s + " somewhere" },
				"JSON":  func(s string) string { return `{"Error":` + asJSON("problem with "+s) + `}` },
				"other": func(s string) string { return `{"Whatever":{"X":[` + asJSON(s) + `]}}` },
			} {
				body := wrap(spell(secret))
				c := &call{client: &Client{base: DefaultEndpoint}, token: token(t), callback: asked.CallbackURL}
				c.last = answer{status: 400, body: []byte(body)}
				text := c.failed(nil).Error()
				for _, hidden := range []string{secretToken, secretQuery, "Zm9vYmFyYmF6cXV4", "Zm9vYmFyY", "YmF6cXV4",
					"abc123xyz", "p%40ss%2Fw", "p@ss/w", "tok-5f1d9c77", "b84a2f-SECRET"} {
					if low := strings.ToLower(text); strings.Contains(low, strings.ToLower(hidden)) {
						t.Errorf("%s, %s, %s: %q is in %q", secretName, name, shape, hidden, text)
					}
				}
				layers, _ := decodedLayers(text)
				for _, layer := range layers {
					if strings.Contains(bare(layer), bare("5f1d9c77e0b84a2f")) || strings.Contains(bare(layer), "zm9vymfyymf6cxv4") {
						t.Errorf("%s, %s, %s: can be decoded from %q", secretName, name, shape, text)
					}
				}
			}
		}
	}
}

// TestSecretsInFailures: net/http quotes what a server sent when it is no HTTP.
func TestSecretsInFailures(t *testing.T) {
	srv := newServer(t, raw("your token is "+secretToken+"\x1b[31m and "+secretQuery+"\r\n\r\n"))
	watch := &recorder{}
	err := newClient(t, srv.URL, observed(watch)).SetWebhook(t.Context(), token(t), hook)
	text := fmt.Sprint(err, watch.attempts, watch.waits)
	noSecret(t, text)
	if strings.Contains(text, "\x1b") || strings.Contains(text, `\x1b`) && !utf8.ValidString(text) {
		t.Errorf("%q", text)
	}
	if _, isURL := errors.AsType[*url.Error](err); isURL {
		t.Error("a url.Error comes through")
	}
	gone := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) {
		return nil, errors.New("the proxy knows " + secretToken)
	}}
	err = newClient(t, srv.URL, func(c *Config) { c.Transport = gone }).SetWebhook(t.Context(), token(t), hook)
	noSecret(t, err.Error())
}

// TestShortSecrets: what is too short to be replaced has its message withheld,
// so that no short token shows; and ordinary short values hide nothing.
func TestShortSecrets(t *testing.T) {
	for _, tt := range []struct{ token, url, says, want string }{
		{"ab", "https://x.example/", "a cab", detailWithheld},
		{"ab", "https://x.example/", "a car", "a car"},
		{"abcd", "https://x.example/", "an ABCD", "an [app token]"},
		{secretToken, "https://x.example/?p=42", "answer 42", "answer 42"},
		{secretToken, "https://x.example/?p=42", "query p=42", "query [hidden]"},
		{secretToken, "https://x.example/?q", "unique", detailWithheld},
		{secretToken, "https://x.example/?printer=garage", "no garage here", "no [hidden] here"},
		{secretToken, "https://hooks.example/services/T00AAAAAAAAAAAAAAAA/x?", "T00AAAAAAAAAAAAAAAA failed", "[hidden] failed"},
		{secretToken, "https://user:hunter22@x.example/", "hunter22 failed", "[hidden] failed"},
	} {
		r := redactor{token: tt.token, callbackURL: tt.url}
		if got := r.clean(tt.says); got != tt.want {
			t.Errorf("%q of %q and %q: %q, want %q", tt.says, tt.token, tt.url, got, tt.want)
		}
	}
}

// TestURLNobodyKnows: a Delete, a test and info send no callback URL, yet the
// service may repeat the one it has, which may be write-only. Its query is
// hidden all the same, however it is written.
func TestURLNobodyKnows(t *testing.T) {
	t.Parallel()
	r := redactor{token: secretToken}
	for text, want := range map[string]string{
		"not for " + callbackURL:                                              "not for https://app.example.com/octoeverywhere/webhook?…",
		"not for " + strings.ReplaceAll(callbackURL, "/", `\/`):               "not for (a URL that can't be shown)",
		"not for " + url.QueryEscape(callbackURL):                             detailWithheld,
		"not for " + url.QueryEscape(url.QueryEscape(callbackURL)):            detailWithheld,
		"not for " + strings.ReplaceAll(callbackURL, ":", "&#58;"):            detailWithheld,
		"not for " + strings.ReplaceAll(callbackURL, "/", `\u002f`):           detailWithheld,
		"not for " + strings.TrimPrefix(callbackURL, "https://"):              "not for app.example.com/octoeverywhere/webhook?…",
		"not for /octoeverywhere/webhook?" + secretQuery + ", not at all":     "not for /octoeverywhere/webhook?… not at all",
		"really? a=b is no query, see https://octoeverywhere.com/help for 7%": "really? a=b is no query, see https://octoeverywhere.com/help for 7%",
	} {
		got := r.clean(text)
		noSecret(t, got)
		if got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
