// SPDX-License-Identifier: MPL-2.0

package clitest

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

// Left is all that runs left in the workspace, by name: its files, and what
// plans hold, except the files that the test itself wrote secrets to.
func (w *Workspace) Left(except ...string) map[string]string {
	w.t.Helper()
	texts := map[string]string{}
	w.gather(texts, os.DirFS(w.Dir), except)
	return texts
}

func (w *Workspace) gather(into map[string]string, files fs.FS, except []string) {
	w.must(fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || slices.Contains(except, name) {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if plan, notZip := zip.NewReader(bytes.NewReader(content), int64(len(content))); notZip == nil {
			w.gather(into, plan, nil)
		}
		into[name] += string(content)
		return err
	}))
}

// WantAbsent fails the test where one of the texts holds a secret, as it is or
// as somebody might encode it.
func WantAbsent(t testing.TB, what, secret string, texts map[string]string) {
	t.Helper()
	for name, text := range texts {
		text = strings.ToLower(decoded(text))
		for _, spelling := range []string{secret, url.QueryEscape(secret), strings.ReplaceAll(secret, "-", "%2D")} {
			if strings.Contains(text, strings.ToLower(spelling)) {
				t.Errorf("%s is in %s", what, name)
				break
			}
		}
	}
}

// decoded is a text and what it has in base64: the framework keeps private
// state so, and Terraform that once more.
func decoded(text string) string {
	texts := []string{text}
	for _, encoded := range strings.FieldsFunc(text, notBase64) {
		if inner, err := base64.RawStdEncoding.DecodeString(encoded); err == nil && len(encoded) >= 16 {
			texts = append(texts, decoded(string(inner)))
		}
	}
	return strings.Join(texts, "\n")
}

func notBase64(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '+' && r != '/'
}
