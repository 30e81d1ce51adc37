// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
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

var (
	errRefused   = &octoeverywhere.Error{Status: 429}
	errUncertain = &octoeverywhere.Error{Status: 500, Ambiguous: true}
	oldWebhook   = octoeverywhere.Webhook{CallbackURL: "https://app.example.com/old"}
	newWebhook   = octoeverywhere.Webhook{CallbackURL: "https://app.example.com/new"}
)

// setting of a webhook, as newInstance's, that ends with err.
func (l *ledger) setTo(t *testing.T, fingerprint string, err error) (before, error) {
	t.Helper()
	return l.set(t.Context(), fingerprint, newInstance(), newWebhook, func(octoeverywhere.Webhook) error { return err })
}

// TestLedgerUnderLoad has hundreds set and delete on a few connections at once:
// one Set goes out for each connection, calls of one connection never overlap,
// and no Delete goes out after the Set.
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
			_, err := l.set(t.Context(), fingerprint, newInstance(), newWebhook, func(octoeverywhere.Webhook) error {
				alone(c, func() { sets[c].Add(1); isSet[c].Store(true) })
				return nil
			})
			if errors.Is(err, errSecondSet) {
				refused[c].Add(1)
			} else if err != nil {
				t.Error(err)
			}
			return
		}
		_, err := l.delete(t.Context(), fingerprint, newInstance(), nil, func() error {
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

// TestLedgerChoosesOne of many: one has the webhook and may ask again, and one
// object is the first.
func TestLedgerChoosesOne(t *testing.T) {
	t.Parallel()
	l := newLedger()
	var owners, firsts atomic.Int32
	together(func(int) {
		c := claim{by: newInstance(), heir: heir{Sets: true}}
		granted, mustSet := l.claim("a", c)
		if again, _ := l.claim("a", c); granted != again || mustSet {
			t.Errorf("granted %v, then %v; told to set %v", granted, again, mustSet)
		}
		if granted {
			owners.Add(1)
		}
		if _, twice := l.found("a", c.by, heir{}); !twice {
			firsts.Add(1)
		}
	})
	if owners.Load() != 1 || firsts.Load() != 1 {
		t.Errorf("%d own the webhook, %d objects are the first", owners.Load(), firsts.Load())
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
			why, _ := l.delete(t.Context(), fmt.Sprint(connection), newInstance(), nil, func() error { return nil })
			kept[connection].Store(why == leftToOwner)
			return
		}
		_, must := l.claim(fmt.Sprint(connection), claim{by: newInstance()})
		mustSet[connection].Store(must)
	})
	for connection := range many / 2 {
		if kept[connection].Load() == mustSet[connection].Load() {
			t.Fatalf("kept %v, must set %v", kept[connection].Load(), mustSet[connection].Load())
		}
	}
}

// TestLedgerAfterFailures: after a Set that was refused another may be tried,
// and a Delete leaves alone what there is; after one that may have done
// something neither is sent.
func TestLedgerAfterFailures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		failed error
		why    left
		second error
	}{
		{"refused", errRefused, leftRefused, nil},
		{"uncertain", errUncertain, leftSet, errSecondSet},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := newLedger()
			if was, err := l.setTo(t, "a", test.failed); !errors.Is(err, test.failed) || was != untouched {
				t.Error(was, err)
			}
			why, err := l.delete(t.Context(), "a", newInstance(), nil, func() error { t.Error("a Delete was sent"); return nil })
			if why != test.why || err != nil {
				t.Error(why, err)
			}
			if _, err := l.setTo(t, "a", nil); !errors.Is(err, test.second) {
				t.Errorf("the second Set: %v", err)
			}
		})
	}
}

// TestLedgerPutsBack: a Set that fails after this run's own Delete sets the
// deleted webhook again, as far as it is known.
func TestLedgerPutsBack(t *testing.T) {
	t.Parallel()
	gone := &octoeverywhere.Error{Status: 603}
	for _, test := range []struct {
		name          string
		old           *octoeverywhere.Webhook
		deleted       error
		failed, again error // of the Set, and of the one that puts back
		was           before
		sent          int
	}{
		{"refused", &oldWebhook, nil, errRefused, nil, putBack, 2},
		{"uncertain", &oldWebhook, nil, errUncertain, nil, putBack, 2},
		{"the Delete was uncertain", &oldWebhook, errUncertain, errRefused, nil, putBack, 2},
		{"the Delete was refused", &oldWebhook, errRefused, errRefused, nil, untouched, 1},
		{"refused twice", &oldWebhook, nil, errRefused, errRefused, lost, 2},
		{"the URL was write-only", nil, nil, errRefused, nil, lost, 1},
		{"gone", &oldWebhook, nil, gone, nil, untouched, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := newLedger()
			if _, err := l.delete(t.Context(), "a", newInstance(), test.old, func() error { return test.deleted }); !errors.Is(err, test.deleted) {
				t.Fatal(err)
			}
			var sent []octoeverywhere.Webhook
			was, err := l.set(t.Context(), "a", newInstance(), newWebhook, func(webhook octoeverywhere.Webhook) error {
				sent = append(sent, webhook)
				if len(sent) == 1 {
					return test.failed
				}
				return test.again
			})
			if was != test.was || !errors.Is(err, test.failed) || len(sent) != test.sent {
				t.Errorf("it was %v, %v, %d Sets", was, err, len(sent))
			}
			if len(sent) == 2 && !sent[1].Equal(oldWebhook) {
				t.Errorf("put back: %v", sent[1])
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
			switch i % 3 {
			case 0:
				_, err = l.set(ctx, "a", newInstance(), newWebhook, func(octoeverywhere.Webhook) error { return called() })
			case 1:
				_, err = l.delete(ctx, "a", newInstance(), nil, called)
			default:
				err = l.giveBack(ctx, "a", called)
			}
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	if _, err := l.setTo(t, "b", nil); err != nil {
		t.Errorf("another connection had to wait: %v", err)
	}
	cancel()
	all.Wait()
	done()
	if _, err := l.setTo(t, "a", nil); err != nil {
		t.Errorf("the turn is lost: %v", err)
	}
}
