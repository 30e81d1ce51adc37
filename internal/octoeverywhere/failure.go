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
		Operation: c.operation,
		Method:    a.asked.method,
		Path:      a.asked.path,
		Endpoint:  c.client.endpoint.String(),
		Status:    a.status,
		Detail:    c.words(a),
		Attempts:  c.attempts,
		Ambiguous: c.ambiguous && !a.refuses(),
		NotServed: a.isUnknownPath() || a.isRedirect(),
		cause:     a.ended,
	}
	if u, err := url.Parse(a.target); err == nil && u.Host != "" && u.Host != c.client.endpoint.Host {
		e.host = u.Host
	}
	switch {
	case a.ended != nil && a.status != 0:
		e.problem = "then the wait for another attempt was interrupted"
	case a.ended != nil:
	case a.status == 0:
		e.problem = c.describe(a.err)
	case a.isRedirect():
		e.problem = c.describeRedirect(a)
	case a.ok() && a.isHTML():
		e.NotServed, e.Ambiguous = true, true
		e.problem = "but with a web page: the server does not serve this call"
	case a.ok() && a.cut:
		e.Ambiguous = true
		e.problem = "but with more than 64 KiB"
	case a.ok() && a.saysNo(): // definite: the service knows that nothing was done
		e.problem = "but said that it was no success"
	case a.is2xx():
		e.Ambiguous = true
		e.problem = "but not with what the API promises"
	}
	if a.spent {
		e.addProblem(fmt.Sprintf("and no other attempt fitted into %s", c.client.waits.Budget))
	}
	return e
}

// words is what the service said about a failure, fit to be shown: its own
// word in an envelope, else the fields of a flat error that are named like a
// message, else plain text. A web page is not shown.
func (c *call) words(a answer) string {
	switch {
	case a.word != "":
		return c.secrets().clean(a.word)
	case a.isHTML(), a.cut:
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
	return c.secrets().clean(text)
}

func (c *call) echoError(asked, saved Webhook) *EchoError {
	shown := "no callback URL"
	if saved.CallbackURL != "" {
		shown = displayURL(saved.CallbackURL)
		// The host is the service's word too. It may be any text.
		if shown != displayURL(asked.CallbackURL) {
			shown = c.secrets().clean(shown)
		}
	}
	return &EchoError{Asked: asked, Saved: saved, savedURL: shown}
}

// describeRedirect says where a redirect leads that was not followed, and why
// not.
func (c *call) describeRedirect(a answer) string {
	to, why := "", "which is not followed because the app token would go along"
	if u, err := url.Parse(a.location); err == nil && u.Host == "" && a.location != "" {
		to, why = "to another path, ", "which is not followed"
	} else if a.location != "" {
		to = "to " + c.secrets().clean(displayURL(a.location)) + ", "
	}
	if c.client.inside(a.target, a) != "" {
		why = "which is one too many in a row"
	}
	return "a redirect " + to + why
}

// describe puts a failed attempt into words; "" for none. net/http quotes what
// a server sent.
func (c *call) describe(err error) string {
	if err == nil {
		return ""
	}
	return c.secrets().clean(c.reason(err))
}

func (c *call) reason(err error) string {
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		text := "the server's certificate can't be trusted: " + untrusted.Err.Error()
		_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
		if unknown && !slices.Contains([]string{"windows", "darwin", "ios"}, runtime.GOOS) {
			text += "; the environment variable SSL_CERT_FILE can name a file with the certificate of a CA of your own"
		}
		return text
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err // without addresses and ports: the endpoint is said already
		if op.Op == "proxyconnect" {
			return "the proxy can't be reached: " + err.Error()
		}
	}
	switch {
	case errors.Is(err, errTimeout):
		return fmt.Sprintf("no complete answer within %s", c.timeout)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before the answer was complete"
	}
	return err.Error()
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
