// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// failed makes the error of a call whose last answer is no success.
func (c *call) failed(a answer) *Error {
	e := &Error{
		Status:    a.status,
		Ambiguous: a.mayHaveActed(),
		NotServed: a.isUnknownPath() || a.isRedirect(),
		cause:     a.interrupted,
	}
	text := c.describe(a)
	switch {
	case a.status == 0:
	case a.interrupted != nil:
		text += ", then the wait for another attempt was interrupted"
	case a.isRedirect():
		text += c.describeRedirect(a)
	case a.ok() && a.isHTML():
		e.NotServed = true
		text += ", but with a web page: the server doesn't serve this call"
	case a.ok() && a.deniesSuccess():
		text += ", but said that it was no success"
	case a.is2xx():
		e.Ambiguous = true
		text += ", but not with what the API promises"
	}
	if a.budgetExhausted {
		text += fmt.Sprintf(", and no other attempt fits into %s", c.client.config.Waits.Budget)
	}
	if said := c.serviceWords(a); said != "" {
		text += fmt.Sprintf("; the service said: %q", strings.TrimRight(said, "."))
	}
	if c.uncertain != nil && !e.Ambiguous && !a.isGone() {
		e.Ambiguous = true
		text += fmt.Sprintf("; an earlier attempt got %s, so it may have taken effect", c.result(*c.uncertain))
	}
	if c.attempts > 1 {
		text += fmt.Sprintf("; %d attempts were made", c.attempts)
	}
	e.text = text
	return e
}

// otherSaved is the error of a Set that was confirmed with another webhook.
func (c *call) otherSaved(a answer, sent, saved Webhook) *Error {
	sentURL, savedURL := displayURL(sent.CallbackURL), "no callback URL"
	if saved.CallbackURL != "" {
		savedURL = c.showURL(saved.CallbackURL)
	}
	text := fmt.Sprintf("%s, but saved another webhook: sent were %s to %s, saved were %s to %s",
		c.describe(a), describeEvents(sent.EventTypes), sentURL, describeEvents(saved.EventTypes), savedURL)
	if sentURL == savedURL && sent.CallbackURL != saved.CallbackURL {
		text += "; the URLs differ in a part that is not shown"
	}
	return &Error{Status: a.status, Ambiguous: true, OtherSaved: true, text: text}
}

// describe names a request and how it ended: "POST https://… answered 503
// (service unavailable)".
func (c *call) describe(a answer) string {
	text := a.request.method + " " + c.client.endpoint + a.request.path
	if a.host != "" && a.host != c.client.url.Host && !c.mayHoldSecret(a.host) {
		text += " (redirected to " + a.host + ")"
	}
	switch {
	case a.status != 0:
		return text + " answered " + c.result(a)
	case a.interrupted != nil:
		return text + " was interrupted"
	}
	return text + " got " + c.result(a)
}

// serviceWords is what the service said about a failure, fit to be shown: the
// envelope's Error, else the fields of a flat error that are named like a
// message, else plain text. A web page isn't shown.
func (c *call) serviceWords(a answer) string {
	switch {
	case a.serviceError != "":
		return c.show(a.serviceError)
	case a.isHTML(), a.truncated:
		return ""
	}
	var text string
	var fields struct{ Error, Message, ErrorMessage, Title, Detail, Reason, Description any }
	switch {
	case a.decode(&text):
	case a.decode(&fields):
		var said []string
		for _, field := range []any{fields.Error, fields.Message, fields.ErrorMessage, fields.Title, fields.Detail, fields.Reason, fields.Description} {
			if words, ok := field.(string); ok && words != "" {
				said = append(said, words)
			}
		}
		text = strings.Join(said, "; ")
	case !json.Valid(a.body):
		text = string(a.body)
	}
	return c.show(text)
}

// describeRedirect says where a redirect leads that was not followed.
func (c *call) describeRedirect(a answer) string {
	switch {
	case a.location == nil:
		return ", a redirect that leads nowhere"
	case c.client.redirectTarget(a) != "":
		return ", a redirect too many in a row"
	}
	return ", a redirect to " + c.showURL(a.location.String()) + ", which is not followed"
}

// result is what an attempt got: a status, or why there is no complete answer.
func (c *call) result(a answer) string {
	switch {
	case a.err == nil:
		return describeStatus(a.status)
	case errors.Is(a.err, errTimeout):
		return fmt.Sprintf("no complete answer within %s", c.timeout)
	case errors.Is(a.err, io.EOF), errors.Is(a.err, io.ErrUnexpectedEOF):
		return "no complete answer: the connection was closed"
	}
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](a.err); ok {
		text := "no answer: the server's certificate can't be trusted: " + c.show(untrusted.Err.Error())
		if _, unknown := errors.AsType[x509.UnknownAuthorityError](a.err); unknown {
			text += "; on Linux, the environment variable SSL_CERT_FILE can name a file with the certificate of a CA of your own"
		}
		return text
	}
	text, err := "no answer: ", a.err
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err // without addresses and ports: the endpoint is named already
		if op.Op == "proxyconnect" {
			text += "the proxy can't be reached: "
		}
	}
	return text + c.show(err.Error()) // net/http quotes what a server sent
}

// meanings are the API's own (DESIGN.md, "Statuses").
var meanings = map[int]string{
	400: "invalid input",
	600: "unknown or server error",
	601: "the printer is not connected to OctoEverywhere",
	602: "the connection to the printer's plugin timed out",
	603: "App Connection not found",
	604: "App Connection revoked or expired",
	605: "the printer's owner is not a supporter now",
	606: "invalid App Connection credentials",
	607: "the download limit is exceeded",
	608: "the upload limit is exceeded",
	609: "the webcam limit is exceeded",
	610: "the printer's plugin must be updated",
	611: "no access to the beta",
	612: "the printer's plugin had an error",
	613: "no print is active",
}

// describeStatus is a status with its meaning: "609 (the webcam limit is exceeded)".
func describeStatus(status int) string {
	meaning := cmp.Or(meanings[status], strings.ToLower(http.StatusText(status)))
	return strings.TrimSuffix(fmt.Sprintf("%d (%s)", status, meaning), " ()")
}
