// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
)

// page is a text that people read and copy from, as they see it: docs/ itself,
// not what it is made of.
type page struct{ path, text string }

// pages are all of them.
func pages(t *testing.T) []page {
	t.Helper()
	tops, err := filepath.Glob(filepath.Join(repository, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var found []page
	for _, path := range tops {
		found = append(found, page{filepath.Base(path), read(t, filepath.Base(path))})
	}
	for _, path := range append(files(t, "docs", ".md"), files(t, "examples", ".md")...) {
		found = append(found, page{path, read(t, path)})
	}
	return found
}

// block is a fenced piece of code.
type block struct{ language, code string }

var fenced = regexp.MustCompile("(?s)\n```(\\w*)\n(.*?\n)```\n")

func (p page) blocks() []block {
	var found []block
	for _, match := range fenced.FindAllStringSubmatch(p.text, -1) {
		found = append(found, block{match[1], match[2]})
	}
	return found
}

// prose is the page without its code.
func (p page) prose() string { return fenced.ReplaceAllString(p.text, "\n") }

// isConfiguration: a whole one, which needs nothing else.
func (b block) isConfiguration() bool {
	return b.language == "terraform" && strings.HasPrefix(b.code, "terraform {\n")
}

// isQuery: a list, which stands in a file of its own.
func (b block) isQuery() bool { return strings.HasPrefix(b.code, "list ") }

// isForLater: an import by identity, which the CLI under test may be too old
// for, or what takes the place of a resource that the page shows.
func (b block) isForLater() bool {
	return strings.HasPrefix(b.code, "removed {") || strings.Contains(b.code, "\n  identity = ") && !clitest.AtLeast("1.12.0", "1.12.0")
}

// isLines: what a resource is to hold, shown as it stands there.
func (b block) isLines() bool { return strings.HasPrefix(b.code, "  ") }

// act is a part of a page that a reader does in one folder: a configuration or
// a clone of the repository, with what is added to it and done with it.
type act []block

func (a act) code() string {
	var code strings.Builder
	for _, b := range a {
		code.WriteString("\n" + b.code)
	}
	return code.String()
}

// acts are the page's Terraform and shell, in order.
func (p page) acts() []act {
	var found []act
	for _, b := range p.blocks() {
		if b.language != "terraform" && b.language != "shell" {
			continue
		}
		if b.isConfiguration() || strings.HasPrefix(b.code, "git clone ") || len(found) == 0 {
			found = append(found, nil)
		}
		found[len(found)-1] = append(found[len(found)-1], b)
	}
	return found
}

// addTo returns a configuration with the block's lines in its first webhook.
func (b block) addTo(configuration string) (string, bool) {
	before, resource, found := strings.Cut(configuration, "\nresource \"octoeverywhere_notification_webhook\"")
	resource, after, ended := strings.Cut(resource, "\n}\n")
	return before + "\nresource \"octoeverywhere_notification_webhook\"" + resource + "\n\n" + b.code + "}\n" + after, found && ended
}

// neededVersion is the least CLI that a configuration asks for; OpenTofu's is
// another where it got a feature later.
func (a act) neededVersion() (terraform, tofu string) {
	required := regexp.MustCompile(`required_version = ">= ([0-9.]+)"`).FindStringSubmatch(a[0].code)
	if required == nil {
		return "1.8.0", "1.8.0" // the examples that pages without a configuration use
	}
	switch required[1] {
	case "1.10": // ephemeral values
		return "1.10.0", "1.11.0"
	case "1.14": // actions and lists, which OpenTofu has not
		return "1.14.0", "999.0.0"
	}
	return required[1] + ".0", required[1] + ".0"
}

// configurations are the folders of examples/ that hold Terraform code.
func configurations(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, path := range files(t, "examples", ".tf") {
		found[filepath.Dir(path)] += read(t, path)
	}
	if len(found) < 10 {
		t.Fatalf("only %d folders hold examples: have they moved?", len(found))
	}
	return found
}
