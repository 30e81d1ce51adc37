// SPDX-License-Identifier: MPL-2.0

package clitest

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Left is all that runs left in the workspace, by name: its files, plans
// unpacked and private state decoded, except the files that the test itself
// wrote secrets to.
func (w *Workspace) Left(except ...string) map[string]string {
	w.t.Helper()
	texts := map[string]string{}
	if err := gather(texts, os.DirFS(w.Dir), "", except); err != nil {
		w.t.Fatal(err)
	}
	return texts
}

var privateState = regexp.MustCompile(`"private":\s*"([^"]+)"`)

func gather(into map[string]string, files fs.FS, under string, except []string) error {
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		full := under + name
		if err != nil || !entry.Type().IsRegular() || slices.Contains(except, full) {
			return err
		}
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".tfplan") {
			plan, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
			if err != nil {
				return err
			}
			return gather(into, plan, full+"/", nil)
		}
		into[full] = string(raw)
		for i, match := range privateState.FindAllSubmatch(raw, -1) {
			if decoded, err := base64.StdEncoding.DecodeString(string(match[1])); err == nil {
				into[fmt.Sprintf("%s, private state %d", full, i)] = string(decoded)
			}
		}
		return nil
	})
}

// WantAbsent fails the test where one of the texts holds a secret, as it is or
// as somebody might encode it, and shows where without showing all of it.
func WantAbsent(t testing.TB, what, secret string, texts map[string]string) {
	t.Helper()
	for name, text := range texts {
		for _, spelling := range spellings(secret) {
			if at := strings.Index(text, spelling); at >= 0 {
				t.Errorf("%s is in %s:\n…%s…", what, name, text[max(0, at-200):min(len(text), at+len(spelling)+100)])
				break
			}
		}
	}
}

// spellings are plain, as a host name, percent-encoded, and in base64 of a text
// that has the secret anywhere: the framework keeps private state so.
func spellings(secret string) []string {
	found := []string{secret, strings.ToLower(secret), url.QueryEscape(secret), strings.ReplaceAll(secret, "-", "%2D")}
	for offset := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", offset) + secret))
		found = append(found, encoded[4:len(encoded)-2])
	}
	return found
}
