// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

var _ function.Function = (*eventTypesFunction)(nil)

type eventTypesFunction struct{}

// newEventTypesFunction returns the provider function event_types().
func newEventTypesFunction() function.Function {
	return &eventTypesFunction{}
}

func (*eventTypesFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "event_types"
}

func (*eventTypesFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Numbers of the event types, by name",
		Description: "Returns a map from the names of all event types that this version of the provider knows to the numbers that " +
			"notifications have in EventType.",
		MarkdownDescription: "Returns a map from the name of each event type to its number, the `EventType` of a notification. Pass it to a receiver that handles events differently.\n\n" +
			"The map contains the event types that this version of the provider knows. OctoEverywhere adds new ones over time and never removes or renumbers one, " +
			"so a receiver should ignore unknown numbers.\n\n" +
			functionsNeed,
		Return: function.MapReturn{ElementType: types.Int64Type},
	}
}

func (*eventTypesFunction) Run(ctx context.Context, _ function.RunRequest, resp *function.RunResponse) {
	numbers := map[string]int64{}
	for _, event := range octoeverywhere.KnownEventTypes() {
		numbers[event.Name()] = int64(event)
	}
	resp.Error = resp.Result.Set(ctx, numbers)
}
