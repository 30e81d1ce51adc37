// SPDX-License-Identifier: MPL-2.0

// Command bench compares what a fleet of webhooks costs with this provider,
// with terraform_data (Terraform's own cost, the floor) and with
// terraform_data plus curl (what people do without a provider): in one run,
// in turn, on loopback, with the real terraform.
//
//	go run ./internal/bench -n 500 -parallelism 10 -latency 5ms -rounds 3
//
// Times are wall clock and medians; compare ratios within a run, never times
// of two runs: machines are shared and noisy.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "terraform-provider-") {
		os.Exit(meter()) // started by Terraform in place of the provider
	}

	var s settings
	flag.IntVar(&s.n, "n", 500, "webhooks")
	flag.IntVar(&s.large, "large", 2000, "webhooks of the growth and memory measurement; 0 leaves it out")
	flag.IntVar(&s.parallelism, "parallelism", 10, "Terraform's -parallelism")
	flag.DurationVar(&s.latency, "latency", 5*time.Millisecond, "how long the fake API takes to answer")
	flag.IntVar(&s.rounds, "rounds", 3, "rounds; medians are taken over them")
	jsonFile := flag.String("json", "", "also write the figures to this file, as JSON")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, err := run(ctx, s)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	report.print(os.Stdout)
	if *jsonFile != "" {
		raw, _ := json.MarshalIndent(report, "", "  ")
		if err := os.WriteFile(*jsonFile, append(raw, '\n'), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
	}
	if report.missed() {
		os.Exit(1)
	}
}

// settings of one run.
type settings struct {
	n, large, parallelism, rounds int
	latency                       time.Duration
}

func run(ctx context.Context, s settings) (*report, error) {
	b, err := newBench(ctx, s)
	if err != nil {
		return nil, err
	}
	defer b.close()

	r := &report{Settings: describeSettings(s), Machine: b.machine, BinaryBytes: b.binaryBytes}
	if r.Fleet, err = b.compare(ctx, []subject{floor, ours, curl}, s.n, s.rounds); err != nil {
		return nil, err
	}
	r.Fleet.print(os.Stderr) // the large fleet takes its time
	if r.StartUp, err = b.startUp(ctx, s.rounds); err != nil {
		return nil, err
	}
	if s.large > 0 {
		if r.Large, err = b.grow(ctx, s.large); err != nil {
			return nil, err
		}
	}
	r.judge(s)
	return r, nil
}
