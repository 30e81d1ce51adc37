// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// The calls that both editions share (DESIGN.md, "Calls"); Set is in
// edition.go.
var (
	requestDelete = request{http.MethodPost, "/api/appconnection/DeleteNotificationWebhook", []byte("{}")}
	requestTest   = request{http.MethodGet, "/api/appconnection/TestWebhook", nil}
	requestInfo   = request{http.MethodGet, "/api/appconnection/info", nil}
)

// probeTimeout bounds Probe (DESIGN.md, "Status checks").
const probeTimeout = 5 * time.Second

var errNoToken = errors.New("there is no app token to call the API with")

// SetWebhook sets the App Connection's webhook, in place of any it has. It is
// idempotent and retried after temporary failures. A failed call is *Error,
// also where the service confirms another webhook (IsOtherSaved); a token or
// URL that can't be sent is a plain error, and nothing is sent.
func (c *Client) SetWebhook(ctx context.Context, token Token, webhook Webhook) error {
	if token.IsZero() {
		return errNoToken
	}
	if err := ValidateCallbackURL(webhook.CallbackURL); err != nil {
		return fmt.Errorf("the webhook can't be set: %w", err)
	}
	set := c.newCall(token)
	set.callbackURL = webhook.CallbackURL
	if c.config.Edition == EditionAuto {
		return c.setEither(ctx, set, webhook)
	}
	return c.config.Edition.conclude(set, set.send(ctx, c.config.Edition.request(webhook)), webhook)
}

// DeleteWebhook deletes the App Connection's webhook, in any edition: a server
// that doesn't serve the call answers IsNotServed.
func (c *Client) DeleteWebhook(ctx context.Context, token Token) error {
	if token.IsZero() {
		return errNoToken
	}
	call := c.newCall(token)
	return call.concludeBare(call.send(ctx, requestDelete))
}

// TestWebhook has the service send a test notification to the webhook,
// whatever its filter, and returns the status that the service got.
func (c *Client) TestWebhook(ctx context.Context, token Token) (TestResult, error) {
	if token.IsZero() {
		return TestResult{}, errNoToken
	}
	call := c.newCall(token)
	a := call.send(ctx, requestTest)
	if err := call.concludeBare(a); err != nil {
		return TestResult{}, err
	}
	return decodeTestResult(a), nil
}

// Info says whether the App Connection is valid, with retries.
func (c *Client) Info(ctx context.Context, token Token) (Info, error) {
	return c.info(ctx, token, c.config.MaxRetries, c.config.RequestTimeout)
}

// Probe is Info in one attempt of at most 5 s (and the request timeout). It
// never waits, whatever Retry-After says.
func (c *Client) Probe(ctx context.Context, token Token) (Info, error) {
	return c.info(ctx, token, 0, min(probeTimeout, c.config.RequestTimeout))
}

func (c *Client) info(ctx context.Context, token Token, retries int, timeout time.Duration) (Info, error) {
	if token.IsZero() {
		return Info{}, errNoToken
	}
	call := c.newCall(token)
	call.maxRetries, call.timeout = retries, timeout
	a := call.send(ctx, requestInfo)
	if info, ok := decodeInfo(a); ok {
		return info, nil
	}
	return Info{}, call.failed(a)
}

// concludeBare decides what the answer means to a call that is promised nothing
// but a 200: any will do, except a web page or a body that denies success.
func (c *call) concludeBare(a answer) error {
	if a.ok() && !a.isHTML() && !a.deniesSuccess() {
		return nil
	}
	return c.failed(a)
}
