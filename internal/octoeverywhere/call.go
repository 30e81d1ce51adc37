// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// call is one call of the API with all its attempts. It travels in the
// request's context, so that the parts which go-retryablehttp calls (attempter,
// checkRetry, backoff) can share what they know.
type call struct {
	client    *Client
	operation string
	method    string
	path      string
	token     Token
	callback  string // callback URL that answers may repeat: for redaction
	body      []byte // JSON; nil for GET

	timeout     time.Duration // of one attempt
	retriesLeft int
	began       time.Time
	// heard is told the answer of each attempt at once, before any wait.
	heard func(answer)

	attempts  int
	retries   int
	last      answer
	ambiguous bool          // some attempt may have taken effect
	wait      time.Duration // decided by checkRetry, waited by backoff
	spent     bool          // the budget, not the number of retries, ended the call
}

type callKey struct{}

func callFrom(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

func (c *Client) newCall(operation, method, path string, token Token) *call {
	return &call{
		client:      c,
		operation:   operation,
		method:      method,
		path:        path,
		token:       token,
		timeout:     c.requestTimeout,
		retriesLeft: c.maxRetries,
		began:       time.Now(),
	}
}

// do sends the call until there is an answer that needs no retry, or no retry
// is left, and leaves the outcome in c.last. It may be run again for another
// edition's path: retries and budget go on counting. The error is the
// context's, when that ended the call.
func (c *call) do(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		if c.attempts == 0 {
			c.last = answer{err: err}
		}
		return err
	}
	if c.attempts > 0 && c.budgetLeft() <= 0 {
		c.last, c.spent = answer{err: errBudget}, true
		return nil
	}
	var body any
	if c.body != nil {
		body = c.body
	}
	req, err := retryablehttp.NewRequestWithContext(context.WithValue(ctx, callKey{}, c), c.method, c.client.base+c.path, body)
	if err != nil {
		c.last = answer{err: err}
		return nil //nolint:nilerr // the outcome is in c.last
	}
	c.setHeader(req.Header)
	// The response only carries the status through go-retryablehttp: the
	// answer itself, and an attempt's failure, are in c.last.
	if _, err = c.client.retrying.Do(req); err != nil { //nolint:bodyclose // it has none: see attempter
		return err // a wait that the context ended
	}
	if c.last.retried() {
		return ctx.Err()
	}
	return nil // whole answers count, even if the context ended right after
}

func (c *call) setHeader(header http.Header) {
	// Spelt as the api page does; Header.Set would make it "Apptoken".
	header["AppToken"] = []string{c.token.reveal()}
	header["Accept"] = []string{"application/json"}
	if c.body != nil {
		header["Content-Type"] = []string{"application/json"}
	}
	if c.client.userAgent != "" {
		header["User-Agent"] = []string{c.client.userAgent}
	}
}

// record takes in the outcome of one attempt.
func (c *call) record(ctx context.Context, a answer, took time.Duration) {
	c.attempts++
	c.last = a
	c.ambiguous = c.ambiguous || a.mayHaveActed()
	if c.client.observer != nil {
		c.client.observer.Attempted(ctx, Attempt{
			Method: c.method, Path: c.path, Connection: c.token.Fingerprint(),
			Number: c.attempts, Status: a.status, Duration: took, Err: c.failure(),
		})
	}
	if c.heard != nil {
		c.heard(a)
	}
}

// failure says why the last attempt got no answer; "" when it got one.
func (c *call) failure() string {
	if c.last.err == nil {
		return ""
	}
	return c.redactor().clean(describeFailure(c.last.err, c.timeout))
}

func (c *call) redactor() redactor {
	return redactor{token: c.token.reveal(), callbackURL: c.callback}
}

func (c *call) budgetLeft() time.Duration {
	return c.client.waits.Budget - time.Since(c.began)
}
