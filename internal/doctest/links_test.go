// SPDX-License-Identifier: MPL-2.0

package doctest

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	// onGitHub begins the address of a file of the repository.
	onGitHub = regexp.MustCompile(`^https://(github\.com/octoeverywhere/terraform-provider-octoeverywhere/(blob|tree)|raw\.githubusercontent\.com/octoeverywhere/terraform-provider-octoeverywhere)/main/`)

	heading     = regexp.MustCompile(`(?m)^#+ +(.+?)\s*$`)
	notInAnchor = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
	namedAnchor = regexp.MustCompile(`<a id="([^"]+)">`)
)

// TestLinks follows every link to a file of the repository, and to a heading in
// it. Links must lead somewhere on GitHub, and in the Terraform Registry, which
// has the pages of docs/ and nothing else.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, page := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(prose(t, page), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			file := path.Join(path.Dir(page), target)
			switch {
			case target == "":
				file = page
			case onGitHub.MatchString(target):
				file = onGitHub.ReplaceAllString(target, "")
			case strings.Contains(target, "://"):
				continue
			case strings.HasPrefix(page, "docs/") && (!strings.HasPrefix(file, "docs/") || path.Ext(file) != ".md"):
				t.Errorf("%s links to %s, which the registry does not have", page, target)
			}
			if _, err := os.Stat(path.Join("../..", file)); err != nil {
				t.Errorf("%s links to %s: %v", page, found[1], err)
			} else if anchor != "" && !slices.Contains(anchors(prose(t, file)), anchor) {
				t.Errorf("%s links to #%s, which %s does not have", page, anchor, file)
			}
		}
	}
}

// prose is a page without its code.
func prose(t *testing.T, page string) string { return fenced.ReplaceAllString(texts(t)[page], "\n") }

// anchors are what a link can point at in a page.
func anchors(text string) []string {
	var found []string
	for _, title := range heading.FindAllStringSubmatch(text, -1) {
		found = append(found, strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(title[1]), ""), " ", "-"))
	}
	for _, id := range namedAnchor.FindAllStringSubmatch(text, -1) {
		found = append(found, id[1])
	}
	return found
}
