// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"io"
	"net/http"
	"strings"
)

// requestBodyLimit is far more than any call sends.
const requestBodyLimit = 1 << 20

// route is a call in one edition.
type route struct {
	call    Call
	edition Editions // of a Set; 0 otherwise
	method  string
}

// routes are the calls by path (DESIGN.md, "Calls").
var routes = map[string]route{
	"/api/notifications/setfromappconnection":      {CallSet, EditionNotifications, http.MethodPost},
	"/api/appconnection/SetNotificationWebhook":    {CallSet, EditionAppConnection, http.MethodPost},
	"/api/appconnection/DeleteNotificationWebhook": {CallDelete, 0, http.MethodPost},
	"/api/appconnection/TestWebhook":               {CallTest, 0, http.MethodGet},
	"/api/appconnection/info":                      {CallInfo, 0, http.MethodGet},
}

// webPage is what a web front end answers with [Options.CatchAll].
const webPage = "<!doctype html><html><body>OctoEverywhere</body></html>"

// ServeHTTP answers one request: it is logged, a scripted fault is applied to
// it or none, and what it does is done and in the log before the answer goes out.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.options.Control && strings.HasPrefix(r.URL.Path, controlPrefix) {
		s.control(w, r)
		return
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, requestBodyLimit))
	known := routes[r.URL.Path]
	called := known
	if known.method != r.Method {
		called = route{call: CallOther}
	}
	sent := readFields(r.Method, body)
	request := Request{
		Call: called.call, Edition: called.edition, Method: r.Method, Path: r.URL.Path, Token: r.Header.Get("AppToken"),
		Body: string(body), UserAgent: r.UserAgent(),
	}
	if request.Token == "" {
		request.Token = sent.token()
	}
	entry, fault, hooks := s.arrived(request)
	for _, hook := range hooks {
		hook(request)
	}

	serves := s.serves(called)
	switch {
	case fault != nil:
		if fault.TakeEffect && serves {
			s.perform(r, request, sent)
		}
		s.answered(entry, fault.status())
		s.answerWith(fault, w, r)
	case serves:
		given := s.perform(r, request, sent)
		s.answered(entry, given.status)
		s.write(w, given)
	case s.serves(known): // with another method
		s.answered(entry, http.StatusMethodNotAllowed)
		w.Header().Set("Allow", known.method)
		w.WriteHeader(http.StatusMethodNotAllowed)
	case s.options.CatchAll:
		s.answered(entry, http.StatusOK)
		_, _ = io.WriteString(w, webPage)
	default:
		s.answered(entry, http.StatusNotFound)
		http.NotFound(w, r)
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
