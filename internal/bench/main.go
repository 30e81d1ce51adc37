// SPDX-License-Identifier: MPL-2.0

// Command bench compares what a fleet of webhooks costs with this provider,
// with terraform_data (Terraform's own cost, the floor) and with
// terraform_data plus curl (what people do without a provider): in one run,
// in turn, on loopback, with the real terraform.
//
//	go run ./internal/bench -n 500 -parallelism 10 -latency 5ms -rounds 3
//
// Times are wall clock and medians; compare ratios within a run, never times
// of two runs: machines are shared and noisy. Its targets inform; missing one
// is no error.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
)

// settings of one run.
type settings struct {
	n, large, parallelism, rounds int
	latency                       time.Duration
}

func main() {
	if cli.IsMeter() {
		os.Exit(cli.Meter())
	}
	var s settings
	flag.IntVar(&s.n, "n", 500, "webhooks")
	flag.IntVar(&s.large, "large", -1, "webhooks of the one large fleet; 0 leaves it out (default four times -n)")
	flag.IntVar(&s.parallelism, "parallelism", 10, "Terraform's -parallelism")
	flag.DurationVar(&s.latency, "latency", 5*time.Millisecond, "how long the fake API takes to answer")
	flag.IntVar(&s.rounds, "rounds", 3, "rounds; medians are taken over them")
	jsonFile := flag.String("json", "", "also write the figures to this file, as JSON")
	flag.Parse()
	if s.large < 0 {
		s.large = 4 * s.n
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, s, *jsonFile)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings, jsonFile string) error {
	b, err := newBench(ctx, s)
	if err != nil {
		return err
	}
	defer b.close()
	report, err := b.measure(ctx)
	if err != nil {
		return err
	}
	report.print(os.Stdout)
	if jsonFile == "" {
		return nil
	}
	raw, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(jsonFile, append(raw, '\n'), 0o600)
}
