// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"fmt"
	"sync"
)

// Edition says which edition of the API sets a webhook (api page, "Calls").
// They differ in Set only.
type Edition string

// The editions, and the choice to find out which one the server serves.
const (
	EditionAuto          Edition = "auto"
	EditionNotifications Edition = "notifications"
	EditionAppConnection Edition = "appconnection"
)

// ParseEdition reads the value of the provider's webhook_api argument.
func ParseEdition(s string) (Edition, error) {
	switch e := Edition(s); e {
	case EditionAuto, EditionNotifications, EditionAppConnection:
		return e, nil
	}
	return "", fmt.Errorf("%s is not an edition of the webhook API: use %s, %s or %s",
		quoteShort(s), EditionAuto, EditionNotifications, EditionAppConnection)
}

// setPath is where the edition's Set is.
func (e Edition) setPath() string {
	if e == EditionAppConnection {
		return "/api/appconnection/SetNotificationWebhook"
	}
	return "/api/notifications/setfromappconnection"
}

func (e Edition) other() Edition {
	if e == EditionAppConnection {
		return EditionNotifications
	}
	return EditionAppConnection
}

// discovery finds out, once per client, which edition the server serves. The
// first Set goes ahead; those that come meanwhile wait for the answer to its
// first attempt, not for its retries. If that tells nothing, all go on side by
// side, and the first that is told settles it.
type discovery struct {
	mu      sync.Mutex
	led     bool          // a first Set is or was on its way
	heard   chan struct{} // closed when its first attempt has ended
	first   Edition       // the one to try first
	settled bool          // ... and the only one to try
}

func newDiscovery() discovery {
	return discovery{heard: make(chan struct{}), first: EditionNotifications}
}

// enter says which editions to try, in order, and whether the caller is the
// one the others wait for: it must then call release after its first attempt.
// The error is the context's.
func (d *discovery) enter(ctx context.Context) (try []Edition, lead bool, err error) {
	d.mu.Lock()
	lead, d.led = !d.led, true
	d.mu.Unlock()
	if !lead {
		select {
		case <-d.heard:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.settled {
		return []Edition{d.first}, lead, nil
	}
	return []Edition{d.first, d.first.other()}, lead, nil
}

// release lets those go on that wait for the first answer.
func (d *discovery) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.heard:
	default:
		close(d.heard)
	}
}

// learn takes in an answer to a Set of an edition.
func (d *discovery) learn(edition Edition, a answer) {
	v := judge(edition, a)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.settled || v == unclear:
	case v == served:
		d.first, d.settled = edition, true
	case d.first == edition:
		d.first = edition.other() // the next Set need not make the same mistake
	}
}

// verdict is what an answer tells about the edition it came from.
type verdict int

const (
	unclear  verdict = iota // nothing: something in between answered, or nobody
	served                  // that the server serves it
	unserved                // that it does not
)

// judge holds an answer against what a served path documents (api page;
// issue 2): what it does not document means that the path is not served.
func judge(edition Edition, a answer) verdict {
	switch s := a.status; {
	case s == 0, s == 429, s == 502, s == 503, s == 504:
		return unclear
	case s == 401, s == 403, s == 404, s == 405, s == 501, a.isRedirect():
		return unserved
	case s == 200 && edition == EditionNotifications && a.success() == nil:
		return unserved
	case s == 200 && edition == EditionAppConnection && a.isHTML():
		return unserved
	}
	return served
}
