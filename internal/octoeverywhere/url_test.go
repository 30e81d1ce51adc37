// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// exactURLs must be taken, and arrive byte for byte.
var exactURLs = []string{
	"https://app.example.com",
	"https://app.example.com/",
	"https://app.example.com/a?b=c&d=e",
	"https://app.example.com/a?",
	"https://app.example.com/a?x=<b>&y='\"`{}|^\\",
	"https://app.example.com/a%2Fb%2fc?x=%20+%2B&y=%",
	"https://app.example.com/a//b/../c/./?x=;y",
	"https://app.example.com/a?x=%zz&&=&=?",
	"https://app.example.com/ünï/日本?q=🖨️",
	"https://münchen.example/?a",
	"https://app.example.com:8443/a#fragment?&",
	"https://user:p%40ss@app.example.com/a?b",
	"https://[2001:db8::1]:443/a?b",
	"https://192.0.2.1/a",
	"HTTPS://App.Example.COM/a?B=C",
	"https://app.example.com/\\u0026?x=\\u003c",
	"https://app.example.com/?" + strings.Repeat("long&", 4000),
}

const inURL = "s3cr3tvalue"

// validates: what is taken, and what is refused without repeating its secret.
func validates(t *testing.T, validate func(string) error, taken, refused []string) {
	for _, s := range taken {
		if err := validate(s); err != nil {
			t.Errorf("%.80q: %v", s, err)
		}
	}
	for _, s := range refused {
		if err := validate(s); err == nil || strings.Contains(err.Error(), inURL) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestValidateCallbackURL(t *testing.T) {
	validates(t, ValidateCallbackURL, exactURLs, []string{
		"", "x", "app.example.com/?" + inURL, "http://app.example.com/?" + inURL, "ftp://app.example.com/?" + inURL,
		"https:", "https://", "https:///path?" + inURL, "https:path?" + inURL, "https://?" + inURL, "https://:443/?" + inURL,
		"https://app.example.com:/?" + inURL, "https://app.example.com:0/?" + inURL, "https://app.example.com:65536/?" + inURL,
		"https://app.example.com:x/?" + inURL, "https://app.example.com:-1/?" + inURL, "https://app.example.com:999999999999999999999/",
		"https://user:" + inURL + "@/x", "https://user:" + inURL + "/x@app.example.com/", "https://user:" + inURL + "%zz@app.example.com/",
		" https://app.example.com/?" + inURL, "https://app.example.com/ ?" + inURL, "https://app.example.com/?a b" + inURL,
		"https://app.example.com/?\u00a0" + inURL, "https://app.example.com/?\u2028" + inURL, "https://app.example.com/?" + inURL + "\n", "https://app.example.com/?" + inURL + "\x00",
		"https://app.example.com/?" + inURL + "\x7f", "https://app.example.com/?\u0085" + inURL, "https://app.example.com/?" + inURL + "\xff",
		"https://app.example.com/?" + inURL + "\ufffd", "https://app.example.com/%zz?" + inURL, "https://app example.com/?" + inURL,
		"https://[::1/?" + inURL, "https://app.example.com\\" + inURL, "//app.example.com/?" + inURL, "https//app.example.com/?" + inURL,
	})
}

// FuzzValidateCallbackURL: what is taken can be sent exactly in both editions;
// what is refused is not repeated; what is shown is not the query.
func FuzzValidateCallbackURL(f *testing.F) {
	for _, u := range exactURLs {
		f.Add(u)
	}
	f.Add("https://h%E2%80%AE.example/a")
	f.Add("https://u:p/w@h.example/")
	f.Fuzz(func(t *testing.T, s string) {
		if shown := displayURL(s); shown != unshownURL && !strings.HasSuffix(shown, "/…") || strings.Contains(shown, "@") || !isGraphic(shown) {
			t.Errorf("%q is shown as %q", s, shown)
		}
		if err := ValidateCallbackURL(s); err != nil {
			if _, query, _ := strings.Cut(s, "?"); len(query) > 12 && strings.Contains(err.Error(), query) {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" {
			t.Fatalf("%q is taken: %v", s, err)
		}
		for edition, name := range map[Edition]string{EditionNotifications: "CallbackUrl", EditionAppConnection: "WebhookUrl"} {
			var sent map[string]string
			if err := json.Unmarshal(edition.request(Webhook{CallbackURL: s}).body, &sent); err != nil || sent[name] != s {
				t.Errorf("%q is sent as %q: %v", s, sent, err)
			}
		}
	})
}

// TestCallbackURLAdvice: what to do about characters that nobody sees.
func TestCallbackURLAdvice(t *testing.T) {
	const u = "https://app.example.com/octo"
	for s, says := range map[string]string{
		u + "\n": "trimspace(", u + "\r\n": "trimspace(", " " + u: "trimspace(",
		u + "?a=\u200b": "U+200B", u + "/\u00ad": "U+00AD", u + "?\u202eb": "U+202E", "\ufeff" + u: "U+FEFF",
		u + "\u2060": "%E2%81%A0", u + "?\u3164": "U+3164", u + "?\U000e0041": "U+E0041", u + "?a b": "%20", u + "?a\nb": "%20",
	} {
		if err := ValidateCallbackURL(s); err == nil || !strings.Contains(err.Error(), says) || strings.ContainsAny(err.Error(), "\u200b\u00ad\u202e\ufeff\u2060") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestValidateEndpoint(t *testing.T) {
	validates(t, ValidateEndpoint, []string{
		DefaultEndpoint, "https://octo.example/", "https://octo.example:8443/prefix", "HTTPS://octo.example",
		"http://localhost:1234", "http://LOCALHOST", "http://127.0.0.1:80/x", "http://127.9.9.9", "http://[::1]:1", "http://[::ffff:127.0.0.1]",
	}, []string{
		"", "octoeverywhere.com", "http://octoeverywhere.com", "http://10.0.0.1", "http://localhost.evil.example", "http://0.0.0.0",
		"ftp://localhost", "https://", "https://:1", "https://h:", "https://h:0", "https://h:99999", "https://h?x", "https://h?", "https://h#x", "https://h#",
		"https://user:" + inURL + "@h", "https://h/a b", "https://h/\n", "https://h/\x00", "https://h/%zz", "mailto:x", "https://h/\xff",
	})
}
