// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

// The rules of DESIGN.md, "Calls" and "Delivery".
const (
	lifetime         = 180 * 24 * time.Hour // of an appconnection webhook after the last Set
	failuresAccepted = 5                    // more than these in a row stop the deliveries
	deliveryTimeout  = 10 * time.Second
)

// Delivery is what became of an event.
type Delivery struct {
	Sent   bool
	Status int   // what the receiver answered; 0 = no answer
	Err    error // why it was not sent, or is a failed delivery; nil = answered 200
}

// Fire lets an event happen and delivers it, if the App Connection's webhook
// is to get it. It returns when the receiver has answered or timed out.
func (s *Server) Fire(ctx context.Context, token string, event Event) Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.appConnections[token]
	if err := s.withheld(c, event.Type); err != nil {
		return Delivery{Err: err}
	}
	webhook := c.Webhook
	delivery := s.deliver(ctx, c, event)
	if webhook.Failures++; delivery.Err == nil {
		webhook.Failures = 0
	}
	return delivery
}

// withheld is why an event of this type is not delivered; s.mu is held.
func (s *Server) withheld(c *appConnection, eventType int) error {
	switch {
	case c == nil:
		return errors.New("there is no such App Connection")
	case c.Revoked != 0:
		return errors.New("the App Connection was revoked")
	case !c.Supporter:
		return errors.New("the owner is not a supporter")
	case c.Webhook == nil:
		return errors.New("no webhook is set")
	case c.Webhook.Failures > failuresAccepted:
		return errors.New("delivery stopped after more than 5 failures in a row")
	case c.Webhook.Edition == EditionAppConnection && !s.options.Now().Before(c.Webhook.SetAt.Add(lifetime)):
		return errors.New("the webhook was set 180 days ago or more")
	case c.Webhook.EventTypes != nil && !slices.Contains(c.Webhook.EventTypes, eventType):
		return errors.New("the filter excludes this event type")
	}
	return nil
}

// deliver calls the webhook, whose status is all that counts (DESIGN.md,
// "Delivery"). s.mu is held, but not meanwhile: the webhook may be replaced.
// Errors show the host at most: the rest of the URL is the app's secret.
func (s *Server) deliver(ctx context.Context, c *appConnection, event Event) Delivery {
	target := c.Webhook.URL
	body, _ := json.Marshal(c.payload(event)) // strings and numbers only
	s.mu.Unlock()
	defer s.mu.Lock()
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body)) // Set parsed the URL
	request.Header.Set("Content-Type", "application/json")
	response, err := s.options.DeliveryClient.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok { // whose text has the whole URL
			err = wrapped.Err
		}
		return Delivery{Sent: true, Err: fmt.Errorf("the receiver at %s gave no answer: %w", request.URL.Host, err)}
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the receiver answered %d instead of 200", response.StatusCode)
	}
	return Delivery{Sent: true, Status: response.StatusCode, Err: err}
}

// deliveryClient is [Options.DeliveryClient] without redirects, or its default.
func deliveryClient(custom *http.Client) *http.Client {
	client := http.Client{}
	if custom != nil {
		client = *custom
	} else {
		client.Transport = &http.Transport{
			DialContext:     (&net.Dialer{Control: loopbackOnly}).DialContext,
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // a receiver on loopback signs its own certificate
		}
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// loopbackOnly refuses to connect to anything that is not this machine.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	if to, err := netip.ParseAddrPort(address); err != nil || !to.Addr().IsLoopback() {
		return errors.New("the fake delivers to loopback addresses only, unless it has a DeliveryClient")
	}
	return nil
}
