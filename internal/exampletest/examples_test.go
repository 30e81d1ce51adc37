// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
)

// TestExamplesAreShown finds an example that no page of docs/ shows: nobody
// would see it, and TestPages would not run it.
func TestExamplesAreShown(t *testing.T) {
	var shown strings.Builder
	for _, path := range files(t, "docs", ".md") {
		shown.WriteString(read(t, path))
	}
	docs := regexp.MustCompile(`github\.com/octoeverywhere/terraform-provider-octoeverywhere//examples/modules/fleet\?ref=v[0-9.]+`).ReplaceAllString(shown.String(), "../modules/fleet")
	for folder, code := range configurations(t) {
		if folder == "examples/modules/fleet" {
			continue // its README and examples/fleet use it
		}
		for _, path := range files(t, folder, ".tf") {
			if !strings.Contains(docs, "```terraform\n"+strings.TrimSpace(read(t, path))+"\n```") {
				t.Errorf("no page shows all of %s", path)
			}
		}
		if !strings.Contains(code, "required_version = ") || strings.Count(code, "\n      version = ") != strings.Count(code, "\n      source ") {
			t.Errorf("%s requires no version of the CLI or of a provider, of which tflint warns", folder)
		}
	}
}

// TestFormatted checks the Terraform of examples/ and of the pages.
func TestFormatted(t *testing.T) {
	clitest.SkipBelow(t, "1.8.0", "1.8.0", "parsing calls of provider functions")
	w := clitest.NewWorkspace(t)
	for _, path := range append(files(t, "examples", ".tf"), files(t, "examples", ".hcl")...) {
		w.Write(path, read(t, path))
	}
	for _, p := range pages(t) {
		for i, b := range p.blocks() {
			switch {
			case b.language == "hcl":
				t.Errorf("%s: write terraform for the language of block %d, as the others do", p.path, i+1)
			case b.language != "terraform":
			case b.isLines():
				w.Write(fmt.Sprintf("%s/%d.tf", p.path, i+1), "resource \"a\" \"b\" {\n"+b.code+"}\n")
			default:
				w.Write(fmt.Sprintf("%s/%d.tf", p.path, i+1), b.code)
			}
		}
	}
	if r := w.Run("fmt", "-check", "-diff", "-recursive", "-no-color"); r.ExitCode != 0 {
		t.Errorf("terraform fmt would change:\n%s%s", r.Stdout, r.Stderr)
	}
}
