// SPDX-License-Identifier: MPL-2.0

// Command demo runs the provider from end to end on this machine: the real
// terraform or tofu, the provider as built from this tree, the fake
// OctoEverywhere, and an HTTPS receiver at which notifications arrive. Nothing
// leaves the machine, and nothing stays on it.
//
//	go run ./internal/demo [-archive dist/terraform-provider-octoeverywhere_VERSION_OS_ARCH.zip]
//
// With -archive, Terraform installs that release archive in place of a build.
// It exits with 1 as soon as a check fails.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// limit ends a demo that hangs; it takes a few seconds.
const limit = 5 * time.Minute

// callbackHost is where the configuration says that notifications go. The
// fake's deliveries to it end up at the receiver on this machine.
const callbackHost = "octo.example.com"

var printers = []string{"attic", "garage", "lab"}

// token is that of a printer's App Connection.
func token(printer string) string { return "demo-app-token-" + printer }

// demo is three printers' service, receiver and Terraform.
type demo struct {
	cli.Workspace
	version  string // of the provider
	api      *fakeapi.Server
	endpoint string
	receiver *fakeapi.Receiver
}

func main() {
	archive := flag.String("archive", "", "release archive to install, in place of a build")
	flag.Parse()
	cli.Main("\nThe demo stopped", func(ctx context.Context) error { return run(ctx, *archive) })
}

func run(ctx context.Context, archive string) (err error) {
	work, err := os.MkdirTemp("", "octoeverywhere-demo-")
	if err != nil {
		return err
	}
	defer func() {
		if removal := os.RemoveAll(work); err == nil {
			err = removal
		}
	}()
	c, err := cli.Find()
	if err != nil {
		return err
	}
	d := demo{Workspace: cli.Workspace{CLI: c, Dir: filepath.Join(work, "printers")}, version: cli.Version}
	mirror := cli.Mirror(filepath.Join(work, "mirror"))
	if archive == "" {
		err = mirror.Build(ctx)
	} else {
		d.version, err = mirror.Add(archive)
	}
	if err != nil {
		return err
	}
	if err := d.Mirror(mirror); err != nil {
		return err
	}

	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	d.receiver = fakeapi.NewReceiver()
	defer d.receiver.Close()
	d.api = fakeapi.New(fakeapi.Options{DeliveryClient: d.receiver.Client()})
	for _, name := range printers {
		d.api.AddConnection(token(name), name)
	}
	running, err := d.api.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer running.Close() //nolint:errcheck // the demo is over
	d.endpoint = running.URL
	return d.steps(ctx)
}

// configure writes the configuration of the three printers.
func (d *demo) configure(events string) error {
	return d.Write("main.tf", fmt.Sprintf(`terraform {
  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = %q
    }
  }
}

locals {
  printers = toset(split(" ", %q))
}

provider "octoeverywhere" {
  endpoint   = %q
  app_tokens = { for name in local.printers : name => "%s${name}" }
}

resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = local.printers
  app_connection = each.key
  callback_url   = provider::octoeverywhere::callback_url("https://%s/octo", { printer = each.key, shelf = "2 & 3" })
  event_types    = %s
}
`, d.version, strings.Join(printers, " "), d.endpoint, token(""), callbackHost, events))
}

// callbackURL is what a printer's webhook must have, byte for byte.
func callbackURL(name string) string {
	return "https://" + callbackHost + "/octo?printer=" + name + "&shelf=2%20%26%203"
}
