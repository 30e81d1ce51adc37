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
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// failed makes the error of a call whose last answer is no success.
func (c *call) failed(a answer) *Error {
	e := &Error{
		Status:    a.status,
		NotServed: a.isUnknownPath() || a.isRedirect(),
		cause:     a.interrupted,
	}
	mayHaveActed := a.mayHaveActed()
	var problem string
	switch {
	case a.status == 0:
	case a.interrupted != nil:
		problem = ", then the wait for another attempt was interrupted"
	case a.isRedirect():
		problem = ", " + c.describeRedirect(a)
	case a.ok() && a.isHTML():
		e.NotServed, mayHaveActed = true, true
		problem = ", but with a web page: the server doesn't serve this call"
	case a.ok() && a.truncated:
		mayHaveActed = true
		problem = ", but with more than 64 KiB"
	case a.ok() && a.deniesSuccess():
		problem = ", but said that it was no success"
	case a.is2xx():
		mayHaveActed = true
		problem = ", but not with what the API promises"
	}
	if a.budgetExhausted {
		problem += fmt.Sprintf(", and there was no time for another attempt within %s", c.client.waits.Budget)
	}
	if said := c.serviceWords(a); said != "" {
		problem += fmt.Sprintf("; the service said: \"%s\"", strings.TrimRight(said, "."))
	}
	if c.uncertain != nil && !mayHaveActed && !a.isGone() {
		mayHaveActed = true
		problem += fmt.Sprintf("; an earlier attempt %s, so it may have taken effect", c.outcome(*c.uncertain))
	}
	if c.attempts > 1 {
		problem += fmt.Sprintf("; %d attempts were made", c.attempts)
	}
	e.Ambiguous = mayHaveActed
	e.text = c.describeCall(a) + problem
	return e
}

// noAPI is the error of a Set that neither API version's path knew.
func (c *call) noAPI(a answer) *Error {
	e := c.failed(a)
	e.NotServed = true
	e.text += "; there is no OctoEverywhere API at this endpoint"
	return e
}

// otherSaved is the error of a Set that was confirmed with another webhook.
func (c *call) otherSaved(a answer, asked, saved Webhook) *Error {
	askedURL, savedURL := displayURL(asked.CallbackURL), "no callback URL"
	if saved.CallbackURL != "" {
		savedURL = displayURL(saved.CallbackURL)
		if savedURL != askedURL { // else the host is the user's own
			savedURL = c.showURL(saved.CallbackURL)
		}
	}
	text := fmt.Sprintf("%s, but saved another webhook: sent were %s to %s, saved were %s to %s",
		c.describeCall(a), describeEvents(asked.EventTypes), askedURL, describeEvents(saved.EventTypes), savedURL)
	if askedURL == savedURL && asked.CallbackURL != saved.CallbackURL {
		text += "; the URLs differ in a part that is not shown"
	}
	return &Error{Status: a.status, Ambiguous: true, OtherSaved: true, text: text}
}

// describeCall names a call and the outcome of its last attempt.
func (c *call) describeCall(a answer) string {
	redirected := ""
	if u, err := url.Parse(a.url); err == nil && u.Host != "" && u.Host != c.client.endpoint.Host && !c.mayHoldSecret(u.Host) {
		redirected = fmt.Sprintf(" (redirected to %s)", u.Host)
	}
	return fmt.Sprintf("%s %s%s%s %s", a.request.method, c.client.endpoint, a.request.path, redirected, c.outcome(a))
}

// outcome says how an attempt ended: "answered 503 (service unavailable)".
func (c *call) outcome(a answer) string {
	switch {
	case a.status != 0:
		return "answered " + describeStatus(a.status)
	case a.interrupted != nil:
		return "was interrupted"
	case errors.Is(a.err, errBudget):
		return "was not sent: " + a.err.Error()
	}
	return "got " + c.reason(a.err)
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

// describeRedirect says where a redirect leads that was not followed, and why
// not.
func (c *call) describeRedirect(a answer) string {
	u, err := url.Parse(a.location)
	switch {
	case c.client.redirectTarget(a) != "":
		return "a redirect, which is one too many in a row"
	case a.location == "":
		return "a redirect without a location"
	case err == nil && u.Host == "":
		return "a redirect to another path, which is not followed"
	}
	return fmt.Sprintf("a redirect to %s, which is not followed because the app token would be sent along", c.showURL(a.location))
}

// reason says why an attempt got no complete answer; "" when it got one.
func (c *call) reason(err error) string {
	if err == nil {
		return ""
	}
	switch {
	case errors.Is(err, errTimeout):
		return fmt.Sprintf("no complete answer within %s", c.timeout)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "no complete answer: the connection was closed"
	}
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		text := "no answer: the server's certificate can't be trusted: " + c.show(untrusted.Err.Error())
		_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
		if unknown && !slices.Contains([]string{"windows", "darwin", "ios"}, runtime.GOOS) {
			text += "; the environment variable SSL_CERT_FILE can name a file with the certificate of a CA of your own"
		}
		return text
	}
	prefix := "no answer: "
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err // without addresses and ports: the endpoint is named already
		if op.Op == "proxyconnect" {
			prefix += "the proxy can't be reached: "
		}
	}
	return prefix + c.show(err.Error()) // net/http quotes what a server sent
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
	if meaning == "" {
		return strconv.Itoa(status)
	}
	return fmt.Sprintf("%d (%s)", status, meaning)
}
