// SPDX-License-Identifier: MPL-2.0

package doctest

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
)

// configuration is a whole one of a page, and what the page adds to it.
type configuration struct {
	whole     string
	additions []string
}

// configurations are a page's blocks of Terraform, in order.
func configurations(t *testing.T, page string) (found []configuration) {
	t.Helper()
	for _, block := range fenced.FindAllStringSubmatch(texts(t)[page], -1) {
		switch {
		case block[1] == "hcl":
			t.Errorf("%s: write terraform for the language of a block, as the others do", page)
		case block[1] != "terraform":
		case strings.HasPrefix(block[2], "terraform {\n"):
			found = append(found, configuration{whole: block[2]})
		case found == nil:
			t.Errorf("%s: there is no configuration above to add this to:\n%s", page, block[2])
		default:
			found[len(found)-1].additions = append(found[len(found)-1].additions, block[2])
		}
	}
	return found
}

var (
	removedFrom  = regexp.MustCompile(`^removed \{\n  from = octoeverywhere_notification_webhook\.(\w+)`)
	firstWebhook = regexp.MustCompile(`(?s)\nresource "octoeverywhere_notification_webhook" .*?\n\}\n`)
)

// with is the configuration with one addition: lines are added to its first
// webhook, and what is removed isn't there any more.
func (c configuration) with(addition string) string {
	switch removed := removedFrom.FindStringSubmatch(addition); {
	case removed != nil:
		resource := regexp.MustCompile(`(?s)\nresource "octoeverywhere_notification_webhook" "` + removed[1] + `" .*?\n\}\n`)
		return resource.ReplaceAllString(c.whole, "") + addition
	case strings.HasPrefix(addition, "  "):
		webhook := firstWebhook.FindString(c.whole)
		return strings.Replace(c.whole, webhook, strings.TrimSuffix(webhook, "}\n")+"\n"+addition+"}\n", 1)
	}
	return c.whole + "\n" + addition
}

// TestPages plans every block of Terraform that a page shows, and checks its format.
func TestPages(t *testing.T) {
	module, err := filepath.Abs("../../examples/modules/fleet")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, page := range pages(t) {
		for i, c := range configurations(t, page) {
			count++
			t.Run(fmt.Sprintf("%s/%d", page, i+1), func(t *testing.T) {
				t.Parallel()
				u := newUser(t, c.whole)
				u.Write("main.tf", local(c.whole, module))
				u.Must(u.Run("init", "-input=false", "-no-color"))
				u.Must(u.Plan())
				u.wantFormatted(t)
				for _, addition := range c.additions {
					switch {
					case strings.HasPrefix(addition, "list "): // which has a file of its own
						u.Write("page.tfquery.hcl", addition)
						u.Must(u.Run("query", "-no-color"))
					case strings.Contains(addition, "identity = {") && !clitest.CLI().AtLeast("1.12.0", "1.12.0"):
					default:
						u.Write("main.tf", local(c.with(addition), module))
						u.Must(u.Plan())
						u.wantFormatted(t)
					}
				}
			})
		}
	}
	if count < 10 {
		t.Errorf("only %d configurations found: does this test still read the pages?", count)
	}
}
