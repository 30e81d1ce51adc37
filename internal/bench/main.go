// SPDX-License-Identifier: MPL-2.0

// Command bench compares what a fleet of webhooks costs with this provider,
// with as many built-in terraform_data resources (Terraform's own overhead) and
// with terraform_data and curl (the way without a provider): in one run, in
// turn, on loopback, with the real terraform.
//
//	go run ./internal/bench -n 300 -latency 5ms -rounds 3
//
// Times are wall clock and medians. Compare ratios within a run, never times of
// two runs: machines are shared and noisy.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// phases are what people wait for, in the order in which they are measured.
var phases = [...]struct {
	name string
	args []string
}{
	{"plan, new fleet", []string{"plan", "-out=plan"}},
	{"apply", []string{"apply", "plan"}},
	{"plan, no changes", []string{"plan"}},
	{"apply, all changed", []string{"apply", "-auto-approve"}},
	{"destroy", []string{"destroy", "-auto-approve"}},
}

const changed = 3 // the phase before which the configuration changes

type bench struct {
	n, rounds int
	latency   time.Duration
	cli       *cli.CLI
	dir       string
	mirror    cli.Mirror
	seconds   [len(phases)]map[subject][]float64 // a value for each round
	calls     [len(phases)]map[fakeapi.Call]int  // the provider's, in the last round
}

func main() {
	var b bench
	flag.IntVar(&b.n, "n", 300, "webhooks")
	flag.DurationVar(&b.latency, "latency", 5*time.Millisecond, "how long the fake API takes to answer")
	flag.IntVar(&b.rounds, "rounds", 3, "rounds; medians are taken over them")
	flag.Parse()
	cli.Main("bench", b.run)
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.cli, err = cli.Find(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "octoeverywhere-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir) //nolint:errcheck // the end of a measurement
	b.mirror = cli.Mirror(filepath.Join(b.dir, "mirror"))
	if err := b.mirror.Build(ctx); err != nil {
		return err
	}
	for round := range b.rounds {
		for _, s := range subjects {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, b.rounds, s)
			if err := b.measure(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
	}
	b.print()
	return nil
}

// measure runs all phases of a subject once, in a new workspace with a new
// fake.
func (b *bench) measure(ctx context.Context, s subject) error {
	api := fakeapi.New(fakeapi.Options{})
	api.OnRequest(func(fakeapi.Request) { time.Sleep(b.latency) })
	for i := range b.n {
		api.AddConnection(token(i), fmt.Sprintf("printer %d", i))
	}
	running, err := api.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer running.Close() //nolint:errcheck // the end of a measurement
	dir, err := os.MkdirTemp(b.dir, "fleet-")
	if err != nil {
		return err
	}
	w := &cli.Workspace{CLI: b.cli, Dir: dir}
	if err := w.Mirror(b.mirror); err != nil {
		return err
	}
	if err := w.Write("main.tf", s.configuration(running.URL, b.n, 1)); err != nil {
		return err
	}
	if _, err := w.Run(ctx, "init", "-input=false", "-no-color"); err != nil {
		return err
	}
	for i, phase := range phases {
		if i == changed {
			if err := w.Write("main.tf", s.configuration(running.URL, b.n, 2)); err != nil {
				return err
			}
		}
		api.ResetRequests()
		began := time.Now()
		if _, err := w.Run(ctx, slices.Insert(slices.Clone(phase.args), 1, "-input=false", "-no-color")...); err != nil {
			return err
		}
		if b.seconds[i] == nil {
			b.seconds[i] = map[subject][]float64{}
		}
		b.seconds[i][s] = append(b.seconds[i][s], time.Since(began).Seconds())
		if s == provider {
			b.calls[i] = map[fakeapi.Call]int{}
			for _, request := range api.Requests() {
				b.calls[i][request.Call]++
			}
		}
	}
	return nil
}

// print writes the table. The API calls are the provider's.
func (b *bench) print() {
	fmt.Printf("\n%s/%s, %d CPUs, %s, %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), b.cli.Banner)
	fmt.Printf("%d webhooks, API latency %s, medians of %d rounds\n\n", b.n, b.latency, b.rounds)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\t%s\t%s\t%s\t/ %[2]s\t/ curl\tAPI calls\n", provider, terraform, curl)
	for i, phase := range phases {
		ours, baseline, byCurl := median(b.seconds[i][provider]), median(b.seconds[i][terraform]), median(b.seconds[i][curl])
		fmt.Fprintf(table, "%s\t%.2f s\t%.2f s\t%.2f s\t%.2f\t%.2f\t%s\n", phase.name, ours, baseline, byCurl, ours/baseline, ours/byCurl, strings.Trim(fmt.Sprint(b.calls[i]), "map[]"))
	}
	_ = table.Flush()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
