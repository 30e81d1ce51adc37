// SPDX-License-Identifier: MPL-2.0

package doctest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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
			t.Errorf("%s lists the event types %q; internal/octoeverywhere/event_type.go %q", file, got, want)
		}
	}
}

// TestTroubleshooting finds a heading of the troubleshooting guide that is no
// summary of a message of the provider.
func TestTroubleshooting(t *testing.T) {
	t.Parallel()
	guide, _, found := strings.Cut(texts(t)["docs/guides/troubleshooting.md"], "\n## Messages from Terraform\n")
	if !found {
		t.Fatal("the guide has no section for Terraform's own messages")
	}
	var source strings.Builder
	for name, text := range texts(t) {
		if strings.HasPrefix(name, "internal/provider/") && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			source.WriteString(text)
		}
	}
	headings := regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(guide, -1)
	if len(headings) < 20 {
		t.Fatalf("only %d headings found", len(headings))
	}
	for _, heading := range headings {
		symptom := heading[1] == "No notifications arrive, but Terraform reports no changes"
		if !symptom && !strings.Contains(source.String(), `"`+heading[1]+`"`) {
			t.Errorf("no message of the provider has the summary %q", heading[1])
		}
	}
}

// TestNamedFiles finds what CONTRIBUTING.md names of this repository and that
// isn't there.
func TestNamedFiles(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile("`((?:internal|templates|examples|docs)(?:/[\\w./-]+)?)`").FindAllStringSubmatch(texts(t)["CONTRIBUTING.md"], -1)
	if len(named) < 15 {
		t.Fatalf("only %d names found", len(named))
	}
	for _, name := range named {
		if _, err := os.Stat(filepath.Join("..", "..", name[1])); err != nil {
			t.Error(err)
		}
	}
}
