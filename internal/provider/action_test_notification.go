// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

var (
	_ action.ActionWithConfigure        = (*testNotificationAction)(nil)
	_ action.ActionWithConfigValidators = (*testNotificationAction)(nil)
	_ action.ActionWithModifyPlan       = (*testNotificationAction)(nil)
)

// testNotificationAction is octoeverywhere_test_notification: it proves that
// notifications arrive, without setting anything.
type testNotificationAction struct {
	session *session // nil while Terraform validates
}

func newTestNotificationAction() action.Action { return &testNotificationAction{} }

type testNotificationModel struct {
	AppConnection types.String `tfsdk:"app_connection"`
	AppToken      types.String `tfsdk:"app_token"`
}

func (a *testNotificationAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_test_notification"
}

func (a *testNotificationAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *testNotificationAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Has OctoEverywhere send a test notification to an App Connection's webhook, whatever its filter, and succeeds when the URL answered 200. Sets nothing.",
		Attributes: map[string]schema.Attribute{
			"app_connection": schema.StringAttribute{
				MarkdownDescription: "Name of the App Connection in the provider's `app_tokens`. With neither this nor `app_token`, it is `default`.",
				Optional:            true,
			},
			"app_token": schema.StringAttribute{
				MarkdownDescription: "Token of the App Connection, kept in saved plans, and shown in plans unless it comes from a sensitive value. Prefer `app_connection`.",
				Optional:            true,
				// Neither Sensitive, which no action's attribute can be, nor
				// WriteOnly: framework 1.19 refuses every value of one
				// (fwserver.ValidateActionConfig).
				Validators: []validator.String{appTokenValidator{}},
			},
		},
	}
}

func (a *testNotificationAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{
		actionvalidator.Conflicting(path.MatchRoot("app_connection"), path.MatchRoot("app_token")),
	}
}

// ModifyPlan has the plan fail for an App Connection that the provider has not.
func (a *testNotificationAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	resp.Diagnostics.Append(a.choose(ctx, req.Config, &resp.Diagnostics).missing)
}

func (a *testNotificationAction) choose(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) tokenChoice {
	var model testNotificationModel
	diags.Append(config.Get(ctx, &model)...)
	if diags.HasError() {
		return tokenChoice{}
	}
	choice := a.session.tokens.choose(tokenArguments{appToken: model.AppToken, appConnection: model.AppConnection})
	if !model.AppToken.IsNull() && choice.known() {
		choice.label = a.session.tokens.label(choice.token.Fingerprint()) // the provider may have a name for it
	}
	return choice
}

// Invoke changes nothing, whatever the service answers: a dead App Connection
// is for the next plan to find.
func (a *testNotificationAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	choice := a.choose(ctx, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.Append(a.session.unusable(choice)); resp.Diagnostics.HasError() {
		return
	}
	tell := func(message string) { resp.SendProgress(action.InvokeProgressEvent{Message: message}) }

	call, over := a.session.begin(ctx)
	defer over()
	tell("OctoEverywhere sends a test notification to the webhook of " + choice.label)
	result, err := a.session.client.TestWebhook(call, choice.token)
	switch {
	case err != nil:
		resp.Diagnostics.Append(notSent(choice, err))
	case !result.Understood:
		resp.Diagnostics.Append(notVerified(capital(choice.label) + ": OctoEverywhere tested the webhook, but its answer does not say, in a way this provider understands, what the webhook's URL answered. " +
			"Look at your receiver's log for a test notification (event type 16)."))
	case result.StatusCode == 0:
		tell("The webhook of " + choice.label + " gave no answer")
		resp.Diagnostics.Append(notTaken(choice.label, 0, unchanged))
	default:
		tell(fmt.Sprintf("The webhook of %s answered %d", choice.label, result.StatusCode))
		if result.StatusCode != http.StatusOK {
			resp.Diagnostics.Append(notTaken(choice.label, result.StatusCode, unchanged))
		}
	}
}

// notSent explains a test notification of which the service says no outcome.
func notSent(choice tokenChoice, err error) diag.Diagnostic {
	what := told(choice, err)
	switch {
	case octoeverywhere.IsNotServed(err):
		return diag.NewErrorDiagnostic("The server does not offer this call",
			what+"\n\nDelivery can't be verified with this server. Check the provider's endpoint.")
	case octoeverywhere.IsGone(err):
		return at(choice, "The App Connection is gone for good", what+"\n\n"+adviceGone)
	case octoeverywhere.IsNotSupporter(err):
		return at(choice, "The printer's owner is not a supporter", what+"\n\n"+adviceNotSupporter+".")
	case octoeverywhere.IsInvalidCredentials(err):
		return at(choice, "The App Connection's token is not accepted", what+"\n\n"+adviceCheckToken)
	case octoeverywhere.IsInvalidInput(err):
		return notVerified(what + "\n\nThe App Connection may have no webhook: set one first.")
	}
	return notVerified(what + "\n\nTry again later.")
}

// notVerified explains a test whose outcome is not known.
func notVerified(what string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Delivery could not be verified", what)
}
