// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// answer is the outcome of one attempt: a whole HTTP answer, or err.
type answer struct {
	status      int // 0 when err is set
	contentType string
	retryAfter  string
	location    string
	body        []byte
	cut         bool // the body was longer than maxBody

	err  error // why there is no whole answer; not yet redacted
	sent bool  // the request may have reached the server
}

// mayHaveActed reports whether the attempt can have taken effect although it
// was no success. A 2xx is left to who understands its body.
func (a answer) mayHaveActed() bool {
	switch s := a.status; {
	case s == 0:
		return a.sent
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
// either, or the service knows of them. 429 only says that it was not looked at.
func (a answer) refuses() bool {
	s := a.status
	return s >= 300 && s <= 499 && s != 429 || s == 501 || s >= 603 && s <= 613
}

func (a answer) is2xx() bool      { return a.status >= 200 && a.status <= 299 }
func (a answer) isRedirect() bool { return a.status >= 300 && a.status <= 399 }

// isHTML reports whether the answer is a page for a browser: a web front end
// may answer so, even with 200, to a path it does not serve (api page, "Calls").
func (a answer) isHTML() bool {
	media, _, _ := strings.Cut(strings.ToLower(a.contentType), ";")
	switch strings.TrimSpace(media) {
	case "text/html", "application/xhtml+xml":
		return true
	}
	return bytes.HasPrefix(bytes.TrimLeft(a.body, "\ufeff \t\r\n"), []byte("<"))
}

// setAnswer is what the notifications edition promises: what was saved.
type setAnswer struct {
	Success     *bool
	CallbackURL *string     `json:"CallbackUrl"`
	EventTypes  []EventType `json:"EventTypes"`
}

// decodeSetAnswer reads a notifications answer; false when it is none.
func decodeSetAnswer(a answer) (setAnswer, bool) {
	var decoded setAnswer
	if !a.decode(&decoded) || decoded.Success == nil {
		return setAnswer{}, false
	}
	return decoded, true
}

// success reads the Success field alone: nil when the answer is no JSON object
// with a boolean of that name.
func (a answer) success() *bool {
	var decoded struct{ Success *bool }
	if !a.decode(&decoded) {
		return nil
	}
	return decoded.Success
}

// decode reads the body as one JSON value. Invalid UTF-8 is no JSON: the
// decoder would replace it and make a damaged URL look right.
func (a answer) decode(into any) bool {
	return !a.cut && utf8.Valid(a.body) && json.Unmarshal(a.body, into) == nil
}
