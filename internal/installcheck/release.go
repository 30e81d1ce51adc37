// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

const project = "terraform-provider-octoeverywhere"

// release is a folder that goreleaser wrote, with this platform's archive.
type release struct {
	folder  string
	version string // without the v
}

// openRelease finds the version by the archive's name. More or fewer than one
// archive for this platform is an error.
func openRelease(folder string) (*release, error) {
	suffix := fmt.Sprintf("_%s_%s.zip", runtime.GOOS, runtime.GOARCH)
	found, err := filepath.Glob(filepath.Join(folder, project+"_*"+suffix))
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%s holds %d archives %s_VERSION%s, not one: run make snapshot first", folder, len(found), project, suffix)
	}
	name := filepath.Base(found[0])
	return &release{folder: folder, version: strings.TrimSuffix(strings.TrimPrefix(name, project+"_"), suffix)}, nil
}

// archive is the path of this platform's archive.
func (r *release) archive() string {
	return filepath.Join(r.folder, fmt.Sprintf("%s_%s_%s_%s.zip", project, r.version, runtime.GOOS, runtime.GOARCH))
}

// check holds the files against what the registries' publishing rules ask for.
func (r *release) check() error {
	if err := r.checkArchive(); err != nil {
		return err
	}
	sums, err := r.readSums()
	if err != nil {
		return err
	}
	if err := r.checkSum(sums, filepath.Base(r.archive()), r.archive()); err != nil {
		return err
	}
	// goreleaser uploads the manifest under this name, and sums it up under it.
	manifest := "terraform-registry-manifest.json"
	if err := r.checkSum(sums, fmt.Sprintf("%s_%s_manifest.json", project, r.version), manifest); err != nil {
		return err
	}
	said("SHA256SUMS fits the archive and the manifest")
	return checkManifest(manifest)
}

func (r *release) checkArchive() error {
	archive, err := zip.OpenReader(r.archive())
	if err != nil {
		return fmt.Errorf("opening %s: %w", r.archive(), err)
	}
	defer archive.Close()

	binary := fmt.Sprintf("%s_v%s", project, r.version)
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	executable := false
	var names []string
	for _, file := range archive.File {
		names = append(names, file.Name)
		executable = executable || file.Name == binary && file.Mode().Perm()&0o111 == 0o111
	}
	slices.Sort(names)
	if want := []string{"LICENSE", binary}; !slices.Equal(names, want) {
		return fmt.Errorf("%s holds %q, not %q", r.archive(), names, want)
	}
	if !executable {
		return fmt.Errorf("%s in %s is not executable", binary, r.archive())
	}
	said("%s holds %s", filepath.Base(r.archive()), strings.Join(names, " and "))
	return nil
}

func (r *release) readSums() (map[string]string, error) {
	content, err := os.ReadFile(filepath.Join(r.folder, fmt.Sprintf("%s_%s_SHA256SUMS", project, r.version)))
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(content)) {
		sum, name, found := strings.Cut(strings.TrimSpace(line), "  ")
		if !found {
			return nil, fmt.Errorf("SHA256SUMS has a line that is none: %q", line)
		}
		sums[name] = sum
	}
	return sums, nil
}

func (r *release) checkSum(sums map[string]string, name, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	if got, want := sums[name], hex.EncodeToString(sum[:]); got != want {
		return fmt.Errorf("SHA256SUMS says %q for %s, whose sum is %s", got, name, want)
	}
	return nil
}

func checkManifest(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var manifest struct {
		Version  int `json:"version"`
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(content, &manifest); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if manifest.Version != 1 || !slices.Equal(manifest.Metadata.ProtocolVersions, []string{"6.0"}) {
		return errors.New(path + " does not say protocol 6.0")
	}
	said("the manifest says protocol 6.0")
	return nil
}
