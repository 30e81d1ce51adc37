// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"io"
	"net/http"
	"strings"
	"time"
)

// Paths of the API (DESIGN.md, "Calls").
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

// HTML is a page as a web front end shows it, such as for a [Fault]'s Body.
const HTML = "<!doctype html><html><body>OctoEverywhere</body></html>"

// ServeHTTP answers one request: it is logged, meets a scripted fault or none,
// and what it does is done and in the log before the answer goes out.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.options.Control && strings.HasPrefix(r.URL.Path, controlPrefix) {
		s.control(w, r)
		return
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, requestBodyLimit))
	known := routes[strings.TrimPrefix(r.URL.Path, s.options.RegionPath)]
	asked, region := known, s.region(r)
	switch {
	case region != "":
		asked = route{call: CallRedirect}
	case known.method != r.Method:
		asked = route{call: CallOther}
	}
	sent := readFields(r.Method, body)
	request := Request{
		Call: asked.call, Edition: asked.edition, Method: r.Method, Path: r.URL.Path, Token: r.Header.Get("AppToken"),
		Body: string(body), UserAgent: r.UserAgent(),
	}
	if request.Token == "" {
		request.Token = sent.token()
	}
	entry, fault, hooks := s.arrived(request)
	for _, hook := range hooks {
		hook(request)
	}
	if s.options.Latency > 0 && !pause(r, s.options.Latency) {
		return
	}
	if fault != nil {
		if fault.Before != nil {
			fault.Before(request)
		}
		fault.addHeader(w)
	}

	serves := s.serves(asked)
	switch {
	case fault != nil && fault.answers():
		if fault.Commit && serves {
			done := s.perform(r, request, sent)
			s.settle(entry, 0, tookEffect(request.Call, done)) // now: the answer may never end
		}
		s.settle(entry, fault.status(), false)
		s.misbehave(w, r, fault)
	case serves:
		given := s.perform(r, request, sent)
		s.settle(entry, given.status, tookEffect(request.Call, given))
		s.write(w, given)
	case region != "":
		s.settle(entry, s.options.RegionStatus, false)
		w.Header().Set("Location", region)
		w.WriteHeader(s.options.RegionStatus)
	case s.serves(known): // and the method is another
		s.settle(entry, http.StatusMethodNotAllowed, false)
		w.Header().Set("Allow", known.method)
		w.WriteHeader(http.StatusMethodNotAllowed)
	case s.options.CatchAll:
		s.settle(entry, http.StatusOK, false)
		_, _ = io.WriteString(w, HTML)
	default:
		s.settle(entry, http.StatusNotFound, false)
		http.NotFound(w, r)
	}
}

// serves is false for a call, or an edition of it, that this server lacks.
func (s *Server) serves(asked route) bool {
	successor := s.options.Editions&EditionAppConnection != 0
	switch asked.call {
	case CallSet:
		return s.options.Editions&asked.edition != 0
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
