// SPDX-License-Identifier: MPL-2.0

package papertest

import (
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// TestEventTypeTables: the pages that list event types list those that the
// client names.
func TestEventTypeTables(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for _, event := range octoeverywhere.KnownEventTypes() {
		want[strconv.Itoa(int(event))] = event.Name()
	}
	files := texts(t)
	for _, file := range []string{design, "templates/resources/notification_webhook.md.tmpl"} {
		if got := eventTable(files[file]); !maps.Equal(got, want) {
			t.Errorf("%s lists the event types %v; internal/octoeverywhere/event.go %v", file, got, want)
		}
	}
}

// eventTable reads the table below a page's heading "Event types": name by number.
func eventTable(page string) map[string]string {
	table, here := map[string]string{}, false
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "#") {
			here = strings.HasSuffix(strings.TrimSpace(line), " Event types")
		}
		if !here || !strings.HasPrefix(line, "|") {
			continue
		}
		number, name := "", ""
		for _, cell := range strings.Split(line, "|") {
			cell = strings.TrimSpace(cell)
			if _, err := strconv.Atoi(cell); err == nil {
				number = cell
			} else if strings.HasPrefix(cell, "`") {
				name = strings.Trim(cell, "`")
			}
		}
		if number != "" {
			table[number] = name
		}
	}
	return table
}
