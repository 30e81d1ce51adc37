// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Waits are the pauses between the attempts of a call (DESIGN.md, "Attempts").
// Zero fields are defaults.
type Waits struct {
	// Min is about the first pause; each further one is twice as long, with
	// jitter, up to Max. Defaults 500 ms and 15 s.
	Min, Max time.Duration
	// RetryAfterMax caps what a server may ask for by Retry-After. Default 60 s.
	RetryAfterMax time.Duration
	// Budget bounds a call: no attempt begins later than this after its
	// start, so it ends by Budget plus one request timeout. Default 5 min.
	Budget time.Duration
}

func (w Waits) withDefaults() Waits {
	return Waits{
		Min:           cmp.Or(w.Min, 500*time.Millisecond),
		Max:           cmp.Or(w.Max, 15*time.Second),
		RetryAfterMax: cmp.Or(w.RetryAfterMax, time.Minute),
		Budget:        cmp.Or(w.Budget, 5*time.Minute),
	}
}

// before is the wait ahead of the retry'th retry (from 1).
func (w Waits) before(retry int, last answer) time.Duration {
	if asked, ok := parseRetryAfter(last.header.Get("Retry-After"), time.Now()); ok {
		return min(asked, w.RetryAfterMax)
	}
	wait := min(w.Min<<min(retry-1, 16), w.Max)
	// Between half and whole: calls that failed together don't return together.
	return wait/2 + rand.N(wait/2+1)
}

// parseRetryAfter reads the header's two forms, seconds and an HTTP date.
// A date gone by is no wait at all.
func parseRetryAfter(value string, now time.Time) (time.Duration, bool) {
	seconds, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
	if err == nil || errors.Is(err, strconv.ErrRange) { // then seconds is the most that fits
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(0, date.Sub(now)), true
}
