// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestAccCallbackURLFunction calls the function with values of any type, nested,
// and with values that only apply knows. No block configures the provider: a
// function needs no token and calls nobody. TestMerge has what becomes of a query.
func TestAccCallbackURLFunction(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, nil)
	hcl := `
resource "terraform_data" "later" {
  input = "lab"
}
`
	var checks []statecheck.StateCheck
	for name, test := range map[string]struct{ value, want string }{
		"any":         {`callback_url("https://app.example.com/octo", { printer = "Garage #1", layer = 3, dry = false })`, "https://app.example.com/octo?dry=false&layer=3&printer=Garage%20%231"},
		"nested":      {`callback_url(provider::octoeverywhere::callback_url("https://app.example.com/octo", { b = 2 }), { a = 1 })`, "https://app.example.com/octo?b=2&a=1"},
		"later_base":  {`callback_url("https://${terraform_data.later.output}.example.com/", { a = 1 })`, "https://lab.example.com/?a=1"},
		"later_value": {`callback_url("https://app.example.com/octo", { printer = terraform_data.later.output })`, "https://app.example.com/octo?printer=lab"},
		"later_map":   {`callback_url("https://app.example.com/octo", { for k in split(",", terraform_data.later.output) : k => k })`, "https://app.example.com/octo?lab=lab"},
	} {
		hcl += "output \"" + name + "\" {\n  value = provider::octoeverywhere::" + test.value + "\n}\n"
		checks = append(checks, statecheck.ExpectKnownOutputValue(name, knownvalue.StringExact(test.want)))
	}
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps:                    []resource.TestStep{{Config: hcl, ConfigStateChecks: checks}},
	})
}

// TestAccCallbackURLFunction_invalid: an error names the argument at fault.
func TestAccCallbackURLFunction_invalid(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, nil)
	var steps []resource.TestStep
	for arguments, message := range map[string]string{
		`"http://app.example.com/", {}`:    `"base" parameter`,
		`null, {}`:                         `"base" parameter: argument must not be null`,
		`"https://app.example.com/", null`: `"query_map" parameter: argument must\s+not be null`,
		`"https://app.example.com/?printer=lab", { printer = "garage" }`:        `already\s+has\s+"printer"`,
		`"https://app.example.com/", { printer = null }`:                        `value\s+of\s+"printer"\s+is\s+null`,
		`"https://app.example.com/", { printer = ["lab"] }`:                     `"query_map" parameter`,
		`"https://app.example.com/", "printer=lab"`:                             `"query_map" parameter`,
		`"https://app.example.com/", { printer = sensitive("not for outputs")}`: `Output refers to sensitive values`,
	} {
		steps = append(steps, resource.TestStep{
			Config:      "output \"url\" {\n  value = provider::octoeverywhere::callback_url(" + arguments + ")\n}",
			ExpectError: regexp.MustCompile(message),
		})
	}
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps:                    steps,
	})
}
