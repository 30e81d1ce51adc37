// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// world is what an acceptance test acts on: a fake OctoEverywhere on loopback,
// a clock, and a provider that uses both.
type world struct {
	t     testing.TB
	api   *fakeapi.Server
	url   string
	clock *clock
}

// newWorld starts a fake with these App Connections, name → token.
func newWorld(t testing.TB, options fakeapi.Options, connections map[string]string) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	if options.Now == nil {
		options.Now = w.clock.Now
	}
	options.Flat = clitest.FlatAnswers()
	w.api = fakeapi.New(options)
	for name, token := range connections {
		w.api.AddConnection(token, name)
	}
	running, err := w.api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	w.url = running.URL
	return w
}

// tokenOf makes a token that is recognised wherever it leaks to.
func tokenOf(name string) string { return "tok-SECRET-" + name + "-0123456789abcdef" }

// fingerprintOf is the id that a token gives.
func fingerprintOf(t testing.TB, token string) string {
	t.Helper()
	parsed, err := octoeverywhere.NewToken(token)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Fingerprint()
}

// connections makes App Connections of these names with their tokenOf.
func connections(names ...string) map[string]string {
	made := map[string]string{}
	for _, name := range names {
		made[name] = tokenOf(name)
	}
	return made
}

// shortWaits keep retries from taking a test's time.
var shortWaits = octoeverywhere.Waits{Min: time.Millisecond, Max: 5 * time.Millisecond, RetryAfterMax: 10 * time.Millisecond, Budget: time.Minute}

// newProvider constructs the provider with the world's clock and short waits.
func (w *world) newProvider() func() fwprovider.Provider {
	return provider.New("test", provider.WithClock(w.clock.Now), provider.WithWaits(shortWaits))
}

// workspace has the CLI itself run against the world's provider.
func (w *world) workspace() *clitest.Workspace {
	w.t.Helper()
	workspace := clitest.NewWorkspace(w.t)
	workspace.UseServer(provider.NewServer(w.newProvider()))
	return workspace
}

// provider writes the provider block with these App Connections and further
// arguments.
func (w *world) provider(tokens map[string]string, arguments ...string) string {
	return clitest.RequiredProviders + fmt.Sprintf(`
provider "octoeverywhere" {
  endpoint   = %q
  app_tokens = %s
  %s
}
`, w.url, hclMap(tokens), strings.Join(arguments, "\n  "))
}

// hclMap writes a map of strings.
func hclMap(values map[string]string) string {
	if len(values) == 0 {
		return "{}"
	}
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	var text strings.Builder
	text.WriteString("{\n")
	for _, key := range keys {
		fmt.Fprintf(&text, "    %q = %q\n", key, values[key])
	}
	text.WriteString("  }")
	return text.String()
}

// webhook writes a resource block.
func webhook(name string, arguments ...string) string {
	return fmt.Sprintf("resource \"octoeverywhere_notification_webhook\" %q {\n  %s\n}\n", name, strings.Join(arguments, "\n  "))
}

// address is the resource address of a webhook block.
func address(name string) string { return "octoeverywhere_notification_webhook." + name }

// calls counts the requests of the fake's log by what they asked for.
func (w *world) calls() map[fakeapi.Call]int {
	counted := map[fakeapi.Call]int{}
	for _, request := range w.api.Requests() {
		counted[request.Call]++
	}
	return counted
}

// wantURL checks which URL the fake has for a token; "" means no webhook.
func (w *world) wantURL(token, url string) {
	w.t.Helper()
	saved, found := w.api.Webhook(token)
	switch {
	case url == "" && found:
		w.t.Errorf("the App Connection still has the webhook %q", saved.URL)
	case url != "" && !found:
		w.t.Errorf("the App Connection has no webhook, want %q", url)
	case url != "" && saved.URL != url:
		w.t.Errorf("the App Connection's webhook is %q, want %q", saved.URL, url)
	}
}

// clock is a time that only tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the clock's time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by whole days.
func (c *clock) Advance(days int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.AddDate(0, 0, days)
}
