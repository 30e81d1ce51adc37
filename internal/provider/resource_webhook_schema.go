// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"math"
	"math/big"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/numberdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/appconnection"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

const (
	day          = 24 * time.Hour
	lifetimeDays = 180 // how long a webhook lasts after the last Set (DESIGN.md, "Calls")
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
	CallbackURLWOVersion types.Number `tfsdk:"callback_url_wo_version"`
	EventTypes           types.Set    `tfsdk:"event_types"`
	AppConnection        types.String `tfsdk:"app_connection"`
	AppToken             types.String `tfsdk:"app_token"`
	Triggers             types.Map    `tfsdk:"triggers"`
	RenewBeforeDays      types.Number `tfsdk:"renew_before_days"`
	VerifyDelivery       types.Bool   `tfsdk:"verify_delivery"`

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

// object is what the coordination of webhooks knows an object by.
func (m webhookModel) object(name string) appconnection.Object {
	setAt, _ := time.Parse(time.RFC3339, m.ConfiguredAt.ValueString()) // null, or not a time: zero
	return appconnection.Object{Name: name, SetAt: setAt, Webhook: m.webhook()}
}

// stays says of a computed attribute that an update leaves it as it is, unless
// ModifyPlan decides otherwise.
var stays = []planmodifier.String{stringplanmodifier.UseStateForUnknown()}

func (r *webhookResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = webhookSchema
}

// webhookSchema is built once: Terraform asks for it with every call.
var webhookSchema = schema.Schema{
	MarkdownDescription: "Manages the notification webhook of an OctoEverywhere App Connection: the URL to call and the printer events to send.",
	Attributes: map[string]schema.Attribute{
		// One of the two is required.
		"callback_url": schema.StringAttribute{
			MarkdownDescription: "`https` URL that OctoEverywhere calls, exactly as written. Exactly one of `callback_url` and `callback_url_wo` is required.",
			Optional:            true,
			Validators:          []validator.String{stringCheck{"must be an https URL", octoeverywhere.ValidateCallbackURL}},
		},
		"callback_url_wo": schema.StringAttribute{
			MarkdownDescription: "Like `callback_url`, but write-only: for a URL with a secret, which must not be stored in plan or state. Requires Terraform or OpenTofu 1.11.",
			Optional:            true,
			WriteOnly:           true,
			Sensitive:           true,
			Validators:          []validator.String{stringCheck{"must be an https URL", octoeverywhere.ValidateCallbackURL}},
		},

		// Optional.
		"callback_url_wo_version": schema.NumberAttribute{
			MarkdownDescription: "Version of `callback_url_wo`, a whole number. If set, only a change of this number makes a plan set a changed URL; if not set, the provider detects a changed URL itself.",
			Optional:            true,
			Validators:          []validator.Number{wholeNumber{0, math.MaxInt32}},
		},
		"event_types": schema.SetAttribute{
			MarkdownDescription: "Event types to send: " + eventNames() + ", or numbers for event types that this version of the provider has no name for. " +
				"If not set, all events are sent. See [Event types](#event-types).",
			ElementType: types.StringType,
			Optional:    true,
			Validators:  []validator.Set{eventTypesValidator{"must hold at least one event type, each once, by name or number"}},
		},
		"app_connection": schema.StringAttribute{
			MarkdownDescription: "Name of the App Connection, a key of the provider's `app_tokens`. If neither `app_connection` nor `app_token` is set, it is `default`.",
			Optional:            true,
		},
		"app_token": schema.StringAttribute{
			MarkdownDescription: "Token (`appApiToken`) of the App Connection. It is stored in the state; prefer `app_connection`.",
			Optional:            true,
			Sensitive:           true,
			Validators:          []validator.String{appToken},
		},
		"triggers": schema.MapAttribute{
			MarkdownDescription: "Arbitrary values. Changing one sets the webhook again, for example to resume delivery after the receiver was down.",
			ElementType:         types.StringType,
			Optional:            true,
		},
		"renew_before_days": schema.NumberAttribute{
			MarkdownDescription: "Number of days before `expires_at` from which a plan proposes a renewal, 0 to 179. With `0`, it does so only after `expires_at`. Default: `30`.",
			Optional:            true,
			Computed:            true,
			Default:             numberdefault.StaticBigFloat(big.NewFloat(defaultRenewBeforeDays)),
			Validators:          []validator.Number{wholeNumber{0, lifetimeDays - 1}},
		},
		"verify_delivery": schema.BoolAttribute{
			MarkdownDescription: "Whether to send a test notification each time the webhook is set. If the URL doesn't answer 200, the apply fails. Default: `false`.",
			Optional:            true,
			Computed:            true,
			Default:             booldefault.StaticBool(false),
		},

		// Computed.
		"id": schema.StringAttribute{
			MarkdownDescription: "Fingerprint of the App Connection: a shortened SHA-256 hash of its token. The token can't be derived from it.",
			Computed:            true,
			PlanModifiers:       stays,
		},
		"configured_at": schema.StringAttribute{
			MarkdownDescription: "Time when the webhook was last set (RFC 3339, UTC). Null after an import, and after an apply that failed without a certain result or in `verify_delivery`.",
			Computed:            true,
			PlanModifiers:       stays,
		},
		"expires_at": schema.StringAttribute{
			MarkdownDescription: "Time when OctoEverywhere stops calling the URL unless the webhook is set again (RFC 3339, UTC): 180 days after `configured_at`. Null whenever `configured_at` is null.",
			Computed:            true,
			PlanModifiers:       stays,
		},
	},
}

// setAt records a successful Set.
func (m *webhookModel) setAt(now time.Time) {
	now = now.UTC().Truncate(time.Second)
	m.ConfiguredAt = types.StringValue(now.Format(time.RFC3339))
	m.ExpiresAt = types.StringValue(now.Add(lifetimeDays * day).Format(time.RFC3339))
}

// forgetTimes records that nobody knows which webhook is there. A null
// expires_at makes every later plan Set (DESIGN.md, "Uncertain results").
func (m *webhookModel) forgetTimes() {
	m.ConfiguredAt = types.StringNull()
	m.ExpiresAt = types.StringNull()
}

// planTimes marks both times as known after apply: whenever a Set is planned,
// or the clock moving between plan and apply would make Terraform call the
// final plan inconsistent (DESIGN.md, "Workarounds").
func (m *webhookModel) planTimes() {
	m.ConfiguredAt = types.StringUnknown()
	m.ExpiresAt = types.StringUnknown()
}

// renewalDue tells whether the webhook has renew_before_days or less to go, or
// nobody knows how long: there is no time in state, none that can be read, or
// one further away than a webhook lasts.
func (m *webhookModel) renewalDue(now time.Time) bool {
	expires, err := time.Parse(time.RFC3339, m.ExpiresAt.ValueString())
	if err != nil || expires.After(now.Add((lifetimeDays+1)*day)) {
		return true
	}
	return !now.Before(expires.Add(-time.Duration(whole(m.RenewBeforeDays)) * day))
}
