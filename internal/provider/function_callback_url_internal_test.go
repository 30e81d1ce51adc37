// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func runCallbackURL(t *testing.T, base string, queryMap types.Map) (types.String, *function.FuncError) {
	t.Helper()
	resp := function.RunResponse{Result: function.NewResultData(types.StringUnknown())}
	arguments := function.NewArgumentsData([]attr.Value{types.StringValue(base), queryMap})
	newCallbackURLFunction().Run(t.Context(), function.RunRequest{Arguments: arguments}, &resp)
	result, ok := resp.Result.Value().(types.String)
	if !ok {
		t.Fatalf("the result is a %T", resp.Result.Value())
	}
	return result, resp.Error
}

// TestCallbackURL: how a query is merged is internal/callbackurl's business;
// here it is what Terraform's values come to, and which argument is at fault.
func TestCallbackURL(t *testing.T) {
	t.Parallel()
	type pairs = map[string]attr.Value
	text, value := types.StringValue, types.StringValue("hidden")
	for name, test := range map[string]struct {
		base     string
		queryMap pairs
		want     types.String
		argument int64  // at fault, where there is an error
		says     string // of an error; "": none
	}{
		"merged":      {"https://h.example.com/p?z=%7e#f", pairs{"b": text("2"), "a": text("x y")}, text("https://h.example.com/p?z=%7e&a=x%20y&b=2#f"), 0, ""},
		"empty map":   {"https://h.example.com/p?#", pairs{}, text("https://h.example.com/p?#"), 0, ""},
		"empty value": {"https://h.example.com", pairs{"a": text("")}, text("https://h.example.com?a="), 0, ""},

		"http":       {"http://h.example.com/?hidden", pairs{}, text(""), callbackURLBase, "https"},
		"no host":    {"https:///p?hidden", pairs{}, text(""), callbackURLBase, "host"},
		"empty base": {"", pairs{"": value}, text(""), callbackURLBase, "empty"},
		"taken":      {"https://h.example.com/?printer=hidden", pairs{"printer": value}, text(""), callbackURLQueryMap, `"printer"`},
		"empty key":  {"https://h.example.com/", pairs{"": value}, text(""), callbackURLQueryMap, "empty"},
		"null value": {"https://h.example.com/", pairs{"a": value, "site": types.StringNull()}, text(""), callbackURLQueryMap, `"site"`},
	} {
		got, err := runCallbackURL(t, test.base, types.MapValueMust(types.StringType, test.queryMap))
		switch {
		case err == nil && test.says == "":
			if !got.Equal(test.want) {
				t.Errorf("%s: got %s, want %s", name, got, test.want)
			}
		case err == nil, test.says == "", err.FunctionArgument == nil, *err.FunctionArgument != test.argument:
			t.Errorf("%s: got %s, error %v", name, got, err)
		case !strings.Contains(err.Text, test.says), strings.Contains(err.Text, "hidden"), strings.HasSuffix(err.Text, "."): // Terraform adds a full stop
			t.Errorf("%s: the error says %q", name, err.Text)
		}
	}
}
