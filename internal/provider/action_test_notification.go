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
		MarkdownDescription: "Sends a test notification to the webhook of an App Connection and fails unless its URL answers 200. The webhook is not changed.",
		Attributes: map[string]schema.Attribute{
			"app_connection": schema.StringAttribute{
				MarkdownDescription: "Name of the App Connection, a key of the provider's `app_tokens`. If neither `app_connection` nor `app_token` is set, it is `default`.",
				Optional:            true,
			},
			"app_token": schema.StringAttribute{
				MarkdownDescription: "Token (`appApiToken`) of the App Connection. It is stored in saved plans and shown in plans, unless its value is sensitive; prefer `app_connection`.",
				Optional:            true,
				// Neither Sensitive, which no action's attribute can be, nor
				// WriteOnly: framework 1.19 refuses every value of one
				// (fwserver.ValidateActionConfig).
				Validators: []validator.String{appToken},
			},
		},
	}
}

func (a *testNotificationAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{
		actionvalidator.Conflicting(path.MatchRoot("app_connection"), path.MatchRoot("app_token")),
	}
}

// ModifyPlan has the plan fail for an App Connection that the provider hasn't.
func (a *testNotificationAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	if c := a.choose(ctx, req.Config, &resp.Diagnostics); c.err != nil {
		resp.Diagnostics.Append(noToken(c))
	}
}

func (a *testNotificationAction) choose(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) choice {
	var model testNotificationModel
	diags.Append(config.Get(ctx, &model)...)
	if diags.HasError() {
		return choice{}
	}
	return a.session.choose(model.AppToken, model.AppConnection)
}

// Invoke changes nothing, whatever the service answers: an App Connection that
// is gone is for the next plan to find.
func (a *testNotificationAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	c := a.choose(ctx, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(a.session.ready(c)); resp.Diagnostics.HasError() {
		return
	}
	progress := func(format string, values ...any) {
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf(format, values...)})
	}
	progress("OctoEverywhere sends a test notification to the webhook of %s", c.label)
	result, problem, _ := a.session.test(ctx, c, "")
	switch {
	case result.StatusCode != 0:
		progress("The webhook of %s answered %d", c.label, result.StatusCode)
	case result.Understood:
		progress("The webhook of %s did not answer", c.label)
	}
	resp.Diagnostics.Append(problem)
}

// test has the service send a test notification. problem is nil when the URL
// answered 200, and err the client's; now says what is true and what happens
// next.
func (s *session) test(ctx context.Context, c choice, now string) (result octoeverywhere.TestResult, problem diag.Diagnostic, err error) {
	const summary = "Delivery could not be verified"
	result, err = s.client.TestWebhook(ctx, c.token)
	switch {
	case octoeverywhere.IsInvalidInput(err):
		problem = diag.NewErrorDiagnostic(summary, join(answered(c, err), now, "The App Connection may have no webhook."))
	case octoeverywhere.IsAmbiguous(err):
		problem = diag.NewErrorDiagnostic(summary, join(answered(c, err), now, "The test notification may have been sent."))
	case err != nil:
		problem = failed(c, err, now, "")
	case !result.Understood:
		problem = diag.NewErrorDiagnostic(summary, capital(c.label)+": OctoEverywhere tested the webhook, but its answer doesn't include the receiver's status. "+
			"Check your receiver's log for a test notification (event type 16).")
	case result.StatusCode != http.StatusOK:
		problem = notTaken(c.label, result.StatusCode, now)
	}
	return result, problem, err
}
