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

// NewCallbackURLFunction returns the provider function callback_url(base,
// query_map).
func NewCallbackURLFunction() function.Function {
	return &callbackURLFunction{}
}

func (*callbackURLFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "callback_url"
}

func (*callbackURLFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Add query parameters to a callback URL",
		Description: "Returns the base URL with the map's pairs added to its query, in the order of their keys. " +
			"The base URL's own query and its fragment stay as they are, and an empty map returns the base URL unchanged.",
		MarkdownDescription: "Returns the base URL with the map's pairs added to its query, in the order of their keys, so that one receiver can tell many printers apart.\n\n" +
			"Keys and values are percent-encoded: write them as they are meant (`{ site = \"Köln / Süd\" }`). " +
			"Whatever the base URL holds already, its own query and fragment included, stays as it is, byte for byte; an empty map returns it unchanged.\n\n" +
			"It is an error when the base URL is not a valid `callback_url` (https, with a host), when a key is empty, when a value is null, " +
			"and when the base URL's query has one of the keys already.\n\n" +
			functionsNeed,
		Parameters: []function.Parameter{
			function.StringParameter{
				Name:                "base",
				Description:         "The https URL of your receiver. It may have a query and a fragment of its own.",
				MarkdownDescription: "The `https` URL of your receiver. It may have a query and a fragment of its own.",
			},
			function.MapParameter{
				Name:        "query_map",
				ElementType: types.StringType,
				Description: "The query parameters to add, by name. Numbers and bools become strings.",
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

	query, known, err := queryFrom(queryMap)
	if err != nil {
		resp.Error = argumentError(callbackURLQueryMap, err)
		return
	}
	if !known {
		// Terraform doesn't call with unknown values inside a map; a host that
		// did would get the answer Terraform gives for it.
		resp.Error = resp.Result.Set(ctx, types.StringUnknown())
		return
	}

	merged, err := callbackurl.Merge(base, query)
	if err != nil {
		resp.Error = argumentError(callbackURLQueryMap, err)
		return
	}
	// A valid base stays valid, whatever is added; should the rules for a URL
	// ever become stricter (a limit to its length), only the map can be at fault.
	if err := octoeverywhere.ValidateCallbackURL(merged); err != nil {
		resp.Error = argumentError(callbackURLQueryMap, fmt.Errorf("with the query added, %w", err))
		return
	}

	resp.Error = resp.Result.Set(ctx, merged)
}

// queryFrom returns the map's pairs, and whether all values are known yet.
// Null values are an error that names their keys: leaving the parameter out
// silently would hide a missing value from the user.
func queryFrom(m types.Map) (query map[string]string, known bool, err error) {
	elements := m.Elements()
	query = make(map[string]string, len(elements))
	known = !m.IsUnknown()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		value, ok := elements[key].(types.String)
		switch {
		case !ok || value.IsNull():
			return nil, false, fmt.Errorf("the value of %q is null; give it a value, or leave the key out of the map", key)
		case value.IsUnknown():
			known = false
		default:
			query[key] = value.ValueString()
		}
	}

	return query, known, nil
}

// argumentError points at an argument. Terraform prints the text inside a
// sentence of its own and ends it with a full stop.
func argumentError(position int64, err error) *function.FuncError {
	return function.NewArgumentFuncError(position, strings.TrimSuffix(err.Error(), "."))
}
