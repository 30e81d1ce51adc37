// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// printers of the demo's farm, and tokens of their App Connections.
var (
	printers = []string{"attic", "garage", "lab"}
	tokens   = map[string]string{
		"attic":  "demo-app-token-attic-4f1c9a",
		"garage": "demo-app-token-garage-8b2e07",
		"lab":    "demo-app-token-lab-d93a51",
	}
)

// callbackHost is where the configuration says notifications go. The fake's
// deliveries to it end up at the receiver on this machine.
const callbackHost = "farm.example.com"

// farm is a printer farm: its printers' service, receiver and Terraform.
type farm struct {
	cli.Workspace
	version  string // of the provider
	api      *fakeapi.Server
	running  *fakeapi.Running
	receiver *fakeapi.Receiver
}

func newFarm(c *cli.CLI, m mirror, work string) (*farm, error) {
	f := &farm{Workspace: cli.Workspace{CLI: c, Dir: filepath.Join(work, "farm")}, version: m.version}
	if err := f.Mirror(m.directory); err != nil {
		return nil, err
	}
	f.receiver = fakeapi.NewReceiver()
	f.api = fakeapi.New(fakeapi.Options{DeliveryClient: f.receiver.Client()})
	for name, token := range tokens {
		f.api.AddConnection(token, name)
	}
	var err error
	f.running, err = f.api.Listen("127.0.0.1:0")
	return f, err
}

func (f *farm) close() {
	_ = f.running.Close()
	f.receiver.Close()
}

// configure writes the farm's configuration.
func (f *farm) configure(events string) error {
	var pairs strings.Builder
	for _, name := range printers {
		fmt.Fprintf(&pairs, "    %-6s = %q\n", name, tokens[name])
	}
	return f.Write("main.tf", fmt.Sprintf(`terraform {
  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = %q
    }
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
`, f.version, f.running.URL, pairs.String(), callbackHost, events))
}

// run runs the CLI, and fails unless it ends well.
func (f *farm) run(ctx context.Context, command string, args ...string) (cli.Result, error) {
	result, err := cli.Run(f.Command(ctx, append([]string{command, "-no-color"}, args...)...))
	if err != nil {
		return result, err
	}
	return result, result.Err()
}
