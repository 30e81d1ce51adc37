// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/callbackurl"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

var _ function.Function = (*callbackURLFunction)(nil)

// Positions of callback_url's arguments: errors point at them.
const (
	callbackURLBase int64 = iota
	callbackURLQueryMap
)

// functionsNeed ends the documentation of every function.
const functionsNeed = "Provider functions need Terraform or OpenTofu 1.8, and the provider in the module's `required_providers`."

type callbackURLFunction struct{}

// newCallbackURLFunction returns the provider function callback_url(base,
// query_map).
func newCallbackURLFunction() function.Function {
	return &callbackURLFunction{}
}

func (*callbackURLFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "callback_url"
}

func (*callbackURLFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Add query parameters to a callback URL",
		Description: "Returns the URL with the given parameters added to its query, sorted by name. " +
			"The existing query and fragment are not changed; an empty map returns the URL unchanged.",
		MarkdownDescription: "Returns the URL with the given parameters added to its query, sorted by name. One receiver can then tell many printers apart.\n\n" +
			"Names and values are percent-encoded, so write them unencoded: `{ site = \"Köln / Süd\" }`. " +
			"The existing query and fragment are not changed; an empty map returns the URL unchanged.\n\n" +
			"It is an error if the URL is not a valid `callback_url`, a name is empty, a value is null, or the URL already has a parameter of that name.\n\n" +
			functionsNeed,
		Parameters: []function.Parameter{
			function.StringParameter{
				Name:                "base",
				Description:         "The https URL of your receiver. It may have a query and a fragment.",
				MarkdownDescription: "The `https` URL of your receiver. It may have a query and a fragment.",
			},
			function.MapParameter{
				Name:        "query_map",
				ElementType: types.StringType,
				Description: "Query parameters to add, by name. Numbers and booleans are converted to strings.",
			},
		},
		Return: function.StringReturn{},
	}
}

func (*callbackURLFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var base string
	var queryMap types.Map
	if resp.Error = req.Arguments.Get(ctx, &base, &queryMap); resp.Error != nil {
		return
	}
	if err := octoeverywhere.ValidateCallbackURL(base); err != nil {
		resp.Error = argumentError(callbackURLBase, err)
		return
	}

	query, err := queryFrom(queryMap)
	if err != nil {
		resp.Error = argumentError(callbackURLQueryMap, err)
		return
	}
	merged, err := callbackurl.Merge(base, query)
	if err != nil {
		resp.Error = argumentError(callbackURLQueryMap, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, merged)
}

// queryFrom returns the map's pairs. A null value is an error that names its key:
// to leave the parameter out would hide a missing value from the user.
func queryFrom(m types.Map) (map[string]string, error) {
	query := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(m.Elements())) {
		value, ok := m.Elements()[key].(types.String)
		if !ok || value.IsNull() {
			return nil, fmt.Errorf("the value of %q is null; give it a value, or leave the key out of the map", key)
		}
		query[key] = value.ValueString()
	}
	return query, nil
}

// argumentError points at an argument. Terraform prints the text inside a
// sentence of its own and ends it with a full stop.
func argumentError(position int64, err error) *function.FuncError {
	return function.NewArgumentFuncError(position, strings.TrimSuffix(err.Error(), "."))
}
