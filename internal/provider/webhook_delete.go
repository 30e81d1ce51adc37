// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// Delete removes the webhook where the server can, and says so where it can't
// (design, rule 5).
func (r *webhookResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state webhookModel
	resp.Diagnostics.Append(state.decode(ctx, req.State.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	if state.shared() || recall(ctx, req.Private, privateKeep, &resp.Diagnostics) != "" {
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
	kept, err := r.session.ledger.delete(call, id, func() error { return r.client().DeleteWebhook(call, token) })
	switch {
	case kept:
		resp.Diagnostics.Append(leftToAnother(id))
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
