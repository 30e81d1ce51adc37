// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"slices"
	"time"
)

// Request is one entry of the request log.
type Request struct {
	Call       Call
	Edition    Editions // of a Set; 0 otherwise
	Method     string
	Path       string
	Token      string
	Body       string
	UserAgent  string
	RemoteAddr string
	At         time.Time
	Status     int  // what was answered; 0 when no answer was sent
	Committed  bool // whether the call took effect
}

// Requests returns the log, in the order in which the requests arrived.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Count counts the log's requests of a call; "" counts all.
func (s *Server) Count(call Call) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for i := range s.requests {
		if call == "" || s.requests[i].Call == call {
			count++
		}
	}
	return count
}

// ResetRequests empties the log and the count of connections.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.sockets = nil, 0
}

// Connections is how many TCP connections [Server.Listen] accepted since the
// last [Server.ResetRequests].
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sockets
}

// OnRequest adds a hook that is called with every request before it is
// answered. It may block, which holds the answer back.
func (s *Server) OnRequest(hook func(Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, hook)
}

// note enters a request into the log and returns its index.
func (s *Server) note(r Request) int {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	index := len(s.requests) - 1
	s.mu.Unlock()
	return index
}

// settle completes a request's entry, unless the log was reset meanwhile.
func (s *Server) settle(index int, r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if index < len(s.requests) && s.requests[index].At.Equal(r.At) && s.requests[index].Path == r.Path {
		s.requests[index] = r
	}
}
