// SPDX-License-Identifier: MPL-2.0

// Command demo runs the provider's main job from end to end on this machine:
// the real terraform or tofu, the provider as built from this tree, the fake
// OctoEverywhere, and an HTTPS receiver that notifications arrive at. Nothing
// leaves the machine, and nothing stays on it.
//
//	go run ./internal/demo [-archive dist/terraform-provider-octoeverywhere_VERSION_OS_ARCH.zip]
//
// With -archive, Terraform installs that release archive in place of a build.
// It exits with 1 as soon as a step is not as it says.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
)

// limit ends a demo that hangs; it takes a few seconds.
const limit = 5 * time.Minute

func main() {
	archive := flag.String("archive", "", "release archive to install, in place of a build")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *archive)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\nThe demo stopped: %v\n", err)
		os.Exit(1)
	}
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
	m := mirror{directory: filepath.Join(work, "mirror"), host: c.Host()}
	if archive == "" {
		err = m.build(ctx)
	} else {
		err = m.take(archive)
	}
	if err != nil {
		return err
	}

	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	f, err := newFarm(c, m, work)
	if err != nil {
		return err
	}
	defer f.close()
	return f.play(ctx)
}
