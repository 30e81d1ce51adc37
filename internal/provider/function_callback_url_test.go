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
// function needs no token and calls nobody.
func TestAccCallbackURLFunction(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, nil)
	output := func(name, want string) statecheck.StateCheck {
		return statecheck.ExpectKnownOutputValue(name, knownvalue.StringExact(want))
	}
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: `
variable "printers" {
  type    = any
  default = { printer = "Garage #1", layer = 3, dry = false }
}
resource "terraform_data" "later" {
  input = "lab"
}
output "encoded" {
  value = provider::octoeverywhere::callback_url("https://app.example.com/octo", { printer = "lab", "a b" = "ü&+" })
}
output "base_kept" {
  value = provider::octoeverywhere::callback_url("https://app.example.com/octo?x=%7e&y#top", { printer = "lab" })
}
output "any" {
  value = provider::octoeverywhere::callback_url("https://app.example.com/octo", var.printers)
}
output "nested" {
  value = provider::octoeverywhere::callback_url(provider::octoeverywhere::callback_url("https://app.example.com/octo", { b = 2 }), { a = 1 })
}
output "later_base" {
  value = provider::octoeverywhere::callback_url("https://${terraform_data.later.output}.example.com/", { a = 1 })
}
output "later_value" {
  value = provider::octoeverywhere::callback_url("https://app.example.com/octo", { printer = terraform_data.later.output })
}
output "later_map" {
  value = provider::octoeverywhere::callback_url("https://app.example.com/octo", { for k in split(",", terraform_data.later.output) : k => k })
}
output "unsensitive" {
  value = nonsensitive(provider::octoeverywhere::callback_url("https://app.example.com/octo", { key = sensitive("hush") }))
}`,
			ConfigStateChecks: []statecheck.StateCheck{
				output("encoded", "https://app.example.com/octo?a%20b=%C3%BC%26%2B&printer=lab"),
				output("base_kept", "https://app.example.com/octo?x=%7e&y&printer=lab#top"),
				output("any", "https://app.example.com/octo?dry=false&layer=3&printer=Garage%20%231"),
				output("nested", "https://app.example.com/octo?b=2&a=1"),
				output("later_base", "https://lab.example.com/?a=1"),
				output("later_value", "https://app.example.com/octo?printer=lab"),
				output("later_map", "https://app.example.com/octo?lab=lab"),
				output("unsensitive", "https://app.example.com/octo?key=hush"),
			},
		}},
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
