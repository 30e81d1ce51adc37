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
	Machine, Settings      string
	BinaryMiB              float64
	One, Fleet, Large, Far fleet
	Targets                []target
}

// target is a bound that this provider sets itself.
type target struct {
	Name       string
	Got, Bound float64
}

// seconds is the median of a phase, 0 when it was not measured.
func (f fleet) seconds(s subject, p phase) float64 {
	sorted := slices.Sorted(slices.Values(f.Measures[s][p].Seconds))
	if len(sorted) == 0 {
		return 0
	}
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// ratio is how much longer a phase takes than another subject's.
func (f fleet) ratio(p phase, of subject) float64 { return f.seconds(ours, p) / f.seconds(of, p) }

// judge compares the figures with the targets.
func (r *report) judge(s settings) {
	atMost := func(bound float64, name string, got float64) {
		r.Targets = append(r.Targets, target{Name: name, Got: got, Bound: bound})
	}
	atMost(1.4, "apply / terraform_data's", r.Fleet.ratio(apply, floor))
	atMost(1, "apply / curl's", r.Fleet.ratio(apply, curl))
	atMost(1.3, "destroy / terraform_data's", r.Fleet.ratio(destroy, floor))
	atMost(2.5, "plan, nothing to do / terraform_data's", r.Fleet.ratio(planEmpty, floor))
	own := r.Fleet.seconds(floor, planEmpty) + float64(s.n)*farLatency.Seconds()/float64(s.parallelism)
	atMost(1.15, fmt.Sprintf("plan, nothing to do, at %s / (terraform_data's + webhooks × latency ÷ parallelism)", farLatency), r.Far.seconds(ours, planEmpty)/own)
	calls := func(of subject, p phase) float64 { return float64(r.Fleet.Measures[of][p].APICalls) / float64(s.n) }
	atMost(1, "API calls a webhook: apply", calls(ours, apply))
	atMost(1, "API calls a webhook: plan, nothing to do", calls(ours, planEmpty))
	atMost(1, "API calls a webhook: plan, nothing to do, filtered by the data source", calls(filtered, planEmpty))
	// Terraform refreshes before it destroys: a question and a Delete each.
	atMost(2, "API calls a webhook: destroy", calls(ours, destroy))
	atMost(2, "TCP connections of apply, for each of Terraform's parallel operations", float64(r.Fleet.Measures[ours][apply].Connections)/float64(s.parallelism))
	if r.Large.N > 0 {
		peak := 0
		for _, m := range r.Large.Measures[ours] {
			peak = max(peak, m.Provider.PeakMiB)
		}
		atMost(64, fmt.Sprintf("provider's peak memory at %d, MiB", r.Large.N), float64(peak))
	}
}

func (r *report) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(format string, values ...any) { fmt.Fprintf(w, format+"\n", values...) }
	line("\n%s\n%s\nprovider binary %.1f MiB; start-up (plan of one resource) %.2f s, terraform_data %.2f s\n",
		r.Machine, r.Settings, r.BinaryMiB, r.One.seconds(ours, planNew), r.One.seconds(floor, planNew))

	line("n = %d\tours\tterraform_data\twith curl\tours / terraform_data\tours / curl\tAPI calls\tTCP\tCPU\tpeak memory\t", r.Fleet.N)
	for _, p := range phases {
		m := r.Fleet.Measures[ours][p]
		line("%s\t%.2f s\t%.2f s\t%.2f s\t%.2f\t%.2f\t%d\t%d\t%.2f s\t%d MiB\t", p, r.Fleet.seconds(ours, p), r.Fleet.seconds(floor, p), r.Fleet.seconds(curl, p),
			r.Fleet.ratio(p, floor), r.Fleet.ratio(p, curl), m.APICalls, m.Connections, m.Provider.CPUSeconds, m.Provider.PeakMiB)
	}
	if r.Large.N > 0 {
		line("\nn = %d\tours\tterraform_data\tours / terraform_data\tAPI calls\tTCP\tCPU\tpeak memory\t", r.Large.N)
		for _, p := range growth {
			m := r.Large.Measures[ours][p]
			line("%s\t%.2f s\t%.2f s\t%.2f\t%d\t%d\t%.2f s\t%d MiB\t", p, r.Large.seconds(ours, p), r.Large.seconds(floor, p),
				r.Large.ratio(p, floor), m.APICalls, m.Connections, m.Provider.CPUSeconds, m.Provider.PeakMiB)
		}
	}
	line("\nn = %d\tfiltered by the data source\tAPI calls\tat %s\tAPI calls\t", r.Fleet.N, farLatency)
	for _, p := range growth {
		line("%s\t%.2f s\t%d\t%.2f s\t%d\t", p, r.Fleet.seconds(filtered, p), r.Fleet.Measures[filtered][p].APICalls, r.Far.seconds(ours, p), r.Far.Measures[ours][p].APICalls)
	}
	line("\ntarget\tgot\tat most\t")
	for _, t := range r.Targets {
		verdict := "missed"
		if t.Got <= t.Bound {
			verdict = "met"
		}
		line("%s\t%.2f\t%.2f\t%s", t.Name, t.Got, t.Bound, verdict)
	}
	_ = w.Flush()
}
