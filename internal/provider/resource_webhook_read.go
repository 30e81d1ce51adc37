// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/appconnection"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// Read can't read the webhook, which no call of the API returns. It checks
// whether the App Connection is valid, and drops the resource when it is gone
// for good (DESIGN.md, "Status checks"). Whatever else happens, the state stays.
func (r *webhookResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state webhookModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := readPrivate(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	identify(ctx, resp.Identity, types.StringValue(id), &resp.Diagnostics)
	if id == "" { // hosts other than Terraform look first whether an object exists
		resp.State.RemoveResource(ctx)
		return
	}
	label := r.session.tokens.Label(id)
	if private.Gone != nil {
		r.drop(ctx, label, private.Gone.Summary, private.Gone.Detail, resp)
		return
	}
	r.readShared(ctx, state, private, resp)

	token := r.session.tokens.Find(id, state.AppToken.ValueString())
	if token.IsZero() {
		return
	}
	status, checked := r.session.statuses.Check(ctx, token)
	switch {
	case !checked, interrupted(status.Err):
	case status.Gone():
		summary, detail := gone(label, status.Err, true, "Its webhook was removed from the state.")
		r.drop(ctx, label, summary, detail, resp)
	default:
		resp.Diagnostics.Append(r.session.doubt(label, status))
	}
}

// drop removes the resource from the state, with a warning.
func (r *webhookResource) drop(ctx context.Context, label, summary, detail string, resp *resource.ReadResponse) {
	if r.session.statuses.FirstReport("gone: " + label) {
		resp.Diagnostics.AddWarning(summary, detail+" Or remove the resource from the configuration.")
	}
	resp.State.RemoveResource(ctx)
}

// doubt warns of a status that is neither valid nor gone; nil for any other, and
// where the server does not offer the check.
func (s *session) doubt(label string, status appconnection.Status) diag.Diagnostic {
	switch {
	case status.Name() == "not_supporter":
		return paused(label)
	case status.Name() != "", octoeverywhere.IsNotServed(status.Err):
		return nil
	}
	return s.notChecked(label, status)
}

// readShared has the webhook survive when Terraform holds several objects of its
// App Connection, all but one of which it is going to destroy, as an interrupted
// run can leave them. The object that is read first is treated as ever. Any
// other notes the first as its successor: if it stays it is set again, and if it
// goes its Delete leaves the webhook to the first (DESIGN.md, "One webhook").
//
// Read has to decide, since Terraform plans a deposed object's destroy once more
// as it applies, without reading the other object (DESIGN.md, "Workarounds").
func (r *webhookResource) readShared(ctx context.Context, state webhookModel, private privateState, resp *resource.ReadResponse) {
	id := state.ID.ValueString()
	_, noted := private.Kept[id]
	if private.Name == "" {
		private.Name = rand.Text()
	}
	private.Kept = nil
	switch other := r.session.webhooks.Read(id, state.object(private.Name)); {
	case other != nil:
		private.keep(id, *other)
		resp.Diagnostics.AddWarning("Two objects for one App Connection in the state",
			capital(r.session.tokens.Label(id))+" has more than one octoeverywhere_notification_webhook in the state, as an interrupted run can leave it. The webhook of the one that remains is kept or set again.")
	case noted: // the other object is gone, and may have taken the webhook along
		state.forgetTimes()
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
	private.write(ctx, resp.Private, &resp.Diagnostics)
}

// ImportState takes an App Connection's name, fingerprint or identity. Nothing
// can be read of the webhook, so all but the App Connection stays null, and the
// next plan sets it in place (DESIGN.md, "Import and identity").
func (r *webhookResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	c, name := r.importChoice(ctx, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if problem := r.session.ready(c); problem != nil {
		how := ""
		if c.err != nil {
			how = `Import a webhook by the name of its App Connection, by "default" for the provider's app_token, or by the fingerprint of its token.`
		}
		resp.Diagnostics.AddError(problem.Summary(), join(problem.Detail(), how))
		return
	}

	// Read drops what is gone, and Terraform would then only say that there is
	// no object, and to check the region.
	if status, checked := r.session.statuses.Check(ctx, c.token); checked && status.Gone() {
		resp.Diagnostics.AddError(gone(c.label, status.Err, false, "It can't be imported."))
		return
	} else if checked && !interrupted(status.Err) {
		resp.Diagnostics.Append(r.session.doubt(c.label, status))
	}
	private := privateState{Name: rand.Text(), Connection: c.token.Fingerprint()}
	private.write(ctx, resp.Private, &resp.Diagnostics)
	id := types.StringValue(c.token.Fingerprint())
	identify(ctx, resp.Identity, id, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	if name != appconnection.Default {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("app_connection"), name)...)
	}
}

// importChoice is the App Connection that an import chooses by its name, by its
// fingerprint (a name wins) or by the identity, which is the fingerprint; and its
// name.
func (r *webhookResource) importChoice(ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics) (c choice, name string) {
	fingerprint := req.ID
	if fingerprint == "" {
		var id types.String
		diags.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &id)...)
		fingerprint = id.ValueString()
	}
	_, named := r.session.tokens.ByName[req.ID]
	if req.ID != "" && (named || !octoeverywhere.IsFingerprint(req.ID)) {
		return r.session.choose(types.StringNull(), types.StringValue(req.ID)), req.ID
	}
	if names := r.session.tokens.Names(fingerprint); len(names) > 0 {
		return r.session.choose(types.StringNull(), types.StringValue(names[0])), names[0]
	}
	c.label = "the App Connection of the identity" // which may be a token in the wrong place
	if octoeverywhere.IsFingerprint(fingerprint) {
		c.label = r.session.tokens.Label(fingerprint)
	}
	if !r.session.tokens.Unknown() {
		diags.AddError(summaryUnknown, fmt.Sprintf("The provider has no token of %s. Add it to app_tokens.", c.label))
	}
	return c, ""
}

// identify gives an object of a Read, an Update or an import its identity,
// unless it has one: Terraform takes no other from them. The framework refuses
// an answer without one, so every path that succeeds comes through here.
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

// privateState is what the resource keeps beside the state, where Terraform
// shows it to nobody.
type privateState struct {
	// Name tells the object from any other, for life: made by Create, by an
	// import, or by the first Read or plan of a host that kept none.
	Name string `json:"name"`
	// Connection is the object's App Connection, by fingerprint.
	Connection string `json:"connection,omitempty"`
	// URL is the MAC of the callback_url_wo that was last set. It changes only
	// after a Set that succeeded (DESIGN.md, "Write-only").
	URL string `json:"url,omitempty"`
	// URLIgnored tells an apply that ignore_changes covers callback_url_wo, since
	// it is handed a configuration to which ignore_changes was not applied
	// (DESIGN.md, "The plan decides").
	URLIgnored bool `json:"url_ignored,omitempty"`
	// Kept are the App Connections, by fingerprint, of which another object
	// keeps the webhook when this one goes (DESIGN.md, "One webhook").
	Kept map[string]appconnection.Successor `json:"kept,omitempty"`
	// Undeleted tells an apply that the plan has warned of a webhook that nobody
	// can delete.
	Undeleted bool `json:"undeleted,omitempty"`
	// Gone is the warning for an App Connection whose Set was answered 603 or
	// 604 (DESIGN.md, "Gone").
	Gone *goneWarning `json:"gone,omitempty"`

	stored []byte
}

type goneWarning struct{ Summary, Detail string }

const privateKey = "webhook"

// keep notes that another object keeps the webhook of an App Connection.
func (p *privateState) keep(fingerprint string, other appconnection.Successor) {
	if p.Kept == nil {
		p.Kept = map[string]appconnection.Successor{}
	}
	p.Kept[fingerprint] = other
}

// successor is the object that keeps the webhook of an App Connection; nil for
// none.
func (p *privateState) successor(fingerprint string) *appconnection.Successor {
	if other, kept := p.Kept[fingerprint]; kept {
		return &other
	}
	return nil
}

// readPrivate reads private state; the zero value when there is none. Its
// framework type can't be named.
func readPrivate(ctx context.Context, from interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}, diags *diag.Diagnostics,
) (private privateState) {
	stored, found := from.GetKey(ctx, privateKey)
	diags.Append(found...)
	_ = json.Unmarshal(stored, &private) // none, or none that can be read: zero
	private.stored = stored
	return private
}

// write writes private state where it changed.
func (p *privateState) write(ctx context.Context, to interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}, diags *diag.Diagnostics,
) {
	changed, _ := json.Marshal(p) // strings, bools and numbers: can't fail
	if !bytes.Equal(changed, p.stored) {
		diags.Append(to.SetKey(ctx, privateKey, changed)...)
	}
}
