// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
)

// mirror is a filesystem mirror with one version of the provider, from which
// init installs it as it would a release, without a network.
type mirror struct {
	directory string
	host      string // registry host of sources that name none
	version   string // of what it holds
}

func (m *mirror) provider() string { return filepath.Join(m.directory, m.host, cli.ProviderAddress) }

// build puts this tree's provider there.
func (m *mirror) build(ctx context.Context) error {
	m.version = "0.0.1"
	return cli.BuildProvider(ctx, m.version, filepath.Join(m.provider(), m.version, runtime.GOOS+"_"+runtime.GOARCH, cli.ProviderProgram+"_v"+m.version))
}

// take puts a release archive there, as it is.
func (m *mirror) take(archive string) error {
	name := filepath.Base(archive)
	version, ours := strings.CutPrefix(name, cli.ProviderProgram+"_")
	version, fits := strings.CutSuffix(version, fmt.Sprintf("_%s_%s.zip", runtime.GOOS, runtime.GOARCH))
	if !ours || !fits {
		return fmt.Errorf("%s is no release archive of this platform", archive)
	}
	m.version = version
	content, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.provider(), 0o750); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.provider(), name), content, 0o600)
}
