// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

const many = 400 // goroutines

// together runs f in many goroutines that start as one.
func together(f func(i int)) {
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	all.Wait()
}

func never(error) bool  { return false }
func always(error) bool { return true }

// TestLedgerUnderLoad has hundreds set and delete on a few connections at once:
// one Set goes out for each connection, calls of one connection never overlap,
// and no Delete goes out after the Set (design rule 6; issue 5, concurrency).
func TestLedgerUnderLoad(t *testing.T) {
	t.Parallel()
	const connections = 3
	l := newLedger()
	var sets, refused, running [connections]atomic.Int32
	var isSet [connections]atomic.Bool
	alone := func(c int, f func()) {
		if running[c].Add(1) != 1 {
			t.Error("two calls of one connection at once")
		}
		f()
		running[c].Add(-1)
	}
	together(func(i int) {
		c := i % connections
		fingerprint := fmt.Sprint(c)
		if i/connections%2 == 0 {
			err := l.set(t.Context(), fingerprint, func() error {
				alone(c, func() { sets[c].Add(1); isSet[c].Store(true) })
				return nil
			}, never)
			if errors.Is(err, errSecondSet) {
				refused[c].Add(1)
			} else if err != nil {
				t.Error(err)
			}
			return
		}
		_, err := l.delete(t.Context(), fingerprint, func() error {
			alone(c, func() {
				if isSet[c].Load() {
					t.Error("a Delete went out after the Set")
				}
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	for c := range connections {
		if sets[c].Load() != 1 || refused[c].Load() == 0 {
			t.Errorf("connection %d: %d Sets went out, %d were refused", c, sets[c].Load(), refused[c].Load())
		}
	}
}

// TestLedgerClaims gives the webhook to one of many, who may ask again.
func TestLedgerClaims(t *testing.T) {
	t.Parallel()
	l := newLedger()
	var owners atomic.Int32
	together(func(i int) {
		nonce := fmt.Sprint(i)
		granted, mustSet := l.claim("a", nonce, true)
		again, _ := l.claim("a", nonce, true)
		if granted != again {
			t.Errorf("granted %v, then %v", granted, again)
		}
		if mustSet {
			t.Error("told to set what is going to be set")
		}
		if granted {
			owners.Add(1)
		}
	})
	if owners.Load() != 1 {
		t.Errorf("%d own the webhook", owners.Load())
	}
}

// TestLedgerKeepsForTheIdle lets an instance that calls nothing and the Delete
// of another object meet: either the Delete is kept back or the instance sets.
func TestLedgerKeepsForTheIdle(t *testing.T) {
	t.Parallel()
	l := newLedger()
	var kept, mustSet [many]atomic.Bool
	together(func(i int) {
		connection := i / 2
		if i%2 == 0 {
			keep, _ := l.delete(t.Context(), fmt.Sprint(connection), func() error { return nil })
			kept[connection].Store(keep)
			return
		}
		_, must := l.claim(fmt.Sprint(connection), "idle", false)
		mustSet[connection].Store(must)
	})
	for connection := range many / 2 {
		if kept[connection].Load() == mustSet[connection].Load() {
			t.Fatalf("kept %v, must set %v", kept[connection].Load(), mustSet[connection].Load())
		}
	}
}

// TestLedgerFirstOfMany tells one of many objects that it is the first.
func TestLedgerFirstOfMany(t *testing.T) {
	t.Parallel()
	l := newLedger()
	var firsts atomic.Int32
	together(func(int) {
		if l.found("a") {
			firsts.Add(1)
		}
	})
	if firsts.Load() != 1 {
		t.Errorf("%d objects are the first", firsts.Load())
	}
}

// TestLedgerAfterFailures: a Set that certainly did nothing leaves the
// connection free, one that may have done something does not.
func TestLedgerAfterFailures(t *testing.T) {
	t.Parallel()
	failure := errors.New("no")
	for _, test := range []struct {
		name       string
		mayHaveSet func(error) bool
		second     error
		deletes    int
	}{
		{"refused", never, nil, 1},
		{"uncertain", always, errSecondSet, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := newLedger()
			if err := l.set(t.Context(), "a", func() error { return failure }, test.mayHaveSet); !errors.Is(err, failure) {
				t.Error(err)
			}
			deletes := 0
			if _, err := l.delete(t.Context(), "a", func() error { deletes++; return failure }); deletes != test.deletes || (deletes == 1) != errors.Is(err, failure) {
				t.Errorf("%d Deletes: %v", deletes, err)
			}
			if err := l.set(t.Context(), "a", func() error { return nil }, never); !errors.Is(err, test.second) {
				t.Errorf("the second Set: %v", err)
			}
		})
	}
}

// TestLedgerWaitEnds: the end of its context ends a wait for the turn, nothing
// is called, and the turn is not lost.
func TestLedgerWaitEnds(t *testing.T) {
	t.Parallel()
	l := newLedger()
	_, done, err := l.take(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	called := func() error { t.Error("called"); return nil }
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			var err error
			if i%2 == 0 {
				err = l.set(ctx, "a", called, never)
			} else {
				_, err = l.delete(ctx, "a", called)
			}
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	if err := l.set(t.Context(), "b", func() error { return nil }, never); err != nil {
		t.Errorf("another connection had to wait: %v", err)
	}
	cancel()
	all.Wait()
	done()
	if err := l.set(t.Context(), "a", func() error { return nil }, never); err != nil {
		t.Errorf("the turn is lost: %v", err)
	}
}

// TestProbesUnderLoad has hundreds of probes fail at once: those under way end,
// none begins after three have failed, and one warning is given (design rule
// 3; issue 5, concurrency).
func TestProbesUnderLoad(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(service.Close)
	client, err := octoeverywhere.New(octoeverywhere.Config{Endpoint: service.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	token, err := octoeverywhere.NewToken("token")
	if err != nil {
		t.Fatal(err)
	}

	p := &probes{}
	var warnings atomic.Int32
	const abreast = 10 // Terraform's -parallelism
	places := make(chan struct{}, abreast)
	together(func(int) {
		places <- struct{}{}
		defer func() { <-places }()
		alive, diags := p.ask(t.Context(), client, token)
		if !alive || diags.HasError() {
			t.Errorf("alive %v, %v", alive, diags)
		}
		warnings.Add(int32(diags.WarningsCount())) //nolint:gosec // a few
	})
	if got := asked.Load(); got < probesGivenUp || got >= probesGivenUp+abreast {
		t.Errorf("asked %d times", got)
	}
	if warnings.Load() != 1 {
		t.Errorf("%d warnings", warnings.Load())
	}

	// An interrupted run says nothing of the service.
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	p = &probes{}
	if alive, diags := p.ask(ended, client, token); !alive || len(diags) > 0 || p.failed.Load() > 0 {
		t.Errorf("alive %v, %v, %d failed", alive, diags, p.failed.Load())
	}
}
