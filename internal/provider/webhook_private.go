// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Keys of what the resource remembers in private state, which Terraform keeps
// beside the state and shows to nobody.
const (
	// privateInstance is what the instance is known by, an instance.
	privateInstance = "instance"
	// privateURL is the MAC of the callback_url_wo that was last set, a string.
	// Written after a successful Set only (DESIGN.md, "Write-only").
	privateURL = "callback_url_wo"
	// privateWriteOnly says which write-only arguments the plan counted on,
	// writeOnlyUse: an apply is handed a configuration to which ignore_changes
	// was not applied (DESIGN.md, "The plan decides").
	privateWriteOnly = "write_only"
	// privateGone marks an App Connection whose Set was told 603 or 604, "yes"
	// (DESIGN.md, "Gone").
	privateGone = "gone"
	// privateHeirs names who keeps the webhook of an App Connection when this
	// object goes, map[string]heir by fingerprint (DESIGN.md, "One webhook").
	privateHeirs = "heirs"
)

// privateReader and privateWriter are the two halves of the framework's
// private state, whose own type can't be named.
type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// recall reads a value; the zero value when there is none that can be read.
func recall[T any](ctx context.Context, private privateReader, key string, diags *diag.Diagnostics) (value T) {
	raw, found := private.GetKey(ctx, key)
	diags.Append(found...)
	if len(raw) > 0 {
		_ = json.Unmarshal(raw, &value)
	}
	return value
}

// remember writes a value.
func remember(ctx context.Context, private privateWriter, key string, value any, diags *diag.Diagnostics) {
	raw, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Internal error of the provider", "Private state could not be written: "+err.Error()+". Please report this.")
		return
	}
	diags.Append(private.SetKey(ctx, key, raw)...)
}

// forget removes a value.
func forget(ctx context.Context, private privateWriter, key string, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, key, nil)...)
}
