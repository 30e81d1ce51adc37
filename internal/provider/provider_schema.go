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
		MarkdownDescription: "Manage [OctoEverywhere](https://octoeverywhere.com) notification webhooks: choose the URL to call and the 3D printer events to send, for one printer or hundreds.",
		Attributes: map[string]schema.Attribute{
			"app_token": schema.StringAttribute{
				MarkdownDescription: "Token (`appApiToken`) of the App Connection `default`, which is used where no other is chosen. May be ephemeral; never stored in state. " +
					"If neither `app_token` nor `app_tokens` is set, the environment variable `" + envAppToken + "` is used.",
				Optional:   true,
				Sensitive:  true,
				Validators: []validator.String{appToken},
			},
			"app_tokens": schema.MapAttribute{
				MarkdownDescription: "Tokens (`appApiToken`) of several App Connections, by name. Resources choose one with `app_connection`. May be ephemeral; never stored in state.",
				ElementType:         types.StringType,
				Optional:            true,
				Sensitive:           true,
				Validators:          []validator.Map{appTokensValidator{"must hold an App Connection's token for every name"}},
			},
			"endpoint": schema.StringAttribute{
				MarkdownDescription: "Base URL of the API. Must be `https`, except for loopback hosts. " +
					"Environment variable: `" + envEndpoint + "`. Default: `" + octoeverywhere.DefaultEndpoint + "`.",
				Optional:   true,
				Validators: []validator.String{stringCheck{"must be the base URL of an OctoEverywhere server", octoeverywhere.ValidateEndpoint}},
			},
			"webhook_api": schema.StringAttribute{
				MarkdownDescription: "API version used to set webhooks: `notifications`, `appconnection` (its successor) or `auto`, which tries them in this order. Default: `auto`.",
				Optional:            true,
				Validators: []validator.String{stringvalidator.OneOf(
					string(octoeverywhere.EditionAuto), string(octoeverywhere.EditionNotifications), string(octoeverywhere.EditionAppConnection))},
			},
			"max_retries": schema.NumberAttribute{
				MarkdownDescription: "Maximum number of retries after a temporary failure, 0 to 20. Default: `4`.",
				Optional:            true,
				Validators:          []validator.Number{wholeNumber{0, maxRetriesLimit}},
			},
			"request_timeout": schema.StringAttribute{
				MarkdownDescription: "Timeout of each attempt, as a [Go duration](https://pkg.go.dev/time#ParseDuration) such as `45s` or `1m30s`. Default: `30s`.",
				Optional:            true,
				Validators:          []validator.String{stringCheck{"must be a duration above zero, such as 30s", checkTimeout}},
			},
		},
	}
}
