// SPDX-License-Identifier: MPL-2.0

// Package cli finds and runs the real terraform or tofu for tests, the demo
// and the benchmark: the CLI's place, environment, provider and output. It
// knows nothing of package testing; clitest is its use in tests.
package cli

import (
	"cmp"
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
	Host    string // of its registry, where the address of a provider has none
}

// Find returns the CLI that TF_ACC_TERRAFORM_PATH names, else terraform or
// else tofu on PATH, else the pinned OpenTofu in bin/tools. GNUmakefile looks
// in the same order, and builds the last one where there is no other.
func Find() (*CLI, error) {
	module, _ := exec.Command("go", "env", "GOMOD").Output()
	pinned := filepath.Join(filepath.Dir(string(module)), "bin", "tools", "tofu")
	candidates := []string{cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"), "tofu", pinned}
	if candidates[0] != "terraform" {
		candidates = candidates[:1]
	}
	for _, candidate := range candidates {
		if path, err := exec.LookPath(candidate); err == nil {
			return open(path)
		}
	}
	return nil, fmt.Errorf("there is no %s: install Terraform or OpenTofu, let TF_ACC_TERRAFORM_PATH name one, or run make bin/tools/tofu", strings.Join(candidates, ", no "))
}

func open(path string) (*CLI, error) {
	path, err := filepath.Abs(path)
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
	host := map[string]string{"Terraform": terraformRegistry, "OpenTofu": tofuRegistry}[product]
	if err != nil || host == "" {
		return nil, fmt.Errorf("%s is neither Terraform nor OpenTofu: its version command says %q", path, banner)
	}
	return &CLI{Path: path, Banner: banner, Version: parsed, Host: host}, nil
}

// AtLeast tells whether the CLI has these versions' features.
func (c *CLI) AtLeast(terraform, tofu string) bool {
	first := terraform
	if c.Host == tofuRegistry {
		first = tofu
	}
	return !c.Version.Core().LessThan(version.Must(version.NewVersion(first)))
}
