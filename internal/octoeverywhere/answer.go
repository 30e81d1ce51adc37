// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// answer is the outcome of one attempt: a whole answer, out of its envelope,
// or err.
type answer struct {
	asked  request
	target string // the URL it came from, after redirects

	status      int // 0 when err is set
	contentType string
	retryAfter  string
	location    string
	body        []byte
	cut         bool // the body was longer than maxBody

	enveloped bool   // body is the Result of an envelope
	word      string // the envelope's Error
	no        bool   // the envelope says that it was no success, by no status
	absurd    bool   // the envelope's Status is no status

	err   error // why there is no whole answer; not yet redacted
	sent  bool  // the request may have reached the server
	ended error // the context's, when that ended the call
	spent bool  // the budget, not the number of retries, ended the call
}

// ok reports whether the answer is a 200, inside its envelope too.
func (a answer) ok() bool { return a.status == 200 && !a.absurd }

func (a answer) is2xx() bool      { return a.status >= 200 && a.status <= 299 }
func (a answer) isRedirect() bool { return a.status >= 300 && a.status <= 399 }

// isUnknownPath reports whether the answer says for certain that nothing is
// served at this path, or not by this method.
func (a answer) isUnknownPath() bool { return a.status == 404 || a.status == 405 || a.status == 501 }

// passes reports whether the answer is worth another attempt: none came, or a
// status that passes (DESIGN.md, "Attempts").
func (a answer) passes() bool {
	if a.err != nil {
		// A certificate does not become valid by asking again.
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](a.err)
		proxy, refused := errors.AsType[*proxyError](a.err)
		return !untrusted && (!refused || !proxy.forbids())
	}
	return isPassing(a.status)
}

// isPassing reports whether a status is as temporary as no answer; 520 to 524
// are a CDN's.
func isPassing(status int) bool {
	switch status {
	case 408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 600, 602, 609:
		return true
	}
	return false
}

// mayHaveActed reports whether the attempt can have taken effect although it
// was no success. A 2xx is left to who understands its body.
func (a answer) mayHaveActed() bool {
	switch s := a.status; {
	case s == 0:
		return a.sent
	case s == 408:
		return true // the request's end did not arrive, or a gateway's patience did
	case s >= 500 && s <= 599:
		return s != 501
	case s >= 600 && s <= 602:
		return true
	default:
		return s >= 614 // a meaning this client does not know
	}
}

// refuses reports whether the answer says for certain that this request did
// nothing, whatever earlier attempts may have done: then they did not pass
// either, or the service knows of them. 408 and 429 only say that it was not
// looked at.
func (a answer) refuses() bool {
	s := a.status
	return s >= 300 && s <= 499 && s != 408 && s != 429 || s == 501 || s >= 603 && s <= 613
}

// isHTML reports whether the answer is a page for a browser: a web front end
// may answer so, even with 200, to a path it does not serve.
func (a answer) isHTML() bool {
	if a.enveloped {
		return false
	}
	media, _, _ := strings.Cut(strings.ToLower(a.contentType), ";")
	switch strings.TrimSpace(media) {
	case "text/html", "application/xhtml+xml":
		return true
	}
	return bytes.HasPrefix(bytes.TrimLeft(a.body, "\ufeff \t\r\n"), []byte("<"))
}

// saysNo reports whether a 200 tells in its body that it was no success.
func (a answer) saysNo() bool {
	var said struct {
		Success *bool
		Error   string
	}
	if a.no || !a.decode(&said) {
		return a.no
	}
	if said.Success != nil {
		return !*said.Success
	}
	return said.Error != ""
}

// decode reads the body as one JSON value. Invalid UTF-8 is no JSON: the
// decoder would replace it and make a damaged URL look right.
func (a answer) decode(into any) bool {
	return !a.cut && utf8.Valid(a.body) && json.Unmarshal(a.body, into) == nil
}
