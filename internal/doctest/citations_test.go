// SPDX-License-Identifier: MPL-2.0

package doctest

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	citation    = regexp.MustCompile(`DESIGN\.md(?:, "([^"]+)")?`)
	goComment   = regexp.MustCompile(`(?m)(?:^|\s)//( .*)$`)
	commentLine = regexp.MustCompile(`\n\s*#? *`)
	// unavailable is a citation of what readers of the repository don't have.
	unavailable = regexp.MustCompile(`(?i)\bshared/(design|api)\b|\bapi/README\b|\brules? \d+\b|\bissue \d{1,2}\b|\((the )?design(, |\))`)
)

// TestCitations: a comment cites one heading that DESIGN.md has, in the form
// DESIGN.md, "Heading", and nothing that readers don't have. What pages link to
// is the matter of TestLinks.
func TestCitations(t *testing.T) {
	t.Parallel()
	var headings []string
	for _, title := range heading.FindAllStringSubmatch(prose(t, "DESIGN.md"), -1) {
		if slices.Contains(headings, title[1]) {
			t.Errorf("DESIGN.md has two headings %q: which is cited can't be told", title[1])
		}
		headings = append(headings, title[1])
	}
	count := 0
	for file, text := range texts(t) {
		if strings.HasPrefix(file, "internal/doctest/") {
			continue // speaks of citations
		}
		if path.Ext(file) == ".go" {
			var comments []string
			for _, comment := range goComment.FindAllStringSubmatch(text, -1) {
				comments = append(comments, comment[1])
			}
			text = strings.Join(comments, "")
		}
		text = commentLine.ReplaceAllString(text, " ")
		for _, cited := range citation.FindAllStringSubmatch(text, -1) {
			isPage := slices.Contains([]string{".md", ".tmpl", ".yml", ""}, path.Ext(file)) // prose may name the file alone
			if !slices.Contains(headings, cited[1]) && (cited[1] != "" || !isPage) {
				t.Errorf("%s: %s is no heading: cite one, in the form DESIGN.md, \"Gone\"", file, cited[0])
			}
			count++
		}
		if found := unavailable.FindString(text); found != "" {
			t.Errorf("%s: readers don't have %q: cite a heading of DESIGN.md, or nothing", file, found)
		}
	}
	if count < 20 {
		t.Errorf("only %d citations found: does this test still read them?", count)
	}
}
