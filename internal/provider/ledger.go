// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"
)

// ledger remembers, for one run of one configured provider, what was planned
// for and done to each App Connection, by fingerprint (design, rule 6).
//
// It is needed because an App Connection has one webhook while Terraform may
// hold several objects for it at once (a renamed resource, a replaced one and
// its successor) and deletes and creates them in any order.
type ledger struct {
	mu          sync.Mutex
	connections map[string]*connectionRecord
}

// connectionRecord is the ledger's page for one App Connection.
type connectionRecord struct {
	turn chan struct{} // holds one value; whoever takes it may call the API

	set bool // a Set of this run went out and was not refused; guarded by turn

	// Guarded by ledger.mu:
	read      bool   // an object of this connection was read
	owner     string // nonce of the instance that is planned to have the webhook
	ownerSets bool   // that instance's plan is to Set
	leaving   bool   // an object of this connection is, or is planned to be, destroyed
}

func newLedger() *ledger {
	return &ledger{connections: map[string]*connectionRecord{}}
}

// record returns the page of an App Connection; l.mu must be held.
func (l *ledger) record(fingerprint string) *connectionRecord {
	r, ok := l.connections[fingerprint]
	if !ok {
		r = &connectionRecord{turn: make(chan struct{}, 1)}
		r.turn <- struct{}{}
		l.connections[fingerprint] = r
	}
	return r
}

// found notes that an object of the App Connection was read. It is false when
// another one was read before it, so that Terraform holds several.
func (l *ledger) found(fingerprint string) (first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.record(fingerprint)
	first, r.read = !r.read, true
	return first
}

// claim notes that the instance with this nonce is to have the App
// Connection's webhook, and whether its plan is to Set it. It is false when
// another instance has claimed it already. mustSet is true when an object of
// the same connection is destroyed in this run, which may take the webhook away
// from an instance that calls nothing.
func (l *ledger) claim(fingerprint, nonce string, sets bool) (granted, mustSet bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.record(fingerprint)
	if r.owner != "" && r.owner != nonce {
		return false, false
	}
	mustSet = r.leaving && !sets
	r.owner, r.ownerSets = nonce, sets || mustSet
	return true, mustSet
}

// leave notes that an object of the App Connection goes. It is true when an
// instance that calls nothing keeps the webhook: the Delete must then leave it
// alone.
func (l *ledger) leave(fingerprint string) (keep bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.record(fingerprint)
	r.leaving = true
	return r.owner != "" && !r.ownerSets
}

// take waits for the App Connection's turn, or for the end of ctx. The caller
// gives the turn back with the returned function.
func (l *ledger) take(ctx context.Context, fingerprint string) (*connectionRecord, func(), error) {
	l.mu.Lock()
	r := l.record(fingerprint)
	l.mu.Unlock()
	select {
	case <-r.turn:
		return r, func() { r.turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// set runs call, a Set, alone on its App Connection. It is errSecondSet,
// without calling, when a Set of this run already went out: only another
// instance can be asking. mayHaveSet tells whether an error of call leaves the
// webhook possibly changed.
func (l *ledger) set(ctx context.Context, fingerprint string, call func() error, mayHaveSet func(error) bool) error {
	r, done, err := l.take(ctx, fingerprint)
	if err != nil {
		return err
	}
	defer done()
	if r.set {
		return errSecondSet
	}
	err = call()
	r.set = err == nil || mayHaveSet(err)
	return err
}

// delete runs call, a Delete, alone on its App Connection; unless a Set of this
// run went out, whose webhook it would take away: then it does nothing. It does
// nothing either when an instance turned out, at apply, to have nothing to set,
// and says so.
func (l *ledger) delete(ctx context.Context, fingerprint string, call func() error) (kept bool, err error) {
	r, done, err := l.take(ctx, fingerprint)
	if err != nil {
		return false, err
	}
	defer done()
	if r.set {
		return false, nil
	}
	if l.leave(fingerprint) {
		return true, nil
	}
	return false, call()
}
