// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

var (
	_ resource.ResourceWithConfigure        = (*webhookResource)(nil)
	_ resource.ResourceWithConfigValidators = (*webhookResource)(nil)
	_ resource.ResourceWithImportState      = (*webhookResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*webhookResource)(nil)
)

// webhookResource is octoeverywhere_notification_webhook: the one webhook of
// an App Connection. Its files: webhook_schema.go (arguments), webhook_plan.go
// (what a plan says), webhook_set.go (Create and Update), webhook_read.go,
// webhook_delete.go, webhook_import.go, webhook_private.go (what it remembers
// beside the state), webhook_instance.go (how it knows an instance again).
type webhookResource struct {
	session *session // nil while Terraform validates
}

func newWebhookResource() resource.Resource { return &webhookResource{} }

func (r *webhookResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_notification_webhook"
}

func (r *webhookResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *webhookResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.ExactlyOneOf(path.MatchRoot("callback_url"), path.MatchRoot("callback_url_wo")),
		resourcevalidator.Conflicting(path.MatchRoot("app_connection"), path.MatchRoot("app_token"), path.MatchRoot("app_token_wo")),
	}
}

// client is nil while the provider's configuration is not known.
func (r *webhookResource) client() *octoeverywhere.Client { return r.session.client }
