// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

func TestEventTypes(t *testing.T) {
	known := KnownEventTypes()
	if len(known) != fakeapi.LastEventType || known[0] != 1 || known[len(known)-1] != fakeapi.LastEventType || !slices.IsSorted(known) {
		t.Errorf("known %v", known)
	}
	for _, event := range known { // the table both ways
		parsed, err := ParseEventType(event.Name())
		if err != nil || parsed != event {
			t.Errorf("%s: %d, %v", event.Name(), parsed, err)
		}
	}
	for s, want := range map[string]EventType{"print_complete": 2, "error": 9, "test_notification": 16, "1": 1, "17": 17, "2147483647": 2147483647} {
		if got, err := ParseEventType(s); err != nil || got != want {
			t.Errorf("%q: %d, %v", s, got, err)
		}
	}
	for _, s := range []string{
		"", "0", "-1", "+1", "01", "1.0", "0x1", "2147483648", " 1", "１", "progress", "\x1b[31mred", strings.Repeat("print_started", 99),
	} {
		_, err := ParseEventType(s)
		if err == nil {
			t.Errorf("%.20q is taken", s)
			continue
		}
		if text := err.Error(); !strings.Contains(text, "print_started") || !strings.Contains(text, "test_notification") ||
			len(text) > 1000 || strings.Contains(text, "\x1b") {
			t.Errorf("%.20q: %.2000s", s, text)
		}
	}
	for s, meant := range map[string]string{
		"print-started": "print_started", "Print Failed": "print_failed", "ERROR": "error", "pritn_started": "print_started",
	} {
		if _, err := ParseEventType(s); err == nil || !strings.HasSuffix(err.Error(), "did you mean "+meant+"?") {
			t.Errorf("%q: %v", s, err)
		}
	}
	if EventType(17).Name() != "17" || EventType(0).Name() != "0" || EventType(-5).Name() != "-5" {
		t.Error("names of events beyond the table")
	}
}

func TestWebhookEqual(t *testing.T) {
	all := KnownEventTypes()
	newer := append(KnownEventTypes(), 17, 18)
	for _, tt := range []struct {
		name string
		a, b []EventType
		want bool
	}{
		{"none and all", nil, all, true},
		{"none and all and newer", nil, newer, true},
		{"all and all and newer", all, newer, false},
		{"none and one", nil, []EventType{1}, false},
		{"none and all but one", nil, all[1:], false},
		{"order", []EventType{3, 1, 2}, []EventType{1, 2, 3}, true},
		{"repeated", []EventType{1, 1, 2}, []EventType{2, 1}, true},
		{"subset", []EventType{1, 2}, []EventType{1, 2, 3}, false},
	} {
		a, b := Webhook{callbackURL, tt.a}, Webhook{callbackURL, tt.b}
		if a.Equal(b) != tt.want || b.Equal(a) != tt.want {
			t.Errorf("%s: not %v", tt.name, tt.want)
		}
		if a.Equal(Webhook{callbackURL + "?", tt.b}) {
			t.Errorf("%s: URLs are compared byte for byte", tt.name)
		}
	}
}
