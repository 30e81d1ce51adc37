// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"time"
)

// Observer is told what a client does, for logs and for tests. It is called
// synchronously, by many goroutines at once, and must be quick. Nothing it is
// given holds a token or any part of a callback URL.
type Observer interface {
	// Attempted is called after each attempt, answered or not.
	Attempted(ctx context.Context, a Attempt)
	// Waiting is called before each wait for another attempt.
	Waiting(ctx context.Context, w Wait)
}

// Attempt is one HTTP request of a call. One that the service redirects is told
// once for each place, under the same Number.
type Attempt struct {
	Method     string
	Path       string // the API's path, without the endpoint
	Connection string // fingerprint of the App Connection
	Number     int    // 1 for a call's first; an edition tried in vain counts too
	Status     int    // 0: no complete answer came
	Duration   time.Duration
	Err        string // why no answer came; "" when one did
}

// Wait is a pause before the next attempt.
type Wait struct {
	Method     string
	Path       string
	Connection string
	Number     int    // of the attempt that failed
	Reason     string // what it failed with
	Duration   time.Duration
}
