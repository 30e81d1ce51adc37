// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Kind is how a scripted fault goes wrong.
type Kind string

// The kinds of faults. The zero Kind answers with the fault's Status, Header
// and Body.
const (
	Hang      Kind = "hang"      // no answer, until the client leaves or the server ends
	Reset     Kind = "reset"     // the TCP connection is reset without an answer
	Truncated Kind = "truncated" // the connection ends before the promised body does
	Endless   Kind = "endless"   // a body without end
	SlowDrip  Kind = "slow drip" // a byte of body at a time, far apart
	Nested    Kind = "nested"    // JSON nested very deep
)

// Fault is a scripted misbehaviour of one call.
type Fault struct {
	Call  Call   // "" = any
	Token string // "" = any
	Times int    // 0 = once, -1 = for ever

	Commit bool          // carry the call out first: the answer is lost after commit
	Before func(Request) // called when the fault is met

	Kind        Kind
	Status      int // 0 = 200
	Header      http.Header
	ContentType string
	Body        string
}

// nestedDepth is deeper than any JSON that means something.
const nestedDepth = 20_000

func (f *Fault) status() int {
	switch {
	case f.Kind == Hang || f.Kind == Reset:
		return 0
	case f.Status == 0:
		return http.StatusOK
	}
	return f.Status
}

// Script adds faults. For each request the first that fits is used.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fault := range faults {
		if fault.Times == 0 {
			fault.Times = 1
		}
		s.faults = append(s.faults, &fault)
	}
}

// ClearScript removes the faults that are left.
func (s *Server) ClearScript() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// meet finds the fault for a request, and the hooks to call.
func (s *Server) meet(r Request) (*Fault, []func(Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, fault := range s.faults {
		if (fault.Call != "" && fault.Call != r.Call) || (fault.Token != "" && fault.Token != r.Token) {
			continue
		}
		if fault.Times > 0 {
			if fault.Times--; fault.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return fault, s.hooks
	}
	return nil, s.hooks
}

// misbehave answers as the fault says. It ends when the client leaves.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, fault *Fault) {
	switch fault.Kind {
	case Hang:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		panic(http.ErrAbortHandler)
	case Reset:
		reset(w)
	}

	for name, values := range fault.Header {
		w.Header()[name] = values
	}
	if fault.ContentType != "" {
		w.Header().Set("Content-Type", fault.ContentType)
	}
	switch fault.Kind {
	case Truncated:
		w.Header().Set("Content-Length", fmt.Sprint(len(fault.Body)+100))
		w.WriteHeader(fault.status())
		_, _ = w.Write([]byte(fault.Body))
		flush(w)
		panic(http.ErrAbortHandler)
	case Endless:
		w.WriteHeader(fault.status())
		chunk := []byte(strings.Repeat(" ", 8<<10))
		for r.Context().Err() == nil && !s.ended() {
			if _, err := w.Write(chunk); err != nil {
				break
			}
		}
		panic(http.ErrAbortHandler)
	case SlowDrip:
		w.WriteHeader(fault.status())
		for {
			_, _ = w.Write([]byte(" "))
			flush(w)
			if !s.pause(r, 50*time.Millisecond) {
				panic(http.ErrAbortHandler)
			}
		}
	case Nested:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(fault.status())
		_, _ = w.Write([]byte(strings.Repeat(`{"Success":`, nestedDepth) + "true" + strings.Repeat("}", nestedDepth)))
		return
	}
	w.WriteHeader(fault.status())
	_, _ = w.Write([]byte(fault.Body))
}

func (s *Server) ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

func flush(w http.ResponseWriter) {
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
}

// reset ends the TCP connection with RST where it can, else without an answer.
func reset(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if conn, _, err := hijacker.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
		}
	}
	panic(http.ErrAbortHandler)
}
