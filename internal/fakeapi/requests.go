// SPDX-License-Identifier: MPL-2.0

package fakeapi

import "slices"

// Request is one entry of the request log. It has the token and the body, as
// the tests need them: never print one.
type Request struct {
	Call      Call
	Edition   Editions // those that have the call
	Method    string
	Path      string
	Token     string // the header AppToken
	Body      string // at most 1 MiB
	UserAgent string
	Status    int // what was answered; 0 = not answered yet, or never
}

// Requests returns the log, in the order in which the requests arrived. A
// request is in it before it is answered.
func (s *Server) Requests() (log []Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, entry := range s.requests {
		log = append(log, *entry)
	}
	return log
}

// Count counts the log's requests of a call; "" counts all.
func (s *Server) Count(call Call) int {
	return len(slices.DeleteFunc(s.Requests(), func(r Request) bool { return call != "" && r.Call != call }))
}

// ResetRequests empties the log and the count of TCP connections.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
	s.sockets.Store(0)
}

// Sockets is how many TCP connections [Server.Listen] accepted since the
// last [Server.ResetRequests].
func (s *Server) Sockets() int { return int(s.sockets.Load()) }

// OnRequest adds a hook that is called with every request before it is
// answered, and before it takes effect. It may block, which holds back this
// answer and no other.
func (s *Server) OnRequest(hook func(Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, hook)
}

// arrived enters a request into the log, and finds the fault for it and the
// hooks to call.
func (s *Server) arrived(r Request) (*Request, *Fault, []func(Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, &r)
	return &r, s.nextFault(&r), slices.Clip(s.hooks)
}

// answered completes a request's entry. An entry of a log that was reset
// meanwhile is in no log.
func (s *Server) answered(entry *Request, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry.Status = status
}
