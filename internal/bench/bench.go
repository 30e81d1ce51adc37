// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// phase is one thing that people wait for.
type phase string

const (
	start     phase = "init"
	planNew   phase = "plan, new fleet"
	apply     phase = "apply"
	planEmpty phase = "plan, nothing to do"
	applyAll  phase = "apply, all changed"
	destroy   phase = "destroy"
)

var (
	phases = []phase{planNew, apply, planEmpty, applyAll, destroy}
	growth = phases[:3] // what tells something new of a large fleet, or of a far service
)

// farLatency is what the service is like from afar.
const farLatency = 100 * time.Millisecond

// measure is one phase of one subject.
type measure struct {
	Seconds               []float64 // wall clock, a value a round
	APICalls, Connections int
	Provider              cli.Usage
}

// fleet is the measures of some subjects with N webhooks.
type fleet struct {
	N        int
	Measures map[subject]map[phase]measure
}

// bench holds what all measurements share.
type bench struct {
	settings
	dir      string
	cli      *cli.CLI
	provider string // directory of the built provider
}

func newBench(ctx context.Context, s settings) (*bench, error) {
	c, err := cli.Find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "octoeverywhere-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{settings: s, dir: dir, cli: c, provider: filepath.Join(dir, "provider")}
	if err := cli.BuildProvider(ctx, "bench", filepath.Join(b.provider, cli.ProviderProgram)); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) close() { _ = os.RemoveAll(b.dir) }

// measure measures all there is. What takes long says so on standard error.
func (b *bench) measure(ctx context.Context) (*report, error) {
	binary, err := os.Stat(filepath.Join(b.provider, cli.ProviderProgram))
	if err != nil {
		return nil, err
	}
	r := &report{
		Machine:   fmt.Sprintf("%s/%s, %d CPUs, %s, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), b.cli.Banner),
		Settings:  fmt.Sprintf("%d webhooks, parallelism %d, API latency %s, medians of %d rounds", b.n, b.parallelism, b.latency, b.rounds),
		BinaryMiB: float64(binary.Size()) / (1 << 20),
		One:       newFleet(1), Fleet: newFleet(b.n), Large: newFleet(b.large), Far: newFleet(b.n),
	}
	for round := range b.rounds {
		for _, s := range []subject{floor, ours, curl, filtered} {
			say("n=%d round %d of %d: %s", b.n, round+1, b.rounds, s)
			all := life{subject: s, latency: b.latency, phases: phases, timed: true}
			if s == filtered {
				all.phases = growth
			}
			if err := b.live(ctx, all, r.Fleet); err != nil {
				return nil, err
			}
			if s == floor || s == ours {
				// Mostly the start of Terraform and of the provider.
				if err := b.live(ctx, life{subject: s, latency: b.latency, phases: []phase{planNew}, timed: true}, r.One); err != nil {
					return nil, err
				}
			}
		}
	}
	// In a round of its own, so that the meter costs nothing in the others.
	say("n=%d: the provider's CPU time and memory", b.n)
	if err := b.live(ctx, life{subject: ours, latency: b.latency, phases: phases, metered: true}, r.Fleet); err != nil {
		return nil, err
	}
	say("n=%d: %s from afar", b.n, ours)
	if err := b.live(ctx, life{subject: ours, latency: farLatency, phases: growth, timed: true}, r.Far); err != nil {
		return nil, err
	}
	for _, s := range []subject{floor, ours} {
		if b.large > 0 {
			say("n=%d: %s", b.large, s)
			if err := b.live(ctx, life{subject: s, latency: b.latency, phases: growth, timed: true, metered: s == ours}, r.Large); err != nil {
				return nil, err
			}
		}
	}
	r.judge(b.settings)
	return r, nil
}

func newFleet(n int) fleet { return fleet{N: n, Measures: map[subject]map[phase]measure{}} }

func say(format string, values ...any) { fmt.Fprintf(os.Stderr, format+"\n", values...) }

// life is what is measured of one fleet.
type life struct {
	subject
	latency time.Duration
	phases  []phase
	timed   bool // wall clock and calls
	metered bool // the provider's CPU time and memory
}

// live plays a fleet's life once, and adds what it measured.
func (b *bench) live(ctx context.Context, l life, f fleet) error {
	api := fakeapi.New(fakeapi.Options{})
	api.OnRequest(func(fakeapi.Request) { time.Sleep(l.latency) })
	for i := range f.N {
		api.AddConnection(token(i), fmt.Sprintf("printer %d", i))
	}
	running, err := api.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer running.Close() //nolint:errcheck // the end of a measurement
	w, err := b.workspace(ctx, l, f.N, running.URL)
	if err != nil {
		return err
	}
	defer os.RemoveAll(w.Dir) //nolint:errcheck // all goes with b.dir

	if f.Measures[l.subject] == nil {
		f.Measures[l.subject] = map[phase]measure{}
	}
	for _, p := range l.phases {
		if p == applyAll {
			if err := w.Write("main.tf", l.config(running.URL, f.N, 2)); err != nil {
				return err
			}
		}
		api.ResetRequests()
		began := time.Now()
		if err := b.run(ctx, w, p); err != nil {
			return fmt.Errorf("%s, %s: %w", l.subject, p, err)
		}
		took := time.Since(began).Seconds()

		m := f.Measures[l.subject][p]
		if l.metered {
			if m.Provider, err = w.Usage(); err != nil {
				return err
			}
		}
		if l.timed {
			m.Seconds = append(m.Seconds, took)
			m.APICalls, m.Connections = len(api.Requests()), api.Sockets()
		}
		f.Measures[l.subject][p] = m
	}
	return nil
}

// workspace is one in which the first phase can run.
func (b *bench) workspace(ctx context.Context, l life, n int, endpoint string) (*cli.Workspace, error) {
	dir, err := os.MkdirTemp(b.dir, "fleet-")
	if err != nil {
		return nil, err
	}
	w := &cli.Workspace{CLI: b.cli, Dir: dir}
	if err := w.Write("main.tf", l.config(endpoint, n, 1)); err != nil {
		return nil, err
	}
	switch {
	case !l.isOurs(): // terraform_data is built in, yet init must have run
		err = b.run(ctx, w, start)
		return w, err
	case l.metered:
		err = w.OverrideMetered(b.provider)
	default:
		err = w.Override(b.provider)
	}
	if err != nil {
		return nil, err
	}
	err = w.Write("terraform.tfvars", tokenFile(n))
	return w, err
}

// run runs the CLI for a phase.
func (b *bench) run(ctx context.Context, w *cli.Workspace, p phase) error {
	args := map[phase][]string{
		start:     {"init"},
		planNew:   {"plan", "-out=plan"},
		apply:     {"apply", "plan"},
		planEmpty: {"plan"},
		applyAll:  {"apply", "-auto-approve"},
		destroy:   {"destroy", "-auto-approve"},
	}[p]
	flags := []string{args[0], "-input=false", "-no-color"}
	if p != start {
		flags = append(flags, fmt.Sprintf("-parallelism=%d", b.parallelism))
	}
	result, err := cli.Run(w.Command(ctx, append(flags, args[1:]...)...))
	if err != nil {
		return err
	}
	return result.Err()
}
