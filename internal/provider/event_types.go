// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// eventTypesValidator refuses an empty filter, unknown names and one event
// written twice.
type eventTypesValidator struct{ description }

func (eventTypesValidator) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	elements := req.ConfigValue.Elements()
	if len(elements) == 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Empty set of event types",
			"OctoEverywhere reads an empty filter as all events, which is hardly what an empty set means. Remove event_types to get all events, or name at least one.")
	}
	written := map[octoeverywhere.EventType]string{}
	for _, element := range elements {
		value, ok := element.(types.String)
		if !ok || value.IsUnknown() {
			continue
		}
		at := req.Path.AtSetValue(element)
		if value.IsNull() {
			resp.Diagnostics.AddAttributeError(at, "Invalid event type", "An event type is null. Remove it, or name an event.")
			continue
		}
		event, err := octoeverywhere.ParseEventType(value.ValueString())
		if err != nil {
			resp.Diagnostics.AddAttributeError(at, "Invalid event type", sentence(err))
			continue
		}
		if other, duplicate := written[event]; duplicate {
			resp.Diagnostics.AddAttributeError(req.Path, "Duplicate event type",
				fmt.Sprintf("%q and %q are both the event %s. Keep one of them.", min(other, value.ValueString()), max(other, value.ValueString()), event.Name()))
		}
		written[event] = value.ValueString()
	}
}

// eventNames lists the events for a description: editors show nothing else.
func eventNames() string {
	known := octoeverywhere.KnownEventTypes()
	names := make([]string, 0, len(known))
	for _, event := range known {
		names = append(names, "`"+event.Name()+"`")
	}
	return strings.Join(names, ", ")
}

// eventFilter is the API's form of event_types: ascending, nil for all events.
func eventFilter(set types.Set) ([]octoeverywhere.EventType, error) {
	if set.IsNull() {
		return nil, nil
	}
	var filter []octoeverywhere.EventType
	for _, element := range set.Elements() {
		value, _ := element.(types.String)
		event, err := octoeverywhere.ParseEventType(value.ValueString())
		if err != nil {
			return nil, err
		}
		filter = append(filter, event)
	}
	slices.Sort(filter)
	return filter, nil
}
