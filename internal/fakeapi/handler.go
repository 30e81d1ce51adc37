// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"io"
	"net/http"
	"strings"
)

// route is a call, and the editions that have it.
type route struct {
	call    Call
	edition Editions
	method  string
}

// routes are the calls by path (DESIGN.md, "Calls").
var routes = map[string]route{
	"/api/notifications/setfromappconnection":      {CallSet, EditionNotifications, http.MethodPost},
	"/api/appconnection/SetNotificationWebhook":    {CallSet, EditionAppConnection, http.MethodPost},
	"/api/appconnection/DeleteNotificationWebhook": {CallDelete, EditionAppConnection, http.MethodPost},
	"/api/appconnection/TestWebhook":               {CallTest, EditionAppConnection, http.MethodGet},
	"/api/appconnection/info":                      {CallInfo, EditionNotifications | EditionAppConnection, http.MethodGet},
}

// ServeHTTP answers one request: it is logged, a scripted fault is applied to
// it or none, and what it does is done and in the log before the answer goes out.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.options.Control && strings.HasPrefix(r.URL.Path, controlPrefix) {
		s.control(w, r)
		return
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // far more than any call sends
	called := routes[r.URL.Path]
	if called.method != r.Method {
		called = route{call: CallOther}
	}
	request := Request{
		Call: called.call, Edition: called.edition, Method: r.Method, Path: r.URL.Path,
		Token: r.Header.Get("AppToken"), Body: string(body), UserAgent: r.UserAgent(),
	}
	entry, fault, hooks := s.arrived(request)
	for _, hook := range hooks {
		hook(request)
	}

	serves := s.serves(called)
	switch {
	case fault != nil:
		if fault.TakeEffect && serves {
			s.perform(r.Context(), request)
		}
		s.answered(entry, fault.Status)
		s.answerWith(fault, w, r)
	case serves:
		result := s.perform(r.Context(), request)
		s.answered(entry, result.status)
		s.write(w, result)
	case s.options.CatchAll:
		s.answered(entry, http.StatusOK)
		_, _ = io.WriteString(w, "<!doctype html><html><body>OctoEverywhere</body></html>")
	default:
		s.answered(entry, http.StatusNotFound)
		http.NotFound(w, r)
	}
}

// serves is false for a call, or an edition of it, that this server lacks.
func (s *Server) serves(called route) bool {
	lacks := called.call == CallInfo && s.options.NoInfo || called.call == CallTest && s.options.NoTestWebhook
	return s.options.Editions&called.edition != 0 && !lacks
}
