// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// instance tells one resource instance from another. It is a name of its own in
// private state, made when the object is created or imported and kept for life;
// for a host that hands no private state over, it is made of the prior state
// (DESIGN.md, "Other hosts").
type instance struct{ name string }

const byState = "state:"

func newInstance() instance { return instance{rand.Text()} }

// instanceOf is the instance of a known object.
func instanceOf(name string, state tftypes.Value) instance {
	if name != "" {
		return instance{name}
	}
	return stateInstance(state)
}

func stateInstance(state tftypes.Value) instance {
	sum := sha256.Sum256([]byte(state.String()))
	return instance{byState + hex.EncodeToString(sum[:])}
}

func (i instance) none() bool { return i.name == "" }

// lasting reports whether the name is the instance's own.
func (i instance) lasting() bool { return !i.none() && !strings.HasPrefix(i.name, byState) }

// sameObject reports whether i and j are certainly the same object. Two objects
// that Terraform holds may have one name, a copy of a state file among them, and
// Terraform never calls for the same object twice where this is asked.
func (i instance) sameObject(j instance) bool { return !i.none() && !i.lasting() && i == j }
