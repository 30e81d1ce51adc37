// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"sync"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// ledger remembers, for one configured provider, what was found, planned and
// done on each App Connection, by fingerprint (DESIGN.md, "One webhook"). An App
// Connection has one webhook, while Terraform may hold several objects for it
// (a renamed resource, a replaced one and its successor) and deletes and
// creates them in any order.
//
// Terraform configures the provider once for a plan and once for an apply, so
// a ledger knows of one of them. Other hosts configure once for everything
// (DESIGN.md, "Other hosts").
type ledger struct {
	mu    sync.Mutex
	pages map[string]*page
}

// page is what the ledger knows of one App Connection; ledger.mu guards all but
// turn.
type page struct {
	turn chan struct{} // holds one value: whoever takes it may call the API

	// Reading: the object that was read first, and whether another one was.
	reader instance
	heir   heir
	twice  bool

	// Planning: the instance that is to have the webhook, and whether another
	// object goes.
	owner       instance
	owned       heir
	replacement bool // the owner's claim came from a plan to replace
	leaving     bool

	// Applying.
	setter  instance // whose Set went out and was not refused, by the state that it left
	refused bool     // a Set was refused
	passed  bool     // an object that went left the webhook to the next Set
	deleted *deletion
}

// heir is the object that keeps the webhook when another object of the same App
// Connection goes.
type heir struct {
	Sets    bool                    `json:"sets,omitempty"`    // its own plan is to Set
	Webhook *octoeverywhere.Webhook `json:"webhook,omitempty"` // what it has, as far as state may know it
}

// deletion is a Delete that went out; its webhook is nil where nobody knows it.
type deletion struct{ webhook *octoeverywhere.Webhook }

// claim is what a plan says of an instance.
type claim struct {
	by       instance
	heir     heir
	replaces bool // the first call of a replacement
	creates  bool
}

func newLedger() *ledger { return &ledger{pages: map[string]*page{}} }

// page returns the page of an App Connection; l.mu must be held.
func (l *ledger) page(fingerprint string) *page {
	p, ok := l.pages[fingerprint]
	if !ok {
		p = &page{turn: make(chan struct{}, 1)}
		p.turn <- struct{}{}
		l.pages[fingerprint] = p
	}
	return p
}

// found notes that an object of the App Connection was read, and returns the
// object that was read before it, if any.
func (l *ledger) found(fingerprint string, object instance, has heir) (before heir, twice bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.page(fingerprint)
	if p.reader.none() || p.reader.sameObject(object) {
		p.reader, p.heir = object, has
		return heir{}, false
	}
	p.twice = true
	return p.heir, true
}

// heldTwice is, for each App Connection of which two objects were read, the
// first of them.
func (l *ledger) heldTwice() map[string]heir {
	l.mu.Lock()
	defer l.mu.Unlock()
	held := map[string]heir{}
	for fingerprint, p := range l.pages {
		if p.twice {
			held[fingerprint] = p.heir
		}
	}
	return held
}

// wasRead reports whether an object of the App Connection was read.
func (l *ledger) wasRead(fingerprint string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.page(fingerprint).reader.none()
}

// claim notes that an instance is to have the App Connection's webhook. It is
// not granted when another instance has claimed it. mustSet is true when an
// object of the same connection goes, which may take the webhook away from an
// instance that calls nothing.
//
// A claim that came from a plan to replace may be taken over once by a
// creation: a host that hands no private state to its plans makes the new
// object as if from nothing. Under Terraform the replaced instance's own second
// call then finds its claim gone, so that twins are still an error.
func (l *ledger) claim(fingerprint string, c claim) (granted, mustSet bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.page(fingerprint)
	claimed := !p.owner.none() && !p.owner.same(c.by) && (!p.replacement || !c.creates)
	if claimed || !p.setter.none() && !p.setter.same(c.by) {
		return false, false
	}
	for _, other := range l.pages {
		if other != p && other.owner.same(c.by) {
			other.owner = instance{} // its second call chose another App Connection
		}
	}
	mustSet = p.leaving && !c.heir.Sets
	c.heir.Sets = c.heir.Sets || mustSet
	p.owner, p.owned, p.replacement = c.by, c.heir, c.replaces
	return true, mustSet
}

// leave notes that an object of the App Connection goes, and returns who keeps
// the webhook, if anybody is known to.
func (l *ledger) leave(fingerprint string, object instance) (keeps heir, kept bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.page(fingerprint)
	p.leaving = true
	if p.owner.none() || p.owner.sameObject(object) {
		return heir{}, false
	}
	return p.owned, true
}

// take waits for the App Connection's turn, or for the end of ctx. The caller
// gives it back with the returned function.
func (l *ledger) take(ctx context.Context, fingerprint string) (*page, func(), error) {
	l.mu.Lock()
	p := l.page(fingerprint)
	l.mu.Unlock()
	select {
	case <-p.turn:
		return p, func() { p.turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// before is what became of the webhook that an App Connection had before a Set
// that failed.
type before int

const (
	untouched before = iota // this run did nothing to it
	passedOn                // the object that had it is gone from state, and left it
	putBack                 // this run deleted it and has set it again
	lost                    // this run deleted it, and could not set it again
)

// stays reports whether the webhook is there, and no other object in state.
func (b before) stays() bool { return b == passedOn || b == putBack }

// errSecondSet is the refusal of a Set after another instance's in one run.
var errSecondSet = errors.New("another instance of this run has set this App Connection's webhook")

// set has an instance set the webhook of its App Connection, alone. When that
// fails after a Delete of this run, the deleted webhook is set again, so that
// the App Connection has the old webhook or the new one (DESIGN.md, "Refused").
func (l *ledger) set(ctx context.Context, fingerprint string, by instance, webhook octoeverywhere.Webhook, call func(octoeverywhere.Webhook) error) (before, error) {
	p, done, err := l.take(ctx, fingerprint)
	if err != nil {
		return untouched, err
	}
	defer done()
	l.mu.Lock()
	deleted, passed, second := p.deleted, p.passed, !p.setter.none() && !p.setter.same(by)
	l.mu.Unlock()
	if second {
		return untouched, errSecondSet
	}

	err = call(webhook)
	was := untouched
	switch {
	case err == nil, octoeverywhere.IsGone(err):
	case deleted != nil:
		was = lost
		if deleted.webhook != nil && ctx.Err() == nil && call(*deleted.webhook) == nil {
			was = putBack
		}
	case passed:
		was = passedOn
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil, octoeverywhere.IsAmbiguous(err) && was != putBack:
		p.setter, p.owner, p.deleted, p.passed = by, instance{}, nil, false
	case !octoeverywhere.IsGone(err):
		p.refused = true
		if was == putBack {
			p.deleted = nil
		}
	}
	return was, err
}

// leftState notes the state that an instance's Set left: a call that is handed
// no private state is known by it.
func (l *ledger) leftState(fingerprint string, by instance, state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.page(fingerprint); p.setter == by {
		p.setter.State = state
	}
}

// left is why a Delete called nothing.
type left int

const (
	notLeft     left = iota // it called the API
	leftSet                 // a Set of this run went out: the webhook is another's
	leftRefused             // a Set of this run was refused: what is there is all there is
	leftToOwner             // an instance turned out, at apply, to have nothing to set
)

// delete has an object delete the webhook of its App Connection, alone, unless
// that would take it away from another object.
func (l *ledger) delete(ctx context.Context, fingerprint string, object instance, old *octoeverywhere.Webhook, call func() error) (left, error) {
	p, done, err := l.take(ctx, fingerprint)
	if err != nil {
		return notLeft, err
	}
	defer done()
	l.mu.Lock()
	why := notLeft
	switch {
	case !p.setter.none() && !p.setter.sameObject(object):
		why = leftSet
	case p.refused:
		why = leftRefused
	case !p.owner.none() && !p.owned.Sets && !p.owner.sameObject(object):
		why = leftToOwner
	}
	p.leaving = true
	l.mu.Unlock()
	if why != notLeft {
		return why, nil
	}
	err = call()
	if err == nil || octoeverywhere.IsAmbiguous(err) {
		l.mu.Lock()
		defer l.mu.Unlock()
		p.deleted, p.setter, p.owner = &deletion{old}, instance{}, instance{}
	}
	return notLeft, err
}

// pass has an object that goes leave the webhook to the Set that is planned. It
// is false when that Set was refused already.
func (l *ledger) pass(ctx context.Context, fingerprint string) (bool, error) {
	p, done, err := l.take(ctx, fingerprint)
	if err != nil {
		return false, err
	}
	defer done()
	l.mu.Lock()
	defer l.mu.Unlock()
	p.passed = !p.refused && p.setter.none()
	return !p.refused, nil
}

// giveBack has an object that goes leave the webhook as its heir has it, alone;
// unless the heir has set its own, or is gone itself.
func (l *ledger) giveBack(ctx context.Context, fingerprint string, call func() error) error {
	p, done, err := l.take(ctx, fingerprint)
	if err != nil {
		return err
	}
	defer done()
	l.mu.Lock()
	nothing := !p.setter.none() || p.deleted != nil
	l.mu.Unlock()
	if nothing {
		return nil
	}
	return call()
}
