// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// coreModel is what Terraform core does with webhooks, as far as their provider
// can tell: which calls a plan and an apply make, with which prior and private
// state, and what may happen before what. The real core chooses an order by
// itself and shows one of many; in the model every order can be walked, which
// is all that it is for (DESIGN.md, "One webhook"). It follows internal/terraform
// of Terraform 1.13: node_resource_plan_instance.go, node_resource_plan_orphan.go,
// node_resource_destroy_deposed.go, node_resource_apply_instance.go,
// node_resource_destroy.go, transform_destroy_edge.go, transform_destroy_cbd.go.
type coreModel struct {
	w         *fixture
	appTokens map[string]string // of the provider, by name
	latest    *process

	mu    sync.Mutex
	state map[string]*instanceModel // by address
}

// blockModel is the configuration of one instance.
type blockModel struct {
	connection, url     string
	secret              bool // callback_url_wo
	createBeforeDestroy bool
}

func (b blockModel) arguments() map[string]any {
	if b.secret {
		return map[string]any{"app_connection": b.connection, "callback_url_wo": b.url}
	}
	return map[string]any{"app_connection": b.connection, "callback_url": b.url}
}

// instanceModel is the state of one instance.
type instanceModel struct {
	current *objectModel
	deposed []*objectModel
}

// objectModel is an object in state.
type objectModel struct {
	object
	tainted bool
}

// runModel is one terraform apply.
type runModel struct {
	config  map[string]blockModel
	replace map[string]bool // -replace
	refresh bool            // else -refresh=false
	walk    func([]*node)   // runs the nodes of a graph, in an order that it allows
}

// node is a node of a graph: it runs when those that it comes after have ended
// well, and asks for its turn before each call. It is false when it failed, or
// had no turn any more.
type node struct {
	name  string
	after []*node
	run   func(turn func() bool) bool
}

func newCoreModel(w *fixture, tokens map[string]string) *coreModel {
	return &coreModel{w: w, appTokens: tokens, state: map[string]*instanceModel{}}
}

// process is a provider that was started for one walk, and what it said.
type process struct {
	*protocol
	mu               sync.Mutex
	errors, warnings []string
}

func (m *coreModel) process() *process {
	m.latest = &process{protocol: m.w.protocol(m.appTokens)}
	return m.latest
}

// fine notes what a call said. It is false when there were errors.
func (p *process) fine(diagnostics []*tfprotov6.Diagnostic) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			p.errors = append(p.errors, d.Summary+": "+d.Detail)
			continue
		}
		p.warnings = append(p.warnings, d.Summary)
	}
	return !hasErrors(diagnostics)
}

// refresh reads an object, when it has its turn.
func (p *process) refresh(turn func() bool, o *objectModel) bool {
	if !turn() {
		return false
	}
	read, got := p.read(o.object)
	o.object = read
	return p.fine(got)
}

// plan plans, when it has its turn.
func (p *process) plan(turn func() bool, prior object, arguments map[string]any) (plan planned, fine bool) {
	if !turn() {
		return plan, false
	}
	plan = p.protocol.plan(prior, arguments)
	return plan, p.fine(plan.diagnostics)
}

// destroy carries out a destroy, when it has its turn, with the private state
// of what was planned: for an object that is replaced that is its successor's.
// What is left of the object, if anything, is in it.
func (p *process) destroy(turn func() bool, o *objectModel, plan planned) (gone, fine bool) {
	if !turn() {
		return false, false
	}
	plan.state = p.noObject().state
	left, got := p.carryOut(o.object, plan, nil)
	if gone = p.isNull(left.state); !gone {
		o.object = left
	}
	return gone, p.fine(got)
}

// changeModel is what was planned for an instance.
type changeModel struct {
	planned
	replaced *objectModel // of a replacement or a destroy
}

// apply plans and applies. The warnings, of the apply, and the error are what a
// person would see; the state is what they would have then.
func (m *coreModel) apply(run runModel) (warnings []string, err error) {
	planning := m.process()
	changes := m.plan(planning, run)
	if len(planning.errors) > 0 {
		return nil, fmt.Errorf("plan: %s", strings.Join(planning.errors, "; "))
	}
	applying := m.process()
	m.carryOut(applying, run, changes)
	if len(applying.errors) > 0 {
		err = fmt.Errorf("apply: %s", strings.Join(applying.errors, "; "))
	}
	return applying.warnings, err
}

// mustApply is apply where nothing can fail.
func (m *coreModel) mustApply(run runModel) {
	m.w.t.Helper()
	if _, err := m.apply(run); err != nil {
		m.w.t.Fatal(err)
	}
}

// plan walks the plan graph, in which no webhook depends on another. On success
// the state is the refreshed one.
func (m *coreModel) plan(p *process, run runModel) map[string]*changeModel {
	changes, refreshed := map[string]*changeModel{}, map[string]*instanceModel{}
	var graph []*node
	for address := range run.config {
		refreshed[address] = &instanceModel{}
	}
	for address, instance := range m.state {
		copied := &instanceModel{}
		if instance.current != nil {
			copied.current = new(*instance.current)
		}
		for _, deposed := range instance.deposed {
			deposed = new(*deposed)
			copied.deposed = append(copied.deposed, deposed)
			graph = append(graph, &node{name: address + " (deposed)", run: func(turn func() bool) bool {
				// Planned again at apply, so what is planned here is lost.
				if run.refresh && !p.refresh(turn, deposed) {
					return false
				}
				_, fine := p.plan(turn, deposed.object, nil)
				return fine
			}})
		}
		refreshed[address] = copied
	}
	for address, instance := range refreshed {
		graph = append(graph, &node{name: address, run: func(turn func() bool) bool {
			current, prior, change := instance.current, p.noObject(), &changeModel{}
			if current != nil {
				if run.refresh && !p.refresh(turn, current) {
					return false
				}
				change.replaced, prior = current, current.object
			}
			var arguments map[string]any
			block, configured := run.config[address]
			tainted := configured && current != nil && current.tainted
			switch {
			case configured:
				arguments = block.arguments()
			case current == nil: // there are deposed ones alone
				return true
			}
			if tainted { // planned as if new, then made a replacement
				prior = p.noObject()
			}
			var fine bool
			if change.planned, fine = p.plan(turn, prior, arguments); !fine {
				return false
			}
			if tainted || configured && current != nil && run.replace[address] {
				change.action = "replace"
			}
			if change.action == "replace" && !tainted { // planned once more, as a creation
				again, fine := p.plan(turn, object{state: p.noObject().state, private: change.private}, arguments)
				if !fine {
					return false
				}
				change.object = again.object
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			changes[address] = change
			return true
		}})
	}
	run.walk(graph)
	if len(p.errors) == 0 {
		m.state = refreshed
	}
	return changes
}

// carryOut walks the apply graph: a replacement's two halves in their order,
// deposed objects after the current one, all else as it comes.
func (m *coreModel) carryOut(p *process, run runModel, changes map[string]*changeModel) {
	var graph []*node
	creators := map[string]*node{}
	for address, change := range changes {
		block := run.config[address]
		destroy := &node{name: address + " (destroy)", run: func(turn func() bool) bool {
			gone, fine := p.destroy(turn, change.replaced, change.planned)
			if gone {
				m.edit(address, func(i *instanceModel) { i.current = nil })
			}
			return fine
		}}
		create := &node{name: address, run: func(turn func() bool) bool { return m.create(p, turn, address, block, change) }}
		switch change.action {
		case "delete":
			graph = append(graph, destroy)
			continue
		case "":
			continue
		case "replace":
			if block.createBeforeDestroy {
				destroy = m.destroyDeposed(p, address, change.replaced, create)
			} else {
				create.after = []*node{destroy}
			}
			graph = append(graph, destroy)
		}
		creators[address] = create
		graph = append(graph, create)
	}
	for address, instance := range m.state {
		for _, deposed := range instance.deposed {
			graph = append(graph, m.destroyDeposed(p, address, deposed, creators[address]))
		}
	}
	run.walk(graph)
	maps.DeleteFunc(m.state, func(_ string, i *instanceModel) bool { return i.current == nil && len(i.deposed) == 0 })
}

// create deposes what is there when it must, plans again with what is known
// now, and creates or updates.
func (m *coreModel) create(p *process, turn func() bool, address string, block blockModel, change *changeModel) bool {
	if !turn() {
		return false
	}
	prior := p.noObject()
	var deposed *objectModel
	m.edit(address, func(i *instanceModel) {
		if change.action == "replace" && i.current != nil {
			deposed, i.current = i.current, nil
			i.deposed = append(i.deposed, deposed)
		}
		if i.current != nil {
			prior = i.current.object
		}
	})
	plan := p.protocol.plan(prior, block.arguments())
	if fine := p.fine(plan.diagnostics); !fine || plan.action == "" { // an update may turn out to be none
		return fine
	}
	if !turn() {
		return false
	}
	made, got := p.carryOut(prior, plan, block.arguments())
	fine := p.fine(got)
	m.edit(address, func(i *instanceModel) {
		switch {
		case !p.isNull(made.state):
			i.current = &objectModel{made, !fine && p.isNull(prior.state)}
		case deposed != nil: // the old object is taken back
			i.current = deposed
			i.deposed = slices.DeleteFunc(i.deposed, func(o *objectModel) bool { return o == deposed })
		}
	})
	return fine
}

// destroyDeposed plans a deposed object's destroy again and carries it out.
func (m *coreModel) destroyDeposed(p *process, address string, o *objectModel, creator *node) *node {
	v := &node{name: address + " (destroy deposed)", run: func(turn func() bool) bool {
		plan, fine := p.plan(turn, o.object, nil)
		if !fine {
			return false
		}
		gone, fine := p.destroy(turn, o, plan)
		if gone {
			m.edit(address, func(i *instanceModel) {
				i.deposed = slices.DeleteFunc(i.deposed, func(other *objectModel) bool { return other == o })
			})
		}
		return fine
	}}
	if creator != nil {
		v.after = []*node{creator}
	}
	return v
}

// edit changes an instance's state.
func (m *coreModel) edit(address string, change func(*instanceModel)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state[address] == nil {
		m.state[address] = &instanceModel{}
	}
	change(m.state[address])
}

// firstOrder takes whatever can go first.
func firstOrder(graph []*node) { walkOneByOne(graph, func(int) int { return 0 }, -1) }

// inOrder walks graphs one call at a time, as next chooses.
func inOrder(next func(int) int) func([]*node) {
	return func(graph []*node) { walkOneByOne(graph, next, -1) }
}

// whole has each node make all its calls in one turn, where every order of the
// single calls would be too many.
func whole(walk func([]*node)) func([]*node) {
	return func(graph []*node) {
		for _, v := range graph {
			run := v.run
			v.run = func(turn func() bool) bool { return turn() && run(func() bool { return true }) }
		}
		walk(graph)
	}
}

// everyOrder calls try once for every way to make its choices.
func everyOrder(try func(next func(n int) int)) (orders int) {
	var chosen, among []int
	for {
		orders++
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
			return orders
		}
		chosen, among = chosen[:last+1], among[:last+1]
		chosen[last]++
	}
}

// walkOneByOne interleaves the calls of the graph's nodes as next chooses, and
// stops after some (-1: never).
func walkOneByOne(graph []*node, next func(n int) int, stopAfter int) (stopped bool) {
	slices.SortFunc(graph, func(a, b *node) int { return cmp.Compare(a.name, b.name) })
	fine := map[*node]bool{}
	call := map[*node]func() bool{} // makes the next call of a node that runs; false at its end
	var stops []func()
	defer func() {
		for _, stop := range stops {
			stop()
		}
	}()
	for {
		var waiting []*node
		for _, v := range graph { // starts what can start: it runs until it asks for its first turn
			ready := !slices.ContainsFunc(v.after, func(before *node) bool { return !fine[before] })
			if _, started := call[v]; !started && ready {
				resume, stop := iter.Pull(func(yield func(struct{}) bool) {
					fine[v] = v.run(func() bool { return yield(struct{}{}) })
				})
				stops = append(stops, stop)
				call[v] = func() bool { _, more := resume(); return more }
				if !call[v]() {
					call[v] = nil
				}
			}
			if call[v] != nil {
				waiting = append(waiting, v)
			}
		}
		if len(waiting) == 0 || stopAfter == 0 {
			return len(waiting) > 0
		}
		stopAfter--
		v := waiting[0]
		if len(waiting) > 1 {
			v = waiting[next(len(waiting))]
		}
		if !call[v]() {
			call[v] = nil
		}
	}
}

// sideBySide runs that many nodes at a time, each as soon as those before it
// have ended.
func sideBySide(nodes int) func([]*node) {
	return func(graph []*node) {
		free := make(chan struct{}, nodes)
		ended, fine := map[*node]chan struct{}{}, sync.Map{}
		for _, v := range graph {
			ended[v] = make(chan struct{})
		}
		for _, v := range graph {
			go func() {
				defer close(ended[v])
				for _, before := range v.after {
					<-ended[before]
					if _, ok := fine.Load(before); !ok {
						return
					}
				}
				free <- struct{}{}
				defer func() { <-free }()
				if v.run(func() bool { return true }) {
					fine.Store(v, true)
				}
			}()
		}
		for _, v := range graph {
			<-ended[v]
		}
	}
}
