// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// protocol talks to the provider as Terraform does, without Terraform: for
// long tables of wrong values, for paths of diagnostics, which the CLI does not
// show, and for clients with other capabilities.
type protocol struct {
	t       *testing.T
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

const (
	webhookType       = "octoeverywhere_notification_webhook"
	appConnectionType = "octoeverywhere_app_connection"
)

// unknown is an argument that is not known yet.
type unknown struct{}

func newProtocol(t *testing.T, factory func() fwprovider.Provider) *protocol {
	t.Helper()
	p := &protocol{t: t, server: provider.NewServer(factory)()}
	schemas, err := p.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	p.must(err)
	p.schemas = schemas
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
		values[name] = tfValue(p.t, attributeType, arguments[name])
		delete(arguments, name)
	}
	if len(arguments) > 0 {
		p.t.Fatalf("no such arguments: %v", arguments)
	}
	dynamic, err := tfprotov6.NewDynamicValue(objectType, tftypes.NewValue(objectType, values))
	p.must(err)
	return &dynamic
}

// tfValue makes a value of a type from a Go value.
func tfValue(t *testing.T, as tftypes.Type, from any) tftypes.Value {
	t.Helper()
	switch from := from.(type) {
	case nil:
		return tftypes.NewValue(as, nil)
	case unknown:
		return tftypes.NewValue(as, tftypes.UnknownValue)
	case string, bool:
		return tftypes.NewValue(as, from)
	case float64:
		return tftypes.NewValue(as, big.NewFloat(from))
	case int:
		return tftypes.NewValue(as, big.NewFloat(float64(from)))
	case map[string]any:
		values := map[string]tftypes.Value{}
		for key, value := range from {
			values[key] = tfValue(t, tftypes.String, value)
		}
		return tftypes.NewValue(as, values)
	case []any:
		values := make([]tftypes.Value, 0, len(from))
		for _, value := range from {
			values = append(values, tfValue(t, tftypes.String, value))
		}
		return tftypes.NewValue(as, values)
	}
	t.Fatalf("can't make a value of %T", from)
	return tftypes.Value{}
}

// with copies arguments, since value empties its map.
func with(arguments map[string]any, more ...map[string]any) map[string]any {
	all := map[string]any{}
	for _, some := range append([]map[string]any{arguments}, more...) {
		for name, value := range some {
			all[name] = value
		}
	}
	return all
}

// configure validates a provider block and, unless that fails, configures the
// provider with it, as Terraform does.
func (p *protocol) configure(arguments map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	config := p.value(p.schemas.Provider, with(arguments))
	validated, err := p.server.ValidateProviderConfig(p.t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	p.must(err)
	if len(validated.Diagnostics) > 0 {
		return validated.Diagnostics
	}
	configured, err := p.server.ConfigureProvider(p.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config, TerraformVersion: "1.11.4"})
	p.must(err)
	return configured.Diagnostics
}

// validateWebhook validates a resource block. writeOnly is whether the client
// says that it knows write-only arguments, as Terraform does since 1.11.
func (p *protocol) validateWebhook(arguments map[string]any, writeOnly bool) []*tfprotov6.Diagnostic {
	p.t.Helper()
	response, err := p.server.ValidateResourceConfig(p.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName:           webhookType,
		Config:             p.value(p.schemas.ResourceSchemas[webhookType], with(arguments)),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: writeOnly},
	})
	p.must(err)
	return response.Diagnostics
}

// planWebhook plans the creation of a webhook.
func (p *protocol) planWebhook(arguments map[string]any) *tfprotov6.PlanResourceChangeResponse {
	p.t.Helper()
	schema := p.schemas.ResourceSchemas[webhookType]
	prior, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
	p.must(err)
	proposed := with(arguments, map[string]any{"id": unknown{}, "configured_at": unknown{}, "expires_at": unknown{}})
	for _, computed := range []string{"renew_before_days", "verify_delivery"} {
		if proposed[computed] == nil {
			proposed[computed] = unknown{}
		}
	}
	delete(proposed, "callback_url_wo")
	delete(proposed, "app_token_wo")
	response, err := p.server.PlanResourceChange(p.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName:         webhookType,
		PriorState:       &prior,
		ProposedNewState: p.value(schema, proposed),
		Config:           p.value(schema, with(arguments)),
	})
	p.must(err)
	return response
}

// readAppConnection reads the data source.
func (p *protocol) readAppConnection(arguments map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	response, err := p.server.ReadDataSource(p.t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: appConnectionType,
		Config:   p.value(p.schemas.DataSourceSchemas[appConnectionType], with(arguments)),
	})
	p.must(err)
	return response.Diagnostics
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
func wantOneError(t *testing.T, got []*tfprotov6.Diagnostic, attribute string, words, secrets []string) {
	t.Helper()
	if len(got) != 1 || got[0].Severity != tfprotov6.DiagnosticSeverityError {
		t.Fatalf("want one error, got:\n%s", describe(got))
	}
	if at := attributeOf(got[0]); at != attribute {
		t.Errorf("the error is at %q, want %q:\n%s", at, attribute, describe(got))
	}
	text := got[0].Summary + "\n" + got[0].Detail
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("the error does not say %q:\n%s", word, describe(got))
		}
	}
	for _, secret := range secrets {
		if secret != "" && strings.Contains(text, secret) {
			t.Errorf("the error shows %q:\n%s", secret, describe(got))
		}
	}
}

func wantNoDiagnostics(t *testing.T, got []*tfprotov6.Diagnostic) {
	t.Helper()
	if len(got) > 0 {
		t.Errorf("want no diagnostics, got:\n%s", describe(got))
	}
}
