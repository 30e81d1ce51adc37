// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// Delete removes the webhook where the server can, and says so where it can't
// (DESIGN.md, "Delete"). In a replacement its private state is what was planned
// for the new object.
func (r *webhookResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state webhookModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	known := recall[instance](ctx, req.Private, privateInstance, &resp.Diagnostics)
	heirs := recall[map[string]heir](ctx, req.Private, privateHeirs, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	keeps, kept := heirs[id]
	if kept && keeps.Sets { // the heir's Set replaces the webhook
		if passed, err := r.session.ledger.pass(ctx, id); err != nil {
			resp.Diagnostics.Append(deleteFailed(id, err))
		} else if !passed {
			resp.Diagnostics.Append(leftAsItIs(id))
		}
		return
	}
	if kept && keeps.Webhook == nil {
		resp.Diagnostics.Append(leftToAnother(id))
		return
	}
	token := r.session.tokens.holder(id, state.AppToken)
	switch {
	case token.IsZero() && r.session.tokens.unknown(), r.client() == nil:
		resp.Diagnostics.Append(notKnownYet("App Connection " + id))
		return
	case token.IsZero():
		resp.Diagnostics.Append(leftBehind(state))
		return
	}

	call, over := r.session.begin(ctx)
	defer over()
	if kept {
		err := r.session.ledger.giveBack(call, id, func() error { return r.client().SetWebhook(call, token, *keeps.Webhook) })
		if err != nil && !octoeverywhere.IsGone(err) {
			resp.Diagnostics.Append(giveBackFailed(id, err))
		}
		return
	}
	why, err := r.session.ledger.delete(call, id, instanceOf(known.Name, state), state.webhook(), func() error { return r.client().DeleteWebhook(call, token) })
	switch {
	case why == leftToOwner:
		resp.Diagnostics.Append(leftToAnother(id))
	case why == leftRefused:
		resp.Diagnostics.Append(leftAsItIs(id))
	case err == nil, octoeverywhere.IsGone(err):
	case octoeverywhere.IsNotServed(err):
		resp.Diagnostics.Append(notDeletable(state, err))
	default:
		resp.Diagnostics.Append(deleteFailed(id, err))
		if octoeverywhere.IsAmbiguous(err) { // whoever keeps the resource after all gets its webhook set again
			state.forgetTimes()
			resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		}
	}
}
