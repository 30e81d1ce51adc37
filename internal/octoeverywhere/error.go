// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Error is a call of the API that failed; to name the App Connection is left to
// the caller. No field and no text of it holds a
// token or anything of a callback URL's query.
type Error struct {
	Operation string // what was tried: "setting the webhook"
	Method    string
	Path      string // the API's path, without Endpoint
	Endpoint  string
	Status    int    // of the last attempt; 0: no complete answer
	Detail    string // the service's own words: secrets and control characters removed, at most 300 runes
	Attempts  int    // attempts made, those of another edition included
	Ambiguous bool   // see IsAmbiguous
	NotServed bool   // see IsNotServed

	host    string // that the endpoint redirected to; "" is the endpoint's own
	problem string // what is wrong, where the status does not tell it
	cause   error  // the context's error, nothing else
}

// Error says in one sentence what failed, with what, and what the service said.
func (e *Error) Error() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s failed: %s %s%s ", e.Operation, e.Method, e.Endpoint, e.Path)
	if e.host != "" {
		fmt.Fprintf(&s, "(redirected to %s) ", e.host)
	}
	switch {
	case e.Status != 0:
		s.WriteString("answered ")
		s.WriteString(describeStatus(e.Status))
	case e.cause != nil:
		s.WriteString("was interrupted")
	default:
		s.WriteString("got no answer")
	}
	if e.problem != "" {
		s.WriteString(", ")
		s.WriteString(e.problem)
	}
	if e.Detail != "" {
		fmt.Fprintf(&s, "; the service said: “%s”", strings.TrimRight(e.Detail, "."))
	}
	if e.cause != nil {
		fmt.Fprintf(&s, " (%s)", e.cause)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&s, "; %d attempts were made", e.Attempts)
	}
	return s.String()
}

func (e *Error) addProblem(problem string) {
	if e.problem != "" {
		problem = e.problem + ", " + problem
	}
	e.problem = problem
}

// Unwrap gives the context's error when the caller's context ended the call,
// so that errors.Is sees context.Canceled; never a net or url error.
func (e *Error) Unwrap() error { return e.cause }

// EchoError is a Set that the service confirmed with another configuration
// than it was asked for.
type EchoError struct {
	// Asked and Saved hold whole callback URLs: no text shows them.
	Asked, Saved Webhook
	savedURL     string // Saved's URL as it can be shown
}

// Error shows both configurations without the secrets of their URLs.
func (e *EchoError) Error() string {
	savedURL := cmp.Or(e.savedURL, displayURL(e.Saved.CallbackURL))
	asked := displayURL(e.Asked.CallbackURL)
	text := fmt.Sprintf("setting the webhook failed: the service confirmed another one than was asked for: asked for %s to %s, saved %s to %s",
		describeEvents(e.Asked.EventTypes), asked, describeEvents(e.Saved.EventTypes), savedURL)
	if asked == savedURL && e.Asked.CallbackURL != e.Saved.CallbackURL {
		text += "; the URLs differ in a part that is not shown"
	}
	return text
}

// GoString is Error: %#v would print the URLs' queries.
func (e *EchoError) GoString() string { return e.Error() }

// IsGone reports whether the App Connection will never be valid again: 603, 604.
func IsGone(err error) bool { return hasStatus(err, 603, 604) }

// IsNotSupporter reports whether the owner has no Supporter Perks now: 605.
func IsNotSupporter(err error) bool { return hasStatus(err, 605) }

// IsInvalidInput reports whether the service refused what it was sent: 400.
func IsInvalidInput(err error) bool { return hasStatus(err, 400) }

// IsInvalidCredentials reports whether the service refused the token: 606.
func IsInvalidCredentials(err error) bool { return hasStatus(err, 606) }

// IsPrinterUnreachable reports whether the connection is valid, but its
// printer or plugin can't be reached now: 601, 602.
func IsPrinterUnreachable(err error) bool { return hasStatus(err, 601, 602) }

// IsTemporary reports whether the same call may work later without anybody
// changing anything: no answer, 408, 429, 500, 502-504, 520-524, 600, 601,
// 602, 609.
func IsTemporary(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Status == 0 || e.Status == 601 || isPassing(e.Status))
}

// IsNotServed reports whether the server does not serve the call: 404, 405,
// 501, a redirect that isn't followed, or 200 with a web page; while the
// edition is being found out, also 401, 403 and a 200 that is not the API's,
// once both were tried.
func IsNotServed(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.NotServed
}

// IsAmbiguous reports whether the call may have taken effect although it
// failed: after a Set, whether the webhook is possibly changed. An answer was
// lost, cut off or not understood, or the server failed (408, 5xx but 501,
// 600-602, unknown statuses from 614), and the last answer was no definite
// refusal. An *EchoError is ambiguous: something was saved.
func IsAmbiguous(err error) bool {
	if _, ok := errors.AsType[*EchoError](err); ok {
		return true
	}
	e, ok := errors.AsType[*Error](err)
	return ok && e.Ambiguous
}

// StatusOf is the HTTP status a call failed with; 0 when there was no answer,
// or err does not come from a call.
func StatusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}

func hasStatus(err error, statuses ...int) bool {
	return slices.Contains(statuses, StatusOf(err))
}
