// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"cmp"
	"context"
)

// setEither sets the webhook by the API version that the server is known to
// serve, else by EditionNotifications first and by the other when the answer
// suggests that the first isn't served (DESIGN.md, "Editions"). It never goes
// on to the other after an answer that accepts the webhook, or refuses it for a
// reason of its own. Calls that begin before the version is known find it out
// side by side, at the price of one request too many each.
func (c *Client) setEither(ctx context.Context, set *call, webhook Webhook) error {
	known, _ := c.served.Load().(Edition)
	first := cmp.Or(known, EditionNotifications)
	a := set.send(ctx, first.request(webhook))
	if !suggestsNotServed(first, a) || known == first && !a.isUnknownPath() {
		c.remember(first, a)
		return first.conclude(set, a, webhook)
	}

	if a.is2xx() && !a.isHTML() {
		set.uncertain = &a // whatever took the request may have acted on it
	}
	other := first.other()
	b := set.send(ctx, other.request(webhook))
	if !suggestsNotServed(other, b) {
		c.remember(other, b)
		return other.conclude(set, b, webhook)
	}
	if a.isUnknownPath() && !b.isUnknownPath() {
		a = b // says more than "not found"
	}
	e := set.failed(a)
	e.NotServed, e.NoAPI = true, true
	e.text += "; there is no OctoEverywhere API at this endpoint"
	return e
}

// remember keeps the API version for later calls, if the answer shows that it
// is served. A temporary failure, or an unknown status, shows nothing.
func (c *Client) remember(edition Edition, a answer) {
	if a.status == 200 || a.status == 400 || a.status >= 603 && a.status <= 613 {
		c.served.Store(edition)
	}
}

// suggestsNotServed reports whether an answer to an edition's Set is one that a
// server gives where it doesn't serve that path.
func suggestsNotServed(edition Edition, a answer) bool {
	switch {
	case a.isUnknownPath(), a.isRedirect(), a.status == 401, a.status == 403:
		return true
	case a.status != 200:
		return false
	case a.isHTML():
		return true
	case edition == EditionNotifications && !a.enveloped:
		_, ok := decodeEcho(a)
		return !ok
	}
	return false
}
