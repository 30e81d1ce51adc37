// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// repository is the top folder, seen from this package.
const repository = "../.."

// files lists the repository's files below a folder that end in suffix, but for
// what Terraform left behind where somebody tried an example.
func files(t *testing.T, folder, suffix string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(filepath.Join(repository, folder), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".terraform":
			return filepath.SkipDir
		case !entry.IsDir() && strings.HasSuffix(path, suffix) && !strings.Contains(path, ".tfstate"):
			relative, err := filepath.Rel(repository, path)
			found = append(found, relative)
			return err
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

// write puts a file where a test may write.
func write(t *testing.T, path, content string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}
