// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// perform carries a call out.
func (s *Server) perform(ctx context.Context, request Request) answer {
	if request.Token == "" {
		return invalid("The AppToken is missing.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.appConnections[request.Token]
	switch {
	case c == nil:
		return refused(603)
	case c.Revoked != 0:
		return refused(c.Revoked)
	case request.Call == CallDelete:
		c.Webhook = nil
		return answer{status: http.StatusOK}
	case !c.Supporter:
		return refused(605)
	case request.Call == CallSet:
		return s.set(c, request)
	case request.Call == CallTest:
		return s.test(ctx, c)
	default:
		return c.info()
	}
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
	_ = json.Unmarshal(sent[urlField], &target)
	if parsed, err := url.Parse(target); err != nil || parsed.Scheme != "https" || parsed.Hostname() == "" {
		return invalid(urlField + " is missing, or is no valid https URL.")
	}
	var events []int
	raw, found := sent[eventsField]
	if found && json.Unmarshal(raw, &events) != nil || slices.ContainsFunc(events, func(event int) bool { return event < 1 || event > LastEventType }) {
		return invalid(eventsField + " is no list of event types.")
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

// test sends a test notification, event 16; s.mu is held. Not documented: the
// field of the receiver's status (StatusCode here, 0 for no answer), what is
// answered without a webhook (400), whether a webhook that is stopped or past its
// 180 days is called (it is), and whether it counts as a delivery (it doesn't).
func (s *Server) test(ctx context.Context, c *appConnection) answer {
	if c.Webhook == nil {
		return invalid("No webhook is set.")
	}
	// The service's own call goes on when its client leaves.
	delivery := s.deliver(context.WithoutCancel(ctx), c, Event{Type: 16})
	return answer{status: http.StatusOK, result: map[string]any{"StatusCode": delivery.Status}}
}
