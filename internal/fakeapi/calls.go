// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// fields is a POST's JSON object by its exact field names; nil when the body
// is none.
type fields map[string]json.RawMessage

func readFields(method string, body []byte) fields {
	if method != http.MethodPost || len(body) == 0 {
		return nil
	}
	var read fields
	if json.Unmarshal(body, &read) != nil {
		return nil
	}
	return read
}

// token is the token in the body, which counts when no header has it.
func (f fields) token() string {
	var token string
	if json.Unmarshal(f["AppToken"], &token) != nil {
		return ""
	}
	return token
}

// perform carries a call out.
func (s *Server) perform(r *http.Request, request Request, sent fields) answer {
	if request.Token == "" {
		return refused(http.StatusBadRequest, "The AppToken is missing.")
	}
	if request.Call == CallTest {
		return s.test(r, request.Token)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refusal := s.admit(request.Token, request.Call)
	if c == nil {
		return refusal
	}
	switch request.Call {
	case CallSet:
		return s.set(c, request.Edition, sent)
	case CallDelete:
		c.webhook = nil
		return answer{status: http.StatusOK}
	default:
		return c.info()
	}
}

// admit finds the App Connection of a token, or the answer that refuses it;
// s.mu is held.
func (s *Server) admit(token string, call Call) (*appConnection, answer) {
	c := s.appConnections[token]
	switch {
	case c == nil:
		return nil, refusedFor(603)
	case c.revoked != 0:
		return nil, refusedFor(c.revoked)
	case !c.supporter && call != CallDelete:
		return nil, refusedFor(605)
	}
	return c, answer{}
}

// set replaces the webhook; s.mu is held. An empty EventTypes is documented by
// the appconnection edition only; here it means all events in both.
func (s *Server) set(c *appConnection, edition Editions, sent fields) answer {
	urlField, eventsField := "CallbackUrl", "EventTypes"
	if edition == EditionAppConnection {
		urlField, eventsField = "WebhookUrl", "InclusiveEventTypesFilter"
	}
	var target string
	if json.Unmarshal(sent[urlField], &target) != nil || !validTarget(target) {
		return refused(http.StatusBadRequest, urlField+" is missing, or is no valid https URL.")
	}
	var events []int
	if raw, given := sent[eventsField]; given && json.Unmarshal(raw, &events) != nil {
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
	c.webhook = &Webhook{URL: target, EventTypes: events, SetAt: s.options.Now(), Edition: edition}
	if edition == EditionAppConnection {
		return answer{status: http.StatusOK} // nothing is promised
	}
	echo := map[string]any{"Success": true, "CallbackUrl": target}
	if events != nil {
		echo["EventTypes"] = events
	}
	return answer{status: http.StatusOK, result: echo}
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
