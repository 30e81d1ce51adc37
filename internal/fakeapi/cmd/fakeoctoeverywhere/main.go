// SPDX-License-Identifier: MPL-2.0

// Command fakeoctoeverywhere runs the fake OctoEverywhere on loopback, for
// trying the provider without a printer, a token or a network. It ends on
// SIGINT and SIGTERM.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// usage takes the fake's address.
const usage = `The fake OctoEverywhere is at %[1]s (Ctrl-C ends it).

Point the provider at it:

  provider "octoeverywhere" {
    endpoint = %[1]q
    app_tokens = {
      garage = "fake-token-garage"
      lab    = "fake-token-lab"
      attic  = "fake-token-attic"
    }
  }

or: export OCTOEVERYWHERE_ENDPOINT=%[1]s OCTOEVERYWHERE_APP_TOKEN=fake-token-garage

Act as the printer and its owner (%[1]s/_fake/ lists all commands):

  curl %[1]s/_fake/webhooks
  curl -X POST '%[1]s/_fake/fire?printer=garage&event=2&file=boat.gcode&progress=100'
  curl -X POST '%[1]s/_fake/revoke?printer=garage&status=604'
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("fakeoctoeverywhere", flag.ContinueOnError)
	flags.SetOutput(stderr)
	listen := flags.String("listen", "127.0.0.1:8600", "loopback `address` to listen on; port 0 takes a free one")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	fake := fakeapi.New(fakeapi.Options{Control: true})
	for _, printer := range []string{"garage", "lab", "attic"} {
		fake.AddConnection("fake-token-"+printer, printer)
	}
	running, err := fake.Listen(*listen)
	if err != nil {
		return err
	}
	defer running.Close() //nolint:errcheck // the end of the program
	fmt.Fprintf(stdout, usage, running.URL)
	<-ctx.Done()
	return nil
}
