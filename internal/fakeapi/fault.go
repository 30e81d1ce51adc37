// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"cmp"
	"io"
	"maps"
	"net/http"
	"slices"
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

	Drop bool // no answer: the connection is closed
	Hang bool // no answer, until the client leaves or the server closes

	Status int         // of the answer, 200 to 999; 0 = 200
	Header http.Header // of the answer, such as Retry-After or Location
	// Body of the answer. When it is empty, a Status that is an error of the API
	// (DESIGN.md, "Statuses") has the body that errors have. Without a
	// Content-Type in Header, a Body that begins like JSON is sent as JSON.
	Body string

	fitted int // how many requests fitted so far
}

// Script adds faults behind those that are there.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		if !f.Drop && !f.Hang { // else it is 0 in the log, too
			f.Status = cmp.Or(f.Status, http.StatusOK)
		}
		s.faults = append(s.faults, &f)
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
		if f.Times != -1 {
			if f.Times--; f.Times < 1 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return f
	}
	return nil
}

// answerWith answers as the fault says.
func (s *Server) answerWith(f *Fault, w http.ResponseWriter, r *http.Request) {
	if f.Hang {
		<-r.Context().Done()
	}
	if f.Hang || f.Drop {
		panic(http.ErrAbortHandler) // has net/http close the connection
	}
	if strings.HasPrefix(f.Body, "{") || strings.HasPrefix(f.Body, "[") {
		w.Header().Set("Content-Type", jsonType)
	}
	maps.Copy(w.Header(), f.Header)
	if isError(f.Status) && f.Body == "" {
		s.write(w, refused(f.Status))
		return
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body)
}
