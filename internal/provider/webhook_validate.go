// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// ValidateConfig checks what no argument can be wrong about alone. The
// validators library says the same with path expressions, which took most of a
// validation's time; Terraform validates every instance twice a plan.
func (r *webhookResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config webhookModel
	resp.Diagnostics.Append(config.decode(ctx, req.Config.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}

	const exactlyOneURL = "Exactly one of these arguments must be set: callback_url, callback_url_wo."
	switch urls, unknown := given(config.CallbackURL, config.CallbackURLWO); {
	case urls > 1:
		resp.Diagnostics.AddAttributeError(path.Root("callback_url"), "Invalid Attribute Combination", exactlyOneURL)
	case urls+unknown == 0:
		resp.Diagnostics.AddError("Invalid Attribute Combination", exactlyOneURL)
	}
	if tokens, _ := given(config.AppConnection, config.AppToken, config.AppTokenWO); tokens > 1 {
		resp.Diagnostics.AddAttributeError(chosenBy(config), "Invalid Attribute Combination",
			"Only one of these arguments can be set, since each says which App Connection is meant: app_connection, app_token, app_token_wo.")
	}
}

// chosenBy is the first argument that chooses an App Connection.
func chosenBy(config webhookModel) path.Path {
	if !config.AppConnection.IsNull() {
		return path.Root("app_connection")
	}
	return path.Root("app_token")
}

// given counts the values that are set, and those that may yet prove null.
func given(values ...attr.Value) (set, unknown int) {
	for _, value := range values {
		switch {
		case value.IsUnknown():
			unknown++
		case !value.IsNull():
			set++
		}
	}
	return set, unknown
}
