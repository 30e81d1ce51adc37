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
	token       Token
	callbackURL string        // what answers may repeat, beside the token
	timeout     time.Duration // of one attempt
	retriesLeft int
	began       time.Time

	attempts  int
	retries   int
	uncertain *answer // to the last attempt that may have taken effect; nil: none may
}

func (c *Client) newCall(token Token) *call {
	return &call{
		client:      c,
		token:       token,
		timeout:     c.config.RequestTimeout,
		retriesLeft: c.config.MaxRetries,
		began:       time.Now(),
	}
}

// send makes attempts until an answer is final, or no other attempt is allowed.
// It may be called again with the other edition's request: retries and budget
// go on counting. A complete answer counts, even if ctx ended right after it.
func (c *call) send(ctx context.Context, req request) answer {
	ctx, done := c.client.untilStopped(ctx)
	defer done()
	if err := ctx.Err(); err != nil {
		return answer{request: req, err: err, interrupted: err}
	}
	if c.attempts > 0 && c.budgetLeft() <= 0 {
		return answer{request: req, err: errBudget}
	}
	for {
		a := c.attempt(ctx, req)
		if !a.isRetryable() {
			return a
		}
		if a.interrupted = ctx.Err(); a.interrupted != nil || c.retriesLeft == 0 {
			return a
		}
		c.retriesLeft--
		c.retries++
		wait := c.client.config.Waits.before(c.retries, a)
		if wait >= c.budgetLeft() {
			a.budgetExhausted = true
			return a
		}
		c.log(ctx, a, Event{Waiting: true, Duration: wait})
		if a.interrupted = pause(ctx, wait); a.interrupted != nil {
			return a
		}
	}
}

func (c *call) budgetLeft() time.Duration { return c.client.config.Waits.Budget - time.Since(c.began) }
