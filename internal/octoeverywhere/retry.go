// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Waits are the pauses between the attempts of a call. Zero fields are
// defaults.
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
	for _, field := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{
		{&w.Min, 500 * time.Millisecond},
		{&w.Max, 15 * time.Second},
		{&w.RetryAfterMax, time.Minute},
		{&w.Budget, 5 * time.Minute},
	} {
		if *field.value <= 0 {
			*field.value = field.fallback
		}
	}
	return w
}

// before is the wait ahead of the retry'th retry (from 1).
func (w Waits) before(retry int, last answer) time.Duration {
	if asked, ok := parseRetryAfter(last.retryAfter, time.Now()); ok {
		return min(asked, w.RetryAfterMax)
	}
	wait := w.Min
	for range retry - 1 {
		if wait >= w.Max {
			break
		}
		wait *= 2
	}
	wait = min(wait, w.Max)
	// Between half and whole: calls that failed together don't return together.
	return wait/2 + rand.N(wait/2+1)
}

// parseRetryAfter reads the header's two forms, seconds and an HTTP date.
// A date gone by is no wait at all.
func parseRetryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	} else if errors.Is(err, strconv.ErrRange) {
		return 1<<63 - 1, true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(0, date.Sub(now)), true
}

// retried reports whether an answer is worth another attempt (design, HTTP
// rules): no answer, or one of the statuses that pass. go-retryablehttp's own
// policy would retry every status from 500 on, dead tokens included.
func (a answer) retried() bool {
	if a.err != nil {
		// A certificate does not become valid by asking again.
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](a.err)
		return !untrusted && !errors.Is(a.err, errBudget)
	}
	switch a.status {
	case 429, 500, 502, 503, 504, 600, 602, 609:
		return true
	}
	return false
}

// checkRetry is go-retryablehttp's CheckRetry. It also settles how long to
// wait, since a wait that the budget can't hold means no retry.
func checkRetry(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	c := callFrom(ctx)
	if ctx.Err() != nil || c.retriesLeft == 0 || !c.last.retried() {
		return false, nil //nolint:nilerr // do tells the context's end itself
	}
	c.wait = c.client.waits.before(c.retries+1, c.last)
	if c.wait >= c.budgetLeft() {
		c.spent = true
		return false, nil
	}
	c.retriesLeft--
	c.retries++
	return true, nil
}

// backoff is go-retryablehttp's Backoff, called right before it waits.
func backoff(_, _ time.Duration, _ int, resp *http.Response) time.Duration {
	ctx := resp.Request.Context()
	c := callFrom(ctx)
	if c.client.observer != nil {
		reason := c.failure()
		if reason == "" {
			reason = describeStatus(c.last.status)
		}
		c.client.observer.Waiting(ctx, Wait{
			Method: c.method, Path: c.path, Connection: c.token.Fingerprint(),
			Number: c.attempts, Reason: reason, Duration: c.wait,
		})
	}
	return c.wait
}
