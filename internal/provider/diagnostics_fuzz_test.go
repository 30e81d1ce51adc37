// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

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
	f.Fuzz(func(t *testing.T, status uint16, contentType, location, body string, encoding uint8, secretInPath bool) {
		wanted := settingOf(t)
		if secretInPath {
			wanted.secretURL = "mac" // callback_url_wo: no part of the path is shown
		}
		token := wanted.choice.token
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
		state := webhookModel{ID: types.StringValue(wanted.choice.token.Fingerprint())}
		var shown []diag.Diagnostic
		// A Set knows the URL; the other calls can't know a part of it that
		// comes alone.
		if err := clientTold(encoded(secretQuery, encoding)).SetWebhook(t.Context(), token, wanted.webhook); err != nil {
			shown = append(shown, setFailed(wanted, untouched, err))
		}
		client := clientTold("")
		if err := client.DeleteWebhook(t.Context(), token); err != nil {
			shown = append(shown, deleteFailed(token.Fingerprint(), err), notDeletable(state, err))
		}
		if result, err := client.TestWebhook(t.Context(), token); err != nil {
			shown = append(shown, verifyFailed(wanted, err))
		} else {
			shown = append(shown, notDelivered(wanted, result.StatusCode))
		}
		if _, err := client.Probe(t.Context(), token); err != nil {
			shown = append(shown, infoFailed(wanted.choice, err), notChecked(err), oddAnswer("the App Connection", err), dropped("the App Connection", sentence(err)))
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
