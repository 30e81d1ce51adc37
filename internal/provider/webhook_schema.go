// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/numberdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// defaultRenewBeforeDays is how long before a webhook ends a plan proposes to
// set it again, in days.
const defaultRenewBeforeDays = 30

// webhookModel is the resource's configuration, plan or state.
type webhookModel struct {
	// One of the two is required.
	CallbackURL   types.String `tfsdk:"callback_url"`
	CallbackURLWO types.String `tfsdk:"callback_url_wo"`

	// Optional.
	EventTypes      types.Set    `tfsdk:"event_types"`
	AppConnection   types.String `tfsdk:"app_connection"`
	AppToken        types.String `tfsdk:"app_token"`
	AppTokenWO      types.String `tfsdk:"app_token_wo"`
	Triggers        types.Map    `tfsdk:"triggers"`
	RenewBeforeDays types.Number `tfsdk:"renew_before_days"`
	VerifyDelivery  types.Bool   `tfsdk:"verify_delivery"`

	// Computed.
	ID           types.String `tfsdk:"id"`
	ConfiguredAt types.String `tfsdk:"configured_at"`
	ExpiresAt    types.String `tfsdk:"expires_at"`
}

// webhook is what the model asks of the service; nil when its URL is
// write-only or anything of it is not known.
func (m webhookModel) webhook() *octoeverywhere.Webhook {
	if m.CallbackURL.IsNull() || m.CallbackURL.IsUnknown() || m.EventTypes.IsUnknown() {
		return nil
	}
	filter, err := eventFilter(m.EventTypes)
	if err != nil {
		return nil
	}
	return &octoeverywhere.Webhook{CallbackURL: m.CallbackURL.ValueString(), EventTypes: filter}
}

// kept says of a computed attribute that an update leaves it as it is, unless
// ModifyPlan decides otherwise.
var kept = []planmodifier.String{stringplanmodifier.UseStateForUnknown()}

func (r *webhookResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = webhookSchema
}

// webhookSchema is built once: Terraform asks for it with every call.
var webhookSchema = schema.Schema{
	MarkdownDescription: "The notification webhook of one OctoEverywhere App Connection: the URL that the service calls when something happens on the printer.",
	Attributes: map[string]schema.Attribute{
		// One of the two is required.
		"callback_url": schema.StringAttribute{
			MarkdownDescription: "URL that OctoEverywhere calls, stored and called exactly as given, query included. `https` with a host. " +
				"Exactly one of `callback_url` and `callback_url_wo` is required.",
			Optional:   true,
			Validators: []validator.String{stringCheck{"must be an https URL", octoeverywhere.ValidateCallbackURL}},
		},
		"callback_url_wo": schema.StringAttribute{
			MarkdownDescription: "The same for a URL that carries a secret: write-only, so never in plan or state. " +
				"A changed URL is noticed without a version argument. Terraform or OpenTofu 1.11 and later.",
			Optional:   true,
			WriteOnly:  true,
			Sensitive:  true,
			Validators: []validator.String{stringCheck{"must be an https URL", octoeverywhere.ValidateCallbackURL}},
		},

		// Optional.
		"event_types": schema.SetAttribute{
			MarkdownDescription: "Events to deliver: " + eventNames() + "; or numbers, for events that this version does not name. " +
				"Absent: all events. See [Event types](#event-types).",
			ElementType: types.StringType,
			Optional:    true,
			Validators:  []validator.Set{eventTypesValidator{}},
		},
		"app_connection": schema.StringAttribute{
			MarkdownDescription: "Name of the App Connection in the provider's `app_tokens`. " +
				"With none of `app_connection`, `app_token` and `app_token_wo` set, it is `default`.",
			Optional: true,
		},
		"app_token": schema.StringAttribute{
			MarkdownDescription: "Token of the App Connection, kept in state.",
			Optional:            true,
			Sensitive:           true,
			Validators:          []validator.String{appTokenValidator{}},
		},
		"app_token_wo": schema.StringAttribute{
			MarkdownDescription: "Token of the App Connection, write-only: never in plan or state, so that the webhook can be checked and deleted " +
				"only while the provider holds the same token too. Terraform or OpenTofu 1.11 and later.",
			Optional:   true,
			WriteOnly:  true,
			Sensitive:  true,
			Validators: []validator.String{appTokenValidator{}},
		},
		"triggers": schema.MapAttribute{
			MarkdownDescription: "Any values. When one changes, the webhook is set again in place, for example to resume delivery after the receiver was down.",
			ElementType:         types.StringType,
			Optional:            true,
		},
		"renew_before_days": schema.NumberAttribute{
			MarkdownDescription: "How many days before `expires_at` a plan proposes to set the webhook again, 0 to 179. With `0` only once it has expired. Default: `30`.",
			Optional:            true,
			Computed:            true,
			Default:             numberdefault.StaticBigFloat(big.NewFloat(defaultRenewBeforeDays)),
			Validators:          []validator.Number{wholeNumber{0, lifetimeDays - 1}},
		},
		"verify_delivery": schema.BoolAttribute{
			MarkdownDescription: "After each Set, have OctoEverywhere send a test notification; the apply fails unless the URL answers it with 200. Default: `false`.",
			Optional:            true,
			Computed:            true,
			Default:             booldefault.StaticBool(false),
		},

		// Computed.
		"id": schema.StringAttribute{
			MarkdownDescription: "Fingerprint of the App Connection: a shortened SHA-256 of its token, which can't be turned back into it.",
			Computed:            true,
			PlanModifiers:       kept,
		},
		"configured_at": schema.StringAttribute{
			MarkdownDescription: "When the webhook was last set, RFC 3339 in UTC. Null when the last attempt left that uncertain, and after import.",
			Computed:            true,
			PlanModifiers:       kept,
		},
		"expires_at": schema.StringAttribute{
			MarkdownDescription: "When OctoEverywhere stops calling unless the webhook is set again: 180 days after `configured_at`. Null when that is.",
			Computed:            true,
			PlanModifiers:       kept,
		},
	},
}
