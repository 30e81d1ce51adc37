// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// TestEventTypesAreDescribed: editors show the names in the description alone.
func TestEventTypesAreDescribed(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, provider.New("test"))
	for _, attribute := range p.schemas.ResourceSchemas[webhookType].Block.Attributes {
		if attribute.Name != "event_types" {
			continue
		}
		for _, event := range octoeverywhere.KnownEventTypes() {
			if !strings.Contains(attribute.Description, "`"+event.Name()+"`") {
				t.Errorf("%s is not described", event.Name())
			}
		}
		return
	}
	t.Error("there is no event_types")
}
