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

// ModifyPlan decides what a plan says (DESIGN.md, "Lifecycle"). Terraform calls
// it at plan, and again at apply with what has become known since; the two must
// not contradict each other.
func (r *webhookResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	switch {
	case r.session == nil:
		return
	case req.Plan.Raw.IsNull():
		r.planDestroy(ctx, req, resp)
		return
	}

	p := webhookPlanning{
		session:  r.session,
		instance: recall[instance](ctx, req.Private, privateInstance, &resp.Diagnostics),
		heirs:    recall[map[string]heir](ctx, req.Private, privateHeirs, &resp.Diagnostics),
		setURL:   recall[string](ctx, req.Private, privateURL, &resp.Diagnostics),
	}
	// Nothing else of the configuration is looked at.
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("app_token_wo"), &p.appTokenWO)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("callback_url_wo"), &p.callbackURLWO)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &p.plan)...)
	creates := req.State.Raw.IsNull()
	if !creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &p.state)...)
		p.instance = instanceOf(p.instance.Name, p.state)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	p.choice = r.session.tokens.choose(tokenArguments{
		appToken: p.plan.AppToken, appConnection: p.plan.AppConnection, appTokenWO: p.appTokenWO,
	})

	if creates {
		p.planCreate(&resp.Diagnostics)
	} else {
		p.planUpdate(&resp.Diagnostics)
	}
	p.claim(creates, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	if p.sets {
		p.warnOfHost(&resp.Diagnostics)
		p.plan.planTimes()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &p.plan)...)
	}
	if p.sets || p.instance.Name == "" { // else private state has it all, also for a replacement's second call
		remember(ctx, resp.Private, privateInstance, p.instance, &resp.Diagnostics)
		if len(p.heirs) > 0 {
			remember(ctx, resp.Private, privateHeirs, p.heirs, &resp.Diagnostics)
		}
		remember(ctx, resp.Private, privateWriteOnly, p.writeOnlyUse(), &resp.Diagnostics)
	}
	if p.replaces {
		resp.RequiresReplace.Append(path.Root("id"))
	}
}

// webhookPlanning is the planning of one instance.
type webhookPlanning struct {
	session *session

	plan, state               webhookModel
	appTokenWO, callbackURLWO types.String // of the configuration
	choice                    tokenChoice
	setURL                    string          // MAC of the callback_url_wo that was last set
	heirs                     map[string]heir // of what was read and planned so far

	instance instance
	sets     bool // a Set is planned
	replaces bool // the App Connection is another one
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
	if p.instance.none() { // not the second call of a replacement
		p.instance = newInstance()
		// A tainted object is planned as if from nothing: which one it was is
		// not told.
		p.heirs = p.session.ledger.heldTwice()
	}
}

func (p *webhookPlanning) planUpdate(diags *diag.Diagnostics) {
	id := p.state.ID.ValueString()
	if p.choice.known() && p.choice.token.Fingerprint() != id {
		p.planReplace(diags)
		return
	}
	// Whatever is still unknown about the token, the object stays: Terraform
	// itself refuses an apply in place that turns out to be of another one.
	p.plan.ID = p.state.ID
	if p.choice.unknown {
		diags.AddAttributeWarning(p.choice.at, "The token is not known yet",
			fmt.Sprintf("The token of %s comes from something that this apply changes, so it can't be told yet whether it is still that of App Connection %s. "+
				"If it is not, the next plan replaces the webhook: plan again after this apply.", p.choice.label, id))
	}

	_, shared := p.heirs[id]
	urlChanged := p.secretURLChanged(diags)
	p.sets = urlChanged || shared || !p.sameArguments() || p.state.renewalDue(p.session.now())
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
// deleted, the new one's is set.
func (p *webhookPlanning) planReplace(diags *diag.Diagnostics) {
	id := p.state.ID.ValueString()
	p.replaces, p.sets = true, true
	p.plan.ID = types.StringUnknown()
	diags.AddAttributeWarning(p.choice.at, "The token is of another App Connection",
		fmt.Sprintf("The webhook in state belongs to the App Connection %s; %s is %s now. A webhook can't move, so it is replaced.\n\n"+
			"If Terraform ends with \"Provider produced inconsistent final plan\": the token changed between plan and apply, and nothing was sent. Plan again.",
			id, p.choice.label, p.choice.token.Fingerprint()))
	if keeps, kept := p.session.ledger.leave(id, p.instance); kept {
		p.inherit(id, keeps)
	} else if p.session.tokens.holder(id, p.state.AppToken).IsZero() && !p.session.tokens.unknown() {
		diags.Append(leftBehind(p.state))
	}
}

// inherit has this object leave the webhook of an App Connection to another.
func (p *webhookPlanning) inherit(fingerprint string, keeps heir) {
	if p.heirs == nil {
		p.heirs = map[string]heir{}
	}
	p.heirs[fingerprint] = keeps
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

// secretURLChanged compares callback_url_wo with what was last set, and warns,
// since the difference is in no plan. Unknown counts as changed: Terraform drops
// the update when the value proves the same. Where no token is at hand it can't
// be told, and nothing is planned (DESIGN.md, "Write-only").
func (p *webhookPlanning) secretURLChanged(diags *diag.Diagnostics) bool {
	url, at := p.callbackURLWO, path.Root("callback_url_wo")
	if url.IsNull() || !p.plan.CallbackURL.IsNull() {
		return false
	}
	if url.IsUnknown() {
		diags.AddAttributeWarning(at, "callback_url_wo is not known yet",
			"If it proves to be the URL that was last set, nothing is done.")
		return true
	}
	token := p.choice.token
	if token.IsZero() {
		token = p.session.tokens.holder(p.state.ID.ValueString(), p.state.AppToken)
	}
	switch {
	case token.IsZero(), p.setURL != "" && token.MAC(url.ValueString()) == p.setURL:
		return false
	case p.setURL != "", !p.state.CallbackURL.IsNull() && p.state.CallbackURL.ValueString() != url.ValueString():
		diags.AddAttributeWarning(at, "callback_url_wo is another URL than the one last set",
			"Write-only values are not part of a plan, so the difference shows only in configured_at and expires_at. Applying sets the webhook to the new URL.")
	}
	return true
}

// writeOnlyUse is which write-only arguments a plan counts on.
type writeOnlyUse struct {
	Token bool `json:"token"`
	URL   bool `json:"url"`
}

func (p *webhookPlanning) writeOnlyUse() writeOnlyUse {
	return writeOnlyUse{Token: !p.appTokenWO.IsNull(), URL: !p.callbackURLWO.IsNull()}
}

// claim enters the instance in the ledger, which knows whether another one of
// the same App Connection was planned.
func (p *webhookPlanning) claim(creates bool, diags *diag.Diagnostics) {
	fingerprint := p.state.ID.ValueString()
	if p.choice.known() {
		fingerprint = p.choice.token.Fingerprint()
	}
	if fingerprint == "" {
		return // only apply will know; the ledger refuses a second Set then
	}
	granted, mustSet := p.session.ledger.claim(fingerprint, claim{
		by: p.instance, heir: heir{Sets: p.sets, Webhook: p.plan.webhook()}, replaces: p.replaces, creates: creates,
	})
	if !granted {
		diags.Append(twoWebhooks(p.choice, fingerprint))
		return
	}
	if mustSet {
		p.sets = true
		diags.AddAttributeWarning(p.choice.at, "The webhook is set again",
			fmt.Sprintf("Terraform holds another object for App Connection %s, which it destroys. Setting the webhook again makes sure that it stays as configured here.", fingerprint))
	}
	if creates {
		// Terraform hands what is planned here to the Delete of the object that
		// this one replaces.
		p.inherit(fingerprint, heir{Sets: true})
	}
}

// warnOfHost speaks up where the service could never reach the URL.
func (p *webhookPlanning) warnOfHost(diags *diag.Diagnostics) {
	at, url := "callback_url", p.plan.CallbackURL
	if url.IsNull() {
		at, url = "callback_url_wo", p.callbackURLWO
	}
	if host, private := privateHost(url.ValueString()); private {
		diags.AddAttributeWarning(path.Root(at), "OctoEverywhere can't reach this URL",
			fmt.Sprintf("OctoEverywhere calls the URL from the internet, where %q leads nowhere or to another machine. "+
				"The webhook can be set all the same, but no notification will arrive. Use a host that the internet can reach.", host))
	}
}

// planDestroy warns of what a destroy leaves behind, and keeps it from taking
// the webhook away from another instance.
func (r *webhookResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state webhookModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	known := recall[instance](ctx, req.Private, privateInstance, &resp.Diagnostics)
	heirs := recall[map[string]heir](ctx, req.Private, privateHeirs, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	_, noted := heirs[id] // by Read: Terraform plans a deposed object's destroy once more as it applies
	keeps, kept := r.session.ledger.leave(id, instanceOf(known.Name, state))
	switch {
	case kept:
		remember(ctx, resp.Private, privateHeirs, map[string]heir{id: keeps}, &resp.Diagnostics)
		if !keeps.Sets && !noted && !r.session.ledger.wasRead(id) {
			resp.Diagnostics.Append(notRefreshed(id))
		}
	case r.session.tokens.holder(id, state.AppToken).IsZero() && !r.session.tokens.unknown():
		resp.Diagnostics.Append(leftBehind(state))
	}
}
