// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// node is a resource in a permuted run: what Terraform holds for it and what it
// is configured to be, each an App Connection and a URL's version, or "".
type node struct{ prior, configured string }

func (n node) arguments(of string) map[string]any {
	if of == "" {
		return nil
	}
	return map[string]any{"app_connection": of[:1], "callback_url": urlFor(of)}
}

func urlFor(of string) string { return "https://app.example.com/" + of[1:] }

// TestEveryPermutation plans and applies two resources in every order in which
// Terraform may call the provider for them. Where the run ends without an error,
// each App Connection has the webhook of the resource that is configured for it,
// and no other; where the Set is refused, it has that or the one from before
// (DESIGN.md, "One webhook", "Refused").
func TestEveryPermutation(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		x, y      node // x was set before y
		duplicate bool
	}{
		"renamed":                     {x: node{"a1", ""}, y: node{"", "a2"}},
		"renamed, same URL":           {x: node{"a1", ""}, y: node{"", "a1"}},
		"one of two goes":             {x: node{"a1", ""}, y: node{"a2", "a2"}},
		"one of two goes, set last":   {x: node{"a1", "a1"}, y: node{"a2", ""}},
		"one of two moves":            {x: node{"a1", "b1"}, y: node{"a2", "a2"}},
		"one of two moves, set last":  {x: node{"a1", "a1"}, y: node{"a2", "b2"}},
		"both of two go":              {x: node{"a1", ""}, y: node{"a2", ""}},
		"swapped":                     {x: node{"a1", "b1"}, y: node{"b2", "a2"}},
		"two new ones":                {x: node{"", "a1"}, y: node{"", "a2"}, duplicate: true},
		"a second one":                {x: node{"a1", "a1"}, y: node{"", "a2"}, duplicate: true},
		"a second one, set elsewhere": {x: node{"a1", "a1"}, y: node{"b2", "a2"}, duplicate: true},
	} {
		for _, refused := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, refused %t", name, refused), func(t *testing.T) {
				t.Parallel()
				runs := permute(func(next func(int) int) {
					r := &permutedRun{fixture: newFixture(t, fakeapi.Options{}, connections("a", "b")), next: next, nodes: map[string]*permutedNode{}}
					r.run(test.x, test.y, test.duplicate, refused)
				})
				t.Logf("%d permutations", runs)
			})
		}
	}
}

// permute runs f for every sequence of answers that next, which chooses one of n,
// can give.
func permute(f func(next func(n int) int)) (runs int) {
	var chosen, of []int
	for {
		at := 0
		f(func(n int) int {
			if at == len(chosen) {
				chosen, of = append(chosen, 0), append(of, n)
			}
			at++
			return chosen[at-1]
		})
		runs++
		for len(chosen) > 0 && chosen[len(chosen)-1] == of[len(of)-1]-1 {
			chosen, of = chosen[:len(chosen)-1], of[:len(of)-1]
		}
		if len(chosen) == 0 {
			return runs
		}
		chosen[len(chosen)-1]++
	}
}

type permutedRun struct {
	*fixture
	next  func(int) int
	nodes map[string]*permutedNode
	said  []*tfprotov6.Diagnostic
}

type permutedNode struct {
	node
	object object
	plan   planned
	new    planned // of a replacement
}

// interleave takes the steps of all nodes in an order that next chooses, those
// of each node in theirs.
func (r *permutedRun) interleave(steps map[string][]func()) {
	for len(steps) > 0 {
		names := slices.Sorted(maps.Keys(steps))
		name := names[r.next(len(names))]
		steps[name][0]()
		if steps[name] = steps[name][1:]; len(steps[name]) == 0 {
			delete(steps, name)
		}
	}
}

func (r *permutedRun) run(x, y node, duplicate, refused bool) {
	tokens := connections("a", "b")
	r.nodes = map[string]*permutedNode{"x": {node: x}, "y": {node: y}}
	had, wanted := map[string]string{}, map[string]string{}
	for _, name := range []string{"x", "y"} {
		n := r.nodes[name]
		p := r.protocol(tokens)
		n.object = p.noObject()
		if n.prior != "" {
			n.object = p.created(n.arguments(n.prior))
			had[n.prior[:1]] = urlFor(n.prior)
			r.clock.Advance(1)
		}
		if n.configured != "" {
			wanted[n.configured[:1]] = urlFor(n.configured)
		}
	}
	r.planAll(r.protocol(tokens))
	if failed := hasErrors(r.said); failed || duplicate {
		if failed != duplicate {
			r.t.Errorf("duplicates are an error at plan: %s", describe(r.said))
		}
		return
	}
	if refused {
		for _, token := range tokens {
			r.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Token: token, Status: 429})
		}
	}
	r.applyAll(r.protocol(tokens, map[string]any{"max_retries": 0}))
	for _, connection := range []string{"a", "b"} {
		saved, _ := r.api.Webhook(tokens[connection])
		kept := hasErrors(r.said) && saved.URL == had[connection]
		if saved.URL != wanted[connection] && !kept {
			r.t.Errorf("%s has %q, had %q, wants %q: %s", connection, saved.URL, had[connection], wanted[connection], describe(r.said))
		}
	}
	if hasErrors(r.said) && !refused {
		r.t.Error(describe(r.said))
	}
}

// planAll reads and plans the nodes, a replacement with two calls.
func (r *permutedRun) planAll(p *protocol) {
	steps := map[string][]func(){}
	for name, n := range r.nodes {
		if n.prior != "" {
			steps[name] = append(steps[name], func() { n.object, _ = p.read(n.object) })
		}
		steps[name] = append(steps[name], func() {
			if n.plan = p.plan(n.object, n.arguments(n.configured)); n.plan.action == "replace" {
				n.new = p.plan(object{state: p.noObject().state, identity: n.object.identity, private: n.plan.private}, n.arguments(n.configured))
				r.said = append(r.said, n.new.diagnostics...)
			}
			r.said = append(r.said, n.plan.diagnostics...)
		})
	}
	r.interleave(steps)
}

// applyAll carries out the plans, each planned again before, a Delete excepted.
func (r *permutedRun) applyAll(p *protocol) {
	steps := map[string][]func(){}
	for name, n := range r.nodes {
		ok := true // Terraform goes no further with a node that failed
		apply := func(plan planned, arguments map[string]any) {
			if ok {
				var got []*tfprotov6.Diagnostic
				n.object, got = p.carryOut(n.object, plan, arguments)
				r.said = append(r.said, got...)
				ok = !hasErrors(got)
			}
		}
		var again planned
		replan := func() {
			again = p.plan(object{n.object.state, n.object.identity, n.object.private}, n.arguments(n.configured))
		}
		set := func() {
			if again.action != "" { // Terraform drops an update that has become nothing
				apply(again, n.arguments(n.configured))
			}
		}
		switch n.plan.action {
		case "delete":
			steps[name] = []func(){func() { apply(n.plan, nil) }}
		case "replace":
			steps[name] = []func(){func() {
				apply(planned{object: object{state: p.noObject().state, private: n.new.private}}, nil)
			}, replan, set}
		case "create", "update":
			steps[name] = []func(){replan, set}
		}
	}
	r.interleave(steps)
}
