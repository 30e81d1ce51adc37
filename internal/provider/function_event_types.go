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

// NewEventTypesFunction returns the provider function event_types().
func NewEventTypesFunction() function.Function {
	return &eventTypesFunction{}
}

func (*eventTypesFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "event_types"
}

func (*eventTypesFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The number of each event type",
		Description: "Returns a map from the name of each event type this version of the provider knows to the number that " +
			"notifications carry as EventType.",
		MarkdownDescription: "Returns a map from the name of each event type to the number that notifications carry as `EventType`, " +
			"for handing to a receiver that has to tell events apart.\n\n" +
			"It holds the event types this version of the provider knows. OctoEverywhere adds new ones over time but never removes or renumbers one, " +
			"so a receiver should ignore numbers it does not know.\n\n" +
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
