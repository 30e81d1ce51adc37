// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// onGitHub begins the address of a file of the repository, wherever it is read.
var onGitHub = regexp.MustCompile(`^https://(github\.com/octoeverywhere/terraform-provider-octoeverywhere/(blob|tree)|raw\.githubusercontent\.com/octoeverywhere/terraform-provider-octoeverywhere)/main/`)

// TestLinks follows every link to a file of the repository, and to a heading in
// it. Pages are read in two places, and links must lead somewhere in both:
//
//   - GitHub wants a path to a file, .md included;
//   - the Terraform Registry has the pages in docs/ and nothing else.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, p := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(p.prose(), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			where := path.Join(path.Dir(p.path), target)
			switch {
			case target == "":
				where = p.path
			case onGitHub.MatchString(target):
				where = onGitHub.ReplaceAllString(target, "")
			case strings.Contains(target, "://"):
				continue
			case strings.HasPrefix(p.path, "docs/") && (!strings.HasPrefix(where, "docs/") || !strings.HasSuffix(where, ".md")):
				t.Errorf("%s links to %s, which the registry does not have", p.path, target)
			}
			if _, err := os.Stat(filepath.Join(repository, where)); err != nil {
				t.Errorf("%s links to %s: %v", p.path, found[1], err)
			} else if anchor != "" && !slices.Contains(anchors(read(t, where)), anchor) {
				t.Errorf("%s links to #%s, which %s does not have", p.path, anchor, where)
			}
		}
	}
}

// anchors are what a link can point at in a page.
func anchors(text string) []string {
	var found []string
	text = page{text: text}.prose()
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		slug := regexp.MustCompile(`[^\p{L}\p{N}_\- ]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(heading[1])), "")
		found = append(found, strings.ReplaceAll(slug, " ", "-"))
	}
	for _, id := range regexp.MustCompile(`<a id="([^"]+)">`).FindAllStringSubmatch(text, -1) {
		found = append(found, id[1])
	}
	return found
}
