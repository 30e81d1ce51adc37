// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// pages are the texts that people copy from, by path: the templates that docs/
// is made of, and the READMEs.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for folder, suffix := range map[string]string{"templates": ".tmpl", "examples": ".md"} {
		for _, file := range files(t, filepath.Join(repository, folder), suffix) {
			path := filepath.Join(folder, file)
			found[path] = read(t, path)
		}
	}
	found["README.md"] = read(t, "README.md")
	return found
}

var (
	codeBlock = regexp.MustCompile("(?s)\n```(\\w*)\n(.*?\n)```\n")
	included  = regexp.MustCompile(`\{\{-? *(?:tffile|codefile "\w+") "([^"]+)" *-?\}\}`)
)

// TestPagesCodeBlocks checks the Terraform that stands in the pages themselves,
// rather than in examples/: it must be formatted, and valid when it is whole.
func TestPagesCodeBlocks(t *testing.T) {
	for page, text := range pages(t) {
		for i, block := range codeBlock.FindAllStringSubmatch(text, -1) {
			if block[1] != "terraform" && block[1] != "hcl" {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", page, i+1), func(t *testing.T) {
				skipUnlessAbleTo(t, block[2])
				w := acctest.NewWorkspace(t)
				w.UseBinary()
				w.Write("block.tf", block[2])
				if strings.HasPrefix(block[2], " ") {
					// A line to add to a resource: shown as it stands there.
					w.Write("block.tf", "resource \"a\" \"b\" {\n"+block[2]+"}\n")
				}
				if r := w.Run("fmt", "-check", "-diff"); r.ExitCode != 0 {
					t.Errorf("terraform fmt would change it:\n%s%s", r.Stdout, r.Stderr)
				}
				if strings.Contains(block[2], "required_providers") {
					validate(t, w)
				}
			})
		}
	}
}

// TestExamplesAreShown finds examples that no page shows: nobody would.
func TestExamplesAreShown(t *testing.T) {
	var shown []string
	for _, text := range pages(t) {
		for _, inclusion := range included.FindAllStringSubmatch(text, -1) {
			shown = append(shown, filepath.Dir(inclusion[1]))
		}
	}
	for _, directory := range directories(t) {
		if strings.HasPrefix(directory, "functions/") {
			continue // their pages are made without a template
		}
		if !slices.Contains(shown, filepath.Join("examples", directory)) {
			t.Errorf("no page shows examples/%s", directory)
		}
	}
}

// TestEventTable compares the table on the resource's page with the client's.
func TestEventTable(t *testing.T) {
	rows := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (\\d+) \\|").
		FindAllStringSubmatch(read(t, "templates/resources/notification_webhook.md.tmpl"), -1)
	known := octoeverywhere.KnownEventTypes()
	if len(rows) != len(known) {
		t.Fatalf("%d rows for %d events", len(rows), len(known))
	}
	for i, event := range known {
		if rows[i][1] != event.Name() || rows[i][2] != fmt.Sprint(int(event)) {
			t.Errorf("the page has %s = %s, the provider %s = %d", rows[i][1], rows[i][2], event.Name(), event)
		}
	}
}

// registry is where the index page finds the others: the registry shows it at
// an address without a slash at its end, so links relative to it lead nowhere.
const registry = "https://registry.terraform.io/providers/octoeverywhere/octoeverywhere/latest/docs/"

// TestLinks follows the links to the repository's own pages and files.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for page, text := range pages(t) {
		rendered := strings.HasPrefix(page, "templates/")
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			where := filepath.Join(filepath.Dir(page), target)
			switch {
			case strings.HasPrefix(target, registry):
				where = filepath.Join("templates", strings.TrimPrefix(target, registry))
			case strings.Contains(target, "://"):
				continue
			case page == "templates/index.md.tmpl" && target != "":
				t.Errorf("%s links to %s: the registry needs a whole address here", page, target)
				continue
			}
			if target == "" {
				where = page
			} else if rendered {
				where += ".md.tmpl"
			}
			if strings.HasPrefix(where, "templates/functions/") {
				continue // made without a template
			}
			if _, err := os.Stat(filepath.Join(repository, where)); err != nil {
				t.Errorf("%s links to %s: %v", page, found[1], err)
				continue
			}
			if anchor != "" && !slices.Contains(anchors(read(t, where)), anchor) {
				t.Errorf("%s links to #%s, which %s does not have", page, anchor, where)
			}
		}
	}
}

// anchors are the targets that a page's headings make.
func anchors(text string) []string {
	var made []string
	for line := range strings.Lines(text) {
		if title, found := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); found && strings.HasPrefix(line, "#") {
			slug := strings.ToLower(strings.TrimSpace(title))
			slug = regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(slug, "")
			made = append(made, strings.ReplaceAll(slug, " ", "-"))
		}
	}
	return made
}
