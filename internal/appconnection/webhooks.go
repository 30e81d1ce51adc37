// SPDX-License-Identifier: MPL-2.0

package appconnection

import (
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// Webhooks coordinates the objects that Terraform holds for the webhooks of one
// run (DESIGN.md, "One webhook"). An App Connection has one webhook, while a
// renamed or replaced resource is two objects, which Terraform deletes and
// creates in any order and at the same time.
type Webhooks struct {
	// planned: the host plans all objects of a run with one configured provider,
	// and keeps private state, as Terraform and OpenTofu do. For any other only
	// the rules of an apply hold (DESIGN.md, "Other hosts").
	planned bool

	mu      sync.Mutex
	entries map[string]*entry    // by fingerprint
	shared  map[string]Successor // of which several objects were read
}

// NewWebhooks makes the coordination of a run. planned tells whether the host
// plans as Terraform does.
func NewWebhooks(planned bool) *Webhooks {
	return &Webhooks{planned: planned, entries: map[string]*entry{}, shared: map[string]Successor{}}
}

// entry is what is known of one App Connection's webhook. Its lock is held
// while the API is called.
type entry struct {
	sync.Mutex

	// Planning.
	first   *Object // that was read
	owner   *Object // that is to have the webhook
	leaving bool    // an object goes, or has gone

	// Applying.
	set     bool   // a Set of this run took effect, or may have
	refused bool   // a Set of this run failed and changed nothing
	left    bool   // a Delete of this run sent nothing, for a Set to come
	deleted bool   // a Delete of this run took effect, or may have
	certain bool   // it did
	before  Object // whose Delete that was
}

// Object is an object in Terraform's state that has, or is to have, a webhook.
type Object struct {
	Name    string                  // tells it from any other object, for Reserve
	SetAt   time.Time               // when it was last set; zero: not known
	Webhook *octoeverywhere.Webhook // nil: the URL is write-only, or not known
	Sets    bool                    // its plan is certain to set the webhook
}

// Successor is what an object that goes owes to the one that keeps the webhook
// of its App Connection. The zero Successor is owed nothing: its own webhook is
// there, or it sets it itself.
type Successor struct {
	Restore *octoeverywhere.Webhook `json:"restore,omitempty"` // this webhook
	Stale   bool                    `json:"stale,omitempty"`   // its webhook, which nobody knows
}

// succeed compares which of the two set its webhook last.
func succeed(stays, goes Object) Successor {
	switch {
	case stays.Sets, !goes.SetAt.IsZero() && stays.SetAt.After(goes.SetAt):
		return Successor{}
	case stays.Webhook != nil:
		return Successor{Restore: stays.Webhook}
	}
	return Successor{Stale: true}
}

// lock returns the entry of an App Connection, locked.
func (w *Webhooks) lock(fingerprint string) *entry {
	w.mu.Lock()
	e, found := w.entries[fingerprint]
	if !found {
		e = &entry{}
		w.entries[fingerprint] = e
	}
	w.mu.Unlock()
	e.Lock()
	return e
}

// Read notes an object in state, and returns its successor, should it go, where
// another one of the same App Connection was read before.
func (w *Webhooks) Read(fingerprint string, object Object) *Successor {
	if !w.planned {
		return nil
	}
	e := w.lock(fingerprint)
	defer e.Unlock()
	if e.first == nil {
		e.first = &object
		return nil
	}
	other := succeed(*e.first, object)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shared[fingerprint] = other
	return &other
}

// WasRead reports whether an object of an App Connection was read in this run, as
// a plan does, and an apply doesn't.
func (w *Webhooks) WasRead(fingerprint string) bool {
	e := w.lock(fingerprint)
	defer e.Unlock()
	return e.first != nil
}

// Shared are the App Connections of which several objects were read.
func (w *Webhooks) Shared() map[string]Successor {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.shared)
}

// ErrDuplicate is the refusal of a second object for one App Connection.
var ErrDuplicate = errors.New("another object of this run has this App Connection's webhook")

// Reserve notes that an object is planned to have the webhook. mustSet is true
// for one whose plan sets nothing although another object goes, which may take
// the webhook away. The error is ErrDuplicate.
func (w *Webhooks) Reserve(fingerprint string, object Object) (mustSet bool, err error) {
	if !w.planned {
		return false, nil
	}
	e := w.lock(fingerprint)
	defer e.Unlock()
	if e.owner != nil && e.owner.Name != object.Name {
		return false, ErrDuplicate
	}
	mustSet = e.leaving && !object.Sets
	object.Sets = object.Sets || mustSet
	e.owner = &object
	return mustSet, nil
}

// Release takes an object's reservation back.
func (w *Webhooks) Release(fingerprint, name string) {
	e := w.lock(fingerprint)
	defer e.Unlock()
	if e.owner != nil && e.owner.Name == name {
		e.owner = nil
	}
}

// Leave notes that an object is planned to go, and returns the successor to whom
// its Delete leaves the webhook, if any. noted is what Read noted of the object.
func (w *Webhooks) Leave(fingerprint string, object Object, noted *Successor) *Successor {
	if !w.planned {
		return nil
	}
	e := w.lock(fingerprint)
	defer e.Unlock()
	otherLeaves := e.leaving
	e.leaving = true
	switch {
	case e.owner != nil:
		other := succeed(*e.owner, object)
		return &other
	case noted != nil && (e.first != nil || otherLeaves):
		// The other one goes too, or is planned later in this run and sets its
		// webhook.
		return &Successor{Restore: noted.Restore}
	}
	return noted
}

// Result is what became of a webhook.
type Result int

// The results of Set and Delete.
const (
	Done         Result = iota // it is as asked for
	Gone                       // the App Connection is gone for good, and its webhook with it
	Unchanged                  // it is as it was
	Uncertain                  // nobody knows
	Left                       // Delete: another object has it, so nothing was sent
	Kept                       // the one from before is there, though its object is gone or goes
	PutBack                    // this run deleted the one from before, and has set it again
	Missing                    // this run deleted the one from before, and there is none
	MaybeMissing               // this run may have deleted the one from before
)

// Set has an object set the webhook, with call, while no other call for the App
// Connection is made. When it fails after a Delete of this run, the webhook from
// before is set again, so that the App Connection has the old one or the new one
// (DESIGN.md, "Refused"). prior is the object before it is updated, zero for one
// that is created. The error is ErrDuplicate or call's.
func (w *Webhooks) Set(fingerprint string, prior Object, webhook octoeverywhere.Webhook, call func(octoeverywhere.Webhook) error) (Result, error) {
	e := w.lock(fingerprint)
	defer e.Unlock()
	if e.set && w.planned {
		return Unchanged, ErrDuplicate
	}
	err := call(webhook)
	var result Result
	switch {
	case err == nil:
		result = Done
	case octoeverywhere.IsGone(err):
		result = Gone
	case e.deleted:
		if prior.SetAt.After(e.before.SetAt) {
			e.before = prior // had set last
		}
		result = e.putBack(call)
		if octoeverywhere.IsAmbiguous(err) && result != PutBack {
			result = Uncertain
		}
	case octoeverywhere.IsAmbiguous(err):
		result = Uncertain
	case e.left:
		result = Kept
	default:
		result = Unchanged
	}
	e.set = result == Done || result == Uncertain
	e.refused = !e.set && result != Gone
	e.deleted = e.deleted && !e.set && result != PutBack
	return result, err
}

// putBack sets the webhook again that this run deleted.
func (e *entry) putBack(call func(octoeverywhere.Webhook) error) Result {
	if webhook := e.before.Webhook; webhook != nil {
		switch err := call(*webhook); {
		case err == nil:
			return PutBack
		case octoeverywhere.IsAmbiguous(err):
			return Uncertain
		}
	}
	if e.certain {
		return Missing
	}
	return MaybeMissing
}

// ErrStale is the refusal of a Delete that would leave another object's App
// Connection with the webhook of the object that goes.
var ErrStale = errors.New("the App Connection has the webhook of the object that goes")

// Delete has an object delete the webhook, with call, while no other call for
// the App Connection is made; or do what it owes to a successor, which is nil
// where there is none. set sets a webhook. The error is ErrStale or that of the
// call that was made.
func (w *Webhooks) Delete(fingerprint string, object Object, kept *Successor, call func() error, set func(octoeverywhere.Webhook) error) (Result, error) {
	e := w.lock(fingerprint)
	defer e.Unlock()
	e.leaving = true
	if e.owner != nil && !e.owner.Sets { // planned again as it is applied, it has nothing to set after all
		other := succeed(*e.owner, object)
		kept = &other
	}
	switch {
	case e.set:
		return Left, nil
	case e.refused:
		return Kept, nil
	case kept != nil && kept.Stale && !e.deleted:
		return Unchanged, ErrStale
	case kept != nil && kept.Restore != nil && !e.deleted:
		if err := set(*kept.Restore); err != nil && !octoeverywhere.IsGone(err) {
			return Uncertain, err
		}
		return Left, nil
	case kept != nil:
		e.left = true
		return Left, nil
	}
	err := call()
	switch {
	case err == nil, octoeverywhere.IsAmbiguous(err):
		e.deleted, e.certain, e.before = true, err == nil, object
		if err != nil {
			return Uncertain, err
		}
		return Done, nil
	case octoeverywhere.IsGone(err):
		return Gone, nil
	}
	return Unchanged, err
}
