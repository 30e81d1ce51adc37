// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
	acctest "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

func runCallbackURL(t *testing.T, base, queryMap attr.Value) (types.String, *function.FuncError) {
	t.Helper()

	resp := function.RunResponse{Result: function.NewResultData(types.StringUnknown())}
	NewCallbackURLFunction().Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{base, queryMap})}, &resp)
	result, ok := resp.Result.Value().(types.String)
	if !ok {
		t.Fatalf("the result is a %T", resp.Result.Value())
	}

	return result, resp.Error
}

func TestCallbackURLResult(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		base     string
		queryMap map[string]attr.Value
		want     types.String
	}{
		"merged":         {"https://h.example.com/p?z=%7e#f", map[string]attr.Value{"b": types.StringValue("2"), "a": types.StringValue("x y")}, types.StringValue("https://h.example.com/p?z=%7e&a=x%20y&b=2#f")},
		"empty map":      {"https://h.example.com/p?#", map[string]attr.Value{}, types.StringValue("https://h.example.com/p?#")},
		"empty value":    {"https://h.example.com", map[string]attr.Value{"a": types.StringValue("")}, types.StringValue("https://h.example.com?a=")},
		"unknown inside": {"https://h.example.com/", map[string]attr.Value{"a": types.StringUnknown(), "b": types.StringValue("2")}, types.StringUnknown()},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, funcErr := runCallbackURL(t, types.StringValue(test.base), types.MapValueMust(types.StringType, test.queryMap))
			if funcErr != nil {
				t.Fatal(funcErr)
			}
			if !got.Equal(test.want) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}

	t.Run("unknown map", func(t *testing.T) {
		t.Parallel()

		got, funcErr := runCallbackURL(t, types.StringValue("https://h.example.com/"), types.MapUnknown(types.StringType))
		if funcErr != nil || !got.IsUnknown() {
			t.Errorf("got %s, %v; want unknown", got, funcErr)
		}
	})
}

func TestCallbackURLErrorsPointAtTheArgument(t *testing.T) {
	t.Parallel()

	value := types.StringValue("hidden")
	tests := map[string]struct {
		base     string
		queryMap map[string]attr.Value
		argument int64
		names    string // part of the message
	}{
		"http":             {"http://h.example.com/?hidden", nil, callbackURLBase, "https"},
		"no host":          {"https:///p?hidden", nil, callbackURLBase, "host"},
		"relative":         {"/p?hidden", map[string]attr.Value{"a": value}, callbackURLBase, ""},
		"space":            {"https://h.example.com/?hidden now", nil, callbackURLBase, ""},
		"empty base":       {"", nil, callbackURLBase, ""},
		"bad base and map": {"", map[string]attr.Value{"": value}, callbackURLBase, ""},
		"taken":            {"https://h.example.com/?printer=hidden", map[string]attr.Value{"printer": value}, callbackURLQueryMap, `"printer"`},
		"taken, encoded":   {"https://h.example.com/?%70rinter=hidden", map[string]attr.Value{"printer": value}, callbackURLQueryMap, `"printer"`},
		"empty key":        {"https://h.example.com/", map[string]attr.Value{"": value}, callbackURLQueryMap, "empty"},
		"null value":       {"https://h.example.com/", map[string]attr.Value{"a": value, "site": types.StringNull()}, callbackURLQueryMap, `"site"`},
		"null and unknown": {"https://h.example.com/", map[string]attr.Value{"a": types.StringUnknown(), "site": types.StringNull()}, callbackURLQueryMap, `"site"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, funcErr := runCallbackURL(t, types.StringValue(test.base), types.MapValueMust(types.StringType, test.queryMap))
			if funcErr == nil {
				t.Fatalf("got %s, want an error", got)
			}
			if funcErr.FunctionArgument == nil || *funcErr.FunctionArgument != test.argument {
				t.Errorf("the error does not point at argument %d: %v", test.argument, funcErr.FunctionArgument)
			}
			if !strings.Contains(funcErr.Text, test.names) {
				t.Errorf("got %q, want it to contain %s", funcErr.Text, test.names)
			}
			if strings.Contains(funcErr.Text, "hidden") {
				t.Errorf("the error shows a query's value: %q", funcErr.Text)
			}
			if strings.HasSuffix(funcErr.Text, ".") {
				t.Errorf("Terraform would end this with two full stops: %q", funcErr.Text)
			}
		})
	}
}

func TestCallbackURLInTerraform(t *testing.T) {
	t.Parallel()

	functionTest(t, acctest.TestStep{
		Config: `
			variable "printers" {
				type    = any
				default = { printer = "Garage #1", layer = 3, dry = false }
			}
			output "plain" {
				value = provider::octoeverywhere::callback_url("https://app.example.com/octo", { printer = "lab", "a b" = "ü&+" })
			}
			output "base_kept" {
				value = provider::octoeverywhere::callback_url("https://app.example.com/octo?x=%7e&y#top", { printer = "lab" })
			}
			output "empty" {
				value = provider::octoeverywhere::callback_url("https://app.example.com/octo?x=%7e#", {})
			}
			output "any" {
				value = provider::octoeverywhere::callback_url("https://app.example.com/octo", var.printers)
			}
			output "nested" {
				value = provider::octoeverywhere::callback_url(
					provider::octoeverywhere::callback_url("https://app.example.com/octo", { b = 2 }), { a = 1 })
			}`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("plain", knownvalue.StringExact("https://app.example.com/octo?a%20b=%C3%BC%26%2B&printer=lab")),
			statecheck.ExpectKnownOutputValue("base_kept", knownvalue.StringExact("https://app.example.com/octo?x=%7e&y&printer=lab#top")),
			statecheck.ExpectKnownOutputValue("empty", knownvalue.StringExact("https://app.example.com/octo?x=%7e#")),
			statecheck.ExpectKnownOutputValue("any", knownvalue.StringExact("https://app.example.com/octo?dry=false&layer=3&printer=Garage%20%231")),
			statecheck.ExpectKnownOutputValue("nested", knownvalue.StringExact("https://app.example.com/octo?b=2&a=1")),
		},
	})
}

func TestCallbackURLUnknownInTerraform(t *testing.T) {
	t.Parallel()

	functionTest(t, acctest.TestStep{
		Config: `
			resource "terraform_data" "later" {
				input = "lab"
			}
			output "base" {
				value = provider::octoeverywhere::callback_url("https://${terraform_data.later.output}.example.com/", { a = 1 })
			}
			output "value" {
				value = provider::octoeverywhere::callback_url("https://app.example.com/", { a = 1, printer = terraform_data.later.output })
			}
			output "map" {
				value = provider::octoeverywhere::callback_url("https://app.example.com/", { for k in split(",", terraform_data.later.output) : k => k })
			}`,
		ConfigPlanChecks: acctest.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectUnknownOutputValue("base"),
			plancheck.ExpectUnknownOutputValue("value"),
			plancheck.ExpectUnknownOutputValue("map"),
		}},
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("base", knownvalue.StringExact("https://lab.example.com/?a=1")),
			statecheck.ExpectKnownOutputValue("value", knownvalue.StringExact("https://app.example.com/?a=1&printer=lab")),
			statecheck.ExpectKnownOutputValue("map", knownvalue.StringExact("https://app.example.com/?lab=lab")),
		},
	})
}

func TestCallbackURLSensitiveInTerraform(t *testing.T) {
	t.Parallel()

	functionTest(t,
		acctest.TestStep{
			Config: `
				output "url" {
					value     = provider::octoeverywhere::callback_url("https://app.example.com/", { key = sensitive("s3cret") })
					sensitive = true
				}`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("url", knownvalue.StringExact("https://app.example.com/?key=s3cret")),
			},
		},
		acctest.TestStep{
			Config: `
				output "url" {
					value = provider::octoeverywhere::callback_url("https://app.example.com/", { key = sensitive("s3cret") })
				}`,
			ExpectError: wrapped("Output refers to sensitive values"),
		},
		acctest.TestStep{
			Config: `
				output "url" {
					value = provider::octoeverywhere::callback_url(sensitive("https://app.example.com/?s3cret"), {})
				}`,
			ExpectError: wrapped("Output refers to sensitive values"),
		},
	)
}

func TestCallbackURLErrorsInTerraform(t *testing.T) {
	t.Parallel()

	var steps []acctest.TestStep
	for _, test := range []struct{ arguments, want string }{
		{`"http://app.example.com/", {}`, `Invalid value for "base" parameter:`},
		{`null, {}`, `Invalid value for "base" parameter: argument must not be null`},
		{`"https://app.example.com/", null`, `Invalid value for "query_map" parameter: argument must not be null`},
		{`"https://app.example.com/?printer=lab", { printer = "garage" }`, `Invalid value for "query_map" parameter: the base URL's query already has the key "printer"`},
		{`"https://app.example.com/", { printer = null }`, `Invalid value for "query_map" parameter: the value of "printer" is null`},
		{`"https://app.example.com/", { "" = "lab" }`, `Invalid value for "query_map" parameter: a key is empty`},
		{`"https://app.example.com/", { printer = ["lab"] }`, `Invalid value for "query_map" parameter:`},
		{`"https://app.example.com/", "printer=lab"`, `Invalid value for "query_map" parameter:`},
	} {
		steps = append(steps, acctest.TestStep{
			Config:      `output "url" { value = provider::octoeverywhere::callback_url(` + test.arguments + `) }`,
			ExpectError: wrapped(test.want),
		})
	}
	functionTest(t, steps...)
}
