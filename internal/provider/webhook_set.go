// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// Create sets the webhook; what the App Connection had before is replaced. The
// framework hands a Create no planned private state, and Terraform applies
// ignore_changes to no creation: the configuration is what was planned.
func (r *webhookResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var config, plan webhookModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	s := r.setting(plan, config.AppTokenWO, &resp.Diagnostics)
	s.instance = newInstance()
	s.creates = true
	if resp.Diagnostics.HasError() {
		return
	}
	url := plan.CallbackURL
	if url.IsNull() {
		url = config.CallbackURLWO
		s.secretURL = s.choice.token.MAC(url.ValueString())
	}
	s.webhook.CallbackURL = url.ValueString()

	// State is built from the plan, where write-only values are null.
	plan.ID = types.StringValue(s.choice.token.Fingerprint())
	identifyNew(ctx, resp.Identity, plan.ID, &resp.Diagnostics)
	switch r.set(ctx, s, &resp.Diagnostics) {
	case refused, gone:
		return // no state
	case uncertain:
		plan.forgetTimes()
	case done:
		plan.setAt(r.session.now())
		s.rememberURL(ctx, resp.Private, &resp.Diagnostics)
	}
	remember(ctx, resp.Private, privateInstance, s.instance, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	r.session.ledger.leftState(s.choice.token.Fingerprint(), s.instance, plan.hash())
}

// Update sets the webhook again. Terraform hands the prior state over in resp,
// and it stays unless something was, or may have been, set.
func (r *webhookResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, state webhookModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	known := recall[instance](ctx, req.Private, privateInstance, &resp.Diagnostics)
	secretURL := recall[string](ctx, req.Private, privateURL, &resp.Diagnostics)
	counts := writeOnlyUse{Token: true, URL: true} // for a host that hands nothing over
	if planned := recall[*writeOnlyUse](ctx, req.Private, privateWriteOnly, &resp.Diagnostics); planned != nil {
		counts = *planned
	}
	forget(ctx, resp.Private, privateWriteOnly, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	token := config.AppTokenWO
	if !counts.Token {
		token = types.StringNull()
	}
	s := r.setting(plan, token, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if id := state.ID.ValueString(); s.choice.token.Fingerprint() != id {
		resp.Diagnostics.Append(otherConnection(s.choice, id))
		return
	}
	s.instance = instanceOf(known.Name, state)
	url := plan.CallbackURL
	if url.IsNull() {
		url = config.CallbackURLWO
		s.secretURL = s.choice.token.MAC(url.ValueString())
		if !counts.URL && (url.IsNull() || s.secretURL != secretURL) {
			resp.Diagnostics.Append(ignoredURL())
			return
		}
	}
	s.webhook.CallbackURL = url.ValueString()

	identify(ctx, resp.Identity, state.ID, &resp.Diagnostics)
	var left webhookModel
	switch r.set(ctx, s, &resp.Diagnostics) {
	case refused:
		return
	case gone:
		remember(ctx, resp.Private, privateGone, "yes", &resp.Diagnostics)
		return
	case uncertain:
		state.forgetTimes()
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		left = state
	case done:
		plan.setAt(r.session.now())
		s.rememberURL(ctx, resp.Private, &resp.Diagnostics)
		forget(ctx, resp.Private, privateGone, &resp.Diagnostics)
		forget(ctx, resp.Private, privateHeirs, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		left = plan
	}
	if s.instance.Name == "" {
		remember(ctx, resp.Private, privateInstance, newInstance(), &resp.Diagnostics)
	}
	r.session.ledger.leftState(s.choice.token.Fingerprint(), s.instance, left.hash())
}

// setting is what one apply is to bring about.
type setting struct {
	choice    tokenChoice
	webhook   octoeverywhere.Webhook
	secretURL string // MAC of the URL when it is write-only
	verify    bool
	instance  instance
	creates   bool
}

// setting reads what to set, but for the URL, from the plan, and the token from
// where the plan says (DESIGN.md, "The plan decides"). Everything is known at
// apply; that something is not, or that the token is missing, ends the apply
// before anything is sent.
func (r *webhookResource) setting(plan webhookModel, tokenWO types.String, diags *diag.Diagnostics) setting {
	s := setting{
		choice: r.session.tokens.choose(tokenArguments{appToken: plan.AppToken, appConnection: plan.AppConnection, appTokenWO: tokenWO}),
		verify: plan.VerifyDelivery.ValueBool(),
	}
	diags.Append(r.session.unusable(s.choice))
	filter, err := eventFilter(plan.EventTypes)
	if err != nil {
		diags.AddAttributeError(path.Root("event_types"), "Invalid event type", sentence(err))
	}
	s.webhook.EventTypes = filter
	return s
}

// rememberURL keeps the MAC of a write-only URL that was set.
func (s setting) rememberURL(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	if s.secretURL == "" {
		forget(ctx, private, privateURL, diags)
		return
	}
	remember(ctx, private, privateURL, s.secretURL, diags)
}

// outcome is what an apply can say of the webhook afterwards (DESIGN.md, "Nobody
// knows").
type outcome int

const (
	refused   outcome = iota // nothing changed that state tells of
	gone                     // nor will it ever be: the App Connection is dead
	uncertain                // the webhook may be the wanted one, the old one, or one that does not deliver
	done                     // the webhook is the wanted one
)

// set calls Set and, when asked to, has the service test the webhook.
func (r *webhookResource) set(ctx context.Context, s setting, diags *diag.Diagnostics) outcome {
	ctx, over := r.session.begin(ctx)
	defer over()
	token := s.choice.token
	was, err := r.session.ledger.set(ctx, token.Fingerprint(), s.instance, s.webhook, func(webhook octoeverywhere.Webhook) error {
		return r.client().SetWebhook(ctx, token, webhook)
	})
	if err != nil {
		diags.Append(setFailed(s, was, err))
		switch {
		case octoeverywhere.IsGone(err):
			return gone
		case octoeverywhere.IsAmbiguous(err) && was != putBack, s.creates && was.stays():
			return uncertain
		}
		return refused
	}
	if s.verify {
		return r.verify(ctx, s, diags)
	}
	return done
}

// verify has the service send a test notification (DESIGN.md, "Verification").
func (r *webhookResource) verify(ctx context.Context, s setting, diags *diag.Diagnostics) outcome {
	result, err := r.client().TestWebhook(ctx, s.choice.token)
	switch {
	case octoeverywhere.IsNotServed(err):
		diags.AddAttributeWarning(pathVerifyDelivery, "Delivery was not verified",
			"The webhook is set, but this server does not offer the call that tests it. "+sentence(err)+
				" Remove verify_delivery to be rid of this warning.")
		return done
	case err != nil:
		diags.Append(verifyFailed(s, err))
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
		diags.Append(notDelivered(s, result.StatusCode))
		return uncertain
	}
	return done
}
