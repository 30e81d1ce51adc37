// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// instance tells one resource instance from another: by a name of its own in
// private state, made when the object is created or imported and kept for life,
// and by a hash of its state, for the calls to which a host hands no private
// state (DESIGN.md, "Other hosts").
type instance struct {
	Name  string `json:"name,omitempty"`
	State string `json:"state,omitempty"`
}

func newInstance() instance { return instance{Name: rand.Text()} }

// instanceOf is the instance of a known object; its name may be "".
func instanceOf(name string, state webhookModel) instance {
	return instance{Name: name, State: state.hash()}
}

// hash tells one state of a webhook from another.
func (m webhookModel) hash() string {
	sum := sha256.Sum256([]byte(m.ID.ValueString() + "\n" + m.CallbackURL.ValueString() + "\n" + m.ConfiguredAt.ValueString() + "\n" + m.ExpiresAt.ValueString()))
	return hex.EncodeToString(sum[:])
}

func (i instance) none() bool { return i == instance{} }

// same reports whether i and j are the same instance, as far as is known.
func (i instance) same(j instance) bool {
	if i.Name != "" && j.Name != "" {
		return i.Name == j.Name
	}
	return i.State != "" && i.State == j.State
}

// sameObject reports whether i and j are certainly the same object. Two objects
// that Terraform holds may have one name, a copy of a state file among them, and
// Terraform, which always hands the name over, never calls for one object twice
// where this is asked.
func (i instance) sameObject(j instance) bool { return (i.Name == "" || j.Name == "") && i.same(j) }
