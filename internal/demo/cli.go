// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// cli is the terraform or tofu that the demo drives.
type cli struct {
	path string
	host string // registry host of sources that name none
}

// findCLI takes TF_ACC_TERRAFORM_PATH, else terraform or tofu from PATH, else
// installs Terraform into work.
func findCLI(ctx context.Context, work string) (cli, error) {
	for _, name := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform", "tofu"} {
		if name == "" {
			continue
		}
		found, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		absolute, err := filepath.Abs(found)
		if err != nil {
			return cli{}, err
		}
		return describe(ctx, absolute)
	}

	fmt.Println("Neither terraform nor tofu is on PATH: installing Terraform for this demo …")
	installer := &releases.LatestVersion{Product: product.Terraform, InstallDir: work}
	path, err := installer.Install(ctx)
	if err != nil {
		return cli{}, errors.New("neither terraform nor tofu is on PATH, and Terraform could not be downloaded; install Terraform 1.8 or later, or OpenTofu 1.7 or later")
	}
	return describe(ctx, path)
}

func describe(ctx context.Context, path string) (cli, error) {
	command := exec.CommandContext(ctx, path, "version") //nolint:gosec // the CLI the user has
	command.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
	out, err := command.Output()
	if err != nil {
		return cli{}, fmt.Errorf("%s does not run: %w", path, err)
	}
	if strings.Contains(string(out), "OpenTofu") {
		return cli{path: path, host: "registry.opentofu.org"}, nil
	}
	return cli{path: path, host: "registry.terraform.io"}, nil
}
