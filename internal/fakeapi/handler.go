// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
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

// answer is what a call returns.
type answer struct {
	status int
	body   any // JSON; nil = none
}

// refusal is an error answer. Its fields are not documented, so tests must
// not depend on them.
func refusal(status int, detail string) answer {
	return answer{status, map[string]any{"Success": false, "Error": detail}}
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, requestBodyLimit))
	var fields callFields
	_ = json.Unmarshal(body, &fields)
	call, edition := identify(r)
	request := Request{
		Call: call, Edition: edition, Method: r.Method, Path: r.URL.Path, Token: r.Header.Get("AppToken"), Body: string(body),
		UserAgent: r.UserAgent(), RemoteAddr: r.RemoteAddr, At: s.options.Now(),
	}
	if request.Token == "" && r.Method == http.MethodPost {
		request.Token = fields.AppToken
	}
	index := s.note(request)
	fault, hooks := s.meet(request)
	for _, hook := range hooks {
		hook(request)
	}
	if s.options.Latency > 0 && !s.pause(r, s.options.Latency) {
		return
	}
	if fault != nil {
		if fault.Before != nil {
			fault.Before(request)
		}
		if fault.Commit {
			request.Committed = s.perform(r, &request, fields).status == http.StatusOK
		}
		request.Status = fault.status()
		s.settle(index, request)
		s.misbehave(w, r, fault)
		return
	}
	if !s.serves(call, edition) {
		s.options.NotServed(w, r)
		request.Status = http.StatusNotFound
		s.settle(index, request)
		return
	}
	given := s.perform(r, &request, fields)
	request.Status, request.Committed = given.status, given.status == http.StatusOK
	s.settle(index, request) // before the answer: whoever has it finds it logged
	write(w, given)
}

// write sends an answer.
func write(w http.ResponseWriter, given answer) {
	if given.body != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(given.status)
	if given.body != nil {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(given.body)
	}
}

// identify tells which call a request is. A right path with a wrong method is
// a call that is not served.
func identify(r *http.Request) (Call, Editions) {
	switch r.Method + " " + r.URL.Path {
	case "POST " + pathSetNotifications:
		return CallSet, Notifications
	case "POST " + pathSetAppConnection:
		return CallSet, AppConnection
	case "POST " + pathDelete:
		return CallDelete, 0
	case "GET " + pathTest:
		return CallTest, 0
	case "GET " + pathInfo:
		return CallInfo, 0
	}
	return CallOther, 0
}

func (s *Server) serves(call Call, edition Editions) bool {
	successor := s.options.Editions&AppConnection != 0
	switch call {
	case CallSet:
		return s.options.Editions&edition != 0
	case CallDelete:
		return successor
	case CallTest:
		return successor && !s.options.NoTestWebhook
	case CallInfo:
		return !s.options.NoInfo
	}
	return false
}

// callFields are the JSON fields that POSTs carry, of both editions.
type callFields struct {
	AppToken                  string
	CallbackURL               *string `json:"CallbackUrl"`
	EventTypes                []int
	WebhookURL                *string `json:"WebhookUrl"`
	InclusiveEventTypesFilter []int
}

// perform carries a call out.
func (s *Server) perform(r *http.Request, request *Request, fields callFields) answer {
	if request.Token == "" {
		return refusal(http.StatusBadRequest, "AppToken is missing")
	}
	s.mu.Lock()
	c, found := s.connections[request.Token]
	var refused answer
	switch {
	case !found:
		refused = refusal(603, "App Connection not found")
	case c.revoked != 0:
		refused = refusal(c.revoked, "App Connection not found, revoked or expired")
	case !c.supporter && request.Call != CallDelete:
		refused = refusal(605, "The owner is no longer a supporter")
	}
	if refused.status != 0 {
		s.mu.Unlock()
		return refused
	}
	switch request.Call {
	case CallSet:
		defer s.mu.Unlock()
		return s.set(c, request.Edition, fields)
	case CallDelete:
		defer s.mu.Unlock()
		c.webhook = nil
		return answer{status: http.StatusOK}
	case CallInfo:
		defer s.mu.Unlock()
		return info(c)
	case CallTest:
		s.mu.Unlock()
		return s.test(r, request.Token)
	}
	s.mu.Unlock()
	return answer{status: http.StatusNotFound}
}

// set saves a webhook; s.mu is held.
func (s *Server) set(c *connection, edition Editions, fields callFields) answer {
	target, events := fields.CallbackURL, fields.EventTypes
	if edition == AppConnection {
		target, events = fields.WebhookURL, fields.InclusiveEventTypesFilter
	}
	if target == nil || *target == "" {
		return refusal(http.StatusBadRequest, "The callback URL is missing")
	}
	if parsed, err := url.Parse(*target); err != nil || parsed.Scheme != "https" || parsed.Host == "" {
		return refusal(http.StatusBadRequest, "The callback URL is not a valid https URL")
	}
	for _, event := range events {
		if (event < 1 || event > 16) && !slices.Contains(s.options.ExtraEventTypes, event) {
			return refusal(http.StatusBadRequest, "EventTypes has an invalid value")
		}
	}
	if len(events) == 0 {
		events = nil
	}
	sets := 1
	if c.webhook != nil {
		sets += c.webhook.Sets
	}
	c.webhook = &Webhook{URL: *target, EventTypes: events, SetAt: s.options.Now(), Edition: edition, Sets: sets}
	if edition == AppConnection {
		return answer{status: http.StatusOK}
	}
	saved := map[string]any{"Success": true, "CallbackUrl": *target}
	if events != nil {
		saved["EventTypes"] = events
	}
	return answer{http.StatusOK, saved}
}

// info tells of the printer, nothing of the webhook.
func info(c *connection) answer {
	if c.infoStatus != 0 {
		return refusal(c.infoStatus, "The printer can't be reached")
	}
	stamp := c.connected.UTC().Format(time.RFC3339)
	return answer{http.StatusOK, map[string]any{
		"PrinterName":           c.printerName,
		"PrinterLocalIp":        "192.168.1.20",
		"IsOnline":              c.online,
		"LastConnectionTimeUtc": stamp,
		"LastDisconnectTimeUtc": stamp,
		"UserFacingPrinterUrl":  "https://octoeverywhere.com/printer/" + url.PathEscape(c.printerName),
		"PrinterLimits": map[string]any{
			"MaxDownloadFileSizeBytes":           1 << 30,
			"MaxUploadFileSizeBytes":             1 << 29,
			"MaxSingleWebcamStreamLengthSeconds": 3600,
		},
	}}
}

// pause waits for the latency; false when the client left or the server ended.
func (s *Server) pause(r *http.Request, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.done:
	}
	return false
}
