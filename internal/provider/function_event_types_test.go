// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	acctest "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// The table of api/README.md, "Event types", written out once more: receivers
// rely on these numbers.
func TestEventTypesInTerraform(t *testing.T) {
	t.Parallel()

	functionTest(t, acctest.TestStep{
		Config: `
			output "numbers" { value = provider::octoeverywhere::event_types() }
			output "one" { value = provider::octoeverywhere::event_types().print_failed }`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("one", knownvalue.Int64Exact(3)),
			statecheck.ExpectKnownOutputValue("numbers", knownvalue.MapExact(map[string]knownvalue.Check{
				"print_started":                      knownvalue.Int64Exact(1),
				"print_complete":                     knownvalue.Int64Exact(2),
				"print_failed":                       knownvalue.Int64Exact(3),
				"print_paused":                       knownvalue.Int64Exact(4),
				"print_resumed":                      knownvalue.Int64Exact(5),
				"print_progress":                     knownvalue.Int64Exact(6),
				"gadget_possible_failure_warning":    knownvalue.Int64Exact(7),
				"gadget_paused_print_due_to_failure": knownvalue.Int64Exact(8),
				"error":                              knownvalue.Int64Exact(9),
				"first_layer_complete":               knownvalue.Int64Exact(10),
				"filament_change_required":           knownvalue.Int64Exact(11),
				"user_interaction_required":          knownvalue.Int64Exact(12),
				"non_supporter_notification_limit":   knownvalue.Int64Exact(13),
				"third_layer_complete":               knownvalue.Int64Exact(14),
				"bed_cooldown_complete":              knownvalue.Int64Exact(15),
				"test_notification":                  knownvalue.Int64Exact(16),
			})),
		},
	})
}
