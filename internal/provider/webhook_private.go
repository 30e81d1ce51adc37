// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Keys of what the resource remembers in private state, which Terraform keeps
// beside the state and shows to nobody.
const (
	// privateURL holds the MAC of the callback_url_wo that was last set
	// (design, rule 7). Written after a successful Set only.
	privateURL = "callback_url_wo"
	// privateGone marks a connection whose Set was told 603 or 604 (rule 2).
	privateGone = "gone"
	// privateNonce names an instance while it is planned (rule 6): Terraform
	// plans a replacement with two calls, and hands the first one's to the second.
	privateNonce = "plan"
	// privateKeep tells a Delete to leave the webhook to the instance that has
	// it now (rule 6).
	privateKeep = "keep_webhook"
)

// privateReader and privateWriter are the two halves of the framework's
// private state, whose own type can't be named.
type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// recall reads a value; "" when there is none.
func recall(ctx context.Context, private privateReader, key string, diags *diag.Diagnostics) string {
	raw, d := private.GetKey(ctx, key)
	diags.Append(d...)
	if len(raw) == 0 {
		return ""
	}
	var value string
	if err := json.Unmarshal(raw, &value); err != nil {
		return "" // not ours; as good as none
	}
	return value
}

// remember writes a value; "" removes it.
func remember(ctx context.Context, private privateWriter, key, value string, diags *diag.Diagnostics) {
	raw, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Internal error of the provider", "Private state could not be written: "+err.Error())
		return
	}
	if value == "" {
		raw = nil
	}
	diags.Append(private.SetKey(ctx, key, raw)...)
}

func newNonce() string { return rand.Text() }
