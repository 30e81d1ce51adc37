// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
)

// Fault is a scripted misbehaviour of calls. Faults wait in the order in which
// they were scripted; the first that fits a request is applied to it.
type Fault struct {
	Call  Call   // "" = any, unserved paths too
	Token string // "" = any
	Times int    // how many requests it is applied to: 0 = one, -1 = no limit
	Every int    // only each n-th request that fits, the n-th first; 0 and 1 = each

	// TakeEffect carries the call out first, where it is served: the service did
	// what was asked, and the answer is lost or wrong.
	TakeEffect bool

	Drop bool // no answer: the TCP connection is reset
	Hang bool // no answer, until the client leaves or the server closes

	Status int         // of the answer, 200 to 999; 0 = 200
	Header http.Header // of the answer, such as Retry-After or Location
	// Body of the answer. When it is empty, a Status that is an error of the API
	// (DESIGN.md, "Statuses") has the body that errors have. Without a
	// Content-Type in Header, a Body that begins like JSON is sent as JSON.
	Body string
}

// ErrorIn200 is HTTP 200 with an error inside and no Result, as the service was
// seen to answer (DESIGN.md, "Envelope").
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

// scripted is a Fault and how often it fitted and may still be applied.
type scripted struct {
	Fault
	fitted, left int
}

// Script adds faults behind those that are there.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fault := range faults {
		left := fault.Times
		if left == 0 {
			left = 1
		}
		s.faults = append(s.faults, &scripted{Fault: fault, left: left})
	}
}

// ClearScript removes the faults that are left.
func (s *Server) ClearScript() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// nextFault finds the fault for a request, nil for none, and uses it up; s.mu
// is held.
func (s *Server) nextFault(r *Request) *Fault {
	for i, f := range s.faults {
		if (f.Call != "" && f.Call != r.Call) || (f.Token != "" && f.Token != r.Token) {
			continue
		}
		f.fitted++
		if f.Every > 1 && f.fitted%f.Every != 0 {
			continue
		}
		if f.left > 0 {
			f.left--
		}
		if f.left == 0 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		return &f.Fault
	}
	return nil
}

// status is what a client gets; 0 = no answer.
func (f *Fault) status() int {
	switch {
	case f.Drop || f.Hang:
		return 0
	case f.Status == 0:
		return http.StatusOK
	}
	return f.Status
}

// answerWith answers as the fault says. http.ErrAbortHandler is how a handler
// has net/http drop the connection.
func (s *Server) answerWith(f *Fault, w http.ResponseWriter, r *http.Request) {
	switch {
	case f.Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case f.Drop:
		reset(w)
		panic(http.ErrAbortHandler)
	}
	if strings.HasPrefix(f.Body, "{") || strings.HasPrefix(f.Body, "[") {
		w.Header().Set("Content-Type", jsonType)
	}
	maps.Copy(w.Header(), f.Header)
	if _, known := meanings[f.status()]; known && f.Body == "" {
		s.write(w, refusedFor(f.status()))
		return
	}
	w.WriteHeader(f.status())
	_, _ = io.WriteString(w, f.Body)
}

// reset ends the TCP connection with RST where it can, else without an answer.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close sends RST instead of FIN
	}
	_ = conn.Close()
}
