// SPDX-License-Identifier: MPL-2.0

package doctest

import (
	"regexp"
	"strings"
	"testing"
)

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
