// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/appconnection"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// answering is a server that gives every request the same answer.
type answering func() *http.Response

func (a answering) RoundTrip(*http.Request) (*http.Response, error) { return a(), nil }

// The secrets of this test: none may appear in a diagnostic.
const (
	secretToken = "tok-SECRET-0123456789"
	secretQuery = "hush-hush"
	secretURL   = "https://app.example.com/octo?key=" + secretQuery
)

// FuzzDiagnostics answers every call with anything, secrets in any encoding
// among it, and makes every diagnostic that can come of it: none of them holds
// the token or the callback URL's query (DESIGN.md, "Secrets").
// In the texts #TOKEN# and #URL# stand for the secrets, encoded as encoding
// says.
func FuzzDiagnostics(f *testing.F) {
	f.Fuzz(func(t *testing.T, status uint16, contentType, location, body string, encoding uint8, _ bool) {
		c := choiceOf(t)
		token := c.token
		hide := func(text, query string) string {
			return strings.NewReplacer("#TOKEN#", encoded(secretToken, encoding), "#URL#", encoded(secretURL, encoding), "#QUERY#", query).Replace(text)
		}
		clientTold := func(query string) *octoeverywhere.Client {
			client, err := octoeverywhere.New(octoeverywhere.Config{
				Endpoint: "https://octo.example.com",
				Transport: answering(func() *http.Response {
					return &http.Response{
						StatusCode: 200 + int(status)%500, ContentLength: -1,
						Header: http.Header{"Content-Type": {contentType}, "Location": {hide(location, query)}},
						Body:   io.NopCloser(strings.NewReader(hide(body, query))),
					}
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
			return client
		}
		var shown []diag.Diagnostic
		// A Set knows the URL; the other calls can't know a part of it that
		// comes without the rest.
		if err := clientTold(encoded(secretQuery, encoding)).SetWebhook(t.Context(), token, octoeverywhere.Webhook{CallbackURL: secretURL}); err != nil {
			shown = append(shown, setFailed(c, appconnection.Unchanged, err, false))
		}
		s := &session{client: clientTold(""), now: time.Now}
		s.statuses = appconnection.NewStatuses(s.client, s.now)
		if err := s.client.DeleteWebhook(t.Context(), token); err != nil {
			shown = append(shown, deleteFailed(c, err))
		}
		if _, problem, _ := s.test(t.Context(), c, ""); problem != nil {
			shown = append(shown, problem)
		}
		if status, _ := s.statuses.Check(t.Context(), token); status.Err != nil {
			summary, detail := gone(c.label, status.Err, true, "")
			shown = append(shown, statusFailed(c, status.Err), s.notChecked(c.label, status), diag.NewWarningDiagnostic(summary, detail))
		}
		for _, d := range shown {
			text := d.Summary() + "\n" + d.Detail()
			for _, secret := range []string{secretToken, secretQuery} {
				for as := range uint8(encodings) {
					if strings.Contains(strings.ToLower(text), strings.ToLower(encoded(secret, as))) {
						t.Errorf("it shows %q as %q:\n%s", secret, encoded(secret, as), text)
					}
				}
			}
			if strings.ContainsAny(text, "\x1b\x00\x7f\r") {
				t.Errorf("it steers the terminal: %q", text)
			}
		}
	})
}

// encodings is how many ways encoded knows, all of them meant to be read.
const encodings = 5

func encoded(secret string, as uint8) string {
	each := func(format string) string {
		var text strings.Builder
		for _, b := range []byte(secret) {
			fmt.Fprintf(&text, format, b)
		}
		return text.String()
	}
	switch as % encodings {
	case 1:
		return url.QueryEscape(secret)
	case 2:
		return each("%%%02x")
	case 3:
		return each(`\u%04x`)
	case 4:
		return each("&#%d;")
	}
	return secret
}
