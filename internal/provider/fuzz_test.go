// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// fuzzMark is in every secret of the fuzz targets; no message may have it.
const fuzzMark = "hush-SECRET-hush"

// FuzzProviderConfig gives the provider block any values, null and unknown
// ones among them: either there are errors, each at an argument, or there is a
// session that plans a webhook. Neither repeats a token, or what an endpoint
// hides in its user name, password, query or fragment (DESIGN.md, "Secrets").
// #SECRET# in an argument stands for such a thing.
func FuzzProviderConfig(f *testing.F) {
	f.Fuzz(func(t *testing.T, appToken, name, namedToken, endpoint, webhookAPI, requestTimeout string, maxRetries int, absent, notKnown uint8) {
		secret := func(s string) string { return strings.ReplaceAll(s, "#SECRET#", fuzzMark) }
		given := map[string]any{
			"app_token":       secret(appToken),
			"app_tokens":      map[string]any{name: secret(namedToken)},
			"endpoint":        secret(endpoint),
			"webhook_api":     webhookAPI,
			"max_retries":     maxRetries,
			"request_timeout": requestTimeout,
		}
		for bit, argument := range []string{"app_token", "app_tokens", "endpoint", "webhook_api", "max_retries", "request_timeout"} {
			switch {
			case absent>>bit&1 == 1:
				delete(given, argument)
			case notKnown>>bit&1 == 1:
				given[argument] = unknown{}
			}
		}
		if absent>>6&1 == 1 && given["app_tokens"] != nil {
			given["app_tokens"] = map[string]any{name: nil}
		}
		if notKnown>>6&1 == 1 && given["app_tokens"] != nil {
			given["app_tokens"] = map[string]any{name: unknown{}}
		}

		p := newProtocol(t, provider.New("test"))
		configured := p.configure(given)
		failed := false
		for _, d := range configured {
			failed = failed || d.Severity == tfprotov6.DiagnosticSeverityError
			if d.Severity != tfprotov6.DiagnosticSeverityError || len(d.Attribute.Steps()) == 0 {
				t.Errorf("a wrong value is an error at its argument:\n%s", describe(configured))
			}
		}
		all := configured
		if !failed {
			// Nothing is sent to plan a webhook.
			all = append(all, p.planWebhook(map[string]any{"app_connection": name, "callback_url": "https://app.example.com/octo?key=" + fuzzMark}).Diagnostics...)
			all = append(all, p.planWebhook(map[string]any{"callback_url": "https://app.example.com/octo?key=" + fuzzMark}).Diagnostics...)
		}
		if strings.Contains(describe(all), fuzzMark) {
			t.Errorf("a secret is shown:\n%s", describe(all))
		}
	})
}
