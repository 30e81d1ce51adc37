// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"time"
)

// Event is one attempt of a call, or the wait before its next one. An attempt
// that is redirected is one event for each request, with the same number.
// Nothing in it holds a token or any part of a callback URL.
type Event struct {
	Method     string
	Path       string // the API's path, without the endpoint
	Connection string // fingerprint of the App Connection
	Attempt    int    // 1 for a call's first; those of both API versions count
	Waiting    bool   // a wait after the attempt, not the attempt itself
	Status     int    // 0: no complete answer came
	// Reason is why no complete answer came; of a wait, why the attempt failed.
	Reason   string
	Duration time.Duration // the attempt took, or the wait will take
}

// log adds to the event what the call and the answer tell.
func (c *call) log(ctx context.Context, a answer, e Event) {
	if c.client.config.Log == nil {
		return
	}
	e.Method, e.Path, e.Connection = a.request.method, a.request.path, c.token.Fingerprint()
	e.Attempt, e.Status = c.attempts, a.status
	if e.Waiting || a.err != nil {
		e.Reason = c.result(a)
	}
	c.client.config.Log(ctx, e)
}
