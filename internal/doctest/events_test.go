// SPDX-License-Identifier: MPL-2.0

package doctest

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// eventRow is a row of a table of event types: number and name in either order.
var eventRow = regexp.MustCompile("(?m)^\\| (?:`(\\w+)` \\| (\\d+) \\||(\\d+) \\|[^|]*\\| `(\\w+)` \\|)")

// TestEventTypeTables: the pages that list event types list those that the
// client names.
func TestEventTypeTables(t *testing.T) {
	t.Parallel()
	var want []string
	for _, event := range octoeverywhere.KnownEventTypes() {
		want = append(want, fmt.Sprintf("%d %s", event, event.Name()))
	}
	files := texts(t)
	for _, file := range []string{"DESIGN.md", "templates/resources/notification_webhook.md.tmpl"} {
		var got []string
		for _, row := range eventRow.FindAllStringSubmatch(files[file], -1) {
			got = append(got, row[2]+row[3]+" "+row[1]+row[4])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s lists the event types %q; internal/octoeverywhere/event.go %q", file, got, want)
		}
	}
}
