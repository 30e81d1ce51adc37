// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	lifetime         = 180 * 24 * time.Hour // of an appconnection webhook after the last Set (DESIGN.md, "Calls")
	failuresAccepted = 5                    // more than these in a row stop the deliveries (DESIGN.md, "Delivery")
)

// Delivery is what became of an event.
type Delivery struct {
	Sent   bool
	Reason string // why it was not sent
	Status int    // what the receiver answered; 0 = no answer
	Err    error  // why it is a failed delivery; nil = answered 200
}

// Fire lets an event happen and delivers it, if the App Connection's webhook
// is to get it. It returns when the receiver has answered or timed out. When
// ctx ends first, that is no failure of the receiver's and counts as none.
func (s *Server) Fire(ctx context.Context, token string, event Event) Delivery {
	s.mu.Lock()
	c := s.appConnections[token]
	if reason := s.silence(c, event.Type); reason != "" {
		s.mu.Unlock()
		return Delivery{Reason: reason}
	}
	webhook, payload := c.webhook, c.payload(event)
	s.mu.Unlock()
	return s.deliver(ctx, webhook, payload)
}

// silence is why an event of this type is not delivered, or ""; s.mu is held.
func (s *Server) silence(c *appConnection, eventType int) string {
	switch {
	case c == nil:
		return "there is no such App Connection"
	case c.revoked != 0:
		return "the App Connection was revoked"
	case !c.supporter:
		return "the owner is not a supporter"
	case c.webhook == nil:
		return "no webhook is set"
	case c.webhook.Stopped:
		return "delivery stopped after more than 5 failures in a row"
	case c.webhook.Edition == EditionAppConnection && !s.options.Now().Before(c.webhook.SetAt.Add(lifetime)):
		return "the webhook was set 180 days ago or more"
	case c.webhook.EventTypes != nil && !slices.Contains(c.webhook.EventTypes, eventType):
		return "the filter leaves this event out"
	}
	return ""
}

// test is TestWebhook: it sends a test notification whatever the filter says,
// and tells what the webhook answered, 0 when it did not. The name of that
// field is not documented, nor is what TestWebhook does without
// a webhook (400 here), for one that is stopped or past its 180 days (it sends),
// and whether its failures count (they do) is not documented. A success of it
// does not resume what is stopped: only Set does.
func (s *Server) test(r *http.Request, token string) answer {
	s.mu.Lock()
	c, refusal := s.admit(token, CallTest)
	if c != nil && c.webhook == nil {
		c, refusal = nil, refused(http.StatusBadRequest, "No webhook is set.")
	}
	if c == nil {
		s.mu.Unlock()
		return refusal
	}
	webhook, payload := c.webhook, c.payload(Event{Type: testNotification})
	s.mu.Unlock()
	// The service's own call goes on when its client leaves.
	delivery := s.deliver(context.WithoutCancel(r.Context()), webhook, payload)
	return answer{status: http.StatusOK, result: map[string]any{"StatusCode": delivery.Status}}
}

// deliver POSTs to the webhook and counts the outcome.
func (s *Server) deliver(ctx context.Context, webhook *Webhook, payload Payload) Delivery {
	limited, cancel := context.WithTimeout(ctx, s.options.DeliveryTimeout)
	defer cancel()
	status, err := post(limited, s.options.DeliveryClient, webhook.URL, payload)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the receiver answered %d instead of 200", status)
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = fmt.Errorf("the receiver did not answer within %s: %w", s.options.DeliveryTimeout, context.DeadlineExceeded)
	}
	delivery := Delivery{Sent: true, Status: status, Err: err}
	if err != nil && ctx.Err() != nil {
		return delivery
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		webhook.Failures = 0
		return delivery
	}
	webhook.Failures++
	if webhook.Failures > failuresAccepted {
		webhook.Stopped = true
	}
	return delivery
}
