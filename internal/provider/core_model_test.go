// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// coreModel is what Terraform core does with webhooks, as far as their
// provider can tell: which calls a plan and an apply make, with which prior and
// private state, and what may happen before what. It follows
// internal/terraform of Terraform 1.13: node_resource_plan_instance.go,
// node_resource_plan_orphan.go, node_resource_destroy_deposed.go,
// node_resource_apply_instance.go, node_resource_destroy.go,
// transform_destroy_edge.go and transform_destroy_cbd.go.
//
// Every plan and every apply has a provider of its own, as it has a process.
type coreModel struct {
	t        *testing.T
	w        *world
	provider map[string]any // arguments of the provider block

	mu    sync.Mutex
	state map[string]*instanceModel // by address
}

// blockModel is the configuration of one instance.
type blockModel struct {
	connection, url     string
	createBeforeDestroy bool
}

// instanceModel is the state of one instance.
type instanceModel struct {
	current *objectModel
	deposed []*objectModel
}

// objectModel is an object in state.
type objectModel struct {
	value   tftypes.Value
	private []byte
	tainted bool
}

func (o *objectModel) attribute(name string) string {
	var attributes map[string]tftypes.Value
	var text string
	_ = o.value.As(&attributes)
	_ = attributes[name].As(&text)
	return text
}

// String writes the state for the log of a failed check.
func (m *coreModel) String() string {
	var text strings.Builder
	for _, address := range slices.Sorted(maps.Keys(m.state)) {
		instance := m.state[address]
		objects := slices.Clone(instance.deposed)
		if instance.current != nil {
			objects = append(objects, instance.current)
		}
		for _, object := range objects {
			fmt.Fprintf(&text, "%s: deposed=%v tainted=%v id=%s %s set=%s; ", address, object != instance.current, object.tainted,
				object.attribute("id"), object.attribute("callback_url"), object.attribute("configured_at"))
		}
	}
	return text.String()
}

// runModel is one terraform apply.
type runModel struct {
	config  map[string]blockModel
	replace map[string]bool // -replace
	refresh bool            // else -refresh=false
	walk    func([]*vertex) // carries out the steps of a graph, in an order that it allows
}

// vertex is a node of the graph: its steps run in order, and none before those
// that it comes after have ended. Each step makes at most one call. A step that
// is false ends the node, and those that come after it are skipped.
type vertex struct {
	name  string
	after []*vertex
	steps []func() bool
}

// changeModel is what was planned for an instance.
type changeModel struct {
	action        string // "create", "update", "replace", "destroy" or "none"
	before, after tftypes.Value
	private       []byte
}

func newCoreModel(t *testing.T, w *world, tokens map[string]string) *coreModel {
	named := map[string]any{}
	for name, token := range tokens {
		named[name] = token
	}
	return &coreModel{
		t: t, w: w, state: map[string]*instanceModel{},
		provider: map[string]any{"endpoint": w.url, "app_tokens": named, "max_retries": 0},
	}
}

// apply plans and applies. Warnings, of the apply, and the error are what a
// person would see; the state is what they would have then.
func (m *coreModel) apply(run runModel) (warnings []string, err error) {
	planned, errs := m.plan(run)
	if len(errs) > 0 {
		return nil, fmt.Errorf("plan: %s", strings.Join(errs, "; "))
	}
	warnings, errs = m.applyPlan(run, planned)
	if len(errs) > 0 {
		return warnings, fmt.Errorf("apply: %s", strings.Join(errs, "; "))
	}
	return warnings, nil
}

// plan walks the plan graph, in which no webhook depends on another. On
// success the state is the refreshed one.
func (m *coreModel) plan(run runModel) (map[string]*changeModel, []string) {
	p := m.configured()
	refreshed := map[string]*instanceModel{}
	planned := map[string]*changeModel{}
	var graph []*vertex
	for address, instance := range m.state {
		copied := &instanceModel{}
		refreshed[address] = copied
		if instance.current != nil {
			object := *instance.current
			copied.current = &object
		}
		for _, deposed := range instance.deposed {
			object := *deposed
			copied.deposed = append(copied.deposed, &object)
			graph = append(graph, &vertex{name: address + " (deposed)", steps: []func() bool{
				func() bool { return !run.refresh || p.read(&object) },
				func() bool { _, ok := p.planDestroy(&object); return ok }, // planned again at apply
			}})
		}
	}
	set := func(address string, change *changeModel) {
		m.mu.Lock()
		defer m.mu.Unlock()
		planned[address] = change
	}
	for address, instance := range refreshed {
		if _, configured := run.config[address]; configured || instance.current == nil {
			continue
		}
		object := instance.current
		graph = append(graph, &vertex{name: address + " (orphan)", steps: []func() bool{
			func() bool { return !run.refresh || p.read(object) },
			func() bool {
				private, ok := p.planDestroy(object)
				set(address, &changeModel{action: "destroy", before: object.value, private: private})
				return ok
			},
		}})
	}
	for address, block := range run.config {
		var object *objectModel
		if instance := refreshed[address]; instance != nil {
			object = instance.current
		}
		change := &changeModel{}
		var answer *tfprotov6.PlanResourceChangeResponse
		graph = append(graph, &vertex{name: address, steps: []func() bool{
			func() bool { return object == nil || !run.refresh || p.read(object) },
			func() bool {
				prior, private := p.null(), []byte(nil)
				if object != nil {
					change.before = object.value
					if !object.tainted { // tainted: planned as if new, then made a replacement
						prior, private = object.value, object.private
					}
				}
				var ok bool
				if answer, ok = p.plan(prior, private, block); !ok {
					return false
				}
				change.after, change.private = p.decode(answer.PlannedState), answer.PlannedPrivate
				change.action = actionOf(prior, change.after, answer)
				if object != nil && (object.tainted || run.replace[address]) {
					change.action = "replace"
				}
				set(address, change)
				return true
			},
			func() bool { // a replacement is planned once more, as a creation
				if change.action != "replace" || object.tainted {
					return true
				}
				again, ok := p.plan(p.null(), answer.PlannedPrivate, block)
				if ok {
					change.after, change.private = p.decode(again.PlannedState), again.PlannedPrivate
				}
				return ok
			},
		}})
	}
	run.walk(graph)
	if len(p.errs) == 0 {
		m.state = refreshed
	}
	return planned, p.errs
}

// actionOf names the change that a plan makes of an object.
func actionOf(prior, after tftypes.Value, answer *tfprotov6.PlanResourceChangeResponse) string {
	switch {
	case prior.IsNull():
		return "create"
	case len(answer.RequiresReplace) > 0:
		return "replace"
	case prior.Equal(after):
		return "none"
	}
	return "update"
}

// applyPlan walks the apply graph: a replacement's two halves in their order,
// deposed objects after the current one, all else as it comes.
func (m *coreModel) applyPlan(run runModel, planned map[string]*changeModel) (warnings, errs []string) {
	p := m.configured()
	var graph []*vertex
	creators := map[string]*vertex{}
	for address, change := range planned {
		block := run.config[address]
		destroy := &vertex{name: address + " (destroy)", steps: []func() bool{func() bool {
			return m.destroy(p, address, change)
		}}}
		create := &vertex{name: address, steps: m.create(p, address, block, change)}
		switch {
		case change.action == "destroy":
			graph = append(graph, destroy)
			continue
		case change.action == "none":
			continue
		case change.action == "replace" && !block.createBeforeDestroy:
			create.after = []*vertex{destroy}
			graph = append(graph, destroy)
		case change.action == "replace":
			graph = append(graph, m.destroyDeposed(p, address, m.state[address].current, create))
		}
		creators[address] = create
		graph = append(graph, create)
	}
	for address, instance := range m.state {
		for _, object := range instance.deposed {
			graph = append(graph, m.destroyDeposed(p, address, object, creators[address]))
		}
	}
	run.walk(graph)
	for address, instance := range m.state {
		if instance.current == nil && len(instance.deposed) == 0 {
			delete(m.state, address)
		}
	}
	return p.warnings, p.errs
}

// create deposes what is there when it must, plans again with what is known
// now, and creates or updates.
func (m *coreModel) create(p *providerRun, address string, block blockModel, change *changeModel) []func() bool {
	prior, private := p.null(), []byte(nil)
	var deposed *objectModel
	var answer *tfprotov6.PlanResourceChangeResponse
	again := func() bool {
		m.mu.Lock()
		instance := m.instance(address)
		if change.action == "replace" && instance.current != nil {
			deposed, instance.current = instance.current, nil
			instance.deposed = append(instance.deposed, deposed)
		}
		if instance.current != nil {
			prior, private = instance.current.value, instance.current.private
		}
		m.mu.Unlock()
		var ok bool
		answer, ok = p.plan(prior, private, block)
		return ok
	}
	apply := func() bool {
		after := p.decode(answer.PlannedState)
		if prior.Equal(after) {
			return true // an update that turned out to be none
		}
		value, newPrivate, ok := p.apply(prior, after, answer.PlannedPrivate, &block)
		m.mu.Lock()
		defer m.mu.Unlock()
		instance := m.instance(address)
		switch {
		case !value.IsNull():
			instance.current = &objectModel{value: value, private: newPrivate, tainted: !ok && prior.IsNull()}
		case deposed != nil: // the old object is taken back
			instance.current = deposed
			instance.deposed = slices.DeleteFunc(instance.deposed, func(o *objectModel) bool { return o == deposed })
		}
		return ok
	}
	return []func() bool{again, apply}
}

// destroy carries out a planned destroy of a current object.
func (m *coreModel) destroy(p *providerRun, address string, change *changeModel) bool {
	value, private, ok := p.apply(change.before, p.null(), change.private, nil)
	m.mu.Lock()
	defer m.mu.Unlock()
	instance := m.instance(address)
	if value.IsNull() {
		instance.current = nil
	} else {
		instance.current = &objectModel{value: value, private: private, tainted: instance.current.tainted}
	}
	return ok
}

// destroyDeposed plans a deposed object's destroy again and carries it out.
func (m *coreModel) destroyDeposed(p *providerRun, address string, object *objectModel, creator *vertex) *vertex {
	v := &vertex{name: address + " (destroy deposed)"}
	if creator != nil {
		v.after = []*vertex{creator}
	}
	var private []byte
	v.steps = []func() bool{
		func() (ok bool) { private, ok = p.planDestroy(object); return ok },
		func() bool {
			value, newPrivate, ok := p.apply(object.value, p.null(), private, nil)
			m.mu.Lock()
			defer m.mu.Unlock()
			instance := m.instance(address)
			if value.IsNull() {
				instance.deposed = slices.DeleteFunc(instance.deposed, func(o *objectModel) bool { return o == object })
			} else {
				object.value, object.private = value, newPrivate
			}
			return ok
		},
	}
	return v
}

// instance returns an instance's state; m.mu must be held.
func (m *coreModel) instance(address string) *instanceModel {
	if m.state[address] == nil {
		m.state[address] = &instanceModel{}
	}
	return m.state[address]
}

// configured starts a provider, as each walk does.
func (m *coreModel) configured() *providerRun {
	p := &providerRun{t: m.t, server: provider.NewServer(m.w.newProvider())()}
	schemas, err := p.server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	p.must(err)
	p.schema = schemas.ResourceSchemas[webhookType]
	block := (&protocol{t: m.t}).value(schemas.Provider, maps.Clone(m.provider))
	answer, err := p.server.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{Config: block})
	p.must(err)
	p.fine(answer.Diagnostics)
	return p
}

// providerRun is one configured provider and what it complained of.
type providerRun struct {
	t      *testing.T
	server tfprotov6.ProviderServer
	schema *tfprotov6.Schema

	mu             sync.Mutex
	errs, warnings []string
}

// must panics, since t.Fatal is for the test's own goroutine.
func (p *providerRun) must(err error) {
	if err != nil {
		panic(err)
	}
}

// fine notes errors. It is false when there are any.
func (p *providerRun) fine(diagnostics []*tfprotov6.Diagnostic) bool {
	fine := true
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			p.errs = append(p.errs, d.Summary+": "+d.Detail)
			fine = false
			continue
		}
		p.warnings = append(p.warnings, d.Summary)
	}
	return fine
}

func (p *providerRun) null() tftypes.Value { return tftypes.NewValue(p.schema.ValueType(), nil) }

func (p *providerRun) encode(value tftypes.Value) *tfprotov6.DynamicValue {
	encoded, err := tfprotov6.NewDynamicValue(p.schema.ValueType(), value)
	p.must(err)
	return &encoded
}

func (p *providerRun) decode(value *tfprotov6.DynamicValue) tftypes.Value {
	if value == nil {
		return p.null()
	}
	decoded, err := value.Unmarshal(p.schema.ValueType())
	p.must(err)
	return decoded
}

// config is a block as the provider gets it, and proposed what core proposes as
// the planned state: computed attributes from the prior state, else unknown.
func (p *providerRun) config(block blockModel, prior tftypes.Value) (config, proposed tftypes.Value) {
	written := map[string]string{"app_connection": block.connection, "callback_url": block.url}
	var before map[string]tftypes.Value
	if !prior.IsNull() {
		p.must(prior.As(&before))
	}
	configured, planned := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	for _, attribute := range p.schema.Block.Attributes {
		value := tftypes.NewValue(attribute.Type, nil)
		if text, ok := written[attribute.Name]; ok {
			value = tftypes.NewValue(attribute.Type, text)
		}
		configured[attribute.Name], planned[attribute.Name] = value, value
		switch {
		case !value.IsNull() || !attribute.Computed:
		case before != nil:
			planned[attribute.Name] = before[attribute.Name]
		default:
			planned[attribute.Name] = tftypes.NewValue(attribute.Type, tftypes.UnknownValue)
		}
	}
	return tftypes.NewValue(p.schema.ValueType(), configured), tftypes.NewValue(p.schema.ValueType(), planned)
}

// read refreshes an object.
func (p *providerRun) read(object *objectModel) bool {
	answer, err := p.server.ReadResource(context.Background(), &tfprotov6.ReadResourceRequest{
		TypeName: webhookType, CurrentState: p.encode(object.value), Private: object.private,
	})
	p.must(err)
	if !p.fine(answer.Diagnostics) {
		return false
	}
	object.value, object.private = p.decode(answer.NewState), answer.Private
	return true
}

func (p *providerRun) plan(prior tftypes.Value, private []byte, block blockModel) (*tfprotov6.PlanResourceChangeResponse, bool) {
	config, proposed := p.config(block, prior)
	answer, err := p.server.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: webhookType, PriorState: p.encode(prior), ProposedNewState: p.encode(proposed),
		Config: p.encode(config), PriorPrivate: private,
	})
	p.must(err)
	return answer, p.fine(answer.Diagnostics)
}

func (p *providerRun) planDestroy(object *objectModel) (private []byte, ok bool) {
	answer, err := p.server.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: webhookType, PriorState: p.encode(object.value), ProposedNewState: p.encode(p.null()),
		Config: p.encode(p.null()), PriorPrivate: object.private,
	})
	p.must(err)
	return answer.PlannedPrivate, p.fine(answer.Diagnostics)
}

func (p *providerRun) apply(before, after tftypes.Value, private []byte, block *blockModel) (tftypes.Value, []byte, bool) {
	config := p.null()
	if block != nil {
		config, _ = p.config(*block, before)
	}
	answer, err := p.server.ApplyResourceChange(context.Background(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: webhookType, PriorState: p.encode(before), PlannedState: p.encode(after),
		Config: p.encode(config), PlannedPrivate: private,
	})
	p.must(err)
	return p.decode(answer.NewState), answer.Private, p.fine(answer.Diagnostics)
}
