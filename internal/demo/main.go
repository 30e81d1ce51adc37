// SPDX-License-Identifier: MPL-2.0

// Command demo runs the provider's main job from end to end on this machine:
// the real terraform or tofu, the provider as built from this tree, the fake
// OctoEverywhere, and an HTTPS receiver that notifications arrive at. Nothing
// leaves the machine, and nothing stays on it.
//
// It exits with 1 as soon as a step is not as it says.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// limit ends a demo that hangs; it takes a few seconds.
const limit = 5 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, limit)
	err := run(ctx)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\nThe demo stopped: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	work, err := os.MkdirTemp("", "octoeverywhere-demo-")
	if err != nil {
		return err
	}
	defer func() {
		if removal := os.RemoveAll(work); err == nil {
			err = removal
		}
	}()

	cli, err := findCLI(ctx, work)
	if err != nil {
		return err
	}
	f, err := newFarm(ctx, cli, work)
	if err != nil {
		return err
	}
	defer f.close()
	return f.play(ctx)
}
