// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// TestFunctions calls the functions as Terraform does: with values of any type,
// with values that only apply knows, and wrongly. No block configures the
// provider: functions need no token and call nobody.
func TestFunctions(t *testing.T) {
	t.Parallel()
	clitest.SkipBelow(t, "1.8.0", "1.7.0", "a provider function")
	ws := newFixture(t, fakeapi.Options{}, nil).workspace()
	call := func(arguments string) string { return "provider::octoeverywhere::callback_url(" + arguments + ")" }
	const base = `"https://app.example.com/octo"`
	wanted := map[string]any{}
	config := clitest.RequiredProviders + `
variable "printers" {
  type    = any
  default = { printer = "Garage #1", layer = 3, dry = false }
}
resource "terraform_data" "later" {
  input = "lab"
}
output "numbers" { value = provider::octoeverywhere::event_types() }
`
	for name, test := range map[string][2]string{
		"encoded":     {call(base + `, { printer = "lab", "a b" = "ü&+" }`), "https://app.example.com/octo?a%20b=%C3%BC%26%2B&printer=lab"},
		"base_kept":   {call(`"https://app.example.com/octo?x=%7e&y#top", { printer = "lab" }`), "https://app.example.com/octo?x=%7e&y&printer=lab#top"},
		"any":         {call(base + `, var.printers`), "https://app.example.com/octo?dry=false&layer=3&printer=Garage%20%231"},
		"nested":      {call(call(base+`, { b = 2 }`) + `, { a = 1 }`), "https://app.example.com/octo?b=2&a=1"},
		"later_base":  {call(`"https://${terraform_data.later.output}.example.com/", { a = 1 }`), "https://lab.example.com/?a=1"},
		"later_value": {call(base + `, { printer = terraform_data.later.output }`), "https://app.example.com/octo?printer=lab"},
		"later_map":   {call(base + `, { for k in split(",", terraform_data.later.output) : k => k }`), "https://app.example.com/octo?lab=lab"},
		"unsensitive": {"nonsensitive(" + call(base+`, { key = sensitive("hush") }`) + ")", "https://app.example.com/octo?key=hush"},
	} {
		config += fmt.Sprintf("output %q {\n  value = %s\n}\n", name, test[0])
		wanted[name] = test[1]
	}
	ws.Write("main.tf", config)
	ws.Must(ws.Apply())
	got := outputs(t, ws)
	numbers, _ := got["numbers"].(map[string]any)
	for _, event := range octoeverywhere.KnownEventTypes() {
		if number := numbers[event.Name()]; fmt.Sprint(number) != fmt.Sprint(int(event)) {
			t.Errorf("%s is %v, want %d", event.Name(), number, event)
		}
	}
	if delete(got, "numbers"); !maps.Equal(got, wanted) {
		t.Errorf("outputs %v, want %v", got, wanted)
	}

	// All that is wrong is told in one run.
	config = clitest.RequiredProviders + "output \"sensitive\" {\n  value = " + call(base+`, { key = sensitive("hush") }`) + "\n}\n"
	errors := []string{"Output refers to sensitive values"}
	for i, test := range [][2]string{
		{`"http://app.example.com/", {}`, `"base" parameter`},
		{`null, {}`, `"base" parameter: argument must not be null`},
		{base + `, null`, `"query_map" parameter: argument must not be null`},
		{`"https://app.example.com/?printer=lab", { printer = "garage" }`, `already has the key "printer"`},
		{base + `, { printer = null }`, `the value of "printer" is null`},
		{base + `, { printer = ["lab"] }`, `"query_map" parameter`},
		{base + `, "printer=lab"`, `"query_map" parameter`},
	} {
		config += fmt.Sprintf("output \"wrong%d\" {\n  value = %s\n}\n", i, call(test[0]))
		errors = append(errors, test[1])
	}
	ws.Write("main.tf", config)
	plan := ws.Plan()
	wantText(t, plan.Errors(), errors...)
	if got := count(plan, "error", ""); got != len(errors) {
		t.Errorf("%d errors, want %d:\n%s", got, len(errors), plan.Errors())
	}
}
