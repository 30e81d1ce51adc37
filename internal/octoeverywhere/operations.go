// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Paths of the calls that every edition has in common (api page, "Calls").
const (
	deletePath = "/api/appconnection/DeleteNotificationWebhook"
	testPath   = "/api/appconnection/TestWebhook"
	infoPath   = "/api/appconnection/info"
)

var errNoToken = errors.New("there is no app token to call the API with")

// SetWebhook sets the App Connection's webhook, in place of any it has (api
// page, "Calls"). It is idempotent and repeated after failures that pass. An
// answer that repeats another configuration than was asked for is *EchoError,
// every other failure of the call *Error; a token or URL that can't be sent is
// a plain error, and nothing is sent.
func (c *Client) SetWebhook(ctx context.Context, token Token, webhook Webhook) error {
	if token.IsZero() {
		return errNoToken
	}
	if err := ValidateCallbackURL(webhook.CallbackURL); err != nil {
		return fmt.Errorf("the webhook can't be set: %w", err)
	}
	if c.edition != EditionAuto {
		return c.set(ctx, token, webhook, []Edition{c.edition})
	}
	try, lead, err := c.discovery.enter(ctx)
	if err != nil {
		set := c.newCall("setting the webhook", http.MethodPost, EditionNotifications.setPath(), token)
		set.last.err = err
		return set.failed(err)
	}
	if lead {
		defer c.discovery.release() // should it never come to an attempt
	}
	return c.set(ctx, token, webhook, try)
}

// set tries the editions in order until one is served.
func (c *Client) set(ctx context.Context, token Token, webhook Webhook, try []Edition) error {
	call := c.newCall("setting the webhook", http.MethodPost, "", token)
	call.callback = webhook.CallbackURL
	discovering := len(try) > 1
	var vain []string
	for _, edition := range try {
		call.path = edition.setPath()
		call.body = encodeSet(edition, webhook)
		if discovering {
			call.heard = func(a answer) {
				c.discovery.learn(edition, a)
				c.discovery.release()
			}
		}
		if err := call.do(ctx); err != nil {
			return call.failed(err)
		}
		if !discovering || judge(edition, call.last) != unserved {
			return call.concludeSet(edition, webhook)
		}
		// Something took the request with a 2xx: nobody knows what it did.
		call.ambiguous = call.ambiguous || call.last.is2xx()
		vain = append(vain, fmt.Sprintf("%s %s answered %d", call.method, call.path, call.last.status))
	}
	return call.neitherServed(vain)
}

// encodeSet is Set's request in an edition's words.
func encodeSet(edition Edition, webhook Webhook) []byte {
	var message any = struct {
		CallbackURL string      `json:"CallbackUrl"`
		EventTypes  []EventType `json:"EventTypes,omitempty"`
	}(webhook)
	if edition == EditionAppConnection {
		message = struct {
			CallbackURL string      `json:"WebhookUrl"`
			EventTypes  []EventType `json:"InclusiveEventTypesFilter,omitempty"`
		}(webhook)
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	// Else & < > would travel as \u0026…: the same once decoded, but the URL
	// is to arrive as written even where somebody only searches the bytes.
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(message) // strings and numbers can't fail
	return body.Bytes()
}

// concludeSet says what the answer to a Set means.
func (c *call) concludeSet(edition Edition, asked Webhook) error {
	if c.last.status != http.StatusOK {
		return c.failed(nil)
	}
	if edition == EditionAppConnection {
		return c.concludeBare() // no body is promised
	}
	saved, ok := decodeSetAnswer(c.last)
	if !ok {
		return c.notUnderstood()
	}
	if !*saved.Success {
		return c.denied()
	}
	echo := Webhook{EventTypes: saved.EventTypes}
	if saved.CallbackURL != nil {
		echo.CallbackURL = *saved.CallbackURL
	}
	if saved.CallbackURL == nil || !asked.Equal(echo) {
		return c.echoError(asked, echo)
	}
	return nil
}

// concludeBare accepts any 200 but a web page, or a body that says no.
func (c *call) concludeBare() error {
	switch {
	case c.last.status != http.StatusOK:
		return c.failed(nil)
	case c.last.isHTML():
		return c.notUnderstood()
	}
	if success := c.last.success(); success != nil && !*success {
		return c.denied()
	}
	return nil
}

// DeleteWebhook deletes the App Connection's webhook. It is called whatever
// the edition: a server that only has the commissioned edition answers
// IsNotServed.
func (c *Client) DeleteWebhook(ctx context.Context, token Token) error {
	if token.IsZero() {
		return errNoToken
	}
	call := c.newCall("deleting the webhook", http.MethodPost, deletePath, token)
	call.body = []byte("{}")
	if err := call.do(ctx); err != nil {
		return call.failed(err)
	}
	return call.concludeBare()
}

// TestWebhook has the service send a test notification to the webhook,
// whatever its filter, and reports the status that it got (api page, "Calls").
func (c *Client) TestWebhook(ctx context.Context, token Token) (TestResult, error) {
	if token.IsZero() {
		return TestResult{}, errNoToken
	}
	call := c.newCall("testing the webhook", http.MethodGet, testPath, token)
	if err := call.do(ctx); err != nil {
		return TestResult{}, call.failed(err)
	}
	switch {
	case call.last.status != http.StatusOK:
		return TestResult{}, call.failed(nil)
	case call.last.isHTML():
		return TestResult{}, call.notUnderstood()
	}
	return decodeTestResult(call.last), nil
}

// Info asks whether the App Connection is alive, with retries.
func (c *Client) Info(ctx context.Context, token Token) (AppConnection, error) {
	return c.info(ctx, token, c.maxRetries, c.requestTimeout)
}

// Probe is Info in one attempt of at most ProbeTimeout (and the request
// timeout). It never waits, whatever Retry-After says (design rule 3).
func (c *Client) Probe(ctx context.Context, token Token) (AppConnection, error) {
	return c.info(ctx, token, 0, min(ProbeTimeout, c.requestTimeout))
}

func (c *Client) info(ctx context.Context, token Token, retries int, timeout time.Duration) (AppConnection, error) {
	if token.IsZero() {
		return AppConnection{}, errNoToken
	}
	call := c.newCall("asking about the App Connection", http.MethodGet, infoPath, token)
	call.retriesLeft, call.timeout = retries, timeout
	if err := call.do(ctx); err != nil {
		return AppConnection{}, call.failed(err)
	}
	if call.last.status != http.StatusOK {
		return AppConnection{}, call.failed(nil)
	}
	connection, ok := decodeInfo(call.last)
	if !ok {
		return AppConnection{}, call.notUnderstood()
	}
	return connection, nil
}
