// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// Environment variables that stand in for provider arguments.
const (
	envAppToken = "OCTOEVERYWHERE_APP_TOKEN"
	envEndpoint = "OCTOEVERYWHERE_ENDPOINT"
)

// maxRetriesLimit keeps a typing mistake from making one call retry for hours.
const maxRetriesLimit = 20

// providerModel is the provider block.
type providerModel struct {
	AppToken       types.String `tfsdk:"app_token"`
	AppTokens      types.Map    `tfsdk:"app_tokens"`
	Endpoint       types.String `tfsdk:"endpoint"`
	WebhookAPI     types.String `tfsdk:"webhook_api"`
	MaxRetries     types.Number `tfsdk:"max_retries"`
	RequestTimeout types.String `tfsdk:"request_timeout"`
}

func (p *octoProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the notification webhooks of [OctoEverywhere](https://octoeverywhere.com) App Connections: " +
			"which URL the service calls when a print starts, ends, fails or needs a person.",
		Attributes: map[string]schema.Attribute{
			"app_token": schema.StringAttribute{
				MarkdownDescription: "Token (`appApiToken`) of the App Connection named `default`, which resources use when they name none. " +
					"May be ephemeral; never stored in state. Environment variable: `" + envAppToken + "`.",
				Optional:   true,
				Sensitive:  true,
				Validators: []validator.String{appTokenValidator{}},
			},
			"app_tokens": schema.MapAttribute{
				MarkdownDescription: "Tokens of named App Connections, by the name that resources give as `app_connection`. " +
					"May be ephemeral; never stored in state.",
				ElementType: types.StringType,
				Optional:    true,
				Sensitive:   true,
				Validators:  []validator.Map{appTokensValidator{}},
			},
			"endpoint": schema.StringAttribute{
				MarkdownDescription: "Base URL of the API. `https` only; plain `http` for loopback hosts alone. " +
					"Environment variable: `" + envEndpoint + "`. Default: `" + octoeverywhere.DefaultEndpoint + "`.",
				Optional:   true,
				Validators: []validator.String{stringCheck{"must be the base URL of an OctoEverywhere server", octoeverywhere.ValidateEndpoint}},
			},
			"webhook_api": schema.StringAttribute{
				MarkdownDescription: "Edition of the Set call to speak: `notifications`, its successor `appconnection`, or `auto` (default), " +
					"which speaks `notifications` and moves to `appconnection` when the server does not serve that; found out once per provider process.",
				Optional: true,
				Validators: []validator.String{stringvalidator.OneOf(
					string(octoeverywhere.EditionAuto), string(octoeverywhere.EditionNotifications), string(octoeverywhere.EditionAppConnection))},
			},
			"max_retries": schema.NumberAttribute{
				MarkdownDescription: "How often a call that failed for a passing reason is sent again, 0 to 20. Default: `4`.",
				Optional:            true,
				Validators:          []validator.Number{wholeNumber{0, maxRetriesLimit}},
			},
			"request_timeout": schema.StringAttribute{
				MarkdownDescription: "How long one attempt of a call may take, as a [Go duration](https://pkg.go.dev/time#ParseDuration) such as `45s` or `1m30s`. Default: `30s`.",
				Optional:            true,
				Validators:          []validator.String{stringCheck{"must be a duration above zero, such as 30s", checkTimeout}},
			},
		},
	}
}
