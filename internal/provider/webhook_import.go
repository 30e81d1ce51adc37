// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ImportState takes an App Connection's name. Nothing can be read of the
// webhook, so all but the App Connection stays null, and the next plan sets
// it in place (design, rule 9).
func (r *webhookResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	name := types.StringValue(req.ID)
	choice := r.session.tokens.choose(tokenArguments{appConnection: name})
	switch {
	case choice.missing != nil:
		resp.Diagnostics.AddError(choice.missing.Summary(),
			choice.missing.Detail()+" A webhook is imported by the name of its App Connection in the provider's app_tokens, or \"default\" for app_token.")
		return
	case choice.unknown:
		resp.Diagnostics.Append(notKnownYet(choice.label))
		return
	}
	// Read drops what is gone, and Terraform would then only say that there is
	// "no object", and to check the region.
	if r.client() != nil {
		alive, found := r.session.answers.ask(ctx, r.client(), choice.token)
		if !alive {
			resp.Diagnostics.AddError("The App Connection is gone for good",
				choice.label+" can't be imported: OctoEverywhere answered that it is not found or revoked (603 or 604).\n\n"+adviceNeverWorked)
			return
		}
		resp.Diagnostics.Append(found...)
	}
	remember(ctx, resp.Private, privateInstance, newInstance(), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), choice.token.Fingerprint())...)
	if req.ID != defaultConnection {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("app_connection"), name)...)
	}
}
