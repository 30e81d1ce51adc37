// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// The seed corpora are in testdata/fuzz; what fuzzing found was added there.

// fuzzedCall is a call that got the given answer.
func fuzzedCall(t *testing.T, a answer) *call {
	c := (&Client{base: DefaultEndpoint}).newCall("setting the webhook", http.MethodPost, oldPath, token(t))
	c.callback = callbackURL
	c.last = a
	return c
}

// FuzzDecodeSetAnswer: never a success without Success: true and the exact
// echo; never a secret in the error.
func FuzzDecodeSetAnswer(f *testing.F) {
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		a := answer{status: 200, contentType: contentType, body: body}
		_ = judge(EditionNotifications, a)
		c := fuzzedCall(t, a)
		if err := c.concludeSet(EditionAppConnection, hook); err == nil && a.isHTML() {
			t.Error("a web page is taken for success")
		}
		err := c.concludeSet(EditionNotifications, hook)
		if err != nil {
			noSecret(t, err.Error())
			return
		}
		found, ok := leaves(body)
		if !ok {
			t.Fatal("success without JSON")
		}
		has := func(name string, value any) bool {
			return slices.ContainsFunc(found, func(l leaf) bool {
				return l.depth == 1 && strings.EqualFold(l.name, name) && l.value == value
			})
		}
		if !has("Success", true) || !has("CallbackUrl", callbackURL) {
			t.Errorf("success of %q", body)
		}
	})
}

// FuzzDecodeInfo: never valid without a boolean IsOnline.
func FuzzDecodeInfo(f *testing.F) {
	f.Fuzz(func(t *testing.T, body []byte) {
		info, ok := decodeInfo(answer{status: 200, body: body})
		if !ok {
			return
		}
		found, _ := leaves(body)
		if !slices.ContainsFunc(found, func(l leaf) bool {
			return l.depth == 1 && strings.EqualFold(l.name, "IsOnline") && l.value == info.Online
		}) {
			t.Errorf("valid: %q", body)
		}
		if !utf8.ValidString(info.PrinterName + info.PrinterLocalIP + info.PrinterURL) {
			t.Error("text that isn't UTF-8")
		}
	})
}

// FuzzTestResult: a status that is understood is one that the answer holds.
func FuzzTestResult(f *testing.F) {
	f.Fuzz(func(t *testing.T, body []byte) {
		got := decodeTestResult(answer{status: 200, body: body})
		if !got.Understood {
			if got.StatusCode != 0 {
				t.Errorf("%q: %+v", body, got)
			}
			return
		}
		if got.StatusCode < 0 || got.StatusCode > 599 || !json.Valid(body) {
			t.Errorf("%q: %+v", body, got)
		}
		found, _ := leaves(body)
		if !slices.ContainsFunc(found, func(l leaf) bool {
			n, ok := wholeNumber(l.value)
			return ok && l.depth <= 2 && max(n, 0) == got.StatusCode
		}) {
			t.Errorf("%q: %+v", body, got)
		}
	})
}

// FuzzValidateCallbackURL: what is taken can be sent exactly in both editions;
// what is refused is not repeated; what is shown is not the query.
func FuzzValidateCallbackURL(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string) {
		shown := DisplayURL(s, true)
		if shown != unshownURL && !strings.HasSuffix(shown, "/…") || !isGraphic(shown) || !isGraphic(DisplayURL(s, false)) {
			t.Errorf("%q is shown as %q", s, shown)
		}
		err := ValidateCallbackURL(s)
		_, query, _ := strings.Cut(s, "?")
		if err != nil {
			if len(query) > 12 && strings.Contains(err.Error(), query) {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" {
			t.Fatalf("%q is taken: %v", s, err)
		}
		if port := u.Port(); port != "" {
			if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
				t.Errorf("%q: port %q", s, port)
			}
		}
		if query := u.RawQuery; len(query) >= minPiece && !strings.Contains(u.EscapedPath()+u.Host, query) && strings.Contains(DisplayURL(s, false), query) {
			t.Errorf("%q shows its query", s)
		}
		for edition, name := range map[Edition]string{EditionNotifications: "CallbackUrl", EditionAppConnection: "WebhookUrl"} {
			var sent map[string]string
			if err := json.Unmarshal(encodeSet(edition, Webhook{CallbackURL: s}), &sent); err != nil || sent[name] != s {
				t.Errorf("%q is sent as %q: %v", s, sent, err)
			}
		}
	})
}

// FuzzParseEventType: what is taken is a name or a canonical number, and comes
// back from its own name.
func FuzzParseEventType(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string) {
		event, err := ParseEventType(s)
		if err != nil {
			if event != 0 || len(err.Error()) > 1000 || !isGraphic(err.Error()) {
				t.Errorf("%q: %d, %q", s, event, err)
			}
			return
		}
		if event < 1 || s != event.Name() && s != strconv.Itoa(int(event)) {
			t.Errorf("%q is %d", s, event)
		}
		if again, err := ParseEventType(event.Name()); err != nil || again != event {
			t.Errorf("%q comes back as %d, %v", s, again, err)
		}
	})
}

// FuzzRedaction: no answer, redirect or failure makes a token or a query
// appear in an error.
func FuzzRedaction(f *testing.F) {
	f.Fuzz(func(t *testing.T, tokenText, callback string, status uint16, contentType, location string, body []byte) {
		made, err := NewToken(tokenText)
		if err != nil {
			made = token(t)
		}
		if ValidateCallbackURL(callback) != nil {
			callback = callbackURL
		}
		u, _ := url.Parse(callback)
		asked := Webhook{CallbackURL: callback}
		texts := func(a answer) string {
			c := (&Client{base: DefaultEndpoint}).newCall("setting the webhook", http.MethodPost, oldPath, made)
			c.callback, c.last = callback, a
			errs := []error{c.failed(nil), c.notUnderstood(), c.denied(), c.neitherServed(nil)}
			if saved, ok := decodeSetAnswer(a); ok && saved.CallbackURL != nil {
				errs = append(errs, c.echoError(asked, Webhook{CallbackURL: *saved.CallbackURL, EventTypes: saved.EventTypes}))
			}
			c.last = answer{err: errors.New(string(a.body)), sent: true}
			text := errors.Join(append(errs, c.failed(nil))...).Error()
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\x1b\r\x00\u202e") {
				t.Errorf("steers a terminal: %q", text)
			}
			return text
		}
		text := texts(answer{status: int(status%800) + 200, contentType: contentType, location: location, body: body})
		// What an error says anyway is no leak, whatever the token.
		plainText := texts(answer{status: int(status%800) + 200, location: "https://x/", err: io.EOF}) +
			DisplayURL(callback, true) + unshownURL + detailHTML + detailTooLong + detailWithheld + "[app token] [callback URL] [hidden]" +
			"no callback URL another path all events the events" + strings.Join(eventNames[:], ", ") + "0123456789 https://h/a?…"
		for _, secret := range []string{made.reveal(), u.RawQuery} {
			if len(secret) >= minPiece && strings.Contains(text, secret) && !strings.Contains(plainText, secret) {
				t.Errorf("%q is in %q", secret, text)
			}
		}
	})
}
