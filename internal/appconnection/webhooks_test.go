// SPDX-License-Identifier: MPL-2.0

package appconnection

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

const many = 400 // goroutines

// together runs f in many goroutines that start at once.
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
	errGone      = &octoeverywhere.Error{Status: 603}

	oldWebhook = octoeverywhere.Webhook{CallbackURL: "https://app.example.com/old"}
	newWebhook = octoeverywhere.Webhook{CallbackURL: "https://app.example.com/new"}

	earlier = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	later   = earlier.Add(time.Second)
)

// ended are calls that end with these errors, in this order, and then with nil;
// sent counts them.
func ended(sent *[]octoeverywhere.Webhook, with ...error) func(octoeverywhere.Webhook) error {
	return func(webhook octoeverywhere.Webhook) error {
		*sent = append(*sent, webhook)
		if n := len(*sent); n <= len(with) {
			return with[n-1]
		}
		return nil
	}
}

// TestWebhooksUnderLoad has hundreds set and delete on a few connections at
// once: one Set goes out for each connection, calls of one connection never
// overlap, and no Delete goes out after the Set.
func TestWebhooksUnderLoad(t *testing.T) {
	t.Parallel()
	const connections = 3
	w := NewWebhooks(true)
	var sets, refused, running [connections]atomic.Int32
	var isSet [connections]atomic.Bool
	alone := func(c int, f func()) error {
		if running[c].Add(1) != 1 {
			t.Error("two calls of one connection at once")
		}
		f()
		running[c].Add(-1)
		return nil
	}
	together(func(i int) {
		c := i % connections
		fingerprint := fmt.Sprint(c)
		if i/connections%2 == 0 {
			_, err := w.Set(fingerprint, Object{}, newWebhook, func(octoeverywhere.Webhook) error {
				return alone(c, func() { sets[c].Add(1); isSet[c].Store(true) })
			})
			if errors.Is(err, ErrDuplicate) {
				refused[c].Add(1)
			}
			return
		}
		_, err := w.Delete(fingerprint, Object{Name: fmt.Sprint(i)}, nil, func() error {
			return alone(c, func() {
				if isSet[c].Load() {
					t.Error("a Delete went out after the Set")
				}
			})
		}, nil)
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

// TestReserveAndDelete lets an object that sets nothing and the Delete of
// another one meet: either the Delete sends nothing, or the object must set.
func TestReserveAndDelete(t *testing.T) {
	t.Parallel()
	w := NewWebhooks(true)
	var deleted, mustSet [many]atomic.Bool
	together(func(i int) {
		connection := i / 2
		if i%2 == 0 {
			_, _ = w.Delete(fmt.Sprint(connection), Object{Name: "goes", SetAt: earlier}, nil, func() error {
				deleted[connection].Store(true)
				return nil
			}, nil)
			return
		}
		must, _ := w.Reserve(fmt.Sprint(connection), Object{Name: "stays", SetAt: later})
		mustSet[connection].Store(must)
	})
	for connection := range many / 2 {
		if deleted[connection].Load() != mustSet[connection].Load() {
			t.Fatalf("deleted %v, must set %v", deleted[connection].Load(), mustSet[connection].Load())
		}
	}
}

// TestSuccessor: who set last, and what is known of the webhook, decide what the
// object that goes owes to the one that stays.
func TestSuccessor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stays Object
		goes  time.Time
		want  Successor
	}{
		"it sets its own":        {Object{Sets: true}, later, Successor{}},
		"it set last":            {Object{SetAt: later}, earlier, Successor{}},
		"the other set last":     {Object{SetAt: earlier, Webhook: &oldWebhook}, later, Successor{Restore: &oldWebhook}},
		"at the same time":       {Object{SetAt: later, Webhook: &oldWebhook}, later, Successor{Restore: &oldWebhook}},
		"nobody knows when":      {Object{SetAt: later, Webhook: &oldWebhook}, time.Time{}, Successor{Restore: &oldWebhook}},
		"the URL is write-only":  {Object{SetAt: earlier}, later, Successor{Stale: true}},
		"write-only, same times": {Object{SetAt: later}, later, Successor{Stale: true}},
	} {
		w := NewWebhooks(true)
		test.stays.Name = "stays"
		if _, err := w.Reserve("a", test.stays); err != nil {
			t.Fatal(err)
		}
		if got := w.Leave("a", Object{Name: "goes", SetAt: test.goes}, nil); got == nil || *got != test.want {
			t.Errorf("%s: planned: %+v, want %+v", name, got, test.want)
		}
		test.stays.Sets = false
		w.Read("a", test.stays)
		if got := w.Read("a", Object{Name: "goes", SetAt: test.goes}); name != "it sets its own" && (got == nil || *got != test.want || w.Shared()["a"] != *got) {
			t.Errorf("%s: read: %+v, want %+v", name, got, test.want)
		}
	}
}

// TestLeaveWithNote: what Read noted of an object that goes holds, except that an
// object of the same run that is planned later sets its own webhook.
func TestLeaveWithNote(t *testing.T) {
	t.Parallel()
	goes, noted := Object{Name: "goes", SetAt: later}, &Successor{Stale: true}
	w := NewWebhooks(true)
	if got := w.Leave("b", goes, nil); got != nil {
		t.Errorf("nobody noted anything: %+v", got)
	}
	if got := w.Leave("a", goes, noted); got == nil || !got.Stale {
		t.Errorf("planned again as it is applied: %+v", got)
	}
	if got := w.Leave("a", goes, noted); got == nil || got.Stale {
		t.Errorf("another one goes, too: %+v", got)
	}
	w = NewWebhooks(true)
	w.Read("a", Object{Name: "stays", SetAt: earlier})
	if got := w.Leave("a", goes, noted); got == nil || got.Stale {
		t.Errorf("planned in the run that read it: %+v", got)
	}
	if mustSet, _ := w.Reserve("a", Object{Name: "stays", SetAt: earlier}); !mustSet {
		t.Error("the one that stays need not set")
	}
}

// TestAfterFailedSet: after a Set that was refused another may be tried, and a
// Delete sends nothing; after one that may have acted neither is sent.
func TestAfterFailedSet(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name           string
		failed         error
		result, delete Result
		second         error
	}{
		{"refused", errRefused, Unchanged, Kept, nil},
		{"uncertain", errUncertain, Uncertain, Left, ErrDuplicate},
		{"gone", errGone, Gone, Done, nil},
	} {
		w := NewWebhooks(true)
		var sent []octoeverywhere.Webhook
		set := ended(&sent, test.failed)
		if result, err := w.Set("a", Object{}, newWebhook, set); !errors.Is(err, test.failed) || result != test.result {
			t.Error(test.name, result, err)
		}
		if result, err := w.Delete("a", Object{}, nil, func() error { return nil }, set); result != test.delete || err != nil {
			t.Error(test.name, result, err)
		}
		if _, err := w.Set("a", Object{}, newWebhook, set); !errors.Is(err, test.second) {
			t.Errorf("%s: the second Set: %v", test.name, err)
		}
	}
}

// TestPutBack: a Set that fails after this run's own Delete sets the deleted
// webhook again, as far as it is known; and what is said of it is so.
func TestPutBack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		old           *octoeverywhere.Webhook // of the object that is deleted
		deleted       error
		failed, again error // of the Set, and of the one that puts back
		want          Result
		sent          int
	}{
		{"refused", &oldWebhook, nil, errRefused, nil, PutBack, 2},
		{"uncertain", &oldWebhook, nil, errUncertain, nil, PutBack, 2},
		{"the Delete was uncertain", &oldWebhook, errUncertain, errRefused, nil, PutBack, 2},
		{"the Delete was refused", &oldWebhook, errRefused, errRefused, nil, Unchanged, 1},
		{"refused twice", &oldWebhook, nil, errRefused, errRefused, Missing, 2},
		{"refused, then uncertain", &oldWebhook, nil, errRefused, errUncertain, Uncertain, 2},
		{"uncertain twice", &oldWebhook, nil, errUncertain, errUncertain, Uncertain, 2},
		{"uncertain, then refused", &oldWebhook, nil, errUncertain, errRefused, Uncertain, 2},
		{"the URL was write-only", nil, nil, errRefused, nil, Missing, 1},
		{"both are unknown", nil, errUncertain, errRefused, nil, MaybeMissing, 1},
		{"gone", &oldWebhook, nil, errGone, nil, Gone, 1},
		{"it worked", &oldWebhook, nil, nil, nil, Done, 1},
	} {
		w := NewWebhooks(true)
		if _, err := w.Delete("a", Object{Webhook: test.old}, nil, func() error { return test.deleted }, nil); !errors.Is(err, test.deleted) {
			t.Fatal(test.name, err)
		}
		var sent []octoeverywhere.Webhook
		result, err := w.Set("a", Object{}, newWebhook, ended(&sent, test.failed, test.again))
		if result != test.want || !errors.Is(err, test.failed) || len(sent) != test.sent {
			t.Errorf("%s: %v, %v, %d Sets", test.name, result, err, len(sent))
		}
		if len(sent) == 2 && !sent[1].Equal(oldWebhook) {
			t.Errorf("%s: put back: %v", test.name, sent[1])
		}
	}

	// The one that is updated had set last: its webhook was there.
	w := NewWebhooks(true)
	_, _ = w.Delete("a", Object{SetAt: earlier, Webhook: &newWebhook}, nil, func() error { return nil }, nil)
	var sent []octoeverywhere.Webhook
	if result, _ := w.Set("a", Object{SetAt: later, Webhook: &oldWebhook}, newWebhook, ended(&sent, errRefused)); result != PutBack || !sent[1].Equal(oldWebhook) {
		t.Errorf("%v: put back: %v", result, sent)
	}
}

// TestDeleteOwes: what a Delete does for the object that keeps the webhook, and
// what is said when its own Set is refused afterwards.
func TestDeleteOwes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		before   func(w *Webhooks)
		kept     *Successor
		restored error
		want     Result
		err      error
		sent     int    // Sets of the webhook to restore
		after    Result // of the successor's own Set, refused
	}{
		{name: "nothing", kept: &Successor{}, want: Left, after: Kept},
		{name: "its webhook", kept: &Successor{Restore: &oldWebhook}, want: Left, sent: 1, after: Unchanged},
		{name: "its webhook, refused", kept: &Successor{Restore: &oldWebhook}, restored: errRefused, want: Uncertain, err: errRefused, sent: 1, after: Unchanged},
		{name: "its webhook, gone", kept: &Successor{Restore: &oldWebhook}, restored: errGone, want: Left, sent: 1, after: Unchanged},
		{name: "nobody knows what", kept: &Successor{Stale: true}, want: Unchanged, err: ErrStale, after: Unchanged},
		{
			name: "nobody knows what, but it is set", kept: &Successor{Stale: true}, want: Left, after: Unchanged,
			before: func(w *Webhooks) {
				_, _ = w.Set("a", Object{}, newWebhook, func(octoeverywhere.Webhook) error { return nil })
			},
		},
		{
			name: "nobody knows what, and it goes itself", kept: &Successor{Stale: true}, want: Left, after: Missing,
			before: func(w *Webhooks) { _, _ = w.Delete("a", Object{}, nil, func() error { return nil }, nil) },
		},
		{
			name: "its webhook, and it goes itself", kept: &Successor{Restore: &oldWebhook}, want: Left, after: Missing,
			before: func(w *Webhooks) { _, _ = w.Delete("a", Object{}, nil, func() error { return nil }, nil) },
		},
		{
			name: "it turned out to have nothing to set, noted", kept: &Successor{}, want: Unchanged, err: ErrStale, after: Unchanged,
			before: func(w *Webhooks) { _, _ = w.Reserve("a", Object{Name: "stays", SetAt: earlier}) },
		},
		{
			name: "it turned out to have nothing to set", want: Unchanged, err: ErrStale, after: Unchanged,
			before: func(w *Webhooks) { _, _ = w.Reserve("a", Object{Name: "stays", SetAt: earlier}) },
		},
	} {
		w := NewWebhooks(true)
		if test.before != nil {
			test.before(w)
		}
		var sent []octoeverywhere.Webhook
		result, err := w.Delete("a", Object{Name: "goes", SetAt: later}, test.kept, func() error {
			t.Errorf("%s: a Delete was sent", test.name)
			return nil
		}, ended(&sent, test.restored))
		if result != test.want || !errors.Is(err, test.err) || len(sent) != test.sent {
			t.Errorf("%s: %v, %v, %d Sets", test.name, result, err, len(sent))
		}
		if result, _ := w.Set("a", Object{}, newWebhook, func(octoeverywhere.Webhook) error { return errRefused }); result != test.after {
			t.Errorf("%s: afterwards %v, want %v", test.name, result, test.after)
		}
	}
}
