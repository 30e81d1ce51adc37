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
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}

	if recall(ctx, req.Private, privateGone, &resp.Diagnostics) != "" {
		resp.Diagnostics.Append(dropped(state.ID.ValueString(), "The last apply was told so."))
		resp.State.RemoveResource(ctx)
		return
	}

	token := r.session.tokens.holder(state.ID.ValueString(), state.AppToken)
	if token.IsZero() || r.client() == nil {
		return
	}
	alive, found := r.session.probes.ask(ctx, r.client(), token)
	resp.Diagnostics.Append(found...)
	if !alive {
		resp.State.RemoveResource(ctx)
	}
}
