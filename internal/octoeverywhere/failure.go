// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Why an attempt got no answer, where no other package says it.
var (
	errTimeout = errors.New("no complete answer in time")
	errNotHTTP = errors.New("the answer is no HTTP answer that can be understood")
	errBudget  = errors.New("no time was left for another attempt")
)

// failed makes the error of a call whose last answer is no success. cause is
// the context's error, when that ended the call.
func (c *call) failed(cause error) *Error {
	r := c.redactor()
	e := &Error{
		Operation:  c.operation,
		Method:     c.method,
		Path:       c.path,
		Endpoint:   c.client.base,
		Connection: c.token.Fingerprint(),
		Status:     c.last.status,
		Detail:     r.detail(c.last),
		Attempts:   c.attempts,
		Ambiguous:  c.ambiguous && !c.last.refuses(),
		cause:      cause,
	}
	switch s := c.last.status; {
	case cause != nil && s != 0:
		e.problem = "then the wait for another attempt was interrupted"
	case cause != nil:
	case s == 0:
		e.problem = c.failure()
	case c.last.isRedirect():
		e.NotServed = true
		e.problem = "which is not followed because the app token would go along"
		if c.last.location != "" {
			e.problem = "a redirect to " + r.location(c.last.location) + ", " + e.problem
		}
	case s == 404, s == 405, s == 501:
		e.NotServed = true
	case c.last.is2xx():
		e.problem = "which is not the success that the API promises"
		e.Ambiguous = true
	}
	if c.spent && !errors.Is(c.last.err, errBudget) {
		e.problem = strings.TrimPrefix(e.problem+fmt.Sprintf(", and no other attempt fitted into %s", c.client.waits.Budget), ", ")
	}
	return e
}

// notUnderstood is failed for a 200 whose body is not what was promised.
func (c *call) notUnderstood() *Error {
	e := c.failed(nil)
	e.Ambiguous = true
	e.problem = "but not with what the API promises"
	if c.last.isHTML() {
		e.NotServed = true
		e.problem = "but with a web page: the server does not serve this call"
	}
	return e
}

// denied is failed for a 200 that says itself that it was no success. That is
// definite: the service knows that nothing was saved.
func (c *call) denied() *Error {
	e := c.failed(nil)
	e.Ambiguous = c.ambiguous
	e.problem = "but said that it was no success"
	return e
}

// neitherServed is failed for a Set that was told in vain by every edition.
func (c *call) neitherServed(vain []string) *Error {
	e := c.failed(nil)
	e.NotServed = true
	e.Ambiguous = c.ambiguous
	e.problem = fmt.Sprintf("so the server serves neither edition of the webhook API (%s); check the endpoint", strings.Join(vain, ", "))
	return e
}

// describeFailure puts a failed attempt into words. They are not redacted yet:
// net/http quotes what a server sent.
func describeFailure(err error, timeout time.Duration) string {
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate can't be trusted: " + untrusted.Err.Error()
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err // without addresses and ports: the endpoint is said already
		if op.Op == "proxyconnect" {
			return "the proxy can't be reached: " + err.Error()
		}
	}
	switch {
	case errors.Is(err, errTimeout):
		return fmt.Sprintf("no complete answer within %s", timeout)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before the answer was complete"
	}
	return err.Error()
}

// meanings are the api page's, "Status codes"; others are HTTP's own.
var meanings = map[int]string{
	400: "invalid input",
	401: "unauthorized",
	403: "forbidden",
	404: "not found",
	405: "method not allowed",
	429: "too many requests",
	500: "internal server error",
	501: "not implemented",
	502: "bad gateway",
	503: "service unavailable",
	504: "gateway timeout",
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
	if meaning := meanings[status]; meaning != "" {
		return fmt.Sprintf("%d (%s)", status, meaning)
	}
	return strconv.Itoa(status)
}
