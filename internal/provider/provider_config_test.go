// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// TestAccProvider_unknown has every argument of the provider come from a resource
// of the same apply; then a change of them all plans nothing for the webhook.
func TestAccProvider_unknown(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("garage"))
	hcl := func(generation string) string {
		return `
resource "terraform_data" "later" {
  input = {
    endpoint   = "` + f.url + `", webhook_api = "auto", max_retries = 1, request_timeout = "20s", default = "any"
    garage     = "` + tokenOf("garage") + `"
    generation = ` + generation + `
  }
}
provider "octoeverywhere" {
  endpoint        = terraform_data.later.output.endpoint
  app_token       = terraform_data.later.output.default
  app_tokens      = { garage = terraform_data.later.output.garage }
  webhook_api     = terraform_data.later.output.webhook_api
  max_retries     = terraform_data.later.output.max_retries
  request_timeout = terraform_data.later.output.request_timeout
}` + webhook("printer", "garage", urlOne)
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: f.testAccProtoV6ProviderFactories(),
		CheckDestroy:             f.checkDestroy,
		Steps: []resource.TestStep{
			{Config: hcl("1"), ConfigStateChecks: []statecheck.StateCheck{f.expectChanges(set), f.expectWebhook(tokenOf("garage"), urlOne)}},
			{
				Config:            hcl("2"),
				ConfigPlanChecks:  preApply(plancheck.ExpectResourceAction(printer, plancheck.ResourceActionNoop)),
				ConfigStateChecks: []statecheck.StateCheck{f.expectChanges()},
			},
		},
	})
}

// --- At protocol level ---

// TestProviderArgumentsAreChecked: a value that is set and wrong is one error at
// its argument, which says what would be right and repeats no secret.
func TestProviderArgumentsAreChecked(t *testing.T) {
	t.Parallel()
	hush := "hush-hush"
	for name, test := range map[string]struct {
		arguments map[string]any
		attribute string
		words     []string
	}{
		"endpoint over http":     {map[string]any{"endpoint": "http://octo.example.com"}, "endpoint", []string{"https://", "loopback"}},
		"endpoint with password": {map[string]any{"endpoint": "https://me:" + hush + "@octo.example.com"}, "endpoint", []string{"password"}},
		"endpoint empty":         {map[string]any{"endpoint": ""}, "endpoint", []string{"empty"}},

		"timeout in words": {map[string]any{"request_timeout": "fast"}, "request_timeout", []string{`"fast"`, "30s"}},
		"timeout zero":     {map[string]any{"request_timeout": "0s"}, "request_timeout", []string{"above zero"}},
		"timeout negative": {map[string]any{"request_timeout": "-5s"}, "request_timeout", []string{"above zero"}},

		"retries broken":   {map[string]any{"max_retries": 2.5}, "max_retries", []string{"a whole number from 0 to 20"}},
		"retries too many": {map[string]any{"max_retries": 21}, "max_retries", []string{"a whole number from 0 to 20"}},

		"edition misspelt":    {map[string]any{"webhook_api": "notification"}, "webhook_api", []string{`"auto"`, `"notifications"`, `"appconnection"`}},
		"edition capitalised": {map[string]any{"webhook_api": "Auto"}, "webhook_api", []string{`"auto"`}},

		"token empty":          {map[string]any{"app_token": ""}, "app_token", []string{"empty", "appApiToken"}},
		"token with space":     {map[string]any{"app_token": hush + " "}, "app_token", []string{"a space", "appApiToken"}},
		"named token empty":    {map[string]any{"app_tokens": map[string]any{"garage": "", "lab": hush}}, `app_tokens["garage"]`, []string{"empty"}},
		"named token null":     {map[string]any{"app_tokens": map[string]any{"garage": nil, "lab": hush}}, `app_tokens["garage"]`, []string{"null"}},
		"named token wrong":    {map[string]any{"app_tokens": map[string]any{"garage": hush + "\t", "lab": unknown{}}}, `app_tokens["garage"]`, []string{"a line break"}},
		"token without a name": {map[string]any{"app_tokens": map[string]any{"": hush}}, "app_tokens", []string{"A key of app_tokens is empty"}},

		"two default tokens":              {map[string]any{"app_token": hush, "app_tokens": map[string]any{"default": hush}}, "app_token", []string{`"default"`, "Remove one"}},
		"two default tokens, one unknown": {map[string]any{"app_token": unknown{}, "app_tokens": map[string]any{"default": hush}}, "app_token", []string{`"default"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newProtocol(t, provider.New("test")).configure(test.arguments)
			wantOneError(t, got, test.attribute, test.words, []string{hush})
		})
	}
}

// TestProviderArgumentsAccepted holds what must not be refused.
func TestProviderArgumentsAccepted(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string]map[string]any{
		"nothing":           {},
		"http to loopback":  {"endpoint": "http://127.0.0.1:8080"},
		"http to localhost": {"endpoint": "http://localhost"},
		"http to ::1":       {"endpoint": "http://[::1]:8080/octo"},
		"path prefix":       {"endpoint": "https://gateway.example.com/octo"},
		"all":               {"endpoint": "https://octo.example.com/", "request_timeout": "1m30s", "max_retries": 0, "webhook_api": "appconnection", "app_token": "!~", "app_tokens": map[string]any{"garage": "a"}},
		"no named tokens":   {"app_tokens": map[string]any{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoDiagnostics(t, newProtocol(t, provider.New("test")).configure(arguments))
		})
	}
}

// TestProviderUnknownAtPlan: whichever argument is not known yet, a webhook can
// be planned, and nothing but info is called.
func TestProviderUnknownAtPlan(t *testing.T) {
	t.Parallel()
	known := map[string]any{"app_token": tokenOf("default"), "app_tokens": map[string]any{"garage": tokenOf("garage")}}
	unknowns := map[string]map[string]any{
		"app_token":       {"app_token": unknown{}},
		"app_tokens":      {"app_tokens": unknown{}},
		"one of them":     {"app_tokens": map[string]any{"garage": unknown{}}},
		"endpoint":        {"endpoint": unknown{}},
		"webhook_api":     {"webhook_api": unknown{}},
		"max_retries":     {"max_retries": unknown{}},
		"request_timeout": {"request_timeout": unknown{}},
	}
	for _, name := range slices.Sorted(maps.Keys(unknowns)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, fakeapi.Options{}, connections("default", "garage", "own"))
			for _, chosen := range []map[string]any{{}, {"app_connection": "garage"}, {"app_token": tokenOf("own")}, {"app_connection": unknown{}}, {"app_token": unknown{}}} {
				p := newProtocol(t, f.newProvider())
				wantNoDiagnostics(t, p.configure(with(known, map[string]any{"endpoint": f.url}, unknowns[name])))
				wantNoDiagnostics(t, p.plan(p.noObject(), with(chosen, map[string]any{"callback_url": urlOne})).diagnostics)
			}
			if err := f.expectChanges()(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestProviderEnvironment: which value counts where argument and environment
// both give one.
func TestProviderEnvironment(t *testing.T) {
	f := newFixture(t, fakeapi.Options{}, connections("env", "argument", "named"))
	other := newFixture(t, fakeapi.Options{}, connections("env"))
	const envToken, envEndpoint = "OCTOEVERYWHERE_APP_TOKEN", "OCTOEVERYWHERE_ENDPOINT"

	for name, test := range map[string]struct {
		token, endpoint string
		arguments       map[string]any
		sent            string // the token of the request
	}{
		"both from the environment":   {tokenOf("env"), f.url, nil, tokenOf("env")},
		"argument before environment": {tokenOf("env"), f.url, map[string]any{"app_token": tokenOf("argument")}, tokenOf("argument")},
		"app_tokens before it too":    {tokenOf("env"), f.url, map[string]any{"app_tokens": map[string]any{"default": tokenOf("named")}}, tokenOf("named")},
		"endpoint before environment": {tokenOf("env"), other.url, map[string]any{"endpoint": f.url}, tokenOf("env")},
		"and a wrong one is not read": {tokenOf("env"), "http://octo.example.com", map[string]any{"endpoint": f.url}, tokenOf("env")},
		"nor is a wrong token":        {"a b", f.url, map[string]any{"app_token": tokenOf("argument")}, tokenOf("argument")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(envToken, test.token)
			t.Setenv(envEndpoint, test.endpoint)
			f.api.ResetRequests()
			other.api.ResetRequests()
			p := newProtocol(t, f.newProvider())
			wantNoDiagnostics(t, p.configure(test.arguments))
			wantNoDiagnostics(t, p.readAppConnection(nil))
			if sent := f.api.Requests(); len(sent) != 1 || sent[0].Token != test.sent {
				t.Errorf("want one request with %s, got %+v", test.sent, sent)
			}
			if sent := other.api.Requests(); len(sent) != 0 {
				t.Errorf("the other endpoint got %+v", sent)
			}
		})
	}

	hush := "hush-hush"
	for name, test := range map[string]struct {
		token, endpoint, attribute string
		words                      []string
	}{
		"wrong token":    {hush + " x", f.url, "app_token", []string{envToken, "a space"}},
		"wrong endpoint": {tokenOf("env"), "http://me:" + hush + "@octo.example.com", "endpoint", []string{envEndpoint, "password"}},
		"http endpoint":  {tokenOf("env"), "http://octo.example.com", "endpoint", []string{envEndpoint, "https://"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(envToken, test.token)
			t.Setenv(envEndpoint, test.endpoint)
			wantOneError(t, newProtocol(t, f.newProvider()).configure(nil), test.attribute, test.words, []string{hush})
		})
	}

	t.Run("empty is unset", func(t *testing.T) {
		t.Setenv(envToken, "")
		t.Setenv(envEndpoint, "")
		p := newProtocol(t, f.newProvider())
		wantNoDiagnostics(t, p.configure(nil))
		wantOneError(t, p.readAppConnection(nil), "", []string{"No App Connection token", envToken}, nil)
	})

	t.Run("provider blocks with app_tokens", func(t *testing.T) { // the environment's token joins none of them
		t.Setenv(envToken, tokenOf("env"))
		for _, name := range []string{"garage", "lab"} { // two aliases, which must not share a "default"
			p := newProtocol(t, f.newProvider())
			wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": f.url, "app_tokens": map[string]any{name: tokenOf("named")}}))
			wantOneError(t, p.readAppConnection(nil), "", []string{"Unknown App Connection", `"default"`, `"` + name + `"`}, nil)
			got := p.plan(p.noObject(), map[string]any{"callback_url": urlOne}).diagnostics
			wantOneError(t, got, "", []string{"Unknown App Connection", `"default"`, `"` + name + `"`}, nil)
		}
		f.api.ResetRequests()
		p := newProtocol(t, f.newProvider())
		wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": f.url, "app_tokens": unknown{}}))
		wantNoDiagnostics(t, p.plan(p.noObject(), map[string]any{"callback_url": urlOne}).diagnostics)
		f.wantCalls(map[fakeapi.Call]int{}) // the token counts as not known
	})
}

// TestUserAgent has the versions of the provider and of Terraform.
func TestUserAgent(t *testing.T) {
	t.Parallel()
	f := newFixture(t, fakeapi.Options{}, connections("default"))
	p := newProtocol(t, f.newProvider())
	wantNoDiagnostics(t, p.configure(map[string]any{"endpoint": f.url, "app_token": tokenOf("default")}))
	wantNoDiagnostics(t, p.readAppConnection(nil))
	if got, want := f.api.Requests()[0].UserAgent, "terraform-provider-octoeverywhere/test (Terraform/1.11.4)"; got != want {
		t.Errorf("User-Agent is %q, want %q", got, want)
	}
}
