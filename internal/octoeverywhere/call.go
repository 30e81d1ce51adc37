// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"cmp"
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
	maxRetries  int
	began       time.Time

	attempts  int
	retries   int
	uncertain *answer // to the last attempt that may have taken effect; nil: none may
}

func (c *Client) newCall(token Token) *call {
	return &call{
		client:     c,
		token:      token,
		timeout:    c.config.RequestTimeout,
		maxRetries: c.config.MaxRetries,
		began:      time.Now(),
	}
}

// send makes attempts until an answer is final, or no other attempt is allowed.
// It may be called again with the other edition's request: retries and budget
// go on counting. A complete answer counts, even if ctx ended right after it.
func (c *call) send(ctx context.Context, req request) answer {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.client.running, cancel)()
	if err := cmp.Or(ctx.Err(), c.client.running.Err()); err != nil {
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
		if a.interrupted = ctx.Err(); a.interrupted != nil || c.retries >= c.maxRetries {
			return a
		}
		c.retries++
		wait := c.client.config.Waits.before(c.retries, a)
		if wait >= c.budgetLeft() {
			a.budgetExhausted = true
			return a
		}
		c.log(ctx, a, Event{Waiting: true, Duration: wait})
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			a.interrupted = ctx.Err()
			return a
		}
	}
}

func (c *call) budgetLeft() time.Duration { return c.client.config.Waits.Budget - time.Since(c.began) }
