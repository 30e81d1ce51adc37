// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"errors"
	"time"
)

var errBudget = errors.New("no time was left for another attempt")

// request is what one path of the API is sent.
type request struct {
	method, path string
	body         []byte // JSON; nil for GET
}

// call is one operation on one App Connection, with all its attempts.
type call struct {
	client      *Client
	operation   string
	token       Token
	callbackURL string        // what answers may repeat, beside the token
	timeout     time.Duration // of one attempt
	retriesLeft int
	began       time.Time

	attempts  int
	retries   int
	ambiguous bool     // some attempt may have taken effect
	hidden    *secrets // see secrets
}

func (c *Client) newCall(operation string, token Token) *call {
	return &call{
		client:      c,
		operation:   operation,
		token:       token,
		timeout:     c.requestTimeout,
		retriesLeft: c.maxRetries,
		began:       time.Now(),
	}
}

// send makes attempts until an answer needs no other, or none may follow. It
// may be called again with the other edition's request: retries and budget go
// on counting. A whole answer counts, even if ctx ended right after it.
func (c *call) send(ctx context.Context, req request) answer {
	if err := ctx.Err(); err != nil {
		return answer{asked: req, err: err, ended: err}
	}
	if c.attempts > 0 && c.budgetLeft() <= 0 {
		return answer{asked: req, err: errBudget}
	}
	for {
		a := c.attempt(ctx, req)
		if !a.passes() {
			return a
		}
		if a.ended = ctx.Err(); a.ended != nil || c.retriesLeft == 0 {
			return a
		}
		c.retriesLeft--
		c.retries++
		wait := c.client.waits.before(c.retries, a)
		if wait >= c.budgetLeft() {
			a.spent = true
			return a
		}
		c.tellWait(ctx, a, wait)
		if a.ended = pause(ctx, wait); a.ended != nil {
			return a
		}
	}
}

func (c *call) budgetLeft() time.Duration { return c.client.waits.Budget - time.Since(c.began) }

func (c *call) tellAttempt(ctx context.Context, a answer, took time.Duration) {
	if c.client.observer == nil {
		return
	}
	c.client.observer.Attempted(ctx, Attempt{
		Method: a.asked.method, Path: a.asked.path, Connection: c.token.Fingerprint(),
		Number: c.attempts, Status: a.status, Duration: took, Err: c.describe(a.err),
	})
}

func (c *call) tellWait(ctx context.Context, a answer, wait time.Duration) {
	if c.client.observer == nil {
		return
	}
	reason := c.describe(a.err)
	if reason == "" {
		reason = describeStatus(a.status)
	}
	c.client.observer.Waiting(ctx, Wait{
		Method: a.asked.method, Path: a.asked.path, Connection: c.token.Fingerprint(),
		Number: c.attempts, Reason: reason, Duration: wait,
	})
}
