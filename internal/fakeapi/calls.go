// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// perform carries a call out.
func (s *Server) perform(ctx context.Context, request Request) answer {
	if request.Token == "" {
		return refused(http.StatusBadRequest, "The AppToken is missing.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.appConnections[request.Token]
	if status := c.refusal(request.Call); status != 0 {
		return refused(status, meanings[status])
	}
	switch request.Call {
	case CallSet:
		return s.set(c, request)
	case CallDelete:
		c.Webhook = nil
		return answer{status: http.StatusOK}
	case CallTest:
		return s.test(ctx, c)
	default:
		return c.info()
	}
}

// refusal is the status with which a call is refused, 0 for none; Server.mu is
// held.
func (c *appConnection) refusal(call Call) int {
	switch {
	case c == nil:
		return 603
	case c.Revoked != 0:
		return c.Revoked
	case !c.Supporter && call != CallDelete:
		return 605
	}
	return 0
}

// set replaces the webhook; s.mu is held. An empty EventTypes is documented by
// the appconnection edition only; here it means all events in both.
func (s *Server) set(c *appConnection, request Request) answer {
	urlField, eventsField := "CallbackUrl", "EventTypes"
	if request.Edition == EditionAppConnection {
		urlField, eventsField = "WebhookUrl", "InclusiveEventTypesFilter"
	}
	var sent map[string]json.RawMessage             // by the exact names, which a struct would not demand
	_ = json.Unmarshal([]byte(request.Body), &sent) // what is no object has no URL
	var target string
	if json.Unmarshal(sent[urlField], &target) != nil || !validTarget(target) {
		return refused(http.StatusBadRequest, urlField+" is missing, or is no valid https URL.")
	}
	var events []int
	if raw, found := sent[eventsField]; found && json.Unmarshal(raw, &events) != nil {
		return refused(http.StatusBadRequest, eventsField+" is no list of numbers.")
	}
	for _, event := range events {
		if event < 1 || event > LastEventType {
			return refused(http.StatusBadRequest, eventsField+" has a value that is no event type.")
		}
	}
	if len(events) == 0 {
		events = nil
	}
	// Another object: deliveries under way count on the old one.
	c.Webhook = &Webhook{URL: target, EventTypes: events, SetAt: s.options.Now(), Edition: request.Edition}
	if request.Edition == EditionAppConnection {
		return answer{status: http.StatusOK} // no body is promised
	}
	saved := map[string]any{"Success": true, "CallbackUrl": target}
	if events != nil {
		saved["EventTypes"] = events
	}
	return answer{status: http.StatusOK, result: saved}
}

// test sends a test notification; s.mu is held. Not documented: the field of the
// receiver's status (StatusCode here, 0 for no answer), what is answered without
// a webhook (400), whether a webhook that is stopped or past its 180 days is
// called (it is), and whether the outcome counts as a delivery's (it doesn't).
func (s *Server) test(ctx context.Context, c *appConnection) answer {
	if c.Webhook == nil {
		return refused(http.StatusBadRequest, "No webhook is set.")
	}
	// The service's own call goes on when its client leaves.
	delivery := s.deliver(context.WithoutCancel(ctx), c, Event{Type: testNotification})
	return answer{status: http.StatusOK, result: map[string]any{"StatusCode": delivery.Status}}
}

// validTarget is whether Set takes a URL: https, a host, and nothing that a
// request line can't carry.
func validTarget(target string) bool {
	if strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return false
	}
	parsed, err := url.Parse(target)
	return err == nil && parsed.Scheme == "https" && parsed.Hostname() != ""
}
