// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"fmt"
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

func TestValidateCallbackURL(t *testing.T) {
	for _, s := range exactURLs {
		if err := ValidateCallbackURL(s); err != nil {
			t.Errorf("%.80q: %v", s, err)
		}
	}
	const secret = "s3cr3tvalue"
	for _, s := range []string{
		"", "x", "app.example.com/?" + secret, "http://app.example.com/?" + secret, "ftp://app.example.com/?" + secret,
		"https:", "https://", "https:///path?" + secret, "https:path?" + secret, "https://?" + secret, "https://:443/?" + secret,
		"https://app.example.com:/?" + secret, "https://app.example.com:0/?" + secret, "https://app.example.com:65536/?" + secret,
		"https://app.example.com:x/?" + secret, "https://app.example.com:-1/?" + secret, "https://app.example.com:999999999999999999999/",
		"https://user:" + secret + "@/x", "https://user:" + secret + "/x@app.example.com/", "https://user:" + secret + "%zz@app.example.com/",
		" https://app.example.com/?" + secret, "https://app.example.com/ ?" + secret, "https://app.example.com/?a b" + secret,
		"https://app.example.com/?\u00a0" + secret, "https://app.example.com/?\u2028" + secret, "https://app.example.com/?" + secret + "\n", "https://app.example.com/?" + secret + "\x00",
		"https://app.example.com/?" + secret + "\x7f", "https://app.example.com/?\u0085" + secret, "https://app.example.com/?" + secret + "\xff",
		"https://app.example.com/?" + secret + "\ufffd", "https://app.example.com/%zz?" + secret, "https://app example.com/?" + secret,
		"https://[::1/?" + secret, "https://app.example.com\\" + secret, "//app.example.com/?" + secret, "https//app.example.com/?" + secret,
	} {
		err := ValidateCallbackURL(s)
		if err == nil {
			t.Errorf("%q is taken", s)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q: the error repeats it: %v", s, err)
		}
	}
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

func TestDisplayURL(t *testing.T) {
	for s, want := range map[string]string{
		"https://h.example":            "https://h.example/…",
		"https://u:p@h.example/a?q#f":  "https://h.example/…",
		"https://[::1]:1/a":            "https://[::1]:1/…",
		"https://h%E2%80%AE.example/a": unshownURL,
		"https://u:p/w@h.example/":     unshownURL,
		"https:secret?q":               unshownURL,
		"":                             unshownURL,
	} {
		if got := displayURL(s); got != want {
			t.Errorf("%q: %q", s, got)
		}
	}
}

func TestValidateEndpoint(t *testing.T) {
	for _, s := range []string{
		DefaultEndpoint, "https://octo.example/", "https://octo.example:8443/prefix", "HTTPS://octo.example",
		"http://localhost:1234", "http://LOCALHOST", "http://127.0.0.1:80/x", "http://127.9.9.9", "http://[::1]:1", "http://[::ffff:127.0.0.1]",
	} {
		if err := ValidateEndpoint(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{
		"", "octoeverywhere.com", "http://octoeverywhere.com", "http://10.0.0.1", "http://localhost.evil.example", "http://0.0.0.0",
		"ftp://localhost", "https://", "https://:1", "https://h:", "https://h:0", "https://h:99999", "https://h?x", "https://h?", "https://h#x", "https://h#",
		"https://user:s3cr3t@h", "https://h/a b", "https://h/\n", "https://h/\x00", "https://h/%zz", "mailto:x", "https://h/\xff",
	} {
		err := ValidateEndpoint(s)
		if err == nil {
			t.Errorf("%q is taken", s)
		} else if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// TestWebhookIsNotShown: printing a Webhook or an EchoError in any way gives
// no query and no path away.
func TestWebhookIsNotShown(t *testing.T) {
	echo := &EchoError{Asked: hook, Saved: Webhook{CallbackURL: callbackURL + "x"}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		text := fmt.Sprintf(verb+verb+verb, hook, &hook, echo)
		noSecret(t, text)
		if !strings.Contains(text, "app.example.com") {
			t.Errorf("%s shows nothing: %s", verb, text)
		}
	}
	for event := range EventType(99) {
		echo.Saved.EventTypes = append(echo.Saved.EventTypes, event)
	}
	if !strings.Contains(echo.Error(), "38, 39, … to") || !strings.Contains(echo.Error(), "differ in a part that is not shown") {
		t.Error(echo)
	}
}
