// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"cmp"
	"errors"
	"slices"
)

// Error is a call of the API that failed. It doesn't name the App Connection,
// which the caller knows by a better name. Neither its text nor its fields hold
// a token or what a callback URL carries.
type Error struct {
	Status     int  // of the last attempt; 0: no complete answer
	Ambiguous  bool // see IsAmbiguous
	NotServed  bool // see IsNotServed
	NoAPI      bool // see IsNoAPI
	OtherSaved bool // see IsOtherSaved

	text  string
	cause error // the context's error, nothing else
}

// Error says what was called, how it failed, and what the service said.
func (e *Error) Error() string {
	return cmp.Or(e.text, "the service answered "+describeStatus(e.Status))
}

// Unwrap gives the context's error when that, or Stop, ended the call; never an
// error of another package, whose text might hold a secret.
func (e *Error) Unwrap() error { return e.cause }

// IsGone reports whether the App Connection will never be valid again: 603, 604.
func IsGone(err error) bool { return slices.Contains([]int{603, 604}, StatusOf(err)) }

// IsNotSupporter reports whether the owner has no Supporter Perks now: 605.
func IsNotSupporter(err error) bool { return StatusOf(err) == 605 }

// IsInvalidInput reports whether the service refused what it was sent: 400.
func IsInvalidInput(err error) bool { return StatusOf(err) == 400 }

// IsInvalidCredentials reports whether the service refused the token: 606.
func IsInvalidCredentials(err error) bool { return StatusOf(err) == 606 }

// IsPrinterUnreachable reports whether the connection is valid, but its
// printer or plugin can't be reached now: 601, 602.
func IsPrinterUnreachable(err error) bool { return slices.Contains([]int{601, 602}, StatusOf(err)) }

// IsTemporary reports whether the same call may work later without anybody
// changing anything: no answer, 408, 429, 500, 502-504, 520-524, 600, 601,
// 602, 609.
func IsTemporary(err error) bool {
	return has(err, func(e *Error) bool { return e.Status == 0 || e.Status == 601 || isRetryable(e.Status) })
}

// IsNotServed reports whether the server doesn't serve the call: 404, 405, 501,
// a redirect that isn't followed, or 200 with a web page. Of a Set that tried
// both API versions, also 401, 403 and a 200 that isn't the API's.
func IsNotServed(err error) bool { return has(err, func(e *Error) bool { return e.NotServed }) }

// IsNoAPI reports whether the server serves neither API version of Set.
func IsNoAPI(err error) bool { return has(err, func(e *Error) bool { return e.NoAPI }) }

// IsOtherSaved reports whether the service confirmed a Set with another webhook
// than it was sent. Such a Set is ambiguous, too: something was saved.
func IsOtherSaved(err error) bool { return has(err, func(e *Error) bool { return e.OtherSaved }) }

// IsAmbiguous reports whether the call may have taken effect although it failed:
// the answer of some attempt was lost, cut off or not understood, or was 408,
// 5xx but 501, 600-602 or from 614 on. A later refusal doesn't change that; 603
// and 604 do, since with the App Connection its webhook is gone.
func IsAmbiguous(err error) bool { return has(err, func(e *Error) bool { return e.Ambiguous }) }

// StatusOf is the HTTP status of a call's last attempt; 0 when there was no
// answer, or err doesn't come from a call.
func StatusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}

func has(err error, property func(*Error) bool) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && property(e)
}
