// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Webhook is the notification webhook of an App Connection, which has at most
// one (DESIGN.md, "Who calls").
type Webhook struct {
	// CallbackURL is sent, stored and called byte for byte.
	CallbackURL string
	// EventTypes are the events to deliver; nil or empty is all of them.
	EventTypes []EventType
}

// Equal reports whether both webhooks deliver the same events to the same URL.
// URLs are compared byte for byte. The order of events and repeated ones do
// not matter. No filter, an empty one and all known events are the same, and
// so are no filter and a list of all known events with newer ones after them:
// a service that spells "all" out may know more events than this table.
func (w Webhook) Equal(other Webhook) bool {
	if w.CallbackURL != other.CallbackURL {
		return false
	}
	a, b := canonicalEvents(w.EventTypes), canonicalEvents(other.EventTypes)
	return slices.Equal(a, b) || len(a) == 0 && coversKnown(b) || len(b) == 0 && coversKnown(a)
}

// canonicalEvents is the filter sorted, each event once.
func canonicalEvents(events []EventType) []EventType {
	return slices.Compact(slices.Sorted(slices.Values(events)))
}

// coversKnown reports whether a filter lets every known event through.
func coversKnown(events []EventType) bool {
	return !slices.ContainsFunc(KnownEventTypes(), func(known EventType) bool { return !slices.Contains(events, known) })
}

// Format shows the webhook without what its URL may hide, whatever the verb.
func (w Webhook) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, displayURL(w.CallbackURL)+" for "+describeEvents(w.EventTypes))
}

// describeEvents names the events of a filter for a person.
func describeEvents(events []EventType) string {
	if len(events) == 0 {
		return "all events"
	}
	const most = 40 // an answer may list thousands
	var names []string
	for _, event := range canonicalEvents(events) {
		names = append(names, event.Name())
	}
	if len(names) > most {
		names = append(names[:most], "…")
	}
	return "the events " + strings.Join(names, ", ")
}
