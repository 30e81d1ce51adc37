// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// The seed corpora are in testdata/fuzz; what fuzzing found was added there.

// FuzzAnswer: whatever a 200 holds, Set succeeds with the exact echo alone, and
// not with a web page; info with a boolean IsOnline, and no damaged text; a
// test's status is one that the answer holds. No error holds a secret.
func FuzzAnswer(f *testing.F) {
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		a := answer{status: 200, header: http.Header{"Content-Type": {contentType}}, body: body}.open()
		if a.status < 200 || a.status > 999 || !a.enveloped && !bytes.Equal(a.body, body) {
			t.Errorf("opened as %+v", a)
		}
		c := newClient(t, DefaultEndpoint).newCall(token(t))
		c.callbackURL = callbackURL
		if err := EditionAppConnection.conclude(c, a, hook); err == nil && (a.isHTML() || a.status != 200) {
			t.Errorf("%d: a web page or a refusal is taken for success", a.status)
		}
		holds := func(part string) bool { return json.Valid(body) && strings.Contains(string(body), part) }
		if err := EditionNotifications.conclude(c, a, hook); err != nil {
			noSecret(t, err.Error())
		} else if !holds("app.example.com") {
			t.Errorf("success of %q", body)
		}
		info, ok := decodeInfo(a)
		if ok && (!holds(strconv.FormatBool(info.Online)) || !utf8.ValidString(info.PrinterName+info.PrinterLocalIP+info.PrinterURL)) {
			t.Errorf("valid: %q", body)
		}
		got := decodeTestResult(a)
		if got.StatusCode != 0 && (!got.Understood || got.StatusCode < 100 || got.StatusCode > 599 || !holds(strconv.Itoa(got.StatusCode))) {
			t.Errorf("%q: %+v", body, got)
		}
	})
}

// FuzzValidateCallbackURL: what is taken can be sent exactly in both editions;
// what is refused is not repeated; what is shown is not the query.
func FuzzValidateCallbackURL(f *testing.F) {
	for _, u := range exactURLs {
		f.Add(u)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if shown := displayURL(s); shown != unshownURL && !strings.HasSuffix(shown, "/…") || !isGraphic(shown) {
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
