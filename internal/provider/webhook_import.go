// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ImportState takes an App Connection's name, fingerprint or identity. Nothing
// can be read of the webhook, so all but the App Connection stays null, and the
// next plan sets it in place (DESIGN.md, "Import and identity").
func (r *webhookResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	choice, name := r.session.tokens.importTarget(ctx, req, &resp.Diagnostics)
	switch {
	case choice.missing != nil:
		resp.Diagnostics.AddError(choice.missing.Summary(),
			choice.missing.Detail()+" A webhook is imported by the name of its App Connection in the provider's app_tokens, or \"default\" for app_token, or by the fingerprint of its token.")
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
	id := types.StringValue(choice.token.Fingerprint())
	identify(ctx, resp.Identity, id, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	if name != defaultConnection {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("app_connection"), name)...)
	}
}
