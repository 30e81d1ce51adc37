// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// newAPI starts a fake with an App Connection for each name, whose token is
// tokenOf it, and has the workspace use it in place of the real service.
func newAPI(t *testing.T, w *acctest.Workspace, options fakeapi.Options, names ...string) *fakeapi.Server {
	t.Helper()
	options.Flat = true
	api := fakeapi.New(options)
	for _, name := range names {
		api.AddConnection(tokenOf(name), "the printer "+name)
	}
	running, err := api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	w.Setenv("OCTOEVERYWHERE_ENDPOINT", running.URL)
	return api
}

// tokenOf is as the tests in examples/fleet write it.
func tokenOf(name string) string { return "fake-token-" + name }

// tokens is a map of names to their tokens, as TF_VAR_app_tokens takes it.
func tokens(t *testing.T, names ...string) string {
	t.Helper()
	byName := map[string]string{}
	for _, name := range names {
		byName[name] = tokenOf(name)
	}
	written, err := json.Marshal(byName)
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}

// hasWebhooks fails the test unless exactly these URLs are set, by name.
func hasWebhooks(t *testing.T, api *fakeapi.Server, names []string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, name := range names {
		if webhook, found := api.Webhook(tokenOf(name)); found {
			got[name] = webhook.URL
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("the service has %q, not %q", got, want)
	}
}

// events is the filter that the service has.
func events(t *testing.T, api *fakeapi.Server, name string) []int {
	t.Helper()
	webhook, _ := api.Webhook(tokenOf(name))
	return slices.Sorted(slices.Values(webhook.EventTypes))
}
