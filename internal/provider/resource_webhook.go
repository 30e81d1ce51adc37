// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
)

var (
	_ resource.ResourceWithConfigure        = (*webhookResource)(nil)
	_ resource.ResourceWithConfigValidators = (*webhookResource)(nil)
	_ resource.ResourceWithIdentity         = (*webhookResource)(nil)
	_ resource.ResourceWithImportState      = (*webhookResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*webhookResource)(nil)
)

// webhookResource is octoeverywhere_notification_webhook: the one webhook of an
// App Connection. It reads on in resource_webhook_schema.go (arguments and
// times), resource_webhook_plan.go, resource_webhook_apply.go (Create, Update,
// Delete) and resource_webhook_read.go (Read, import, private state).
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
		resourcevalidator.Conflicting(path.MatchRoot("callback_url"), path.MatchRoot("callback_url_wo_version")),
		resourcevalidator.Conflicting(path.MatchRoot("app_connection"), path.MatchRoot("app_token")),
	}
}

// IdentitySchema has only the fingerprint, since an identity can't change and
// the name of an App Connection can (DESIGN.md, "Import and identity").
func (r *webhookResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{
				Description:       "Fingerprint of the App Connection, the same as the resource's id.",
				RequiredForImport: true,
			},
		},
	}
}
