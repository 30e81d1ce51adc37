// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"
)

const (
	lifetime         = 180 * 24 * time.Hour // of an appconnection webhook after the last Set (API page)
	failuresAccepted = 5                    // more than these in a row stop the deliveries (API page, Delivery)
	testNotification = 16                   // event type of what TestWebhook sends
)

// Event is something that happens on a printer. Zero fields are sent as zero.
type Event struct {
	Type              int
	PrintID           string
	FileName          string
	DurationSec       int
	Progress          int
	TimeRemainingSec  int
	ZOffsetMM         int
	CurrentLayer      int
	TotalLayers       int
	Error             string
	PlatformErrorCode string
}

// Payload is the JSON that the service POSTs (API page, Delivery).
type Payload struct {
	PrinterId         string //nolint:revive // the field's own name
	SecretKey         string `json:",omitempty"`
	PrintId           string //nolint:revive // the field's own name
	EventType         int
	PrinterName       string
	SnapshotUrl       string //nolint:revive // the field's own name
	QuickViewUrl      string //nolint:revive // the field's own name
	FileName          string
	DurationSec       int
	Progress          int
	TimeRemainingSec  int
	ZOffsetMM         int
	CurrentLayer      int
	TotalLayers       int
	Error             string
	PlatformErrorCode string
}

// Delivery is what became of an event.
type Delivery struct {
	Sent   bool
	Reason string // why it was not sent
	Status int    // what the receiver answered; 0 = no answer
	Err    error
}

// Fire lets an event happen and delivers it, if the App Connection's webhook
// is to get it. It returns when the receiver has answered or timed out.
func (s *Server) Fire(ctx context.Context, token string, event Event) Delivery {
	s.mu.Lock()
	c, found := s.connections[token]
	var reason string
	switch {
	case !found || c.revoked != 0:
		reason = "the App Connection is not valid"
	case !c.supporter:
		reason = "the owner is not a supporter"
	case c.webhook == nil:
		reason = "no webhook is set"
	case c.webhook.Stopped:
		reason = "delivery stopped after more than 5 failures in a row"
	case c.webhook.Edition == AppConnection && !s.options.Now().Before(c.webhook.SetAt.Add(lifetime)):
		reason = "the webhook was set more than 180 days ago"
	case c.webhook.EventTypes != nil && !slices.Contains(c.webhook.EventTypes, event.Type):
		reason = "the filter leaves this event out"
	}
	if reason != "" {
		s.mu.Unlock()
		return Delivery{Reason: reason}
	}
	webhook, payload := c.webhook, payloadOf(c, event)
	s.mu.Unlock()
	return s.deliver(ctx, webhook, payload)
}

// test sends a test notification, whatever the filter says, and tells what
// the webhook answered.
func (s *Server) test(r *http.Request, token string) answer {
	s.mu.Lock()
	c := s.connections[token]
	if c == nil || c.webhook == nil {
		s.mu.Unlock()
		return refusal(http.StatusBadRequest, "No webhook is set")
	}
	webhook, payload := c.webhook, payloadOf(c, Event{Type: testNotification})
	s.mu.Unlock()
	delivery := s.deliver(r.Context(), webhook, payload)
	return answer{http.StatusOK, map[string]any{s.options.TestStatusField: delivery.Status}}
}

// deliver POSTs to the webhook and counts the outcome.
func (s *Server) deliver(ctx context.Context, webhook *Webhook, payload Payload) Delivery {
	ctx, cancel := context.WithTimeout(ctx, s.options.DeliveryTimeout)
	defer cancel()
	delivery := Delivery{Sent: true}
	delivery.Status, delivery.Err = s.post(ctx, webhook.URL, payload)

	s.mu.Lock()
	defer s.mu.Unlock()
	if delivery.Status == http.StatusOK {
		webhook.Failures = 0
		return delivery
	}
	if delivery.Err == nil {
		delivery.Err = errors.New("the receiver did not answer 200")
	}
	webhook.Failures++
	webhook.Stopped = webhook.Failures > failuresAccepted
	return delivery
}

func (s *Server) post(ctx context.Context, url string, payload Payload) (int, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.options.DeliveryClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close() //nolint:errcheck // only read
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	return response.StatusCode, nil
}

func payloadOf(c *connection, event Event) Payload {
	return Payload{
		PrinterId:         "printer-" + c.printerName,
		PrintId:           event.PrintID,
		EventType:         event.Type,
		PrinterName:       c.printerName,
		SnapshotUrl:       "https://octoeverywhere.com/snapshot/fake",
		QuickViewUrl:      "https://octoeverywhere.com/quickview/fake",
		FileName:          event.FileName,
		DurationSec:       event.DurationSec,
		Progress:          event.Progress,
		TimeRemainingSec:  event.TimeRemainingSec,
		ZOffsetMM:         event.ZOffsetMM,
		CurrentLayer:      event.CurrentLayer,
		TotalLayers:       event.TotalLayers,
		Error:             event.Error,
		PlatformErrorCode: event.PlatformErrorCode,
	}
}
