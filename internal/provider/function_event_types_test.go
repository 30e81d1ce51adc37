// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// TestAccEventTypesFunction returns the number of each event that has a name.
func TestAccEventTypesFunction(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, nil)
	numbers := map[string]knownvalue.Check{}
	for _, event := range octoeverywhere.KnownEventTypes() {
		numbers[event.Name()] = knownvalue.Int64Exact(int64(event))
	}
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: `
output "numbers" {
  value = provider::octoeverywhere::event_types()
}`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("numbers", knownvalue.MapExact(numbers)),
			},
		}},
	})
}
