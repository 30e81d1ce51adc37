// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/zip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const manifestText = `{"version": 1, "metadata": {"protocol_versions": ["6.0"]}}`

// draft is a release to be written and then checked; each test breaks one.
type draft struct {
	files    map[string]fs.FileMode
	manifest string
	sums     func(text string) string
}

func goodDraft() draft {
	binary := project + "_v1.2.3"
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	return draft{
		files:    map[string]fs.FileMode{"LICENSE": 0o644, binary: 0o755},
		manifest: manifestText,
		sums:     func(text string) string { return text },
	}
}

// write lays the release out and makes its folder's parent the current one.
func (d draft) write(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("dist", 0o750); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%s_1.2.3_%s_%s.zip", project, runtime.GOOS, runtime.GOARCH)
	file, err := os.Create(filepath.Join("dist", name))
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	for entry, mode := range d.files {
		header := &zip.FileHeader{Name: entry}
		header.SetMode(mode)
		if _, err := archive.CreateHeader(header); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("terraform-registry-manifest.json", []byte(d.manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join("dist", name))
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%x  %s\n%x  %s_1.2.3_manifest.json\n", sha256.Sum256(content), name, sha256.Sum256([]byte(d.manifest)), project)
	if err := os.WriteFile(filepath.Join("dist", project+"_1.2.3_SHA256SUMS"), []byte(d.sums(text)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCheckRelease(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*draft)
		want  string // part of the error; "" = none
	}{
		"good":                   {spoil: func(*draft) {}},
		"a file too many":        {spoil: func(d *draft) { d.files["README.md"] = 0o644 }, want: "README.md"},
		"no licence":             {spoil: func(d *draft) { delete(d.files, "LICENSE") }, want: "holds"},
		"manifest of protocol 5": {spoil: func(d *draft) { d.manifest = strings.Replace(manifestText, "6.0", "5.0", 1) }, want: "protocol 6.0"},
		"manifest without a sum": {spoil: func(d *draft) {
			d.sums = func(text string) string { line, _, _ := strings.Cut(text, "\n"); return line }
		}, want: "manifest.json"},
		"sum of other content":  {spoil: func(d *draft) { d.sums = func(text string) string { return strings.Repeat("0", 64) + text[64:] } }, want: "whose sum is"},
		"sums that are no sums": {spoil: func(d *draft) { d.sums = func(string) string { return "nonsense\n" } }, want: "nonsense"},
		"binary not executable": {spoil: func(d *draft) {
			for file := range d.files {
				d.files[file] = 0o644
			}
		}, want: "not executable"},
		"manifest that isn't one": {spoil: func(d *draft) { d.manifest = "[]" }, want: "terraform-registry-manifest.json"},
	} {
		t.Run(name, func(t *testing.T) {
			d := goodDraft()
			test.spoil(&d)
			d.write(t)
			r, err := openRelease("dist")
			if err != nil {
				t.Fatal(err)
			}
			if r.version != "1.2.3" {
				t.Errorf("version %q", r.version)
			}
			err = r.check()
			switch {
			case test.want == "" && err != nil:
				t.Errorf("a good release: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v does not say %q", err, test.want)
			}
		})
	}
}

func TestOpenReleaseWantsOneArchive(t *testing.T) {
	if _, err := openRelease(t.TempDir()); err == nil || !strings.Contains(err.Error(), "make snapshot") {
		t.Errorf("an empty folder: %v", err)
	}
}
