// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Read can't read the webhook, which no call of the API returns. It asks
// whether the App Connection is alive, and drops the resource when it is gone
// for good (design, rule 3). Whatever else happens, the state stays.
func (r *webhookResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state webhookModel
	resp.Diagnostics.Append(state.decode(ctx, req.State.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}

	if recall(ctx, req.Private, privateGone, &resp.Diagnostics) != "" {
		resp.Diagnostics.Append(dropped(r.session.tokens.label(state.ID.ValueString()), "The last apply was told so."))
		resp.State.RemoveResource(ctx)
		return
	}

	r.share(ctx, state, resp)
	token := r.session.tokens.holder(state.ID.ValueString(), state.AppToken)
	if token.IsZero() || r.client() == nil {
		return
	}
	call, over := r.session.begin(ctx)
	defer over()
	alive, found := r.session.probes.ask(call, r.client(), token)
	resp.Diagnostics.Append(found...)
	if !alive {
		resp.State.RemoveResource(ctx)
	}
}

// share has the webhook survive when Terraform holds several objects of its
// App Connection, all but one of which it is going to destroy: an interrupted
// run leaves such (a deposed object and its successor; a renamed resource under
// both names). The object read first is treated as ever. Any other is marked
// as sharing the webhook: if it stays it is set again, and if it goes its
// Delete calls nothing. So whichever stays has its webhook, and when all go,
// the first one's Delete is called (design, rule 6).
//
// Read has to decide, and in the state itself: Terraform plans a deposed
// object's destroy once more as it applies, and a tainted object without its
// private state. With -refresh=false nothing is decided.
func (r *webhookResource) share(ctx context.Context, state webhookModel, resp *resource.ReadResponse) {
	switch first := r.session.ledger.found(state.ID.ValueString()); {
	case !first:
		resp.Diagnostics.Append(heldTwice(state.ID.ValueString()))
		state.share()
	case state.shared():
		state.forgetTimes() // the other object is gone
	default:
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}
