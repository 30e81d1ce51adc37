// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestLeftoverObjects has Terraform hold two objects for one App Connection, as
// interrupted runs leave them, and then end up with one or none, in every order
// of steps that its graphs allow: the webhook stays for the one, and only then
// (design rule 6).
func TestLeftoverObjects(t *testing.T) {
	t.Parallel()
	const url = "https://app.example.com/octo"
	block := blockModel{connection: "a", url: url}
	elsewhere := blockModel{connection: "b", url: url}
	beforeDestroy := blockModel{connection: "b", url: url, createBeforeDestroy: true}

	twin := func(m *coreModel) {
		object := *m.state["x"].current
		m.state["y"] = &instanceModel{current: &object}
	}
	for _, test := range []struct {
		name    string
		given   func(m *coreModel) // x is in state, on a
		config  map[string]blockModel
		without bool // test with -refresh=false too
	}{
		{
			name: "deposed",
			given: func(m *coreModel) {
				object := *m.state["x"].current
				m.state["x"].deposed = []*objectModel{&object}
			},
			config: map[string]blockModel{"x": block},
		},
		{
			name: "deposed, all to be destroyed",
			given: func(m *coreModel) {
				object := *m.state["x"].current
				m.state["x"].deposed = []*objectModel{&object}
			},
		},
		{name: "a twin is removed", given: twin, config: map[string]blockModel{"x": block}, without: true},
		{name: "both twins are removed", given: twin, without: true},
		{name: "a twin gets another token", given: twin, config: map[string]blockModel{"x": block, "y": elsewhere}, without: true},
		{name: "a twin gets another token, create_before_destroy", given: twin, config: map[string]blockModel{"x": block, "y": beforeDestroy}},
		{
			name:   "a tainted twin gets another token",
			given:  func(m *coreModel) { twin(m); m.state["y"].current.tainted = true },
			config: map[string]blockModel{"x": block, "y": elsewhere},
		},
	} {
		for _, refresh := range []bool{true, false} {
			name := test.name
			if !refresh {
				if !test.without {
					continue
				}
				name += ", -refresh=false"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				tokens := connections("a", "b")
				w := newWorld(t, fakeapi.Options{}, tokens)
				orders := 0
				everyOrder(func(next func(int) int) {
					orders++
					m := newCoreModel(t, w, tokens)
					first := func(int) int { return 0 }
					m.mustApply(runModel{config: map[string]blockModel{"x": block}, walk: inOrder(first)})
					test.given(m)
					w.clock.Advance(1)
					w.api.ResetRequests()
					m.mustApply(runModel{config: test.config, refresh: refresh, walk: inOrder(next)})
					wanted := map[string]string{}
					for _, block := range test.config {
						wanted[block.connection] = block.url
					}
					w.wantURL(tokens["a"], wanted["a"])
					w.wantURL(tokens["b"], wanted["b"])
					if deletes := w.calls()[fakeapi.CallDelete]; len(test.config) == 0 && deletes == 0 {
						t.Error("nothing was deleted")
					}
					m.mustApply(runModel{refresh: true, walk: inOrder(first)})
				})
				t.Logf("%d orders", orders)
			})
		}
	}
}

// inOrder walks graphs one step at a time, as next chooses.
func inOrder(next func(int) int) func([]*vertex) {
	return func(graph []*vertex) { walkOneByOne(graph, next, -1) }
}

// mustApply is apply where nothing can fail.
func (m *coreModel) mustApply(run runModel) {
	m.t.Helper()
	if _, err := m.apply(run); err != nil {
		m.t.Fatal(err)
	}
}

// everyOrder calls try once for every way to make its choices.
func everyOrder(try func(next func(n int) int)) {
	var chosen, among []int
	for {
		made := 0
		try(func(n int) int {
			if made == len(chosen) {
				chosen, among = append(chosen, 0), append(among, n)
			}
			made++
			return chosen[made-1]
		})
		last := len(chosen) - 1
		for last >= 0 && chosen[last]+1 == among[last] {
			last--
		}
		if last < 0 {
			return
		}
		chosen, among = chosen[:last+1], among[:last+1]
		chosen[last]++
	}
}
