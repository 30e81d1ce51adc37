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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	settings, err := parse(args, stderr)
	if err != nil {
		return err
	}
	fake, err := settings.fake()
	if err != nil {
		return err
	}
	running, err := fake.Listen(settings.listen)
	if err != nil {
		return err
	}
	defer running.Close() //nolint:errcheck // the end of the program
	fmt.Fprint(stdout, settings.greeting(running.URL))
	<-ctx.Done()
	return nil
}
