// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// decode reads a configuration, plan or state. It does what the framework's
// Get does, whose reflection was most of what a plan of a large fleet spent in
// this provider; BenchmarkPlan… measure it.
func (m *webhookModel) decode(ctx context.Context, raw tftypes.Value) diag.Diagnostics {
	d := decoder{ctx: ctx}
	if err := raw.As(&d.attributes); err != nil {
		d.fail(err)
		return d.diags
	}
	m.CallbackURL = take[types.String](&d, "callback_url")
	m.CallbackURLWO = take[types.String](&d, "callback_url_wo")
	m.EventTypes = take[types.Set](&d, "event_types")
	m.AppConnection = take[types.String](&d, "app_connection")
	m.AppToken = take[types.String](&d, "app_token")
	m.AppTokenWO = take[types.String](&d, "app_token_wo")
	m.Triggers = take[types.Map](&d, "triggers")
	m.RenewBeforeDays = take[types.Int64](&d, "renew_before_days")
	m.VerifyDelivery = take[types.Bool](&d, "verify_delivery")
	m.ID = take[types.String](&d, "id")
	m.ConfiguredAt = take[timetypes.RFC3339](&d, "configured_at")
	m.ExpiresAt = take[timetypes.RFC3339](&d, "expires_at")
	return d.diags
}

// decoder holds what decode has of a value, and what went wrong.
type decoder struct {
	ctx        context.Context //nolint:containedctx // lives as long as one call of decode
	attributes map[string]tftypes.Value
	diags      diag.Diagnostics
}

func (d *decoder) fail(err error) {
	d.diags.AddError("Internal error of the provider", "A value of Terraform's could not be read: "+err.Error()+". Please report this.")
}

// webhookTypes are the attributes' types, by name.
var webhookTypes = func() map[string]attr.Type {
	found := map[string]attr.Type{}
	for name, attribute := range webhookSchema.Attributes {
		found[name] = attribute.GetType()
	}
	return found
}()

// take reads one attribute.
func take[T attr.Value](d *decoder, name string) T {
	var none T
	value, err := webhookTypes[name].ValueFromTerraform(d.ctx, d.attributes[name])
	if err != nil {
		d.fail(err)
		return none
	}
	typed, ok := value.(T)
	if !ok {
		d.fail(fmt.Errorf("%s is a %T", name, value))
		return none
	}
	return typed
}

// withComputed returns a planned value with the model's computed attributes in
// place of its own.
func (m *webhookModel) withComputed(ctx context.Context, raw tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	d := decoder{ctx: ctx}
	if err := raw.As(&d.attributes); err != nil {
		d.fail(err)
		return raw, d.diags
	}
	planned := maps.Clone(d.attributes)
	for name, value := range map[string]attr.Value{"id": m.ID, "configured_at": m.ConfiguredAt, "expires_at": m.ExpiresAt} {
		terraform, err := value.ToTerraformValue(ctx)
		if err != nil {
			d.fail(err)
			return raw, d.diags
		}
		planned[name] = terraform
	}
	return tftypes.NewValue(raw.Type(), planned), d.diags
}
