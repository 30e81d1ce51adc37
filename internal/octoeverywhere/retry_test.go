// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// busy asks to be tried again after this many seconds, or at a date.
func busy(code int, retryAfter string) reply {
	return reply{status: code, header: http.Header{"Retry-After": {retryAfter}}}
}

// TestRetryAfter: on every retried status, in both forms, capped.
func TestRetryAfter(t *testing.T) {
	later := time.Now().Add(100 * time.Hour).UTC().Format(http.TimeFormat)
	past := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	const limit = 3 * time.Millisecond
	for _, status := range retryable {
		for header, want := range map[string]time.Duration{
			"1": limit, "99999999999999999999999": limit, later: limit, "0": 0, past: 0,
			"": -1, "soon": -1, "-5": -1, // our own wait
		} {
			s := serve(t, busy(status, header))
			watch := &recorder{}
			c := newClient(t, s.url, observed(watch), waiting(Waits{Min: time.Microsecond, Max: 2 * time.Microsecond, RetryAfterMax: limit}))
			if err := c.DeleteWebhook(t.Context(), token(t)); err != nil || len(watch.waits) != 1 {
				t.Fatalf("%d %q: %d waits, %v", status, header, len(watch.waits), err)
			}
			got := watch.waits[0]
			if want >= 0 && got.Duration != want || want < 0 && got.Duration > 2*time.Microsecond {
				t.Errorf("%d %q: waited %s", status, header, got.Duration)
			}
			if !strings.HasPrefix(got.Reason, fmt.Sprint(status)) || got.Attempt != 1 || got.Path != requestDelete.path ||
				got.Method != "POST" || got.Connection != token(t).Fingerprint() {
				t.Errorf("%d: told %+v", status, got)
			}
		}
	}
}

// TestWaits: exponential, between half and whole, capped.
func TestWaits(t *testing.T) {
	w := Waits{}.withDefaults()
	if w != (Waits{500 * time.Millisecond, 15 * time.Second, time.Minute, 5 * time.Minute}) {
		t.Errorf("defaults %+v", w)
	}
	for retry, whole := range map[int]time.Duration{
		1: 500 * time.Millisecond, 2: time.Second, 3: 2 * time.Second, 5: 8 * time.Second,
		6: 15 * time.Second, 1000: 15 * time.Second,
	} {
		seen := map[time.Duration]bool{}
		for range 50 {
			wait := w.before(retry, answer{status: 503})
			if wait < whole/2 || wait > whole {
				t.Errorf("retry %d: %s", retry, wait)
			}
			seen[wait] = true
		}
		if len(seen) < 10 {
			t.Errorf("retry %d: no jitter", retry)
		}
	}
}

// TestBudget: a wait that would end after the budget is not begun, and the
// other API version is not tried after it.
func TestBudget(t *testing.T) {
	s := serve(t, always(busy(503, "60")))
	watch := &recorder{}
	err := newClient(t, s.url, observed(watch), waiting(Waits{RetryAfterMax: time.Hour, Budget: 30 * time.Second})).DeleteWebhook(t.Context(), token(t))
	if StatusOf(err) != 503 || s.count("") != 1 || len(watch.waits) != 0 || !strings.Contains(err.Error(), "30s") {
		t.Errorf("%d requests, %d waits, %v", s.count(""), len(watch.waits), err)
	}
	s = serve(t, notFound)
	err = set(t, newClient(t, s.url, waiting(Waits{Budget: 1})))
	if err == nil || !IsTemporary(err) || IsAmbiguous(err) || s.count("") != 1 {
		t.Errorf("%d requests, %v", s.count(""), err)
	}
}

// TestProbe: one attempt of at most 5 s and the request timeout, whatever the
// answer asks for.
func TestProbe(t *testing.T) {
	for timeout, most := range map[time.Duration]time.Duration{20 * time.Second: 5 * time.Second, time.Second: time.Second} {
		attempts := 0
		_, err := newClient(t, DefaultEndpoint, attemptOf(timeout), through(roundTripper(func(r *http.Request) (*http.Response, error) {
			attempts++
			if ends, ok := r.Context().Deadline(); !ok || time.Until(ends) > most {
				t.Errorf("a probe may take %s", time.Until(ends))
			}
			return &http.Response{StatusCode: 503, Header: http.Header{"Retry-After": {"3600"}}, Body: http.NoBody}, nil
		}))).Probe(t.Context(), token(t))
		if attempts != 1 || StatusOf(err) != 503 {
			t.Errorf("%d attempts, %v", attempts, err)
		}
	}
}

// TestInterruption: the caller's context and Stop alike end a wait and a hanging
// attempt at once, with context.Canceled, and begin nothing afterwards. Only a
// call whose request may have gone out is ambiguous.
func TestInterruption(t *testing.T) {
	for _, op := range operations {
		for _, stopped := range []bool{false, true} {
			for name, tt := range map[string]struct {
				answer    reply
				status    int
				ambiguous bool
			}{
				"in a wait after 503":           {busy(503, "3600"), 503, true},
				"in a wait after 429":           {busy(429, "3600"), 429, false},
				"in a wait after a lost answer": {dropped, 0, true},
				"in an attempt":                 {reply{hang: true}, 0, true},
				"in the second attempt":         {busy(429, "0"), 0, true},
				"before a connection":           {reply{}, 0, false},
			} {
				ctx, cancel := context.WithCancel(t.Context())
				s := serve(t, tt.answer, always(reply{hang: true}))
				watch := &recorder{}
				transport := newTransport()
				patient := waiting(Waits{Min: time.Hour, Max: time.Hour, RetryAfterMax: 2 * time.Hour, Budget: 4 * time.Hour})
				c := newClient(t, s.url, pinned(op.edition), attemptOf(time.Hour), observed(watch), patient, through(transport))
				if stopped {
					cancel()
					ctx, cancel = t.Context(), c.Stop
				}
				watch.onWait = cancel
				switch name {
				case "in an attempt":
					s.onArrive = cancel
				case "in the second attempt":
					watch.onWait = func() { s.onArrive = cancel }
				case "before a connection":
					transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
						cancel()
						<-ctx.Done()
						return nil, ctx.Err()
					}
				}
				err := op.run(ctx, c, token(t))
				if !errors.Is(err, context.Canceled) || StatusOf(err) != tt.status || IsAmbiguous(err) != tt.ambiguous || !strings.Contains(err.Error(), "interrupted") {
					t.Errorf("%s, %s: ambiguous %v, %v", op.name, name, IsAmbiguous(err), err)
				}
				before := s.count("")
				err = op.run(ctx, c, token(t))
				if !errors.Is(err, context.Canceled) || StatusOf(err) != 0 || IsAmbiguous(err) || s.count("") != before {
					t.Errorf("%s, %s, then: %d requests, %v", op.name, name, s.count(""), err)
				}
				cancel()
			}
		}
	}
}

// TestAttemptNumbers: a log can follow a call. Trying the other API version is
// no retry, and doesn't double the retries.
func TestAttemptNumbers(t *testing.T) {
	s := serve(t, notFound, always(status(503)))
	watch := &recorder{}
	err := set(t, newClient(t, s.url, observed(watch)))
	var told string
	for _, a := range watch.attempts {
		told += fmt.Sprintln(a.Attempt, a.Path, a.Status, a.Reason)
	}
	if want := fmt.Sprint("1 ", oldPath, " 404 \n2 ", newPath, " 503 \n3 ", newPath, " 503 \n4 ", newPath, " 503 \n"); told != want {
		t.Errorf("told %s", told)
	}
	if !strings.HasSuffix(err.Error(), "; 4 attempts were made") {
		t.Error(err)
	}
}
