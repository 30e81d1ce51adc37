// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// answer is the outcome of one attempt: a complete answer, out of its envelope,
// or err.
type answer struct {
	request request
	host    string // that it came from, after redirects

	status    int // 0 when err is set
	header    http.Header
	location  *url.URL // that the header names; nil: none, or none that is a URL
	body      []byte
	truncated bool // the body was longer than maxBody

	enveloped     bool   // body is the Result of an envelope
	serviceError  string // the envelope's Error
	denied        bool   // the envelope says without a status that it was no success
	invalidStatus bool   // the envelope's Status is no status

	err             error // why there is no complete answer; may hold secrets
	sent            bool  // the request may have reached the server
	interrupted     error // the context's error, when that ended the call
	budgetExhausted bool  // no time was left for another attempt
}

// ok reports whether the answer is a 200, inside its envelope too.
func (a answer) ok() bool { return a.status == 200 && !a.invalidStatus }

func (a answer) is2xx() bool      { return a.status >= 200 && a.status <= 299 }
func (a answer) isRedirect() bool { return a.status >= 300 && a.status <= 399 }
func (a answer) isGone() bool     { return a.status == 603 || a.status == 604 }

// isUnknownPath reports whether the answer says for certain that nothing is
// served at this path, or not by this method.
func (a answer) isUnknownPath() bool { return a.status == 404 || a.status == 405 || a.status == 501 }

// isRetryable reports whether the answer is worth another attempt: none came,
// or a temporary status (DESIGN.md, "Attempts").
func (a answer) isRetryable() bool {
	if a.err != nil {
		// A certificate doesn't become valid by trying again.
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](a.err)
		// Nor does a proxy let through whom it forbids, or who lacks its password.
		proxy, refused := errors.AsType[*proxyError](a.err)
		return !untrusted && (!refused || proxy.status != http.StatusForbidden && proxy.status != http.StatusProxyAuthRequired)
	}
	return isRetryable(a.status)
}

// isRetryable reports whether a status is as temporary as no answer; 520 to 524
// are a CDN's.
func isRetryable(status int) bool {
	return slices.Contains([]int{408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 600, 602, 609}, status)
}

// mayHaveActed reports whether the attempt can have taken effect although it
// was no success. A 2xx is left to the caller, who understands its body.
func (a answer) mayHaveActed() bool {
	switch s := a.status; {
	case s == 0:
		return a.sent
	case s == 408:
		return true // a gateway may send it, too
	case s >= 500 && s <= 599:
		return s != 501
	case s >= 600 && s <= 602:
		return true
	default:
		return s >= 614 // a meaning this client doesn't know
	}
}

// isHTML reports whether the answer is a page for a browser: a web front end
// may answer so, even with 200, to a path it doesn't serve.
func (a answer) isHTML() bool {
	if a.enveloped {
		return false
	}
	contentType := strings.ToLower(a.header.Get("Content-Type"))
	return strings.HasPrefix(contentType, "text/html") || strings.HasPrefix(contentType, "application/xhtml") ||
		bytes.HasPrefix(bytes.TrimLeft(a.body, "\ufeff \t\r\n"), []byte("<"))
}

// deniesSuccess reports whether a 200 says in its body that it was no success.
func (a answer) deniesSuccess() bool {
	var body struct {
		Success *bool
		Error   string
	}
	if a.denied || !a.decode(&body) {
		return a.denied
	}
	if body.Success != nil {
		return !*body.Success
	}
	return body.Error != ""
}

// decode reads the body as one JSON value. Invalid UTF-8 is no JSON: the
// decoder would replace it and make a damaged URL look right.
func (a answer) decode(into any) bool {
	return !a.truncated && utf8.Valid(a.body) && json.Unmarshal(a.body, into) == nil
}
