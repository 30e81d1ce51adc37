// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"fmt"
)

// setEither speaks the edition that is known to be served, else one first; the
// other when the answer shows that the first is not served (DESIGN.md,
// "Editions"). It never goes on to the other after an answer that accepts the
// webhook, or refuses it for its own reason. Sets that begin before any has
// found out find out side by side: one call too many each, once.
func (c *Client) setEither(ctx context.Context, set *call, webhook Webhook) error {
	known, _ := c.served.Load().(Edition)
	first := known
	if first == EditionAuto {
		first = EditionNotifications
	}
	a := set.send(ctx, first.request(webhook))
	switch v := judge(first, a); {
	case v == served:
		c.served.Store(first)
		return first.conclude(set, a, webhook)
	case v == unclear, v == doubtful && known == first:
		return first.conclude(set, a, webhook)
	}

	other := first.other()
	set.ambiguous = set.ambiguous || a.is2xx() // nobody knows what took the request
	b := set.send(ctx, other.request(webhook))
	switch judge(other, b) {
	case served:
		c.served.Store(other)
		return other.conclude(set, b, webhook)
	case unclear:
		return other.conclude(set, b, webhook)
	}
	return set.neitherServed(a, b)
}

// verdict is what an answer tells about the edition it came from.
type verdict int

const (
	unclear  verdict = iota // nothing: a passing failure, or something in between answered
	served                  // that the server serves it
	doubtful                // that it hardly does, unless it is known to
	unserved                // that it does not
)

// judge holds an answer against what a served path documents.
func judge(edition Edition, a answer) verdict {
	switch s := a.status; {
	case a.isUnknownPath():
		return unserved
	case s == 401, s == 403, a.isRedirect(), a.isHTML() && s == 200:
		return doubtful
	case s == 200 && edition == EditionNotifications && !a.enveloped:
		if _, ok := decodeEcho(a); !ok {
			return doubtful // whatever took it, it was not this call
		}
		return served
	case s == 200, s == 400, s >= 603 && s <= 613:
		return served
	}
	return unclear
}

// neitherServed is the error of a Set that both editions' paths refused to
// know: the more telling answer, and both paths.
func (c *call) neitherServed(a, b answer) *Error {
	telling := a
	if c.tells(b) > c.tells(a) {
		telling = b
	}
	e := c.failed(telling)
	e.NotServed = true
	e.Ambiguous = e.Ambiguous || a.is2xx() || b.is2xx()
	e.addProblem(fmt.Sprintf("so the server serves neither edition of the webhook API (%s answered %d, %s answered %d)",
		a.asked.path, a.status, b.asked.path, b.status))
	return e
}

// tells weighs an answer that a path is not served: one that is more than a
// plain "not found" first, then one with words.
func (c *call) tells(a answer) int {
	weight := 0
	if !a.isUnknownPath() {
		weight = 2
	}
	if c.words(a) != "" {
		weight++
	}
	return weight
}
