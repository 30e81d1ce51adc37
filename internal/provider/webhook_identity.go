// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

var _ resource.ResourceWithIdentity = (*webhookResource)(nil)

// IdentitySchema: the fingerprint alone, since an identity can't change and the
// name of an App Connection can (DESIGN.md, "Import and identity").
func (r *webhookResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{
				Description:       "Fingerprint of the App Connection, as in the resource's id.",
				RequiredForImport: true,
			},
		},
	}
}

// identify gives an object of a Read, an Update or an import its identity,
// unless it has one: Terraform takes no other from them. State written before
// there were identities has none, and the framework refuses to go on without,
// so every path that succeeds comes through here.
func identify(ctx context.Context, identity *tfsdk.ResourceIdentity, id types.String, diags *diag.Diagnostics) {
	if identity.Raw.IsFullyNull() {
		identifyNew(ctx, identity, id, diags)
	}
}

// identifyNew gives a created object its identity. A replacement comes with the
// identity of the object that it replaces.
func identifyNew(ctx context.Context, identity *tfsdk.ResourceIdentity, id types.String, diags *diag.Diagnostics) {
	diags.Append(identity.SetAttribute(ctx, path.Root("id"), id)...)
}

// importTarget is the App Connection that an import asks for, by its name, by
// its fingerprint (a name wins) or by the identity, which is the fingerprint;
// and its name in the provider.
func (s tokenSet) importTarget(ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics) (choice tokenChoice, name string) {
	name = req.ID
	if name == "" {
		var id types.String
		diags.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &id)...)
		name = id.ValueString()
	}
	if _, named := s.byName[name]; req.ID == "" || !named && octoeverywhere.IsFingerprint(name) {
		held, found := s.nameOf(name)
		if !found {
			choice.label = "App Connection " + name
			if !octoeverywhere.IsFingerprint(name) { // it may be a token in the wrong place
				choice.label = "the App Connection that the identity names"
			}
			if choice.unknown = s.unknown(); !choice.unknown {
				choice.missing = diag.NewErrorDiagnostic("The provider has no such App Connection",
					fmt.Sprintf("The provider has no token of %s. %s", choice.label, s.names()))
			}
			return choice, ""
		}
		name = held
	}
	return s.choose(tokenArguments{appConnection: types.StringValue(name)}), name
}

// nameOf is the first of the names by which the provider has an App Connection.
func (s tokenSet) nameOf(fingerprint string) (name string, found bool) {
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		if token := s.byName[name]; !token.IsZero() && token.Fingerprint() == fingerprint {
			return name, true
		}
	}
	return "", false
}
