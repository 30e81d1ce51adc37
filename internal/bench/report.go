// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// report is what a run prints, and its JSON.
type report struct {
	Machine     string                `json:"machine"`
	Settings    string                `json:"settings"`
	BinaryBytes int64                 `json:"binary_bytes"`
	Fleet       *fleet                `json:"fleet"`
	Large       *fleet                `json:"large,omitempty"`
	StartUp     map[subject][]float64 `json:"start_up_seconds"`
	Targets     []target              `json:"targets"`
}

// target is a bound that this provider sets itself (issue "As fast as
// Terraform itself lets a provider be").
type target struct {
	Name  string  `json:"name"`
	Got   float64 `json:"got"`
	Bound float64 `json:"bound"`
	Met   bool    `json:"met"`
}

func describeSettings(s settings) string {
	return fmt.Sprintf("%d webhooks, parallelism %d, API latency %s, medians of %d rounds", s.n, s.parallelism, s.latency, s.rounds)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// seconds is the median of a phase.
func (f *fleet) seconds(s subject, p phase) float64 { return median(f.Measures[s][p].Seconds) }

// ratio is how much longer a phase takes than the other subject's.
func (f *fleet) ratio(p phase, of subject) float64 {
	return f.seconds(ours, p) / f.seconds(of, p)
}

// judge compares the figures with the targets.
func (r *report) judge(s settings) {
	atMost := func(name string, got, bound float64) {
		r.Targets = append(r.Targets, target{Name: name, Got: got, Bound: bound, Met: got <= bound})
	}
	atMost("apply / terraform_data's", r.Fleet.ratio(apply, floor), 1.4)
	atMost("apply / curl's", r.Fleet.ratio(apply, curl), 1)
	atMost("destroy / terraform_data's", r.Fleet.ratio(destroy, floor), 1.3)
	atMost("plan, nothing to do / terraform_data's", r.Fleet.ratio(planEmpty, floor), 2.5)
	n := float64(s.n)
	atMost("API calls of apply, beyond one a webhook", float64(r.Fleet.Measures[ours][apply].Calls)-n, 1)
	atMost("API calls of an empty plan, beyond one a webhook", float64(r.Fleet.Measures[ours][planEmpty].Calls)-n, 0)
	// Terraform refreshes before it destroys: a question and a Delete each.
	atMost("API calls of destroy, beyond two a webhook", float64(r.Fleet.Measures[ours][destroy].Calls)-2*n, 0)
	// A command that refreshes and applies starts two providers, one after the
	// other; apply, here of a saved plan, starts one.
	atMost("TCP connections of apply", float64(r.Fleet.Measures[ours][apply].Connections), float64(s.parallelism))
	if r.Large == nil {
		return
	}
	peak := 0.0
	for _, p := range phases {
		peak = max(peak, r.Large.Measures[ours][p].PeakMiB)
	}
	atMost(fmt.Sprintf("provider's peak memory at %d, MiB", s.large), peak, 64)
	for _, p := range []phase{apply, planEmpty} {
		perWebhook := func(f *fleet, of subject) float64 { return f.seconds(of, p) / float64(f.N) }
		growth := (perWebhook(r.Large, ours) / perWebhook(r.Fleet, ours)) / (perWebhook(r.Large, floor) / perWebhook(r.Fleet, floor))
		atMost(fmt.Sprintf("growth of the cost per webhook, %d to %d, beyond the floor's: %s", s.n, s.large, p), growth, 1.15)
	}
}

func (r *report) missed() bool {
	return slices.ContainsFunc(r.Targets, func(t target) bool { return !t.Met })
}

func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s\n%s\nprovider binary %.1f MiB; start-up (plan of one resource) %.2f s, terraform_data %.2f s\n\n",
		r.Machine, r.Settings, float64(r.BinaryBytes)/(1<<20), median(r.StartUp[ours]), median(r.StartUp[floor]))
	r.Fleet.print(w)
	if r.Large != nil {
		fmt.Fprintln(w)
		r.Large.print(w)
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "target\tgot\tat most\t")
	for _, t := range r.Targets {
		verdict := "met"
		if !t.Met {
			verdict = "MISSED"
		}
		fmt.Fprintf(table, "%s\t%.2f\t%.2f\t%s\n", t.Name, t.Got, t.Bound, verdict)
	}
	_ = table.Flush()
}

func (f *fleet) print(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, withCurl := f.Measures[curl]
	fmt.Fprintf(table, "n = %d\tours\tterraform_data\t", f.N)
	if withCurl {
		fmt.Fprint(table, "with curl\t")
	}
	fmt.Fprint(table, "ours / terraform_data\t")
	if withCurl {
		fmt.Fprint(table, "ours / curl\t")
	}
	fmt.Fprintln(table, "API calls\tTCP\tCPU\tpeak memory\t")
	for _, p := range phases {
		m, measured := f.Measures[ours][p]
		if !measured {
			continue
		}
		fmt.Fprintf(table, "%s\t%.2f s\t%.2f s\t", p, f.seconds(ours, p), f.seconds(floor, p))
		if withCurl {
			fmt.Fprintf(table, "%.2f s\t", f.seconds(curl, p))
		}
		fmt.Fprintf(table, "%.2f\t", f.ratio(p, floor))
		if withCurl {
			fmt.Fprintf(table, "%.2f\t", f.ratio(p, curl))
		}
		fmt.Fprintf(table, "%d\t%d\t%.2f s\t%.0f MiB\t\n", m.Calls, m.Connections, m.CPUSeconds, m.PeakMiB)
	}
	_ = table.Flush()
}
