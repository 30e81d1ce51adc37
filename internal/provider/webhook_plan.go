// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ModifyPlan decides what a plan says. Terraform calls it at plan, and again
// at apply with what has become known since; the two must not contradict each
// other. The design's lifecycle rules 1, 5, 6, 7 and 8 are carried out here.
func (r *webhookResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.session == nil {
		return
	}
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}

	p := webhookPlanning{session: r.session}
	resp.Diagnostics.Append(p.config.decode(ctx, req.Config.Raw)...)
	resp.Diagnostics.Append(p.plan.decode(ctx, req.Plan.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}
	p.choice = r.session.tokens.choose(p.config.tokenArguments())

	if req.State.Raw.IsNull() {
		// A replacement's second call comes with the nonce of its first.
		p.nonce = recall(ctx, req.Private, privateNonce, &resp.Diagnostics)
		p.planCreate(&resp.Diagnostics)
	} else {
		resp.Diagnostics.Append(p.state.decode(ctx, req.State.Raw)...)
		if resp.Diagnostics.HasError() {
			return
		}
		p.setURL = recall(ctx, req.Private, privateURL, &resp.Diagnostics)
		p.planUpdate(&resp.Diagnostics)
	}
	if p.nonce == "" {
		p.nonce = newNonce()
	}
	p.claim(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p.warnOfHost(&resp.Diagnostics)

	remember(ctx, resp.Private, privateNonce, p.nonce, &resp.Diagnostics)
	if p.sets {
		p.plan.planTimes()
		planned, diags := p.plan.withComputed(ctx, req.Plan.Raw)
		resp.Diagnostics.Append(diags...)
		resp.Plan.Raw = planned
	}
	if p.replaces {
		resp.RequiresReplace.Append(path.Root("id"))
		if r.session.ledger.leave(p.state.ID.ValueString()) {
			remember(ctx, resp.Private, privateKeep, "yes", &resp.Diagnostics)
		}
	}
}

// webhookPlanning is the planning of one instance.
type webhookPlanning struct {
	session *session

	config, plan, state webhookModel
	choice              tokenChoice
	setURL              string // MAC of the callback_url_wo that was last set

	nonce    string // names the instance in the ledger
	sets     bool   // a Set is planned
	replaces bool   // the App Connection is another one
}

// planCreate plans the only thing a Create is: a Set. The id stays unknown,
// since a write-only or provider token may be another one at apply, and
// Terraform would hold a known id against it after the old object is gone.
func (p *webhookPlanning) planCreate(diags *diag.Diagnostics) {
	p.sets = true
	p.plan.ID = types.StringUnknown()
	if p.choice.missing != nil {
		diags.Append(p.choice.missing)
	}
}

func (p *webhookPlanning) planUpdate(diags *diag.Diagnostics) {
	if p.choice.known() && p.choice.token.Fingerprint() != p.state.ID.ValueString() {
		p.planReplace(diags)
		return
	}
	// Whatever is still unknown about the token, the object stays: Terraform
	// itself refuses an apply in place that turns out to be of another one.
	p.plan.ID = p.state.ID

	urlChanged := p.secretURLChanged()
	p.sets = urlChanged || !p.sameArguments() || p.state.renewalDue(p.session.now())
	if urlChanged {
		diags.AddAttributeWarning(path.Root("callback_url_wo"), "callback_url_wo is another URL than the one last set",
			"Write-only values are not part of a plan, so the difference shows only in configured_at and expires_at. Applying sets the webhook to the new URL.")
	}
	switch {
	case p.choice.missing == nil:
	case p.sets:
		diags.Append(diag.WithPath(p.choice.at, diag.NewErrorDiagnostic(p.choice.missing.Summary(),
			p.choice.missing.Detail()+" The webhook is to be set, which needs the token; a destroy without it works with -refresh=false.")))
	default:
		// Not an error: Terraform plans before it destroys, too.
		diags.Append(diag.WithPath(p.choice.at, diag.NewWarningDiagnostic(p.choice.missing.Summary(),
			p.choice.missing.Detail()+" Nothing is to be changed now, so this plan goes on; but the webhook is neither checked nor renewed.")))
	}
}

// planReplace plans the webhook of another App Connection: the old one's is
// deleted, the new one's is set (design, rule 1).
func (p *webhookPlanning) planReplace(diags *diag.Diagnostics) {
	p.replaces, p.sets = true, true
	p.plan.ID = types.StringUnknown()
	diags.AddAttributeWarning(p.choice.at, "The token is of another App Connection",
		fmt.Sprintf("The webhook in state belongs to the App Connection %s; %s is %s now. A webhook can't move, so it is replaced.\n\n"+
			"If Terraform ends with \"Provider produced inconsistent final plan\": the token changed between plan and apply, and nothing was sent. Plan again.",
			p.state.ID.ValueString(), p.choice.label, p.choice.token.Fingerprint()))
	if p.session.tokens.holder(p.state.ID.ValueString(), p.state.AppToken).IsZero() && !p.session.tokens.unknown() {
		diags.Append(leftBehind(p.state))
	}
}

// sameArguments compares what a person writes. Null against a default after
// import counts as a change, rightly: such a webhook is yet to be set.
func (p *webhookPlanning) sameArguments() bool {
	return p.plan.CallbackURL.Equal(p.state.CallbackURL) &&
		p.plan.EventTypes.Equal(p.state.EventTypes) &&
		p.plan.AppConnection.Equal(p.state.AppConnection) &&
		p.plan.AppToken.Equal(p.state.AppToken) &&
		p.plan.Triggers.Equal(p.state.Triggers) &&
		p.plan.RenewBeforeDays.Equal(p.state.RenewBeforeDays) &&
		p.plan.VerifyDelivery.Equal(p.state.VerifyDelivery)
}

// secretURLChanged compares callback_url_wo with what was last set. Unknown
// counts as changed: Terraform drops the update when the value proves the same.
func (p *webhookPlanning) secretURLChanged() bool {
	switch {
	case p.config.CallbackURLWO.IsNull():
		return false
	case p.config.CallbackURLWO.IsUnknown():
		return true
	}
	token := p.choice.token
	if token.IsZero() {
		token = p.session.tokens.holder(p.state.ID.ValueString(), p.state.AppToken)
	}
	if token.IsZero() {
		return false // can't be told without the token; the design plans nothing (rule 7)
	}
	return token.MAC(p.config.CallbackURLWO.ValueString()) != p.setURL
}

// claim enters the instance in the ledger, which knows whether another one of
// the same App Connection was planned.
func (p *webhookPlanning) claim(diags *diag.Diagnostics) {
	fingerprint := p.state.ID.ValueString()
	if p.choice.known() {
		fingerprint = p.choice.token.Fingerprint()
	}
	if fingerprint == "" {
		return // only apply will know; the ledger refuses a second Set then
	}
	granted, mustSet := p.session.ledger.claim(fingerprint, p.nonce, p.sets)
	if !granted {
		diags.Append(twoWebhooks(p.choice.at, fingerprint))
		return
	}
	if mustSet {
		p.sets = true
		diags.AddAttributeWarning(p.choice.at, "The webhook is set again",
			fmt.Sprintf("Terraform holds another object for App Connection %s, which it destroys. Setting the webhook again makes sure that it stays as configured here.", fingerprint))
	}
}

// warnOfHost speaks up where the service could never reach the URL.
func (p *webhookPlanning) warnOfHost(diags *diag.Diagnostics) {
	if !p.sets {
		return
	}
	for at, url := range map[string]types.String{"callback_url": p.config.CallbackURL, "callback_url_wo": p.config.CallbackURLWO} {
		if url.IsNull() || url.IsUnknown() {
			continue
		}
		if reason, unreachable := unreachableHost(url.ValueString()); unreachable {
			diags.AddAttributeWarning(path.Root(at), "OctoEverywhere can't reach this URL",
				"OctoEverywhere calls the URL from the internet, and "+reason+". The webhook can be set all the same, but no notification will arrive. "+
					"Use a host that the internet can reach.")
		}
	}
}

// planDestroy warns of what a destroy leaves behind, and keeps it from taking
// the webhook away from another instance.
func (r *webhookResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state webhookModel
	resp.Diagnostics.Append(state.decode(ctx, req.State.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	if r.session.ledger.leave(id) {
		remember(ctx, resp.Private, privateKeep, "yes", &resp.Diagnostics)
		return
	}
	if r.session.tokens.holder(id, state.AppToken).IsZero() && !r.session.tokens.unknown() {
		resp.Diagnostics.Append(leftBehind(state))
	}
}
