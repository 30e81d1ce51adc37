// SPDX-License-Identifier: MPL-2.0

// Package papertest holds what the repository's text cites against DESIGN.md.
// It has tests alone.
package papertest

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const design = "DESIGN.md"

// TestCitedHeadingsExist: what cites DESIGN.md cites a heading that there is,
// and code cites it in the one form that this test can check.
func TestCitedHeadingsExist(t *testing.T) {
	t.Parallel()
	files := texts(t)
	headings, anchors := headingsOf(files[design])
	for heading, n := range headings {
		if n > 1 {
			t.Errorf("%s has %d headings %q: which one is cited can't be told", design, n, heading)
		}
	}
	cited := 0
	for _, file := range slices.Sorted(maps.Keys(files)) {
		prose := path.Ext(file) == ".md" || path.Ext(file) == ".tmpl"
		for _, m := range mentions(file, files[file]) {
			switch {
			case m.anchor != "" && !anchors[m.anchor]:
				t.Errorf("%s:%d: %s has no anchor #%s", file, m.line, design, m.anchor)
			case m.heading != "" && headings[m.heading] == 0:
				t.Errorf("%s:%d: %s has no heading %q", file, m.line, design, m.heading)
			case m.anchor == "" && m.heading == "" && !prose:
				t.Errorf("%s:%d: cite a heading, in the form %s, \"Gone\"", file, m.line, design)
			}
			if file != design {
				cited++
			}
		}
	}
	if cited == 0 {
		t.Error("nothing cites " + design + ": this test no longer sees citations")
	}
}

// TestNoOtherPaperIsCited: nothing cites a paper that readers of the repository
// don't have.
func TestNoOtherPaperIsCited(t *testing.T) {
	t.Parallel()
	files := texts(t)
	left := 0
	for _, file := range slices.Sorted(maps.Keys(files)) {
		for _, at := range unknownPaper.FindAllStringIndex(files[file], -1) {
			left++
			t.Errorf("%s:%d: readers don't have %q: cite a heading of %s, or nothing", file, lineAt(files[file], at[0]), files[file][at[0]:at[1]], design)
		}
	}
	if left > 0 {
		t.Logf("%d are left", left)
	}
}

// TestFinders: the other tests see what they are to see, also where a comment's
// line breaks within.
func TestFinders(t *testing.T) {
	t.Parallel()
	text := "x\n\t// once set (DESIGN.md,\n\t// \"One webhook\"), see [there](../DESIGN.md#gone) or\n# `DESIGN.md`, not open(\"DESIGN.md\")\n"
	want := []mention{{line: 2, heading: "One webhook"}, {line: 3, anchor: "gone"}, {line: 4}}
	if got := mentions("a.go", text); !slices.Equal(got, want) {
		t.Errorf("mentions: %v, want %v", got, want)
	}
	if got := mentions(design, "[Gone](#gone-for-good)"); !slices.Equal(got, []mention{{line: 1, anchor: "gone-for-good"}}) {
		t.Errorf("mentions within %s: %v", design, got)
	}
	headings, anchors := headingsOf("# Design\n## The API\n### Who calls\n```\n# no heading\n```\n")
	if len(headings) != 3 || headings["Who calls"] != 1 || !anchors["who-calls"] {
		t.Errorf("headings %v, anchors %v", headings, anchors)
	}
	for _, old := range []string{
		"// (design, rule 6)", "// (design rules 4 and 5)", "// a (design,\n// HTTP rules)", "// design.md, rule 10",
		"// the design's lifecycle rules", "// (rules 2 to 5)", "// lifecycle rule 9", "// (api page, \"Calls\")",
		"// follows the API's page", "// (issue 5,\n// line 2)", "// Issue 3, line 8", "# ../shared/design.md", "// api/README.md",
	} {
		if !unknownPaper.MatchString(old) {
			t.Errorf("not seen: %q", old)
		}
	}
	for _, fine := range []string{
		`// (DESIGN.md, "Gone")`, "designed to", "by design; the docs say so", "https://go.dev/issue/66442", "open an issue first", "a rule that changes",
	} {
		if found := unknownPaper.FindString(fine); found != "" {
			t.Errorf("%q is taken for a citation: %q", fine, found)
		}
	}
}

// gap is a space, or where a comment's line breaks.
const gap = `(?:\s|\n\s*(?://|#))+`

var (
	citation = regexp.MustCompile(`\bDESIGN\.md(?:,` + gap + `"((?:[^"\n]|\n\s*//)+)"|#([\w-]+))?`)
	ownLink  = regexp.MustCompile(`\]\(()#([\w-]+)\)`)
	newLine  = regexp.MustCompile(`\s*\n\s*//\s*`)

	unknownPaper = regexp.MustCompile(strings.Join([]string{
		`\(design\b,?` + gap + `\w+`,
		`\bdesign\.md\b`,
		`\b[Tt]he` + gap + `design\b`,
		`(?i:\bdesign,?` + gap + `rules?\b)`,
		`(?i:\brules?` + gap + `\d+\b)`,
		`(?i:\bapi(?:'s)?` + gap + `page\b)`,
		`(?i:\bissue` + gap + `\d{1,2}\b)`,
		`\bshared/(?:design|api)\b|\bapi/README\b`,
	}, "|"))
)

// mention is a place that names DESIGN.md: with the heading that it cites, the
// anchor that it links to, or neither.
type mention struct {
	line            int
	heading, anchor string
}

func mentions(file, text string) []mention {
	pattern := citation
	if file == design {
		pattern = ownLink
	}
	var found []mention
	for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
		if at[0] > 0 && text[at[0]-1] == '"' {
			continue // code that names the file
		}
		group := func(n int) string {
			if at[2*n] < 0 {
				return ""
			}
			return newLine.ReplaceAllString(text[at[2*n]:at[2*n+1]], " ")
		}
		found = append(found, mention{lineAt(text, at[0]), group(1), group(2)})
	}
	return found
}

func lineAt(text string, offset int) int { return 1 + strings.Count(text[:offset], "\n") }

var notInAnchor = regexp.MustCompile(`[^\w -]`)

// headingsOf counts a page's headings, and lists the anchors that GitHub makes
// of them.
func headingsOf(page string) (headings map[string]int, anchors map[string]bool) {
	headings, anchors = map[string]int{}, map[string]bool{}
	code := false
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		if code || !strings.HasPrefix(line, "#") {
			continue
		}
		heading := strings.TrimSpace(strings.TrimLeft(line, "#"))
		headings[heading]++
		anchors[strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")] = true
	}
	return headings, anchors
}

// texts reads the repository's text files, by path, but for this room's, whose
// samples are no citations.
func texts(t *testing.T) map[string]string {
	t.Helper()
	repository := os.DirFS("../..")
	found := map[string]string{}
	err := fs.WalkDir(repository, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains([]string{".git", "bin", "dist", "internal/papertest"}, name), entry.Name() == ".terraform":
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := fs.ReadFile(repository, name)
		if err == nil && !bytes.ContainsRune(content, 0) {
			found[name] = string(content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
