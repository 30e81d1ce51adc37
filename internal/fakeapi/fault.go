// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"fmt"
	"net/http"
)

// Kind is how a scripted fault goes wrong.
type Kind string

// The kinds of faults. The zero Kind answers with the fault's Status, Header
// and Body. All but Hang and Reset use Status (0 = 200), Header, ContentType
// and, as told here, Body.
const (
	Hang      Kind = "hang"      // no answer, until the client leaves or the server closes
	Reset     Kind = "reset"     // the TCP connection is reset without an answer
	Truncated Kind = "truncated" // Body (else the start of some JSON), less than Content-Length says, then the connection ends
	Endless   Kind = "endless"   // Body, then white space without end, as fast as it is read
	SlowDrip  Kind = "slow drip" // Body a byte at a time, 20 a second; without a Body, white space without end
	Nested    Kind = "nested"    // JSON nested 20,000 deep
)

// Fault is a scripted misbehaviour of calls. Faults wait in the order in which
// they were scripted; the first that fits a request is the one it meets.
//
// A Fault that has neither Kind nor Status nor Body changes nothing about the
// answer but adds its Header: with Before it is a place to stop at.
type Fault struct {
	Call  Call   // "" = any, unserved paths too
	Token string // "" = any
	Every int    // only each n-th request that fits, the n-th first; 0 and 1 = each
	Times int    // how often it is met: 0 = once, -1 = for ever

	Before func(Request) // called when it is met, before all else; it may block

	// Commit carries the call out first, where it is served: the service did
	// what was asked, and the answer is lost or wrong.
	Commit bool

	Kind        Kind
	Status      int         // 200 to 999
	Header      http.Header // such as Retry-After or Location
	ContentType string      // "" = JSON for a Body that begins like it, else what net/http makes of it
	// Body of the answer. When it and ContentType are empty, a Status that is
	// an error of the API (DESIGN.md, "Statuses") has the body that errors have.
	Body string
}

// ErrorIn200 is HTTP 200 with an error inside and no Result, as the service was
// seen to answer (DESIGN.md, "Envelope"). Which call it is for is up to the
// caller, as with [Enveloped].
func ErrorIn200(status int, words string) Fault {
	return Fault{Body: fmt.Sprintf(`{"Status":%d,"Error":%q}`, status, words)}
}

// Enveloped is HTTP 200 with an envelope of any parts: status and result are
// written as they are, such as `"604"` or -1, and `null` or ["no object"]; an
// empty status leaves Status out.
func Enveloped(status, words, result string) Fault {
	if status != "" {
		status = `"Status":` + status + `,`
	}
	return Fault{Body: fmt.Sprintf(`{%s"Error":%q,"IsUserError":false,"Result":%s}`, status, words, result)}
}

// fault is a Fault and how often it was met.
type fault struct {
	Fault
	fitted, left int
}

// Script adds faults behind those that are there.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scripted := range faults {
		left := scripted.Times
		if left == 0 {
			left = 1
		}
		s.faults = append(s.faults, &fault{Fault: scripted, left: left})
	}
}

// ClearScript removes the faults that are left.
func (s *Server) ClearScript() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// meet finds the fault for a request and uses it up; s.mu is held.
func (s *Server) meet(r *Request) *Fault {
	for i, scripted := range s.faults {
		if (scripted.Call != "" && scripted.Call != r.Call) || (scripted.Token != "" && scripted.Token != r.Token) {
			continue
		}
		scripted.fitted++
		if scripted.Every > 1 && scripted.fitted%scripted.Every != 0 {
			continue
		}
		if scripted.left > 0 {
			scripted.left--
		}
		if scripted.left == 0 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		return &scripted.Fault
	}
	return nil
}

// answers is false for a fault that leaves the answer to the call.
func (f *Fault) answers() bool { return f.Kind != "" || f.Status != 0 || f.Body != "" }

// status is what a client gets; 0 = no answer.
func (f *Fault) status() int {
	switch {
	case f.Kind == Hang || f.Kind == Reset:
		return 0
	case f.Status == 0:
		return http.StatusOK
	}
	return f.Status
}
