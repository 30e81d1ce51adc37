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

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const token = "installcheck-token-of-a-printer-that-is-not"

// hosts are the registries whose default host a CLI may put before the
// provider's address: Terraform's and OpenTofu's.
var hosts = []string{"registry.terraform.io", "registry.opentofu.org"}

// installAndApply installs the archive in a folder of its own, with plain init
// from a mirror, and takes a webhook through its life.
func installAndApply(ctx context.Context, r *release) (err error) {
	folder, err := os.MkdirTemp("", "installcheck-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()

	fake := fakeapi.New(fakeapi.Options{Flat: true})
	fake.AddConnection(token, "printer")
	running, err := fake.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer running.Close()

	cli, err := newCLI(folder, r)
	if err != nil {
		return err
	}
	if err := writeConfiguration(folder, r.version, running.URL); err != nil {
		return err
	}

	if err := cli.run(ctx, "init", "-input=false"); err != nil {
		return err
	}
	said("init installed %s from the mirror", r.version)

	if err := cli.run(ctx, "apply", "-auto-approve", "-input=false"); err != nil {
		return err
	}
	if _, set := fake.Webhook(token); !set {
		return errors.New("apply went well, but the service has no webhook")
	}
	said("apply set the webhook")

	if err := cli.run(ctx, "plan", "-detailed-exitcode", "-input=false"); err != nil {
		return fmt.Errorf("the plan after apply is not empty: %w", err)
	}
	said("the plan after it is empty")

	if err := cli.run(ctx, "destroy", "-auto-approve", "-input=false"); err != nil {
		return err
	}
	if _, set := fake.Webhook(token); set {
		return errors.New("destroy went well, but the service still has the webhook")
	}
	said("destroy removed it")

	return checkUserAgents(fake, r.version)
}

// checkUserAgents makes sure that the version was stamped into the binary, and
// that every request told it.
func checkUserAgents(fake *fakeapi.Server, version string) error {
	want := project + "/" + version + " "
	requests := fake.Requests()
	if len(requests) == 0 {
		return errors.New("the service was never called")
	}
	for _, request := range requests {
		if !strings.HasPrefix(request.UserAgent, want) {
			return fmt.Errorf("%s %s said User-Agent %q, which does not begin with %q", request.Method, request.Path, request.UserAgent, want)
		}
	}
	said("all %d requests said User-Agent %s", len(requests), requests[0].UserAgent)
	return nil
}

func writeConfiguration(folder, version, endpoint string) error {
	return os.WriteFile(filepath.Join(folder, "main.tf"), fmt.Appendf(nil, `
terraform {
  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = %q
    }
  }
}

provider "octoeverywhere" {
  endpoint  = %q
  app_token = %q
}

resource "octoeverywhere_notification_webhook" "printer" {
  callback_url = "https://hooks.example.com/octo"
}
`, version, endpoint, token), 0o600)
}

// cli is the real terraform or tofu in one working folder, with nothing but
// the mirror to install from.
type cli struct {
	path   string
	folder string
	env    []string
}

// newCLI finds the CLI and lays the archive out as a packed mirror:
// HOST/NAMESPACE/TYPE/ARCHIVE.
func newCLI(folder string, r *release) (*cli, error) {
	path, err := findCLI()
	if err != nil {
		return nil, err
	}
	mirror := filepath.Join(folder, "mirror")
	content, err := os.ReadFile(r.archive())
	if err != nil {
		return nil, err
	}
	for _, host := range hosts {
		place := filepath.Join(mirror, host, "octoeverywhere", "octoeverywhere")
		if err := os.MkdirAll(place, 0o750); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(place, filepath.Base(r.archive())), content, 0o600); err != nil {
			return nil, err
		}
	}
	config := filepath.Join(folder, "mirror.tfrc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}

	env := []string{"TF_CLI_CONFIG_FILE=" + config, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "OCTOEVERYWHERE_") {
			env = append(env, variable)
		}
	}
	return &cli{path: path, folder: folder, env: env}, nil
}

func findCLI() (string, error) {
	for _, candidate := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform", "tofu"} {
		if candidate == "" {
			continue
		}
		if path, err := exec.LookPath(candidate); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", errors.New("neither terraform nor tofu is on PATH, and TF_ACC_TERRAFORM_PATH names none")
}

// run runs the CLI to its end. Its output is in the error when that isn't 0.
func (c *cli) run(ctx context.Context, args ...string) error {
	command := exec.CommandContext(ctx, c.path, append(args, "-no-color")...)
	command.Dir = c.folder
	command.Env = c.env
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", c.path, strings.Join(args, " "), err, out)
	}
	return nil
}
