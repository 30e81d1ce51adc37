// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Read can't read the webhook, which no call of the API returns. It asks
// whether the App Connection is alive, and drops the resource when it is gone
// for good (DESIGN.md, "Asking"). Whatever else happens, the state stays.
func (r *webhookResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state webhookModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}

	identify(ctx, resp.Identity, state.ID, &resp.Diagnostics)
	if recall[string](ctx, req.Private, privateGone, &resp.Diagnostics) != "" {
		resp.Diagnostics.Append(dropped(r.session.tokens.label(state.ID.ValueString()), "The last apply was told so."))
		resp.State.RemoveResource(ctx)
		return
	}

	r.share(ctx, state, req, resp)
	token := r.session.tokens.holder(state.ID.ValueString(), state.AppToken)
	if token.IsZero() || r.client() == nil {
		return
	}
	alive, found := r.session.answers.ask(ctx, r.client(), token)
	resp.Diagnostics.Append(found...)
	if !alive {
		resp.State.RemoveResource(ctx)
	}
}

// share has the webhook survive when Terraform holds several objects of its
// App Connection, all but one of which it is going to destroy: an interrupted
// run leaves such (a deposed object and its successor; a renamed resource under
// both names). The object read first is treated as ever. Any other notes the
// first as its heir: if it stays it is set again, and if it goes its Delete
// leaves the webhook to the heir. So whichever stays has its webhook, and when
// all go, the first one's Delete is called (DESIGN.md, "One webhook").
//
// Read has to decide, since Terraform plans a deposed object's destroy once
// more as it applies, when nobody has read the other object.
func (r *webhookResource) share(ctx context.Context, state webhookModel, req resource.ReadRequest, resp *resource.ReadResponse) {
	id := state.ID.ValueString()
	known := recall[instance](ctx, req.Private, privateInstance, &resp.Diagnostics)
	noted := recall[map[string]heir](ctx, req.Private, privateHeirs, &resp.Diagnostics)
	first, twice := r.session.ledger.found(id, instanceOf(known.Name, state), heir{Webhook: state.webhook()})
	switch {
	case twice:
		resp.Diagnostics.Append(heldTwice(id))
		remember(ctx, resp.Private, privateHeirs, map[string]heir{id: first}, &resp.Diagnostics)
	case len(noted) > 0: // the other object is gone
		forget(ctx, resp.Private, privateHeirs, &resp.Diagnostics)
		state.forgetTimes()
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}
