// SPDX-License-Identifier: MPL-2.0

// Package cli finds and runs the real terraform or tofu for tests, the demo
// and the benchmark: the CLI's place, environment, provider and output. It
// knows nothing of package testing; clitest is its use in tests.
package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	version "github.com/hashicorp/go-version"
)

// CLI is a terraform or tofu binary.
type CLI struct {
	Path    string // absolute
	Banner  string // what its version command begins with, such as "Terraform v1.11.4"
	Version *version.Version
	Tofu    bool
}

// Find returns the CLI that TF_ACC_TERRAFORM_PATH names, else terraform or
// else tofu on PATH, else the pinned OpenTofu in bin/tools. GNUmakefile looks
// in the same order, and builds the last one where there is no other.
func Find() (*CLI, error) {
	path, err := find()
	if err != nil {
		return nil, err
	}
	command := exec.Command(path, "version")
	command.Env = Environ()
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s version: %w", path, err)
	}
	banner, _, _ := strings.Cut(string(out), "\n")
	product, number, _ := strings.Cut(banner, " v")
	parsed, err := version.NewVersion(number)
	if err != nil || product != "Terraform" && product != "OpenTofu" {
		return nil, fmt.Errorf("%s is neither Terraform nor OpenTofu: its version command says %q", path, banner)
	}
	return &CLI{Path: path, Banner: banner, Version: parsed, Tofu: product == "OpenTofu"}, nil
}

func find() (string, error) {
	module, _ := exec.Command("go", "env", "GOMOD").Output()
	candidates := []string{"terraform", "tofu", filepath.Join(filepath.Dir(string(module)), "bin", "tools", "tofu")}
	named := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if named != "" {
		candidates = []string{named}
	}
	for _, candidate := range candidates {
		if path, err := exec.LookPath(candidate); err == nil {
			return filepath.Abs(path)
		}
	}
	if named != "" {
		return "", fmt.Errorf("TF_ACC_TERRAFORM_PATH is %s, and there is no such program", named)
	}
	return "", errors.New("neither terraform nor tofu is on PATH: install one, let TF_ACC_TERRAFORM_PATH name one, or build OpenTofu with make bin/tools/tofu")
}

// AtLeast tells whether the CLI has these versions' features.
func (c *CLI) AtLeast(terraform, tofu string) bool {
	first := terraform
	if c.Tofu {
		first = tofu
	}
	return !c.Version.Core().LessThan(version.Must(version.NewVersion(first)))
}

// Host is the registry host that the CLI puts before a provider's address when
// the configuration names none.
func (c *CLI) Host() string {
	if c.Tofu {
		return tofuRegistry
	}
	return terraformRegistry
}
