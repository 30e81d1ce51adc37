// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	oldPath = EditionNotifications.setPath()
	newPath = EditionAppConnection.setPath()
)

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func answerWith(code int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}
}

// editions serves the two Set paths.
func editions(old, successor http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case oldPath:
			old(w, r)
		case newPath:
			successor(w, r)
		default:
			w.WriteHeader(404)
		}
	}
}

// TestDiscoveryAnswers: which answer of the commissioned edition settles on
// it, which moves on, and which tells nothing; by the calls of two Sets.
func TestDiscoveryAnswers(t *testing.T) {
	const page = "<!doctype html><title>OctoEverywhere</title>"
	moved := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/login")
		w.WriteHeader(302)
	}
	tests := []struct {
		name     string
		old      http.HandlerFunc
		oldCalls int // of two Sets, without retries
		newCalls int
	}{
		// settles on the commissioned edition
		{"success", echo, 2, 0},
		{"Success false", answerWith(200, "application/json", `{"Success":false}`), 2, 0},
		{"400", status(400), 2, 0},
		{"402", status(402), 2, 0},
		{"204", status(204), 2, 0},
		{"500", status(500), 2, 0},
		{"600", status(600), 2, 0},
		{"601", status(601), 2, 0},
		{"603", status(603), 2, 0},
		{"604", status(604), 2, 0},
		{"605", status(605), 2, 0},
		{"613", status(613), 2, 0},
		{"799", status(799), 2, 0},
		// moves on, once for both Sets
		{"401", status(401), 1, 2},
		{"403", status(403), 1, 2},
		{"404", status(404), 1, 2},
		{"405", status(405), 1, 2},
		{"501", status(501), 1, 2},
		{"redirect", moved, 1, 2},
		{"web page", answerWith(200, "text/html; charset=utf-8", page), 1, 2},
		{"empty 200", status(200), 1, 2},
		{"text", answerWith(200, "text/plain", "OK"), 1, 2},
		{"another JSON", answerWith(200, "application/json", `{"Result":{}}`), 1, 2},
		{"Success of another type", answerWith(200, "application/json", `{"Success":"true"}`), 1, 2},
		{"JSON array", answerWith(200, "application/json", `[{"Success":true}]`), 1, 2},
		// tells nothing
		{"429", status(429), 2, 0},
		{"502", status(502), 2, 0},
		{"503", status(503), 2, 0},
		{"504", status(504), 2, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := newServer(t, editions(tt.old, bareOK))
			c := newClient(t, srv.URL, retries(0))
			for range 2 {
				err := c.SetWebhook(t.Context(), token(t), hook)
				if (err == nil) != (tt.newCalls > 0 || tt.name == "success") {
					t.Errorf("error %v", err)
				}
			}
			if o, n := srv.count(oldPath), srv.count(newPath); o != tt.oldCalls || n != tt.newCalls {
				t.Errorf("%d and %d calls, want %d and %d", o, n, tt.oldCalls, tt.newCalls)
			}
		})
	}
}

// TestDiscoveryTellsNothing: after an answer that tells nothing, the next one
// that does still settles it, also when it comes as a retry.
func TestDiscoveryTellsNothing(t *testing.T) {
	var calls atomic.Int32
	srv := newServer(t, editions(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			w.WriteHeader(503)
			return
		}
		w.WriteHeader(404)
	}, bareOK))
	c := newClient(t, srv.URL)
	for range 3 {
		if err := c.SetWebhook(t.Context(), token(t), hook); err != nil {
			t.Error(err)
		}
	}
	if o, n := srv.count(oldPath), srv.count(newPath); o != 2 || n != 3 {
		t.Errorf("%d and %d calls, want 2 and 3", o, n)
	}
}

// TestMovingOnIsNoRetry: with no retries left, the other edition is tried all
// the same, and a Set's retries are not doubled by it.
func TestMovingOnIsNoRetry(t *testing.T) {
	srv := newServer(t, editions(status(404), status(503)))
	err := newClient(t, srv.URL, retries(2)).SetWebhook(t.Context(), token(t), hook)
	if o, n := srv.count(oldPath), srv.count(newPath); o != 1 || n != 3 || StatusOf(err) != 503 {
		t.Errorf("%d and %d calls, %v", o, n, err)
	}
}

// TestManyFirstCalls: hundreds of first Sets at once cost one call more than
// there are Sets on a server of the successor alone, and none more elsewhere.
func TestManyFirstCalls(t *testing.T) {
	const sets = 300
	for _, tt := range []struct {
		name           string
		handler        http.HandlerFunc
		old, successor int
	}{
		{"both served", editions(echo, bareOK), sets, 0},
		{"commissioned alone", editions(echo, status(404)), sets, 0},
		{"successor alone", editions(status(404), bareOK), 1, sets},
		{"successor behind web pages", editions(answerWith(200, "text/html", "<html>"), bareOK), 1, sets},
		{"all refused", editions(status(603), bareOK), sets, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := newServer(t, tt.handler)
			c := newClient(t, srv.URL)
			var wg sync.WaitGroup
			for i := range sets {
				wg.Go(func() {
					made, _ := NewToken(fmt.Sprintf("token-%d", i))
					err := c.SetWebhook(t.Context(), made, hook)
					if (err == nil) == (tt.name == "all refused") {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if o, n := srv.count(oldPath), srv.count(newPath); o != tt.old || n != tt.successor {
				t.Errorf("%d and %d calls, want %d and %d", o, n, tt.old, tt.successor)
			}
		})
	}
}

// TestFollowers: they wait for the first attempt, not for its retries, and
// their own context ends their wait.
func TestFollowers(t *testing.T) {
	firstCame, letGo := make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	srv := newServer(t, editions(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			close(firstCame)
			<-letGo
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(503)
			return
		}
		echo(w, r)
	}, bareOK))
	watch := &recorder{waiting: make(chan struct{}, 10)}
	c := newClient(t, srv.URL, observed(watch), func(c *Config) {
		c.Waits = Waits{RetryAfterMax: 2 * 3600e9, Budget: 4 * 3600e9}
	})

	leading, stop := context.WithCancel(t.Context())
	led := make(chan error, 1)
	go func() { led <- c.SetWebhook(leading, token(t), hook) }()
	<-firstCame

	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.SetWebhook(impatient, token(t), hook); !errors.Is(err, context.Canceled) || IsAmbiguous(err) {
		t.Errorf("a follower whose context ended: %v", err)
	}
	if n := len(srv.log()); n != 1 {
		t.Errorf("%d requests while the first was under way", n)
	}

	followed := make(chan error, 5)
	for range cap(followed) {
		go func() { followed <- c.SetWebhook(t.Context(), token(t), hook) }()
	}
	close(letGo)
	<-watch.waiting // the first waits its hour
	for range cap(followed) {
		if err := <-followed; err != nil {
			t.Error(err)
		}
	}
	stop()
	if err := <-led; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
}

// TestLeaderGivesUp: a first Set that never gets to an attempt holds nobody up.
func TestLeaderGivesUp(t *testing.T) {
	srv := newServer(t, editions(echo, bareOK))
	c := newClient(t, srv.URL)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.SetWebhook(ended, token(t), hook); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := c.SetWebhook(t.Context(), token(t), hook); err != nil {
		t.Error(err)
	}
}

// TestNeitherServed: one error with the endpoint and both paths.
func TestNeitherServed(t *testing.T) {
	for _, tt := range []struct {
		name           string
		old, successor http.HandlerFunc
		ambiguous      bool
	}{
		{"404 and 404", status(404), status(404), false},
		{"401 and 403", status(401), status(403), false},
		{"405 and 501", status(405), status(501), false},
		{"page and 404", answerWith(200, "text/html", "<html>"), status(404), true},
		{"404 and page", status(404), answerWith(200, "text/html", "<html>"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := newServer(t, editions(tt.old, tt.successor))
			c := newClient(t, srv.URL)
			for range 2 { // it is told again each time
				err := c.SetWebhook(t.Context(), token(t), hook)
				if !IsNotServed(err) || IsAmbiguous(err) != tt.ambiguous || IsGone(err) || IsTemporary(err) {
					t.Errorf("%v: ambiguous %v", err, IsAmbiguous(err))
				}
				for _, part := range []string{srv.URL, oldPath, newPath} {
					if err == nil || !strings.Contains(err.Error(), part) {
						t.Errorf("%q is not in %v", part, err)
					}
				}
			}
			if o, n := srv.count(oldPath), srv.count(newPath); o != 2 || n != 2 {
				t.Errorf("%d and %d calls, want 2 and 2", o, n)
			}
		})
	}
}

// TestPinnedEdition never calls the other, and a 404 says what it is.
func TestPinnedEdition(t *testing.T) {
	srv := newServer(t, editions(status(404), status(405)))
	for edition, path := range map[Edition]string{EditionNotifications: oldPath, EditionAppConnection: newPath} {
		err := newClient(t, srv.URL, pinned(edition)).SetWebhook(t.Context(), token(t), hook)
		if !IsNotServed(err) || srv.count(path) != 1 {
			t.Errorf("%s: %v", edition, err)
		}
	}
	if len(srv.log()) != 2 {
		t.Errorf("%d requests", len(srv.log()))
	}
	plain := newServer(t, status(403))
	for _, op := range operations {
		err := op.call(t.Context(), newClient(t, plain.URL, func(c *Config) {
			c.Edition = op.edition
		}), token(t))
		if IsNotServed(err) || StatusOf(err) != 403 {
			t.Errorf("%s: 403 of a pinned edition: %v", op.name, err)
		}
	}
}

// TestEditionAfterNoAnswer: a server that answers nothing at first.
func TestEditionAfterNoAnswer(t *testing.T) {
	var calls atomic.Int32
	srv := newServer(t, editions(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) <= 2 {
			panic(http.ErrAbortHandler)
		}
		echo(w, r)
	}, bareOK))
	c := newClient(t, srv.URL, retries(0))
	for range 2 {
		err := c.SetWebhook(t.Context(), token(t), hook)
		if StatusOf(err) != 0 || !IsAmbiguous(err) || !IsTemporary(err) {
			t.Errorf("%v", err)
		}
	}
	if err := c.SetWebhook(t.Context(), token(t), hook); err != nil {
		t.Error(err)
	}
	if srv.count(newPath) != 0 {
		t.Error("no answer is no reason to try the successor")
	}
}

// TestSettledForGood: what was settled is not found out again, whatever a
// later answer looks like.
func TestSettledForGood(t *testing.T) {
	for _, tt := range []struct {
		name      string
		old       http.HandlerFunc
		successor http.HandlerFunc
		lost      string // the path that is no longer served later
	}{
		{"on the commissioned edition", echo, bareOK, oldPath},
		{"on the successor", status(404), bareOK, newPath},
	} {
		var later atomic.Bool
		srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
			if later.Load() && r.URL.Path == tt.lost {
				w.WriteHeader(404)
				return
			}
			editions(tt.old, tt.successor)(w, r)
		})
		c := newClient(t, srv.URL)
		if err := c.SetWebhook(t.Context(), token(t), hook); err != nil {
			t.Fatal(err)
		}
		later.Store(true)
		before := len(srv.log())
		err := c.SetWebhook(t.Context(), token(t), hook)
		if !IsNotServed(err) || len(srv.log()) != before+1 {
			t.Errorf("%s: %d requests, %v", tt.name, len(srv.log())-before, err)
		}
	}
}
