// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// phase is one thing that people wait for.
type phase string

const (
	planNew   phase = "plan, new fleet"
	apply     phase = "apply"
	planEmpty phase = "plan, nothing to do"
	applyAll  phase = "apply, all changed"
	destroy   phase = "destroy"
)

var phases = []phase{planNew, apply, planEmpty, applyAll, destroy}

// bench holds what all measurements share.
type bench struct {
	settings    settings
	dir         string
	cli         string
	provider    string // directory of the built provider
	metered     string // directory of the meter in its place
	machine     string
	binaryBytes int64
}

func newBench(ctx context.Context, s settings) (b *bench, err error) {
	b = &bench{settings: s}
	if b.dir, err = os.MkdirTemp("", "octoeverywhere-bench-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.cli, err = findCLI(); err != nil {
		return nil, err
	}
	b.provider, b.metered = filepath.Join(b.dir, "provider"), filepath.Join(b.dir, "metered")
	binary := filepath.Join(b.provider, "terraform-provider-octoeverywhere")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, //nolint:gosec // our own paths
		"github.com/octoeverywhere/terraform-provider-octoeverywhere")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the provider does not build: %w\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return nil, err
	}
	b.binaryBytes = info.Size()
	if err := placeMeter(b.metered); err != nil {
		return nil, err
	}
	b.machine = fmt.Sprintf("%s, %d CPUs, %s, %s", runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU(), runtime.Version(), cliVersion(ctx, b.cli))
	return b, nil
}

func (b *bench) close() { _ = os.RemoveAll(b.dir) }

func findCLI() (string, error) {
	for _, name := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform", "tofu"} {
		if found, err := exec.LookPath(name); name != "" && err == nil {
			return filepath.Abs(found)
		}
	}
	return "", fmt.Errorf("neither terraform nor tofu is on PATH")
}

func cliVersion(ctx context.Context, cli string) string {
	command := exec.CommandContext(ctx, cli, "version") //nolint:gosec // the CLI the user has
	command.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
	out, _ := command.Output()
	first, _, _ := strings.Cut(string(out), "\n")
	return first
}

// measure is one phase of one subject.
type measure struct {
	Seconds     []float64 `json:"seconds"` // wall clock, a value a round
	Calls       int       `json:"api_calls"`
	Connections int       `json:"tcp_connections"`
	CPUSeconds  float64   `json:"provider_cpu_seconds"`
	PeakMiB     float64   `json:"provider_peak_mib"`
}

// fleet is all phases of all subjects for one number of webhooks.
type fleet struct {
	N        int                           `json:"n"`
	Measures map[subject]map[phase]measure `json:"measures"`
}

// compare measures the subjects in turn, round by round, and the provider's
// own CPU time and memory in one more round, so that the meter costs nothing
// in the others.
func (b *bench) compare(ctx context.Context, subjects []subject, n, rounds int) (*fleet, error) {
	f := &fleet{N: n, Measures: map[subject]map[phase]measure{}}
	for _, s := range subjects {
		f.Measures[s] = map[phase]measure{}
	}
	for round := range rounds {
		for _, s := range subjects {
			fmt.Fprintf(os.Stderr, "n=%d round %d of %d: %s\n", n, round+1, rounds, s)
			if err := b.live(ctx, life{subject: s, n: n, phases: phases, timed: true}, f.Measures[s]); err != nil {
				return nil, err
			}
		}
	}
	fmt.Fprintf(os.Stderr, "n=%d: the provider's CPU time and memory\n", n)
	return f, b.live(ctx, life{subject: ours, n: n, phases: phases, metered: true}, f.Measures[ours])
}

// grow measures a large fleet once, which takes minutes, and leaves out what
// tells nothing new about growth.
func (b *bench) grow(ctx context.Context, n int) (*fleet, error) {
	f := &fleet{N: n, Measures: map[subject]map[phase]measure{}}
	for _, s := range []subject{floor, ours} {
		fmt.Fprintf(os.Stderr, "n=%d: %s\n", n, s)
		f.Measures[s] = map[phase]measure{}
		once := life{subject: s, n: n, phases: []phase{planNew, apply, planEmpty}, timed: true, metered: s == ours}
		if err := b.live(ctx, once, f.Measures[s]); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// life is one fleet's, and what is measured of it.
type life struct {
	subject
	n       int
	phases  []phase
	timed   bool
	metered bool // the provider's CPU time and memory
}

// live plays a fleet's life once.
func (b *bench) live(ctx context.Context, l life, into map[phase]measure) error {
	s, n := l.subject, l.n
	api := fakeapi.New(fakeapi.Options{Flat: true, Latency: b.settings.latency})
	for i := range n {
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
	defer os.RemoveAll(dir) //nolint:errcheck // all goes with b.dir
	w := workspace{bench: b, dir: dir, metered: l.metered}
	if err := w.write("terraform.tfvars", tokenFile(n)); err != nil {
		return err
	}
	if s != ours {
		if err := w.write("terraform.tfvars", ""); err != nil {
			return err
		}
	}
	if err := w.write("main.tf", s.config(running.URL, n, 1)); err != nil {
		return err
	}
	if s != ours { // terraform_data is built in, yet init must have run
		if err := w.run(ctx, "init"); err != nil {
			return err
		}
	}

	parallelism := fmt.Sprintf("-parallelism=%d", b.settings.parallelism)
	for _, p := range l.phases {
		var args []string
		switch p {
		case planNew, planEmpty:
			args = []string{"plan", "-out=plan"}
		case apply:
			args = []string{"apply"}
		case applyAll:
			if err := w.write("main.tf", s.config(running.URL, n, 2)); err != nil {
				return err
			}
			args = []string{"apply", "-auto-approve"}
		case destroy:
			args = []string{"destroy", "-auto-approve"}
		}
		args = append(args, "-input=false", "-no-color", parallelism)
		if p == apply {
			args = append(args, "plan")
		}
		api.ResetRequests()
		began := time.Now()
		if err := w.run(ctx, args...); err != nil {
			return fmt.Errorf("%s, %s: %w", s, p, err)
		}
		took := time.Since(began).Seconds()

		m := into[p]
		if l.metered {
			used, err := readUsage(w.usageFile())
			if err != nil {
				return err
			}
			m.CPUSeconds, m.PeakMiB = used.CPUSeconds, used.PeakMiB
		}
		if l.timed {
			m.Seconds = append(m.Seconds, took)
			m.Calls, m.Connections = len(api.Requests()), api.Sockets()
		}
		into[p] = m
	}
	return nil
}

// startUp measures a plan with one resource, which is mostly the start of
// Terraform and of the provider.
func (b *bench) startUp(ctx context.Context, rounds int) (map[subject][]float64, error) {
	seconds := map[subject][]float64{}
	for range rounds {
		for _, s := range []subject{floor, ours} {
			one := map[phase]measure{}
			if err := b.live(ctx, life{subject: s, n: 1, phases: []phase{planNew}, timed: true}, one); err != nil {
				return nil, err
			}
			seconds[s] = append(seconds[s], one[planNew].Seconds...)
		}
	}
	return seconds, nil
}

// workspace is where one fleet lives.
type workspace struct {
	bench   *bench
	dir     string
	metered bool
}

func (w workspace) write(name, content string) error {
	return os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600)
}

func (w workspace) usageFile() string { return filepath.Join(w.dir, "usage.jsonl") }

func (w workspace) run(ctx context.Context, args ...string) error {
	override := w.bench.provider
	if w.metered {
		override = w.bench.metered
		_ = os.Remove(w.usageFile())
	}
	config := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"octoeverywhere/octoeverywhere\" = %q\n  }\n  direct {}\n}\n", override)
	if err := w.write("cli.tfrc", config); err != nil {
		return err
	}
	var out bytes.Buffer
	command := exec.CommandContext(ctx, w.bench.cli, args...) //nolint:gosec // the CLI under measurement
	command.Dir = w.dir
	command.Stdout, command.Stderr = &out, &out
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "OCTOEVERYWHERE_") {
			command.Env = append(command.Env, variable)
		}
	}
	command.Env = append(command.Env, "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+filepath.Join(w.dir, "cli.tfrc"),
		meteredBinary+"="+filepath.Join(w.bench.provider, "terraform-provider-octoeverywhere"), usageTarget+"="+w.usageFile())
	if err := command.Run(); err != nil {
		text := out.String()
		return fmt.Errorf("terraform %s: %w\n%s", args[0], err, text[max(0, len(text)-2000):])
	}
	return nil
}
