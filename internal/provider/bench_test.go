// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// benchServer is the provider as Terraform talks to it, without Terraform:
// what is left is the framework's time and ours.
type benchServer struct {
	tfprotov6.ProviderServer
	b       *testing.B
	webhook tftypes.Object
	block   *tfprotov6.DynamicValue // the provider's configuration
}

// fleetSize is how many webhooks are planned in one run before the provider is
// configured anew: the ledger rightly refuses the same one twice in a run.
const fleetSize = 200

func printer(i int) string { return fmt.Sprintf("printer-%d", i) }

func newBenchServer(b *testing.B) *benchServer {
	b.Helper()
	api := fakeapi.New(fakeapi.Options{})
	tokens := map[string]tftypes.Value{}
	for i := range fleetSize {
		api.AddConnection(tokenOf(printer(i)), printer(i))
		tokens[printer(i)] = tftypes.NewValue(tftypes.String, tokenOf(printer(i)))
	}
	running, err := api.Listen("127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = running.Close() })

	s := &benchServer{ProviderServer: provider.NewServer(provider.New("bench"))(), b: b}
	schemas, err := s.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		b.Fatal(err)
	}
	webhook, ok := schemas.ResourceSchemas[webhookType].ValueType().(tftypes.Object)
	if !ok {
		b.Fatal("the resource is no object")
	}
	s.webhook = webhook

	config, ok := schemas.Provider.ValueType().(tftypes.Object)
	if !ok {
		b.Fatal("the provider's configuration is no object")
	}
	s.block = s.value(config, map[string]tftypes.Value{
		"endpoint":   tftypes.NewValue(tftypes.String, running.URL),
		"app_tokens": tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, tokens),
	})
	s.configure()
	return s
}

// configure starts a new run.
func (s *benchServer) configure() {
	s.b.Helper()
	configured, err := s.ConfigureProvider(s.b.Context(), &tfprotov6.ConfigureProviderRequest{Config: s.block})
	if err != nil || len(configured.Diagnostics) > 0 {
		s.b.Fatal(err, configured.Diagnostics)
	}
}

// value fills an object's missing attributes with null.
func (s *benchServer) value(object tftypes.Object, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	s.b.Helper()
	attributes := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		attributes[name] = tftypes.NewValue(kind, nil)
	}
	for name, value := range set {
		attributes[name] = value
	}
	dynamic, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, attributes))
	if err != nil {
		s.b.Fatal(err)
	}
	return &dynamic
}

// plan plans one webhook.
func (s *benchServer) plan(prior, proposed, config *tfprotov6.DynamicValue) *tfprotov6.PlanResourceChangeResponse {
	planned, err := s.PlanResourceChange(s.b.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: webhookType, PriorState: prior, ProposedNewState: proposed, Config: config,
	})
	if err != nil || hasErrors(planned.Diagnostics) {
		s.b.Fatal(err, planned.Diagnostics)
	}
	return planned
}

func hasErrors(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

func (s *benchServer) config(i int) map[string]tftypes.Value {
	return map[string]tftypes.Value{
		"app_connection": tftypes.NewValue(tftypes.String, printer(i)),
		"callback_url":   tftypes.NewValue(tftypes.String, urlOne),
		"event_types": tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, []tftypes.Value{
			tftypes.NewValue(tftypes.String, "print_complete"), tftypes.NewValue(tftypes.String, "error"),
		}),
	}
}

// state is the webhook as a fresh apply leaves it.
func (s *benchServer) state(i int) *tfprotov6.DynamicValue {
	attributes := s.config(i)
	attributes["renew_before_days"] = tftypes.NewValue(tftypes.Number, 30)
	attributes["verify_delivery"] = tftypes.NewValue(tftypes.Bool, false)
	planned := s.plan(s.null(), s.value(s.webhook, attributes), s.value(s.webhook, s.config(i)))
	applied, err := s.ApplyResourceChange(s.b.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: webhookType, PriorState: s.null(), PlannedState: planned.PlannedState,
		Config: s.value(s.webhook, s.config(i)), PlannedPrivate: planned.PlannedPrivate,
	})
	if err != nil || hasErrors(applied.Diagnostics) {
		s.b.Fatal(err, applied.Diagnostics)
	}
	return applied.NewState
}

func (s *benchServer) null() *tfprotov6.DynamicValue {
	dynamic, err := tfprotov6.NewDynamicValue(s.webhook, tftypes.NewValue(s.webhook, nil))
	if err != nil {
		s.b.Fatal(err)
	}
	return &dynamic
}

// BenchmarkValidate is one webhook's validation.
func BenchmarkValidate(b *testing.B) {
	s := newBenchServer(b)
	config := s.value(s.webhook, s.config(0))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: webhookType, Config: config}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlanCreate is the plan of a new webhook.
func BenchmarkPlanCreate(b *testing.B) {
	s := newBenchServer(b)
	var configs, proposals [fleetSize]*tfprotov6.DynamicValue
	for i := range fleetSize {
		configs[i] = s.value(s.webhook, s.config(i))
		proposals[i] = s.value(s.webhook, s.config(i))
	}
	s.eachOfFleet(func(i int) { s.plan(s.null(), proposals[i], configs[i]) })
}

// BenchmarkPlanNothingToDo is the plan of a webhook that is as it should be.
func BenchmarkPlanNothingToDo(b *testing.B) {
	s := newBenchServer(b)
	var configs, states [fleetSize]*tfprotov6.DynamicValue
	for i := range fleetSize {
		configs[i] = s.value(s.webhook, s.config(i))
		states[i] = s.state(i)
	}
	s.eachOfFleet(func(i int) { s.plan(states[i], states[i], configs[i]) })
}

// BenchmarkRead is one webhook's refresh, the call over loopback included.
func BenchmarkRead(b *testing.B) {
	s := newBenchServer(b)
	state := s.state(0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.ReadResource(b.Context(), &tfprotov6.ReadResourceRequest{TypeName: webhookType, CurrentState: state}); err != nil {
			b.Fatal(err)
		}
	}
}

// eachOfFleet measures one for every webhook of the fleet, run after run.
func (s *benchServer) eachOfFleet(one func(i int)) {
	s.b.Helper()
	s.b.ReportAllocs()
	s.configure()
	for i := 0; s.b.Loop(); i++ {
		if i > 0 && i%fleetSize == 0 {
			s.b.StopTimer()
			s.configure()
			s.b.StartTimer()
		}
		one(i % fleetSize)
	}
}
