// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/appconnection"
)

// ModifyPlan decides what a plan says (DESIGN.md, "Lifecycle"). Terraform calls
// it at plan, and again at apply with what has become known since; the two must
// not contradict each other.
func (r *webhookResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.session == nil {
		return
	}
	p := webhookPlan{session: r.session, diags: &resp.Diagnostics, private: readPrivate(ctx, req.Private, &resp.Diagnostics)}
	creates, destroys := req.State.Raw.IsNull(), req.Plan.Raw.IsNull()
	if !creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &p.state)...)
	}
	if !destroys {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("callback_url_wo"), &p.callbackURLWO)...)
		resp.Diagnostics.Append(req.Plan.Get(ctx, &p.plan)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	switch {
	case destroys:
		p.leave()
	case creates:
		p.create(ctx)
	default:
		p.update(ctx)
	}
	if !destroys {
		p.reserve(creates)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	p.private.URLIgnored = !creates && p.sets && p.plan.CallbackURL.IsNull() && p.callbackURLWO.IsNull()
	p.private.write(ctx, resp.Private, &resp.Diagnostics)
	if p.sets {
		p.warnOfHost()
		p.plan.planTimes()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &p.plan)...)
	}
	if p.replaces {
		resp.RequiresReplace.Append(path.Root("id"))
	}
}

// webhookPlan is the plan of one object.
type webhookPlan struct {
	session *session
	diags   *diag.Diagnostics
	private privateState

	plan, state   webhookModel
	callbackURLWO types.String // of the configuration, ignore_changes applied
	choice        choice

	sets     bool // the webhook is to be set
	replaces bool // the App Connection is another one
}

// create plans the only thing that a Create does: a Set. The id stays unknown,
// since the provider's token may be another one at apply, and Terraform would
// notice a known id only after the old object is gone.
func (p *webhookPlan) create(ctx context.Context) {
	p.sets = true
	p.plan.ID = types.StringUnknown()
	p.choice = p.session.choose(p.plan.AppToken, p.plan.AppConnection)
	if p.choice.err != nil {
		p.diags.Append(noToken(p.choice))
		return
	}
	if p.private.Name != "" { // the second call of a replacement
		if p.private.Connection != p.choice.token.Fingerprint() {
			p.session.webhooks.Release(p.private.Connection, p.private.Name)
		}
		return
	}
	// A tainted object is planned as if from nothing, so which one goes is not
	// told (DESIGN.md, "Workarounds").
	p.private.Name = rand.Text()
	p.private.Kept = p.session.webhooks.Shared()
	p.checkStatus(ctx)
}

func (p *webhookPlan) update(ctx context.Context) {
	id := p.state.ID.ValueString()
	p.choice = p.session.choose(p.plan.AppToken, p.plan.AppConnection)
	if p.private.Name == "" {
		p.private.Name = rand.Text()
	}
	p.private.Connection = id
	if p.choice.known() && p.choice.token.Fingerprint() != id {
		p.replace(ctx)
		return
	}
	// Whatever is still unknown about the token, the object stays: Terraform
	// itself refuses an apply in place that turns out to be of another one.
	p.plan.ID = p.state.ID
	if !p.choice.known() && p.choice.err == nil {
		p.diags.AddAttributeWarning(p.choice.at, "The token is unknown during plan", fmt.Sprintf(
			"The token of %s depends on something that is not known yet. If it belongs to another App Connection than %s afterwards, the next plan replaces the webhook. Plan again after this apply.", p.choice.label, id))
	}
	_, shared := p.private.Kept[id]
	urlChanged := p.secretURLChanged()
	p.sets = urlChanged || shared || !p.sameArguments() || p.state.renewalDue(p.session.now())
	if p.choice.err != nil {
		p.withoutToken()
	}
}

// withoutToken plans an object whose configuration chooses no token that the
// provider has. It is an error only where the webhook is to be set: Terraform
// plans before it destroys, too.
func (p *webhookPlan) withoutToken() {
	id := p.state.ID.ValueString()
	missing := noToken(p.choice)
	if p.sets {
		p.diags.Append(diag.WithPath(p.choice.at, diag.NewErrorDiagnostic(missing.Summary(), join(missing.Detail(),
			"The webhook must be set, which needs the token; a destroy without it works with -refresh=false."))))
		return
	}
	now := "This plan changes nothing, but without the token the webhook is neither checked nor renewed."
	if !p.session.tokens.Find(id, p.state.AppToken.ValueString()).IsZero() {
		now = fmt.Sprintf("The provider has the token of the webhook in the state as %s: choose that name.", p.session.tokens.Label(id))
	}
	p.diags.Append(diag.WithPath(p.choice.at, diag.NewWarningDiagnostic(missing.Summary(), join(missing.Detail(), now))))
}

// replace plans the webhook of another App Connection: the old one's is deleted,
// the new one's is set.
func (p *webhookPlan) replace(ctx context.Context) {
	p.replaces, p.sets = true, true
	p.plan.ID = types.StringUnknown()
	p.diags.AddAttributeWarning(p.choice.at, "The webhook moves to another App Connection", fmt.Sprintf(
		"The webhook in the state belongs to App Connection %s, and the token is that of %s, so the resource is replaced. "+
			`If Terraform ends with "Provider produced inconsistent final plan", the token changed between plan and apply, and nothing was sent: plan again.`,
		p.state.ID.ValueString(), p.choice.label))
	p.checkStatus(ctx)
	p.leave()
}

// leave plans that the object of the state goes. Where another object keeps the
// webhook, private state tells its Delete.
func (p *webhookPlan) leave() {
	id := p.state.ID.ValueString()
	switch successor := p.session.webhooks.Leave(id, p.state.object(p.private.Name), p.private.successor(id)); {
	case successor != nil:
		p.private.keep(id, *successor)
	case p.replaces && !p.session.webhooks.WasRead(id):
		// An apply plans an update again, reads nothing, and refuses a token that
		// has become another one. Should it come to a Delete, that warns.
	case p.session.tokens.Find(id, p.state.AppToken.ValueString()).IsZero() && !p.session.tokens.Unknown():
		p.private.Undeleted = true
		p.diags.AddWarning("The webhook will not be deleted", fmt.Sprintf(
			"The token of App Connection %s is neither in the state nor in the provider. The webhook will be removed from the state, but not deleted: %s To have it deleted, add the token to app_tokens, under any name, and plan again.",
			id, deliveriesGoOn(p.state)))
	}
}

// checkStatus checks the App Connection that the object is to have: a Create of
// an invalid one is going to fail, and a webhook that works is not given up for
// one that can't.
func (p *webhookPlan) checkStatus(ctx context.Context) {
	if !p.choice.known() {
		return
	}
	status, checked := p.session.statuses.Check(ctx, p.choice.token)
	switch {
	case !checked:
	case status.Gone() && p.replaces:
		summary, detail := gone(p.choice.label, status.Err, false, "The existing webhook is not replaced by one that can't work.")
		p.diags.AddAttributeError(p.choice.at, summary, detail)
	case status.Gone() && p.session.statuses.FirstReport("gone: "+p.choice.label):
		summary, detail := gone(p.choice.label, status.Err, false, "The apply will fail for this webhook and continue with the others.")
		p.diags.AddAttributeWarning(p.choice.at, summary, detail)
	case status.Name() == "not_supporter":
		p.diags.Append(paused(p.choice.label))
	}
}

// sameArguments compares what a person writes. Null against a default after
// import counts as a change, rightly: such a webhook is yet to be set.
func (p *webhookPlan) sameArguments() bool {
	return p.plan.CallbackURL.Equal(p.state.CallbackURL) &&
		p.plan.CallbackURLWOVersion.Equal(p.state.CallbackURLWOVersion) &&
		p.plan.EventTypes.Equal(p.state.EventTypes) &&
		p.plan.AppConnection.Equal(p.state.AppConnection) &&
		p.plan.AppToken.Equal(p.state.AppToken) &&
		p.plan.Triggers.Equal(p.state.Triggers) &&
		p.plan.RenewBeforeDays.Equal(p.state.RenewBeforeDays) &&
		p.plan.VerifyDelivery.Equal(p.state.VerifyDelivery)
}

// secretURLChanged compares callback_url_wo with what was last set, unless its
// version says when it changes. It warns, since no plan shows the difference. An
// unknown URL counts as changed: Terraform drops the update when the value
// proves the same. Without a token it can't be told, and nothing is planned
// (DESIGN.md, "Write-only").
func (p *webhookPlan) secretURLChanged() bool {
	url, at := p.callbackURLWO, path.Root("callback_url_wo")
	if url.IsNull() || !p.plan.CallbackURL.IsNull() || !p.plan.CallbackURLWOVersion.IsNull() {
		return false
	}
	if url.IsUnknown() {
		p.diags.AddAttributeWarning(at, "callback_url_wo is unknown during plan", "The webhook is set if the URL differs from the one last set.")
		return true
	}
	token := p.choice.token
	if token.IsZero() {
		token = p.session.tokens.Find(p.state.ID.ValueString(), p.state.AppToken.ValueString())
	}
	switch {
	case token.IsZero(), token.MAC(url.ValueString()) == p.private.URL:
		return false
	case p.private.URL == "" && !p.session.private && p.session.statuses.FirstReport("no private state"):
		p.diags.AddAttributeWarning(at, "callback_url_wo is set on each apply",
			"This host keeps no private state, in which the provider would find whether the URL has changed. Set callback_url_wo_version to say when it changes.")
	case p.private.URL != "", !p.state.CallbackURL.IsNull() && p.state.CallbackURL.ValueString() != url.ValueString():
		p.diags.AddAttributeWarning(at, "callback_url_wo has changed",
			"A plan can't show write-only values, only that configured_at and expires_at change. Applying sets the new URL. If the value is new in every run, set callback_url_wo_version.")
	}
	return true
}

// reserve enters the object in the coordination of webhooks, which knows whether
// another one of the same App Connection was planned.
func (p *webhookPlan) reserve(creates bool) {
	fingerprint := p.state.ID.ValueString()
	if p.choice.known() {
		fingerprint = p.choice.token.Fingerprint()
	}
	if fingerprint == "" {
		return // only the apply will know; a second Set is refused then
	}
	object := p.state.object(p.private.Name)
	object.Webhook = p.plan.webhook()
	object.Sets = p.sets && !p.callbackURLWO.IsUnknown() // else it may have nothing to set after all
	mustSet, err := p.session.webhooks.Reserve(fingerprint, object)
	if err != nil {
		p.diags.Append(duplicate(p.choice))
		return
	}
	if mustSet && !p.sets {
		p.sets = true
		p.diags.AddAttributeWarning(p.choice.at, "The webhook is set again", fmt.Sprintf(
			"Terraform also destroys another object for App Connection %s. Setting the webhook again makes sure that this one remains.", fingerprint))
	}
	if creates {
		// Terraform hands this private state to the Delete of an object that
		// this one replaces.
		p.private.keep(fingerprint, appconnection.Successor{})
	}
}

// warnOfHost warns of a URL that the service can't reach.
func (p *webhookPlan) warnOfHost() {
	at, url := "callback_url", p.plan.CallbackURL
	if url.IsNull() {
		at, url = "callback_url_wo", p.callbackURLWO
	}
	if host, private := privateHost(url.ValueString()); private {
		p.diags.AddAttributeWarning(path.Root(at), "OctoEverywhere can't reach this URL", fmt.Sprintf(
			"The host %q is private or reserved, and OctoEverywhere calls from the internet. The webhook can be set, but no notifications will arrive. Use a public host name.", host))
	}
}
