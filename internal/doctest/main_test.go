// SPDX-License-Identifier: MPL-2.0

// Package doctest has tests alone: what examples/ and the pages show works, with
// the real CLI against the fake, and their links and citations lead somewhere.
package doctest

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
)

func TestMain(m *testing.M) { os.Exit(clitest.Main(m)) }

// repository has the repository's text files, by their paths.
var repository = sync.OnceValues(func() (map[string]string, error) {
	tree, found := os.DirFS("../.."), map[string]string{}
	return found, fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains([]string{".git", "bin", "dist"}, name) && entry.IsDir(), entry.Name() == ".terraform":
			return fs.SkipDir
		case !entry.Type().IsRegular() || strings.Contains(name, ".tfstate"):
			return nil
		}
		content, err := fs.ReadFile(tree, name)
		if !bytes.ContainsRune(content, 0) {
			found[name] = string(content)
		}
		return err
	})
})

func texts(t *testing.T) map[string]string {
	t.Helper()
	found, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// pages are what people read and copy from: docs/ itself, not its templates.
func pages(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, name := range slices.Sorted(maps.Keys(texts(t))) {
		if top, _, _ := strings.Cut(name, "/"); path.Ext(name) == ".md" && (top == name || top == "docs" || top == "examples") {
			found = append(found, name)
		}
	}
	return found
}

// fenced is a piece of code in a page: its language, and itself.
var fenced = regexp.MustCompile("(?s)\n```(\\w*)\n(.*?\n)```\n")
