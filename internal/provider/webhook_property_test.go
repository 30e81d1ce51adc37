// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestWebhooksInAnyOrder has a model of Terraform core create, update, replace,
// rename, move and destroy webhooks on a few App Connections, in every order
// that its graph allows, and side by side. After each run that went well every
// App Connection has the webhook of the instance that claims it, and no other.
// Runs that are interrupted, or that meet faults of the service, come in
// between: a Set that fails costs no webhook, and the next run heals.
func TestWebhooksInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		tokens := connections("a", "b", "c")
		w := &fixture{t: t, api: fakeapi.New(fakeapi.Options{Flat: clitest.FlatAnswers()}), clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
		for name, token := range tokens {
			w.api.AddConnection(token, name)
		}
		running, err := w.api.Listen("127.0.0.1:0")
		if err != nil {
			r.Fatal(err)
		}
		defer running.Close()
		w.url = running.URL

		m := newCoreModel(w, tokens)
		healthy := true             // the last run ended as it should
		left := map[string]string{} // webhooks that a run which ended too early may have left without an object
		for step := range rapid.IntRange(2, 6).Draw(r, "runs") {
			w.clock.Advance(1)
			run, twins := drawRun(r, m, healthy)
			faulty := rapid.IntRange(0, 3).Draw(r, "fault") == 0
			setFails := false
			if faulty {
				fault := drawFault(r)
				setFails = fault.Call == fakeapi.CallSet
				w.api.Script(fault)
			}
			had := w.webhooks(tokens)
			stopped := drawWalk(r, &run)
			r.Logf("run %d: state %s\nconfiguration %s", step, m, describeRun(run))
			warnings, err := m.apply(run)
			w.api.ClearScript()

			r.Logf("warnings %q, error %v", warnings, err)
			switch {
			case twins:
				if err == nil || !strings.Contains(err.Error(), "Two webhooks for one App Connection") {
					r.Fatalf("two instances on one App Connection: %v", err)
				}
				continue
			case faulty || *stopped:
				healthy = false
				has := w.webhooks(tokens)
				// A Delete that was to set the heir's webhook stops what comes
				// after it.
				setFails = setFails && (err == nil || !strings.Contains(err.Error(), "could not be left to another resource"))
				for _, block := range run.config {
					left[block.connection] = has[block.connection]
					if setFails && !*stopped && had[block.connection] != "" && has[block.connection] == "" {
						r.Fatalf("a Set failed, and App Connection %q has lost its webhook", block.connection)
					}
				}
				continue
			case slices.Contains(warnings, "The webhook was left to another resource"):
				// Two objects held one webhook, and it may be the one for the
				// object that went. The warning's advice is -replace.
				for address := range run.config {
					run.replace[address] = true
				}
				_, err = m.apply(run)
			}
			if err != nil {
				r.Fatalf("no fault, but an error: %v", err)
			}
			healthy = true
			wantWebhooks(r, w.webhooks(tokens), run.config, left)
		}
	})
}

var modelAddresses = []string{"x", "y", "z"}

// drawRun changes the state as a person may before a run (moved, taint) and
// draws the configuration. twins tells that two instances have one connection.
func drawRun(r *rapid.T, m *coreModel, healthy bool) (run runModel, twins bool) {
	run = runModel{config: map[string]blockModel{}, replace: map[string]bool{}, refresh: true}
	if healthy {
		run.refresh = rapid.Bool().Draw(r, "refresh")
	}
	from, to := rapid.SampledFrom(modelAddresses).Draw(r, "moved from"), rapid.SampledFrom(modelAddresses).Draw(r, "to")
	if m.state[from] != nil && m.state[to] == nil {
		m.state[to] = m.state[from]
		delete(m.state, from)
	}
	allowTwins := rapid.IntRange(0, 7).Draw(r, "allow twins") == 0
	taken := map[string]bool{}
	for _, address := range modelAddresses {
		if rapid.IntRange(0, 3).Draw(r, address+" is absent") == 0 {
			continue
		}
		block := blockModel{
			connection:          rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "connection"),
			url:                 "https://app.example.com/" + rapid.SampledFrom([]string{"1", "2"}).Draw(r, "url"),
			createBeforeDestroy: rapid.Bool().Draw(r, "cbd"),
		}
		if taken[block.connection] && !allowTwins {
			continue
		}
		twins = twins || taken[block.connection]
		taken[block.connection] = true
		run.config[address] = block
		run.replace[address] = rapid.IntRange(0, 3).Draw(r, "replace") == 0
		if instance := m.state[address]; instance != nil && instance.current != nil && rapid.IntRange(0, 5).Draw(r, "taint") == 0 {
			instance.current.tainted = true
		}
	}
	return run, twins
}

// drawFault makes one call of a run fail: refused, lost before it took effect,
// or after.
func drawFault(r *rapid.T) fakeapi.Fault {
	return rapid.SampledFrom([]fakeapi.Fault{
		{Call: fakeapi.CallSet, Status: 400},
		{Call: fakeapi.CallSet, Status: 500},
		{Call: fakeapi.CallSet, Status: 500, TakeEffect: true},
		{Call: fakeapi.CallDelete, Status: 500},
		{Call: fakeapi.CallDelete, Status: 500, TakeEffect: true},
	}).Draw(r, "which")
}

// drawWalk draws how the run's graphs are walked, and whether the apply is
// interrupted.
func drawWalk(r *rapid.T, run *runModel) (stopped *bool) {
	stopped = new(bool)
	if rapid.Bool().Draw(r, "side by side") {
		run.walk = sideBySide(10)
		return stopped
	}
	stopAfter := -1
	if rapid.IntRange(0, 3).Draw(r, "interrupted") == 0 {
		stopAfter = rapid.IntRange(0, 6).Draw(r, "after")
	}
	next := func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "next") }
	planned := false
	run.walk = func(graph []*node) {
		if !planned {
			planned = true
			walkOneByOne(graph, next, -1)
			return
		}
		*stopped = walkOneByOne(graph, next, stopAfter)
	}
	return stopped
}

// wantWebhooks holds what the service has against the configuration, which was
// applied. What an earlier run left counts only where it is still untouched.
func wantWebhooks(r *rapid.T, got map[string]string, config map[string]blockModel, left map[string]string) {
	wanted := map[string]string{}
	for _, block := range config {
		wanted[block.connection] = block.url
		delete(left, block.connection)
	}
	for name, url := range left {
		if got[name] == url && url != "" && wanted[name] == "" {
			wanted[name] = url
		}
	}
	if !maps.Equal(got, wanted) {
		r.Fatalf("the service has %v, want %v", got, wanted)
	}
}

// webhooks are the URLs that the fake has, by the App Connection's name.
func (w *fixture) webhooks(tokens map[string]string) map[string]string {
	got := map[string]string{}
	for name, token := range tokens {
		if saved, found := w.api.Webhook(token); found {
			got[name] = saved.URL
		}
	}
	return got
}

// describeRun writes a run for the log of a failed check.
func describeRun(run runModel) string {
	var text strings.Builder
	for _, address := range slices.Sorted(maps.Keys(run.config)) {
		fmt.Fprintf(&text, "%s = %+v replace=%v; ", address, run.config[address], run.replace[address])
	}
	return fmt.Sprintf("%srefresh=%v", text.String(), run.refresh)
}

// String writes the state for the log of a failed check.
func (m *coreModel) String() string {
	p := m.latest
	var text strings.Builder
	for _, address := range slices.Sorted(maps.Keys(m.state)) {
		instance := m.state[address]
		for i, o := range append(slices.Clone(instance.deposed), instance.current) {
			if o != nil {
				fmt.Fprintf(&text, "%s: deposed=%v tainted=%v id=%s %s set=%s; ", address, i < len(instance.deposed), o.tainted,
					p.attribute(o.object, "id"), p.attribute(o.object, "callback_url"), p.attribute(o.object, "configured_at"))
			}
		}
	}
	return text.String()
}
