// SPDX-License-Identifier: MPL-2.0

// Package papertest holds what the repository's text cites against DESIGN.md.
// It has tests alone.
package papertest

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const design = "DESIGN.md"

// TestCitations: what cites DESIGN.md cites a heading that there is, code in
// the one form that this test can check, and nothing cites a paper that readers
// of the repository don't have.
func TestCitations(t *testing.T) {
	t.Parallel()
	files := texts(t)
	headings, anchors := headingsOf(files[design])
	for heading, n := range headings {
		if n > 1 {
			t.Errorf("%s has %d headings %q: which is cited can't be told", design, n, heading)
		}
	}
	for file, text := range files {
		for _, m := range mentions(file, text) {
			switch {
			case m.anchor != "" && !anchors[m.anchor]:
				t.Errorf("%s:%d: %s has no anchor #%s", file, m.line, design, m.anchor)
			case m.heading != "" && headings[m.heading] == 0:
				t.Errorf("%s:%d: %s has no heading %q", file, m.line, design, m.heading)
			case m.anchor == "" && m.heading == "" && !slices.Contains([]string{".md", ".tmpl"}, path.Ext(file)):
				t.Errorf("%s:%d: cite a heading, in the form %s, \"Gone\"", file, m.line, design)
			}
		}
		for _, at := range unknownPaper.FindAllStringIndex(text, -1) {
			t.Errorf("%s:%d: readers don't have %q: cite a heading of %s, or nothing", file, lineAt(text, at[0]), text[at[0]:at[1]], design)
		}
	}
}

// TestFinders: the other test sees what it is to see, also where a comment's
// line breaks within.
func TestFinders(t *testing.T) {
	t.Parallel()
	text := "x\n\t// once set (DESIGN.md,\n\t// \"One webhook\"), see [there](../DESIGN.md#gone) or\n# `DESIGN.md`, not open(\"DESIGN.md\")\n"
	want := []mention{{2, "One webhook", ""}, {3, "", "gone"}, {4, "", ""}, {1, "", "gone-for-good"}}
	if got := append(mentions("a.go", text), mentions(design, "[Gone](#gone-for-good)")...); !slices.Equal(got, want) {
		t.Errorf("mentions: %v, want %v", got, want)
	}
	headings, anchors := headingsOf("# Design\n### Who calls\n```\n# no heading\n```\n")
	if len(headings) != 2 || headings["Who calls"] != 1 || !anchors["who-calls"] {
		t.Errorf("headings %v, anchors %v", headings, anchors)
	}
	for sample, seen := range map[string]bool{
		"// (design, rule 6)": true, "// a (design,\n// HTTP rules)": true, "// design.md, rule 10": true, "// the design's rules": true,
		"// lifecycle rule 9": true, "// (api page, \"Calls\")": true, "// (issue 5,\n// line 2)": true, "# ../shared/design": true, "// api/README.md": true,
		`// (DESIGN.md, "Gone")`: false, "by design; the docs say so": false, "https://go.dev/issue/66442": false, "open an issue first": false, "a rule that changes": false,
	} {
		if unknownPaper.MatchString(sample) != seen {
			t.Errorf("%q: taken for a citation: %v", sample, !seen)
		}
	}
}

// gap is a space, or where a comment's line breaks.
const gap = `(?:\s|\n\s*(?://|#))+`

var (
	citation = regexp.MustCompile(`\bDESIGN\.md(?:,` + gap + `"((?:[^"\n]|\n\s*//)+)"|#([\w-]+))?`)
	ownLink  = regexp.MustCompile(`\]\(()#([\w-]+)\)`)
	newLine  = regexp.MustCompile(`\s*\n\s*//\s*`)

	unknownPaper = regexp.MustCompile(`\(design\b,?` + gap + `\w+|\bdesign\.md\b|\b[Tt]he` + gap + `design\b` +
		`|\bshared/(?:design|api)\b|\bapi/README\b` +
		`|(?i:\bdesign,?` + gap + `rules?\b|\brules?` + gap + `\d+\b|\bapi(?:'s)?` + gap + `page\b|\bissue` + gap + `\d{1,2}\b)`)

	fenced      = regexp.MustCompile("(?s)\n```.*?\n```")
	headingLine = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	notInAnchor = regexp.MustCompile(`[^\w -]`)
)

// mention is a place that names DESIGN.md, with a heading, an anchor or neither.
type mention struct {
	line            int
	heading, anchor string
}

func mentions(file, text string) (found []mention) {
	pattern := citation
	if file == design {
		pattern = ownLink
	}
	for _, at := range pattern.FindAllStringIndex(text, -1) {
		if at[0] > 0 && text[at[0]-1] == '"' {
			continue // code that names the file
		}
		parts := pattern.FindStringSubmatch(text[at[0]:at[1]])
		found = append(found, mention{lineAt(text, at[0]), newLine.ReplaceAllString(parts[1], " "), parts[2]})
	}
	return found
}

func lineAt(text string, offset int) int { return 1 + strings.Count(text[:offset], "\n") }

// headingsOf counts a page's headings, and lists GitHub's anchors of them.
func headingsOf(page string) (headings map[string]int, anchors map[string]bool) {
	headings, anchors = map[string]int{}, map[string]bool{}
	for _, found := range headingLine.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		headings[found[1]]++
		anchors[strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(found[1]), ""), " ", "-")] = true
	}
	return headings, anchors
}

// texts reads the repository's text files, but for this room's samples.
func texts(t *testing.T) map[string]string {
	t.Helper()
	repository, found := os.DirFS("../.."), map[string]string{}
	err := fs.WalkDir(repository, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains([]string{".git", "bin", "dist", "internal/papertest"}, name) && entry.IsDir(), entry.Name() == ".terraform":
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := fs.ReadFile(repository, name)
		if !bytes.ContainsRune(content, 0) {
			found[name] = string(content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
