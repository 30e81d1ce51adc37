// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/appconnection"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// Create sets the webhook; what the App Connection had before is replaced. The
// framework hands a Create no planned private state, and Terraform applies
// ignore_changes to no creation: the configuration is what was planned.
func (r *webhookResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	r.session.statuses.End()
	var config, plan webhookModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	s := r.setting(plan, config, &resp.Diagnostics)
	s.creates = true
	if resp.Diagnostics.HasError() {
		return
	}

	// State is built from the plan, where write-only values are null.
	plan.ID = types.StringValue(s.choice.token.Fingerprint())
	private := privateState{Name: rand.Text(), Connection: plan.ID.ValueString()}
	identifyNew(ctx, resp.Identity, plan.ID, &resp.Diagnostics)
	switch result, _ := r.set(ctx, s, &resp.Diagnostics); result {
	case appconnection.Gone, appconnection.Unchanged, appconnection.Missing, appconnection.MaybeMissing:
		return // no state
	case appconnection.Done:
		plan.setAt(r.session.now())
		private.URL = s.urlMAC
	default: // there is a webhook, which nobody else may hold
		plan.forgetTimes()
	}
	private.write(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Update sets the webhook again. Terraform hands the prior state over in resp,
// and it stays unless something was, or may have been, set.
func (r *webhookResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	r.session.statuses.End()
	var config, plan, state webhookModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := readPrivate(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	s := r.setting(plan, config, &resp.Diagnostics)
	id := state.ID.ValueString()
	switch {
	case resp.Diagnostics.HasError():
		return
	case s.choice.token.Fingerprint() != id:
		resp.Diagnostics.AddAttributeError(s.choice.at, "The token belongs to another App Connection", fmt.Sprintf(
			"The webhook in the state belongs to App Connection %s, but the token is that of %s. Nothing was sent. Plan again.", id, s.choice.label))
		return
	case private.URLIgnored && s.urlMAC != private.URL:
		resp.Diagnostics.AddAttributeError(path.Root("callback_url_wo"), "The callback URL is unknown",
			"The webhook must be set, but ignore_changes covers callback_url_wo and the configuration has a different URL from the one last set. Nothing was sent. "+
				"Remove callback_url_wo from ignore_changes; to control when a new URL is set, use callback_url_wo_version.")
		return
	}
	if private.Name == "" { // the host kept none
		private.Name = rand.Text()
	}
	private.URLIgnored = false
	s.prior = state.object(private.Name)
	identify(ctx, resp.Identity, state.ID, &resp.Diagnostics)
	switch result, err := r.set(ctx, s, &resp.Diagnostics); result {
	case appconnection.Unchanged:
		return
	case appconnection.Gone:
		summary, detail := gone(s.choice.label, err, true, "Its webhook was removed from the state.")
		private.Gone = &goneWarning{summary, detail}
	case appconnection.Done:
		plan.setAt(r.session.now())
		private.URL, private.Kept, private.Gone = s.urlMAC, nil, nil
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	default:
		state.forgetTimes()
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
	private.write(ctx, resp.Private, &resp.Diagnostics)
}

// setting is what one apply is to bring about.
type setting struct {
	choice  choice
	prior   appconnection.Object // of an update
	webhook octoeverywhere.Webhook
	urlMAC  string // MAC of the URL when it is write-only
	verify  bool
	creates bool
}

// setting reads what to set from the plan, and only a write-only URL from the
// configuration (DESIGN.md, "The plan decides"). Everything is known at apply;
// that something is not, or that the token is missing, ends the apply before
// anything is sent.
func (r *webhookResource) setting(plan, config webhookModel, diags *diag.Diagnostics) setting {
	s := setting{choice: r.session.choose(plan.AppToken, plan.AppConnection), verify: plan.VerifyDelivery.ValueBool()}
	diags.Append(r.session.ready(s.choice))
	filter, err := eventFilter(plan.EventTypes)
	if err != nil {
		diags.AddAttributeError(path.Root("event_types"), "Invalid event type", sentence(err))
	}
	s.webhook = octoeverywhere.Webhook{CallbackURL: plan.CallbackURL.ValueString(), EventTypes: filter}
	if plan.CallbackURL.IsNull() {
		s.webhook.CallbackURL = config.CallbackURLWO.ValueString()
		s.urlMAC = s.choice.token.MAC(s.webhook.CallbackURL)
	}
	return s
}

// set sets the webhook and, when asked to, has the service test it.
func (r *webhookResource) set(ctx context.Context, s setting, diags *diag.Diagnostics) (appconnection.Result, error) {
	result, err := r.session.webhooks.Set(s.choice.token.Fingerprint(), s.prior, s.webhook, func(webhook octoeverywhere.Webhook) error {
		return r.session.client.SetWebhook(ctx, s.choice.token, webhook)
	})
	switch {
	case err != nil:
		diags.Append(setFailed(s.choice, result, err, !s.creates))
	case s.verify:
		return r.verify(ctx, s, diags)
	}
	return result, err
}

// verify has the service send a test notification (DESIGN.md, "Verification").
// That the server can't, or doesn't say how it went, is a warning: the webhook is
// set.
func (r *webhookResource) verify(ctx context.Context, s setting, diags *diag.Diagnostics) (appconnection.Result, error) {
	at := path.Root("verify_delivery")
	now := "The webhook is set; the next apply sets it and tests it again."
	if s.creates {
		now += " It replaces the resource, which is tainted now; where prevent_destroy forbids that, run terraform untaint first."
	}
	result, problem, err := r.session.test(ctx, s.choice, now)
	switch {
	case problem == nil:
		return appconnection.Done, nil
	case octoeverywhere.IsNotServed(err):
		diags.AddAttributeWarning(at, "Delivery was not verified",
			"The webhook is set, but the server does not support test notifications. "+sentence(err)+" Remove verify_delivery to stop this warning.")
		return appconnection.Done, nil
	case err == nil && !result.Understood:
		diags.AddAttributeWarning(at, problem.Summary(), problem.Detail())
		return appconnection.Done, nil
	}
	diags.Append(diag.WithPath(at, problem))
	if octoeverywhere.IsGone(err) {
		return appconnection.Gone, err
	}
	return appconnection.Uncertain, err
}

// Why a Delete can't be sent.
var (
	errNoToken     = errors.New("the token is neither in the state nor in the provider")
	errNotKnownYet = errors.New("the token or the endpoint is not known yet")
)

// Delete removes the webhook where the server can, and says so where it can't
// (DESIGN.md, "Delete"). In a replacement its private state is what was planned
// for the new object.
func (r *webhookResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	r.session.statuses.End()
	var state webhookModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := readPrivate(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	c := choice{label: r.session.tokens.Label(id), token: r.session.tokens.Find(id, state.AppToken.ValueString())}
	var missing error
	switch {
	case !c.known() && r.session.tokens.Unknown(), r.session.client == nil:
		missing = errNotKnownYet
	case !c.known():
		missing = errNoToken
	}
	result, err := r.session.webhooks.Delete(id, state.object(private.Name), private.successor(id), func() error {
		if missing != nil {
			return missing
		}
		return r.session.client.DeleteWebhook(ctx, c.token)
	}, func(webhook octoeverywhere.Webhook) error {
		if missing != nil {
			return missing
		}
		return r.session.client.SetWebhook(ctx, c.token, webhook)
	})
	switch {
	case result == appconnection.Kept:
		resp.Diagnostics.AddWarning("The webhook was kept", fmt.Sprintf(
			"Setting the webhook of %s for another resource failed in this run, so the existing webhook was not deleted. The next successful apply sets it.", c.label))
	case err == nil, errors.Is(err, errNoToken) && private.Undeleted: // the plan has said so
	case errors.Is(err, errNoToken):
		resp.Diagnostics.AddWarning(summaryUndeleted, fmt.Sprintf(
			"The token of %s is neither in the state nor in the provider. The webhook was removed from the state, but not deleted: %s", c.label, deliveriesGoOn(state)))
	case errors.Is(err, errNotKnownYet):
		resp.Diagnostics.Append(notKnownYet(c.label))
	case errors.Is(err, appconnection.ErrStale):
		resp.Diagnostics.AddError("The remaining webhook must be set again", fmt.Sprintf(
			"The state has two objects for %s. This one set the webhook last, and the callback_url_wo of the one that remains is stored nowhere, so nothing was deleted. "+
				"Run terraform apply with -replace and the address of the resource that remains; to destroy both, run the destroy again.", c.label))
	case octoeverywhere.IsNotServed(err) && !octoeverywhere.IsAmbiguous(err):
		resp.Diagnostics.AddWarning(summaryUndeleted, fmt.Sprintf(
			"The server does not support deleting the webhook of %s. It was removed from the state, but not deleted: %s %s", c.label, deliveriesGoOn(state), sentence(err)))
	case octoeverywhere.IsInvalidInput(err) && r.valid(ctx, c):
		resp.Diagnostics.AddWarning(summaryUndeleted, join(answered(c, err),
			"The App Connection is valid, so it probably has no webhook any more. The webhook was removed from the state."))
	default:
		resp.Diagnostics.Append(deleteFailed(c, err))
		if result == appconnection.Uncertain { // whoever keeps the resource gets its webhook set again
			state.forgetTimes()
			resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		}
	}
}

// valid reports whether the service says that an App Connection is valid.
func (r *webhookResource) valid(ctx context.Context, c choice) bool {
	status := r.session.statuses.CheckRetrying(ctx, c.token)
	return status.Name() != "" && !status.Gone()
}

// deleteFailed is the error of a Delete to be repeated.
func deleteFailed(c choice, err error) diag.Diagnostic {
	switch {
	case octoeverywhere.IsAmbiguous(err):
		return diag.NewErrorDiagnostic("Unknown whether the webhook was deleted", join(answered(c, err),
			"It is still in the state. Run the command again, or remove it from the state with terraform state rm."))
	case interrupted(err):
		return diag.NewErrorDiagnostic("Interrupted before the webhook was deleted", capital(c.label)+": the webhook is still in the state. Run the command again.")
	}
	advice := ""
	if octoeverywhere.IsNotSupporter(err) {
		advice = adviceSupporter
	}
	return diag.NewErrorDiagnostic(summaryUndeleted, join(answered(c, err), advice,
		"It is still in the state. Run the command again, or remove it from the state with terraform state rm."))
}
