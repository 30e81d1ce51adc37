// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
)

// repository is the top folder, seen from this package.
const repository = "../.."

// directories lists the folders below examples/ that hold Terraform
// configurations, relative to examples/.
func directories(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, file := range files(t, filepath.Join(repository, "examples"), ".tf") {
		if directory := filepath.Dir(file); !slices.Contains(found, directory) {
			found = append(found, directory)
		}
	}
	if len(found) < 10 {
		t.Fatalf("only %q hold examples: has the folder moved?", found)
	}
	return found
}

// files lists the files below root that end in suffix, relative to root, but
// for what Terraform left behind.
func files(t *testing.T, root, suffix string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".terraform":
			return filepath.SkipDir
		case !entry.IsDir() && strings.HasSuffix(path, suffix):
			relative, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			found = append(found, relative)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// read returns a file of the repository.
func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// source is all Terraform code of an example's folder.
func source(t *testing.T, directory string) string {
	t.Helper()
	var all strings.Builder
	for _, file := range files(t, filepath.Join(repository, "examples", directory), ".tf") {
		all.WriteString(read(t, filepath.Join("examples", directory, file)))
	}
	return all.String()
}

// features are what an example may use and an older CLI may lack.
var features = []struct{ mark, terraform, tofu, name string }{
	{"startswith(", "1.3.0", "1.6.0", "the function startswith"},
	{"import {", "1.5.0", "1.6.0", "import blocks"},
	{"check \"", "1.5.0", "1.6.0", "check blocks"},
	{"provider::octoeverywhere::", "1.8.0", "1.7.0", "provider functions"},
	{"ephemeral", "1.10.0", "1.11.0", "ephemeral values"},
	{"_wo ", "1.11.0", "1.11.0", "write-only arguments"},
}

// skipUnlessAble skips where the CLI under test lacks what the example uses.
func skipUnlessAble(t *testing.T, directory string) {
	t.Helper()
	code := source(t, directory)
	if strings.Contains(code, "../modules/fleet") {
		code += source(t, "modules/fleet")
	}
	skipUnlessAbleTo(t, code)
}

func skipUnlessAbleTo(t *testing.T, code string) {
	t.Helper()
	code = withoutComments(code)
	for _, feature := range features {
		if strings.Contains(code, feature.mark) {
			acctest.SkipBelow(t, feature.terraform, feature.tofu, feature.name)
		}
	}
}

// withoutComments drops what stands behind # at a line's start or after a space.
func withoutComments(code string) string {
	var kept strings.Builder
	for line := range strings.Lines(code) {
		before, _, _ := strings.Cut(" "+line, " #")
		kept.WriteString(before + "\n")
	}
	return kept.String()
}

// workspace copies examples/ to where the CLI may write, and stands in one of
// its folders, with the built provider.
func workspace(t *testing.T, directory string) *acctest.Workspace {
	t.Helper()
	w := acctest.NewWorkspace(t)
	w.UseBinary()
	root := filepath.Join(repository, "examples")
	for _, file := range files(t, root, "") {
		w.Write(filepath.Join("examples", file), read(t, filepath.Join("examples", file)))
	}
	w.Dir = filepath.Join(w.Dir, "examples", directory)
	if strings.Contains(source(t, directory), "\nmodule ") {
		// Modules need installing; the overridden provider needs no init.
		w.Must(w.Run("get", "-no-color"))
	}
	return w
}
