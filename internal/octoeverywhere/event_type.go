// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
)

// EventType is a notification event's number. Numbers are never removed or
// given another meaning, and new ones are added over time (DESIGN.md, "Event
// types"), so any number from 1 to 2147483647 is legal.
type EventType int

// eventNames is the API's table. The names are the provider's own.
var eventNames = [...]string{
	1:  "print_started",
	2:  "print_complete",
	3:  "print_failed",
	4:  "print_paused",
	5:  "print_resumed",
	6:  "print_progress",
	7:  "gadget_possible_failure_warning",
	8:  "gadget_paused_print_due_to_failure",
	9:  "error",
	10: "first_layer_complete",
	11: "filament_change_required",
	12: "user_interaction_required",
	13: "non_supporter_notification_limit",
	14: "third_layer_complete",
	15: "bed_cooldown_complete",
	16: "test_notification",
}

// ParseEventType reads a name of the table, or a number from 1 to 2147483647
// in canonical decimal ("7"; not "07", "+7" or "7.0"). The error names the
// nearest name, or all of them when none is near.
func ParseEventType(s string) (EventType, error) {
	if i := slices.Index(eventNames[1:], s); i >= 0 {
		return EventType(i + 1), nil
	}
	if n, err := strconv.ParseInt(s, 10, 32); err == nil && n >= 1 && strconv.FormatInt(n, 10) == s {
		return EventType(n), nil
	}
	if name := Nearest(s, eventNames[1:]); name != "" {
		return 0, fmt.Errorf("%.60q is not an event type: did you mean %s?", s, name)
	}
	return 0, fmt.Errorf("%.60q is not an event type: use one of %s, or the event's number from 1 to %d",
		s, strings.Join(eventNames[1:], ", "), math.MaxInt32)
}

// Nearest is the candidate that was probably meant by a word that is none of
// them: it differs in case, in spaces or dashes, or in at most two letters, one
// in three. "" when no candidate is that close.
func Nearest(word string, candidates []string) string {
	if len(word) > 60 {
		return ""
	}
	normal := func(s string) string {
		return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(s)))
	}
	nearest, least := "", min(2, len(word)/3)+1
	for _, candidate := range candidates {
		if d := levenshtein.Distance(normal(word), normal(candidate), nil); d < least {
			nearest, least = candidate, d
		}
	}
	return nearest
}

// Name is the event's name in the table, or its number in decimal.
func (e EventType) Name() string {
	if e >= 1 && int(e) < len(eventNames) {
		return eventNames[e]
	}
	return strconv.Itoa(int(e))
}

// KnownEventTypes lists the events of the table in ascending order.
func KnownEventTypes() []EventType {
	var known []EventType
	for event := 1; event < len(eventNames); event++ {
		known = append(known, EventType(event))
	}
	return known
}
