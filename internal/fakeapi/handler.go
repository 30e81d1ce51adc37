// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"io"
	"net/http"
	"strings"
	"time"
)

// Paths of the API (API page, Calls).
const (
	pathSetNotifications = "/api/notifications/setfromappconnection"
	pathSetAppConnection = "/api/appconnection/SetNotificationWebhook"
	pathDelete           = "/api/appconnection/DeleteNotificationWebhook"
	pathTest             = "/api/appconnection/TestWebhook"
	pathInfo             = "/api/appconnection/info"
)

// requestBodyLimit is far more than any call sends.
const requestBodyLimit = 1 << 20

// route is a call in one edition.
type route struct {
	call    Call
	edition Editions // of a Set; 0 otherwise
	method  string
}

var routes = map[string]route{
	pathSetNotifications: {CallSet, EditionNotifications, http.MethodPost},
	pathSetAppConnection: {CallSet, EditionAppConnection, http.MethodPost},
	pathDelete:           {CallDelete, 0, http.MethodPost},
	pathTest:             {CallTest, 0, http.MethodGet},
	pathInfo:             {CallInfo, 0, http.MethodGet},
}

// ServeHTTP answers one request: it is logged, meets a scripted fault or none,
// and what it does is done and in the log before the answer goes out.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.options.Control && strings.HasPrefix(r.URL.Path, controlPrefix) {
		s.control(w, r)
		return
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, requestBodyLimit))
	called := routes[r.URL.Path]
	rightMethod := called.method == r.Method
	if !rightMethod {
		called.call, called.edition = CallOther, 0
	}
	fields := readFields(r.Method, body)
	request := Request{
		Call: called.call, Edition: called.edition, Method: r.Method, Path: r.URL.Path, Token: r.Header.Get("AppToken"),
		Body: string(body), UserAgent: r.UserAgent(), RemoteAddr: r.RemoteAddr, At: s.options.Now(),
	}
	if request.Token == "" {
		request.Token = fields.token()
	}
	entry, fault, hooks := s.arrived(request)
	for _, hook := range hooks {
		hook(request)
	}
	if s.options.Latency > 0 && !pause(r, s.options.Latency) {
		return
	}
	if fault != nil && fault.Before != nil {
		fault.Before(request)
	}

	serves := s.serves(called)
	switch {
	case fault != nil && fault.answers():
		if fault.Commit && serves {
			done := s.perform(r, request, fields)
			s.settle(entry, 0, tookEffect(request.Call, done)) // now: the answer may never end
		}
		s.settle(entry, fault.logged(), false)
		fault.answer(w, r)
	case serves:
		given := s.perform(r, request, fields)
		s.settle(entry, given.status, tookEffect(request.Call, given))
		if fault != nil {
			fault.addHeader(w)
		}
		given.write(w)
	case called.method != "" && !rightMethod && s.serves(routes[r.URL.Path]):
		s.settle(entry, http.StatusMethodNotAllowed, false)
		w.Header().Set("Allow", called.method)
		w.WriteHeader(http.StatusMethodNotAllowed)
	default:
		watched := &statusWriter{ResponseWriter: w, tell: func(status int) { s.settle(entry, status, false) }}
		s.options.NotServed(watched, r)
		if !watched.told {
			watched.WriteHeader(http.StatusOK)
		}
	}
}

// serves is false for a call, or an edition of it, that this server lacks.
func (s *Server) serves(called route) bool {
	successor := s.options.Editions&EditionAppConnection != 0
	switch called.call {
	case CallSet:
		return s.options.Editions&called.edition != 0
	case CallDelete:
		return successor
	case CallTest:
		return successor && !s.options.NoTestWebhook
	case CallInfo:
		return !s.options.NoInfo
	}
	return false
}

// pause waits; false when the client left or the server ended.
func pause(r *http.Request, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
