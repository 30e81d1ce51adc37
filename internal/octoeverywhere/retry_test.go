// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestRetryAfter: on every retried status, in both forms, capped.
func TestRetryAfter(t *testing.T) {
	later := time.Now().Add(100 * time.Hour).UTC().Format(http.TimeFormat)
	past := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	const limit = 3 * time.Millisecond
	for _, status := range []int{429, 500, 502, 503, 504, 600, 602, 609} {
		for header, want := range map[string]time.Duration{
			"1":                         limit,
			"99999999999999999999999":   limit,
			"0":                         0,
			later:                       limit,
			past:                        0,
			"":                          -1, // our own wait
			"soon":                      -1,
			"-5":                        -1,
			"1.5":                       -1,
			"Fri, 99 Dec 1999 23:59:59": -1,
		} {
			var calls atomic.Int32
			srv := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
				if calls.Add(1) > 1 {
					return
				}
				if header != "" {
					w.Header().Set("Retry-After", header)
				}
				w.WriteHeader(status)
			})
			watch := &recorder{}
			c := newClient(t, srv.URL, observed(watch), func(c *Config) {
				c.Waits = Waits{Min: time.Microsecond, Max: 2 * time.Microsecond, RetryAfterMax: limit}
			})
			if err := c.DeleteWebhook(t.Context(), token(t)); err != nil {
				t.Fatal(err)
			}
			if len(watch.waits) != 1 {
				t.Fatalf("%d %q: %d waits", status, header, len(watch.waits))
			}
			got := watch.waits[0]
			if want >= 0 && got.Duration != want || want < 0 && got.Duration > 2*time.Microsecond {
				t.Errorf("%d %q: waited %s", status, header, got.Duration)
			}
			if !strings.HasPrefix(got.Reason, fmt.Sprint(status)) || got.Number != 1 || got.Path != deletePath ||
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

// TestBudget: a wait that would end after the budget is not begun.
func TestBudget(t *testing.T) {
	srv := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(503)
	})
	watch := &recorder{}
	c := newClient(t, srv.URL, observed(watch), func(c *Config) {
		c.Waits = Waits{RetryAfterMax: time.Hour, Budget: 30 * time.Second}
	})
	err := c.DeleteWebhook(t.Context(), token(t))
	if StatusOf(err) != 503 || len(srv.log()) != 1 || len(watch.waits) != 0 || !strings.Contains(err.Error(), "30s") {
		t.Errorf("%d requests, %d waits, %v", len(srv.log()), len(watch.waits), err)
	}
}

// TestProbe: one attempt, no wait, whatever the answer.
func TestProbe(t *testing.T) {
	for _, code := range []int{429, 500, 503, 600, 609} {
		srv := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(code)
		})
		watch := &recorder{}
		_, err := newClient(t, srv.URL, observed(watch)).Probe(t.Context(), token(t))
		if len(srv.log()) != 1 || len(watch.waits) != 0 || StatusOf(err) != code {
			t.Errorf("%d: %d requests, %v", code, len(srv.log()), err)
		}
	}
	c := newClient(t, DefaultEndpoint)
	if ProbeTimeout != 5*time.Second || min(ProbeTimeout, c.requestTimeout) != ProbeTimeout {
		t.Error("a probe has at most 5 s")
	}
	srv := newServer(t, func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, map[string]any{"IsOnline": false}) })
	if info, err := newClient(t, srv.URL).Probe(t.Context(), token(t)); err != nil || info.Online {
		t.Error(info, err)
	}
}

// TestContextEndsWait: at once, with the context's error and the status that
// was being waited on.
func TestContextEndsWait(t *testing.T) {
	for _, op := range operations {
		srv := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(503)
		})
		watch := &recorder{waiting: make(chan struct{}, 1)}
		c := newClient(t, srv.URL, pinned(op.edition), observed(watch), func(c *Config) {
			c.Waits = Waits{RetryAfterMax: 2 * time.Hour, Budget: 4 * time.Hour}
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- op.call(ctx, c, token(t)) }()
		<-watch.waiting
		cancel()
		err := <-done // an hour late if the wait did not end
		if !errors.Is(err, context.Canceled) || StatusOf(err) != 503 || !IsAmbiguous(err) || len(srv.log()) != 1 {
			t.Errorf("%s: %v", op.name, err)
		}
	}
}

// TestContextEndsAttempt: a hanging attempt ends at once too, and is not retried.
func TestContextEndsAttempt(t *testing.T) {
	for _, op := range operations {
		came, release := make(chan struct{}), make(chan struct{})
		srv := newServer(t, func(http.ResponseWriter, *http.Request) { close(came); <-release })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- op.call(ctx, newClient(t, srv.URL, pinned(op.edition), attemptOf(time.Hour)), token(t))
		}()
		<-came
		cancel()
		err := <-done
		close(release)
		if !errors.Is(err, context.Canceled) || StatusOf(err) != 0 || !IsAmbiguous(err) || len(srv.log()) != 1 {
			t.Errorf("%s: %v", op.name, err)
		}
	}
}

// TestAttemptNumbers: an observer can follow a call.
func TestAttemptNumbers(t *testing.T) {
	srv := newServer(t, editions(status(404), status(503)))
	watch := &recorder{}
	err := newClient(t, srv.URL, observed(watch)).SetWebhook(t.Context(), token(t), hook)
	var told []string
	for _, a := range watch.attempts {
		told = append(told, fmt.Sprint(a.Number, a.Path, a.Status, a.Err))
	}
	want := []string{fmt.Sprint(1, oldPath, 404, ""), fmt.Sprint(2, newPath, 503, ""), fmt.Sprint(3, newPath, 503, ""), fmt.Sprint(4, newPath, 503, "")}
	if strings.Join(told, "\n") != strings.Join(want, "\n") {
		t.Errorf("told %q", told)
	}
	if e, ok := errors.AsType[*Error](err); !ok || e.Attempts != 4 {
		t.Error(err)
	}
}

// TestBudgetBeforeMovingOn: the other edition is not tried after the budget.
func TestBudgetBeforeMovingOn(t *testing.T) {
	srv := newServer(t, editions(status(404), bareOK))
	c := newClient(t, srv.URL, func(c *Config) { c.Waits = Waits{Budget: 1} })
	err := c.SetWebhook(t.Context(), token(t), hook)
	if err == nil || !IsTemporary(err) || IsAmbiguous(err) || len(srv.log()) != 1 {
		t.Errorf("%d requests, %v", len(srv.log()), err)
	}
}
