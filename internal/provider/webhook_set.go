// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// Create sets the webhook; what the App Connection had before is replaced.
func (r *webhookResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var config, plan webhookModel
	resp.Diagnostics.Append(config.decode(ctx, req.Config.Raw)...)
	resp.Diagnostics.Append(plan.decode(ctx, req.Plan.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}
	wanted, ok := r.want(config, plan, &resp.Diagnostics)
	if !ok {
		return
	}

	// State is built from the plan, where write-only values are null.
	plan.ID = types.StringValue(wanted.choice.token.Fingerprint())
	switch r.set(ctx, wanted, &resp.Diagnostics) {
	case refused, gone:
		return // nothing was set: no state
	case uncertain:
		plan.forgetTimes()
	case done:
		plan.setAt(r.session.now())
		remember(ctx, resp.Private, privateURL, wanted.secretURL, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Update sets the webhook again. Terraform hands the prior state over in resp,
// and it stays unless something was, or may have been, set.
func (r *webhookResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	remember(ctx, resp.Private, privateNonce, "", &resp.Diagnostics)

	var config, plan, state webhookModel
	resp.Diagnostics.Append(config.decode(ctx, req.Config.Raw)...)
	resp.Diagnostics.Append(plan.decode(ctx, req.Plan.Raw)...)
	resp.Diagnostics.Append(state.decode(ctx, req.State.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}
	wanted, ok := r.want(config, plan, &resp.Diagnostics)
	if !ok {
		return
	}

	switch r.set(ctx, wanted, &resp.Diagnostics) {
	case refused:
	case gone:
		remember(ctx, resp.Private, privateGone, "yes", &resp.Diagnostics)
	case uncertain:
		state.forgetTimes()
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	case done:
		plan.setAt(r.session.now())
		remember(ctx, resp.Private, privateURL, wanted.secretURL, &resp.Diagnostics)
		remember(ctx, resp.Private, privateGone, "", &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	}
}

// wantedWebhook is what one apply is to bring about.
type wantedWebhook struct {
	choice    tokenChoice
	webhook   octoeverywhere.Webhook
	secretURL string // MAC of the URL when it is write-only
	verify    bool
}

// want reads what to set. Everything is known at apply; that something is not,
// or that the token is missing, ends the apply before anything is sent.
func (r *webhookResource) want(config, plan webhookModel, diags *diag.Diagnostics) (wantedWebhook, bool) {
	wanted := wantedWebhook{
		choice: r.session.tokens.choose(config.tokenArguments()),
		verify: plan.VerifyDelivery.ValueBool(),
	}
	switch {
	case wanted.choice.missing != nil:
		diags.Append(wanted.choice.missing)
		return wanted, false
	case wanted.choice.unknown || r.client() == nil:
		diags.Append(notKnownYet(wanted.choice.label))
		return wanted, false
	}

	wanted.webhook.CallbackURL = plan.CallbackURL.ValueString()
	if !config.CallbackURLWO.IsNull() {
		wanted.webhook.CallbackURL = config.CallbackURLWO.ValueString()
		wanted.secretURL = wanted.choice.token.MAC(wanted.webhook.CallbackURL)
	}
	filter, err := eventFilter(plan.EventTypes)
	if err != nil {
		diags.AddAttributeError(pathEventTypes, "Invalid event type", sentence(err))
		return wanted, false
	}
	wanted.webhook.EventTypes = filter
	return wanted, true
}

// outcome is what an apply can say of the webhook afterwards (design, rule 4).
type outcome int

const (
	refused   outcome = iota // nothing changed
	gone                     // nothing changed, and the App Connection will never work again
	uncertain                // the webhook may be the wanted one, the old one, or one that does not deliver
	done                     // the webhook is the wanted one
)

// set calls Set and, when asked to, has the service test the webhook.
func (r *webhookResource) set(ctx context.Context, wanted wantedWebhook, diags *diag.Diagnostics) outcome {
	ctx, over := r.session.begin(ctx)
	defer over()
	token := wanted.choice.token
	err := r.session.ledger.set(ctx, token.Fingerprint(), func() error {
		return r.client().SetWebhook(ctx, token, wanted.webhook)
	}, mayHaveSet)
	if err != nil {
		diags.Append(setFailed(wanted, err))
		switch {
		case octoeverywhere.IsGone(err):
			return gone
		case mayHaveSet(err):
			return uncertain
		}
		return refused
	}
	if wanted.verify {
		return r.verify(ctx, wanted, diags)
	}
	return done
}

// verify has the service send a test notification (design, verify_delivery).
func (r *webhookResource) verify(ctx context.Context, wanted wantedWebhook, diags *diag.Diagnostics) outcome {
	result, err := r.client().TestWebhook(ctx, wanted.choice.token)
	switch {
	case octoeverywhere.IsNotServed(err):
		diags.AddAttributeWarning(pathVerifyDelivery, "Delivery was not verified",
			"The webhook is set, but this server does not offer the call that tests it. "+sentence(err)+
				" Remove verify_delivery to be rid of this warning.")
		return done
	case err != nil:
		diags.Append(verifyFailed(wanted, err))
		if octoeverywhere.IsGone(err) {
			return gone
		}
		return uncertain
	case !result.Understood:
		diags.AddAttributeWarning(pathVerifyDelivery, "Delivery could not be verified",
			"The webhook is set and OctoEverywhere tested it, but its answer does not say, in a way this provider understands, what your URL answered. "+
				"Look at your receiver's log for a test notification (event type 16).")
		return done
	case result.StatusCode != http.StatusOK:
		diags.Append(notDelivered(wanted, result.StatusCode))
		return uncertain
	}
	return done
}
