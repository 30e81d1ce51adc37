// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// busy asks to be tried again after this many seconds, or at a date.
func busy(status int, retryAfter string) fakeapi.Fault {
	return fakeapi.Fault{Status: status, Header: http.Header{"Retry-After": {retryAfter}}}
}

// TestRetryAfter: on every retried status, in both forms, capped.
func TestRetryAfter(t *testing.T) {
	later := time.Now().Add(100 * time.Hour).UTC().Format(http.TimeFormat)
	past := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	const limit = 3 * time.Millisecond
	for _, status := range passing {
		for header, want := range map[string]time.Duration{
			"1": limit, "99999999999999999999999": limit, later: limit, "0": 0, past: 0,
			// our own wait
			"": -1, "soon": -1, "-5": -1, "1.5": -1, "Fri, 99 Dec 1999 23:59:59": -1,
		} {
			s := faulty(t, busy(status, header))
			watch := &recorder{}
			c := newClient(t, s.url, observed(watch), waiting(Waits{Min: time.Microsecond, Max: 2 * time.Microsecond, RetryAfterMax: limit}))
			if err := c.DeleteWebhook(t.Context(), token(t)); err != nil || len(watch.waits) != 1 {
				t.Fatalf("%d %q: %d waits, %v", status, header, len(watch.waits), err)
			}
			got := watch.waits[0]
			if want >= 0 && got.Duration != want || want < 0 && got.Duration > 2*time.Microsecond {
				t.Errorf("%d %q: waited %s", status, header, got.Duration)
			}
			if !strings.HasPrefix(got.Reason, fmt.Sprint(status)) || got.Number != 1 || got.Path != requestDelete.path ||
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
// other edition is not tried after it.
func TestBudget(t *testing.T) {
	s := faulty(t, always(busy(503, "60")))
	watch := &recorder{}
	err := newClient(t, s.url, observed(watch), waiting(Waits{RetryAfterMax: time.Hour, Budget: 30 * time.Second})).DeleteWebhook(t.Context(), token(t))
	if StatusOf(err) != 503 || s.Count("") != 1 || len(watch.waits) != 0 || !strings.Contains(err.Error(), "30s") {
		t.Errorf("%d requests, %d waits, %v", s.Count(""), len(watch.waits), err)
	}
	s = faulty(t, notFound)
	err = set(t, newClient(t, s.url, waiting(Waits{Budget: 1})))
	if err == nil || !IsTemporary(err) || IsAmbiguous(err) || s.Count("") != 1 {
		t.Errorf("%d requests, %v", s.Count(""), err)
	}
}

// TestProbe: one attempt, no wait, whatever the answer.
func TestProbe(t *testing.T) {
	for _, code := range passing {
		s := faulty(t, always(busy(code, "3600")))
		watch := &recorder{}
		_, err := newClient(t, s.url, observed(watch)).Probe(t.Context(), token(t))
		if s.Count("") != 1 || len(watch.waits) != 0 || StatusOf(err) != code {
			t.Errorf("%d: %d requests, %v", code, s.Count(""), err)
		}
	}
	for timeout, most := range map[time.Duration]time.Duration{20 * time.Second: ProbeTimeout, time.Second: time.Second} {
		_, _ = newClient(t, DefaultEndpoint, attemptOf(timeout), through(roundTripper(func(r *http.Request) (*http.Response, error) {
			if ends, ok := r.Context().Deadline(); !ok || time.Until(ends) > most {
				t.Errorf("a probe may take %s", time.Until(ends))
			}
			return nil, errNotHTTP
		}))).Probe(t.Context(), token(t))
	}
	s := serve(t, fakeapi.Options{})
	s.SetOnline(secretToken, false)
	if info, err := newClient(t, s.url).Probe(t.Context(), token(t)); err != nil || info.Online || info.PrinterName != "Ender3" {
		t.Error(info, err)
	}
}

// TestInterruption ends a wait or a hanging attempt at once, with the context's
// error and the status that was being waited on; an ended context begins none.
func TestInterruption(t *testing.T) {
	for _, op := range operations {
		for status, fault := range map[int]fakeapi.Fault{503: busy(503, "3600"), 0: {Hang: true}} {
			ctx, cancel := context.WithCancel(t.Context())
			watch := &recorder{onWait: cancel}
			s := faulty(t, always(fault))
			if status == 0 {
				s.OnRequest(func(fakeapi.Request) { cancel() })
			}
			patient := waiting(Waits{RetryAfterMax: 2 * time.Hour, Budget: 4 * time.Hour})
			err := op.run(ctx, newClient(t, s.url, pinned(op.edition), attemptOf(time.Hour), observed(watch), patient), token(t))
			if !errors.Is(err, context.Canceled) || StatusOf(err) != status || !IsAmbiguous(err) || len(watch.waits) != status/503 || !strings.Contains(err.Error(), "interrupted") {
				t.Errorf("%s, %d: %v", op.name, status, err)
			}
			err = op.run(ctx, newClient(t, s.url), token(t))
			if !errors.Is(err, context.Canceled) || StatusOf(err) != 0 || IsAmbiguous(err) || s.Count("") != 1 {
				t.Errorf("%s, %d: %d requests, %v", op.name, status, s.Count(""), err)
			}
		}
	}
}

// TestTimeout: why an attempt ended is its timeout, whatever broke because of it.
func TestTimeout(t *testing.T) {
	breaks := roundTripper(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, errNotHTTP
	})
	err := newClient(t, DefaultEndpoint, attemptOf(time.Millisecond), through(breaks)).DeleteWebhook(t.Context(), token(t))
	if err == nil || !strings.Contains(err.Error(), "no complete answer within 1ms") {
		t.Error(err)
	}
}

// TestAttemptNumbers: an observer can follow a call. Moving on to the other
// edition is no retry, and doesn't double them.
func TestAttemptNumbers(t *testing.T) {
	s := faulty(t, notFound, always(status(503)))
	watch := &recorder{}
	err := set(t, newClient(t, s.url, observed(watch)))
	var told string
	for _, a := range watch.attempts {
		told += fmt.Sprintln(a.Number, a.Path, a.Status, a.Err)
	}
	if want := fmt.Sprint("1 ", oldPath, " 404 \n2 ", newPath, " 503 \n3 ", newPath, " 503 \n4 ", newPath, " 503 \n"); told != want {
		t.Errorf("told %s", told)
	}
	if e, ok := errors.AsType[*Error](err); !ok || e.Attempts != 4 {
		t.Error(err)
	}
}
