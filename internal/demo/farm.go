// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// tokens are the App Connections of the demo's three printers.
var tokens = map[string]string{
	"attic":  "demo-app-token-attic-4f1c9a",
	"garage": "demo-app-token-garage-8b2e07",
	"lab":    "demo-app-token-lab-d93a51",
}

// callbackHost is where the configuration says notifications go. The fake's
// deliveries to it end up at the receiver on this machine.
const callbackHost = "farm.example.com"

// farm is a printer farm: its printers' service, receiver and Terraform.
type farm struct {
	dir      string
	api      *fakeapi.Server
	running  *fakeapi.Running
	receiver *fakeapi.Receiver
	tf       *tfexec.Terraform
}

func newFarm(ctx context.Context, c cli, work string) (*farm, error) {
	f := &farm{dir: filepath.Join(work, "farm")}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, err
	}
	mirror := filepath.Join(work, "mirror")
	if err := buildProvider(ctx, filepath.Join(mirror, c.host, "octoeverywhere", "octoeverywhere", "0.0.1", runtime.GOOS+"_"+runtime.GOARCH)); err != nil {
		return nil, err
	}
	config := filepath.Join(work, "cli.tfrc")
	if err := os.WriteFile(config, fmt.Appendf(nil, "provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror), 0o600); err != nil {
		return nil, err
	}

	var err error
	f.receiver = fakeapi.NewReceiver()
	f.api = fakeapi.New(fakeapi.Options{Flat: true, DeliveryClient: f.receiver.Client()})
	for name, token := range tokens {
		f.api.AddConnection(token, name)
	}
	if f.running, err = f.api.Listen("127.0.0.1:0"); err != nil {
		return nil, err
	}

	if f.tf, err = tfexec.NewTerraform(f.dir, c.path); err != nil {
		return nil, err
	}
	if err := f.tf.SetEnv(environment(config)); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *farm) close() {
	_ = f.running.Close()
	f.receiver.Close()
}

// buildProvider builds the provider into a filesystem mirror, so that init
// installs it as it would a release, without a network.
func buildProvider(ctx context.Context, directory string) error {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	command := exec.CommandContext(ctx, "go", "build", "-ldflags", "-X main.version=0.0.1", //nolint:gosec // our own paths
		"-o", filepath.Join(directory, "terraform-provider-octoeverywhere_v0.0.1"+suffix),
		"github.com/octoeverywhere/terraform-provider-octoeverywhere")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("the provider does not build: %w\n%s", err, out)
	}
	return nil
}

// environment is the user's without what would change Terraform's meaning.
func environment(config string) map[string]string {
	kept := map[string]string{"TF_CLI_CONFIG_FILE": config, "CHECKPOINT_DISABLE": "1"}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "OCTOEVERYWHERE_") {
			kept[name] = value
		}
	}
	return kept
}

// write puts the configuration into the farm's directory.
func (f *farm) write(events string) error {
	var pairs strings.Builder
	for _, name := range []string{"attic", "garage", "lab"} {
		fmt.Fprintf(&pairs, "    %-6s = %q\n", name, tokens[name])
	}
	return os.WriteFile(filepath.Join(f.dir, "main.tf"), fmt.Appendf(nil, `terraform {
  required_providers {
    octoeverywhere = { source = "octoeverywhere/octoeverywhere" }
  }
}

provider "octoeverywhere" {
  endpoint = %q
  app_tokens = {
%s  }
}

resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = toset(["attic", "garage", "lab"])
  app_connection = each.key
  callback_url   = provider::octoeverywhere::callback_url("https://%s/octo", { printer = each.key, shelf = "2 & 3" })
  event_types    = %s
}
`, f.running.URL, pairs.String(), callbackHost, events), 0o600)
}
