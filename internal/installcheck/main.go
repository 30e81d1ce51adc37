// SPDX-License-Identifier: MPL-2.0

// Command installcheck proves that a release archive is one that people can
// install: it checks the files of a goreleaser dist folder as the registry
// does, puts the archive into a filesystem mirror, and lets the real terraform
// (or tofu) init, apply, plan and destroy with it against the fake API. No
// development override: Terraform installs, verifies and locks the archive as
// it would one from the registry.
//
// Usage: go run ./internal/installcheck DIST
//
// The CLI is the one TF_ACC_TERRAFORM_PATH names, else terraform or tofu on
// PATH. It exits with 1, saying what is wrong, when anything is.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"
)

// limit bounds the whole check, far above the seconds that it takes.
const limit = 5 * time.Minute

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "installcheck:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("tell it the folder that goreleaser wrote: installcheck dist")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	release, err := openRelease(args[0])
	if err != nil {
		return err
	}
	if err := release.check(); err != nil {
		return err
	}
	return installAndApply(ctx, release)
}

// said prints a finding.
func said(format string, values ...any) {
	fmt.Printf("  ok  "+format+"\n", values...)
}
