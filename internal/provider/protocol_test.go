// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// protocol talks to the provider as Terraform does, without Terraform: for
// tables that need nothing else of it, for paths of diagnostics, which the CLI
// does not show, and for clients with other capabilities.
type protocol struct {
	t       testing.TB
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
	host    string // the terraform_version that it is configured with
}

const (
	webhookType       = "octoeverywhere_notification_webhook"
	appConnectionType = "octoeverywhere_app_connection"
)

// unknown is an argument that is not known yet.
type unknown struct{}

func newProtocol(t testing.TB, factory func() fwprovider.Provider) *protocol {
	t.Helper()
	p := &protocol{t: t, server: provider.NewServer(factory)(), host: "1.11.4"}
	schemas, err := p.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	p.must(err)
	p.schemas = schemas
	return p
}

// protocol is a run with the fixture's provider, which has these App Connections
// and doesn't retry unless told.
func (f *fixture) protocol(tokens map[string]string, more ...map[string]any) *protocol {
	f.t.Helper()
	named := map[string]any{}
	for name, token := range tokens {
		named[name] = token
	}
	p := newProtocol(f.t, f.newProvider())
	arguments := with(map[string]any{"endpoint": f.url, "app_tokens": named, "max_retries": 0}, more...)
	wantNoDiagnostics(f.t, p.configure(arguments))
	return p
}

func (p *protocol) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// value makes an object of the schema; arguments that are not given are null.
func (p *protocol) value(schema *tfprotov6.Schema, arguments map[string]any) *tfprotov6.DynamicValue {
	p.t.Helper()
	objectType, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		p.t.Fatal("the schema is no object")
	}
	values := map[string]tftypes.Value{}
	for name, attributeType := range objectType.AttributeTypes {
		values[name] = p.tfValue(attributeType, arguments[name])
	}
	for name := range arguments {
		if _, known := values[name]; !known {
			p.t.Fatalf("no such argument: %s", name)
		}
	}
	return p.encode(objectType, tftypes.NewValue(objectType, values))
}

func (p *protocol) encode(as tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	p.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(as, value)
	p.must(err)
	return &encoded
}

// tfValue makes a value of a type from a Go value.
func (p *protocol) tfValue(as tftypes.Type, from any) tftypes.Value {
	p.t.Helper()
	switch from := from.(type) {
	case tftypes.Value:
		return from
	case unknown:
		return tftypes.NewValue(as, tftypes.UnknownValue)
	case nil, string, bool:
		return tftypes.NewValue(as, from)
	case float64:
		return tftypes.NewValue(as, big.NewFloat(from))
	case int:
		return tftypes.NewValue(as, big.NewFloat(float64(from)))
	case map[string]any:
		values := map[string]tftypes.Value{}
		for key, value := range from {
			values[key] = p.tfValue(tftypes.String, value)
		}
		return tftypes.NewValue(as, values)
	case []any:
		values := make([]tftypes.Value, 0, len(from))
		for _, value := range from {
			values = append(values, p.tfValue(tftypes.String, value))
		}
		return tftypes.NewValue(as, values)
	}
	p.t.Fatalf("can't make a value of %T", from)
	return tftypes.Value{}
}

// with adds arguments to a copy of others.
func with(arguments map[string]any, more ...map[string]any) map[string]any {
	all := map[string]any{}
	for _, some := range append([]map[string]any{arguments}, more...) {
		maps.Copy(all, some)
	}
	return all
}

// configure validates a provider block and, unless that fails, configures the
// provider with it, as Terraform does.
func (p *protocol) configure(arguments map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	config := p.value(p.schemas.Provider, arguments)
	validated, err := p.server.ValidateProviderConfig(p.t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	p.must(err)
	if len(validated.Diagnostics) > 0 {
		return validated.Diagnostics
	}
	configured, err := p.server.ConfigureProvider(p.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config, TerraformVersion: p.host})
	p.must(err)
	return configured.Diagnostics
}

// validateWebhook validates a resource block. writeOnly is whether the client
// says that it knows write-only arguments, as Terraform does since 1.11.
func (p *protocol) validateWebhook(arguments map[string]any, writeOnly bool) []*tfprotov6.Diagnostic {
	p.t.Helper()
	response, err := p.server.ValidateResourceConfig(p.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName:           webhookType,
		Config:             p.value(p.schemas.ResourceSchemas[webhookType], arguments),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: writeOnly},
	})
	p.must(err)
	return response.Diagnostics
}

// readAppConnection validates and reads the data source.
func (p *protocol) readAppConnection(arguments map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	config := p.value(p.schemas.DataSourceSchemas[appConnectionType], arguments)
	validated, err := p.server.ValidateDataResourceConfig(p.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: appConnectionType, Config: config})
	p.must(err)
	if len(validated.Diagnostics) > 0 {
		return validated.Diagnostics
	}
	response, err := p.server.ReadDataSource(p.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: appConnectionType, Config: config})
	p.must(err)
	return response.Diagnostics
}

// object is a webhook as Terraform keeps it.
type object struct {
	state    *tfprotov6.DynamicValue
	identity *tfprotov6.ResourceIdentityData
	private  []byte
}

// privateText is private state as it was before the framework encoded it.
func privateText(of object) string {
	var keys map[string][]byte
	if err := json.Unmarshal(of.private, &keys); err != nil && len(of.private) > 0 {
		return string(of.private)
	}
	var text strings.Builder
	for key, value := range keys {
		fmt.Fprintf(&text, "%s: %s\n", key, value)
	}
	return text.String()
}

// webhookObject is the type of a webhook's state.
func (p *protocol) webhookObject() tftypes.Type {
	return p.schemas.ResourceSchemas[webhookType].ValueType()
}

// noObject is what there is before a creation.
func (p *protocol) noObject() object {
	p.t.Helper()
	return object{state: p.encode(p.webhookObject(), tftypes.NewValue(p.webhookObject(), nil))}
}

func (p *protocol) decode(state *tfprotov6.DynamicValue) tftypes.Value {
	p.t.Helper()
	if state == nil {
		return tftypes.NewValue(p.webhookObject(), nil)
	}
	value, err := state.Unmarshal(p.webhookObject())
	p.must(err)
	return value
}

func (p *protocol) isNull(state *tfprotov6.DynamicValue) bool {
	p.t.Helper()
	return p.decode(state).IsNull()
}

// attribute is a text of a webhook's state; "" for null.
func (p *protocol) attribute(of object, name string) string {
	p.t.Helper()
	text, _ := p.attributes(of.state, p.webhookObject())[name].(string)
	return text
}

// planned is what a plan says of a webhook.
type planned struct {
	object             // what it is to be
	action      string // "create", "update", "replace", "delete" or, for none, ""
	diagnostics []*tfprotov6.Diagnostic
}

// plan plans a webhook with these arguments, nil for its end. Like core, it
// proposes the configuration, and the prior value of what that leaves out and the
// provider computes.
func (p *protocol) plan(prior object, arguments map[string]any) planned {
	p.t.Helper()
	config, proposed := p.noObject().state, p.noObject().state
	if arguments != nil {
		var before map[string]tftypes.Value
		if !p.isNull(prior.state) {
			p.must(p.decode(prior.state).As(&before))
		}
		filled := with(arguments)
		schema := p.schemas.ResourceSchemas[webhookType]
		for _, attribute := range schema.Block.Attributes {
			switch {
			case attribute.WriteOnly:
				delete(filled, attribute.Name)
			case arguments[attribute.Name] != nil || !attribute.Computed:
			case before != nil:
				filled[attribute.Name] = before[attribute.Name]
			default:
				filled[attribute.Name] = unknown{}
			}
		}
		config, proposed = p.value(schema, arguments), p.value(schema, filled)
	}
	response, err := p.server.PlanResourceChange(p.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: webhookType, PriorState: prior.state, PriorIdentity: prior.identity, PriorPrivate: prior.private,
		ProposedNewState: proposed, Config: config,
	})
	p.must(err)
	plan := planned{object: object{response.PlannedState, response.PlannedIdentity, response.PlannedPrivate}, diagnostics: response.Diagnostics}
	switch before, after := p.decode(prior.state), p.decode(response.PlannedState); {
	case before.IsNull():
		plan.action = "create"
	case after.IsNull():
		plan.action = "delete"
	case len(response.RequiresReplace) > 0:
		plan.action = "replace"
	case !before.Equal(after):
		plan.action = "update"
	}
	return plan
}

// carryOut applies what was planned. Like core, it wants what was known then,
// unless there are errors.
func (p *protocol) carryOut(prior object, plan planned, arguments map[string]any) (object, []*tfprotov6.Diagnostic) {
	p.t.Helper()
	config := p.noObject().state
	if arguments != nil {
		config = p.value(p.schemas.ResourceSchemas[webhookType], arguments)
	}
	response, err := p.server.ApplyResourceChange(p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: webhookType, PriorState: prior.state, Config: config,
		PlannedState: plan.state, PlannedIdentity: plan.identity, PlannedPrivate: plan.private,
	})
	p.must(err)
	var wanted, got map[string]tftypes.Value
	if !hasErrors(response.Diagnostics) && arguments != nil {
		p.must(p.decode(plan.state).As(&wanted))
		p.must(p.decode(response.NewState).As(&got))
	}
	for name, value := range wanted {
		if value.IsFullyKnown() && !value.Equal(got[name]) {
			p.t.Errorf("inconsistent result after apply: %s was planned as %s and is %s", name, value, got[name])
		}
	}
	return object{response.NewState, response.NewIdentity, response.Private}, response.Diagnostics
}

// apply plans a change to these arguments, nil for an end, and applies it.
func (p *protocol) apply(prior object, arguments map[string]any) (object, []*tfprotov6.Diagnostic) {
	p.t.Helper()
	plan := p.plan(prior, arguments)
	if hasErrors(plan.diagnostics) {
		return prior, plan.diagnostics
	}
	return p.carryOut(prior, plan, arguments)
}

// created is a webhook that nothing was said of.
func (p *protocol) created(arguments map[string]any) object {
	p.t.Helper()
	made, got := p.apply(p.noObject(), arguments)
	wantNoDiagnostics(p.t, got)
	return made
}

func (p *protocol) read(current object) (object, []*tfprotov6.Diagnostic) {
	p.t.Helper()
	response, err := p.server.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: webhookType, CurrentState: current.state, CurrentIdentity: current.identity, Private: current.private,
	})
	p.must(err)
	return object{response.NewState, response.NewIdentity, response.Private}, response.Diagnostics
}

func hasErrors(diagnostics []*tfprotov6.Diagnostic) bool {
	return slices.ContainsFunc(diagnostics, func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError })
}

// attributeOf writes a diagnostic's path as a person would.
func attributeOf(d *tfprotov6.Diagnostic) string {
	var text strings.Builder
	for _, step := range d.Attribute.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			text.WriteString(string(step))
		case tftypes.ElementKeyString:
			fmt.Fprintf(&text, "[%q]", string(step))
		case tftypes.ElementKeyValue:
			text.WriteString("[…]")
		}
	}
	return text.String()
}

// describe writes diagnostics for a failed test.
func describe(diagnostics []*tfprotov6.Diagnostic) string {
	var text strings.Builder
	for _, d := range diagnostics {
		fmt.Fprintf(&text, "%s at %q: %s\n%s\n", d.Severity, attributeOf(d), d.Summary, d.Detail)
	}
	return text.String()
}

// wantOneError checks that there is one diagnostic, an error at this argument,
// whose text has these words and none of these secrets.
func wantOneError(t testing.TB, got []*tfprotov6.Diagnostic, attribute string, words, secrets []string) {
	t.Helper()
	if len(got) != 1 || got[0].Severity != tfprotov6.DiagnosticSeverityError {
		t.Fatalf("want one error, got:\n%s", describe(got))
	}
	if at := attributeOf(got[0]); at != attribute {
		t.Errorf("the error is at %q, want %q:\n%s", at, attribute, describe(got))
	}
	wantText(t, got[0].Summary+"\n"+got[0].Detail, words...)
	for _, secret := range secrets {
		if strings.Contains(describe(got), secret) {
			t.Errorf("the error shows %q:\n%s", secret, describe(got))
		}
	}
}

// wantSaid checks what was said: summaries of errors and, after "warning: ", of
// warnings.
func wantSaid(t testing.TB, got []*tfprotov6.Diagnostic, wanted ...string) {
	t.Helper()
	var said []string
	for _, d := range got {
		if d.Severity == tfprotov6.DiagnosticSeverityWarning {
			said = append(said, "warning: "+d.Summary)
			continue
		}
		said = append(said, d.Summary)
	}
	slices.Sort(said)
	slices.Sort(wanted)
	if !slices.Equal(said, wanted) {
		t.Errorf("said %q, want %q:\n%s", said, wanted, describe(got))
	}
}

func wantNoDiagnostics(t testing.TB, got []*tfprotov6.Diagnostic) {
	t.Helper()
	wantSaid(t, got)
}

// calls counts the requests of the fake's log by what they asked for.
func (f *fixture) calls() map[fakeapi.Call]int {
	counted := map[fakeapi.Call]int{}
	for _, request := range f.api.Requests() {
		counted[request.Call]++
	}
	return counted
}

// wantURL checks which URL the fake has for a token; "" means no webhook.
func (f *fixture) wantURL(token, url string) {
	f.t.Helper()
	if err := f.expectWebhook(token, url)(); err != nil {
		f.t.Error(err)
	}
}

// wantCalls checks which calls were made since the log was reset, and which
// were not.
func (f *fixture) wantCalls(wanted map[fakeapi.Call]int) {
	f.t.Helper()
	if got := f.calls(); !maps.Equal(got, wanted) {
		f.t.Errorf("calls %v, want %v", got, wanted)
	}
}

// wantText checks that a text says all of the parts, wherever its lines break.
func wantText(t testing.TB, text string, parts ...string) {
	t.Helper()
	folded := strings.Join(strings.Fields(text), " ")
	for _, part := range parts {
		if !strings.Contains(folded, part) {
			t.Errorf("no %q in:\n%s", part, text)
		}
	}
}
