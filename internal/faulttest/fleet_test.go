// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// fleet is webhooks of one provider, each with its App Connection. One that is
// named afterwards comes after all others.
type fleet struct {
	t     *testing.T
	api   *fakeapi.Server
	ws    *clitest.Workspace
	names []string
}

func newFleet(t *testing.T, names ...string) *fleet {
	t.Helper()
	f := &fleet{t: t, api: fakeapi.New(fakeapi.Options{}), ws: clitest.NewWorkspace(t), names: names}
	f.ws.UseBinary()
	tokens := map[string]string{}
	for _, name := range names {
		f.api.AddConnection(f.token(name), name)
		tokens[name] = f.token(name)
	}
	writeJSON(f.ws, "tokens.json", tokens)
	text := clitest.RequiredProviders + fmt.Sprintf(`
provider "octoeverywhere" {
  endpoint        = %q
  app_tokens      = jsondecode(file("tokens.json"))
  request_timeout = "10m"
}
`, listen(t, f.api))
	for name, which := range map[string]string{"first": `!=`, "last": `==`} {
		text += fmt.Sprintf(`
locals { # for_each is evaluated for each instance
  %[1]s = { for name, webhook in jsondecode(file("webhooks.json")) : name => webhook if name %[2]s "afterwards" }
}
resource "octoeverywhere_notification_webhook" %[1]q {
  for_each       = local.%[1]s
  app_connection = each.key
  callback_url   = each.value.url
  event_types    = each.value.events
`, name, which)
		if name == "last" {
			text += "  depends_on     = [octoeverywhere_notification_webhook.first]\n"
		}
		text += "}\n"
	}
	f.ws.Write("main.tf", text)
	return f
}

func listen(t *testing.T, api *fakeapi.Server) string {
	t.Helper()
	running, err := api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	return running.URL
}

func (f *fleet) token(name string) string { return tokenMark + "-" + name + "-0123456789abcdef" }

func (f *fleet) url(name string, version int) string {
	return fmt.Sprintf("https://app.example.com/octo/v%d?printer=%s&b=2&a=%%41%%2f", version, name)
}

// events are the filter of a webhook, in order.
func (f *fleet) events(name string) []string {
	events := []string{"1"}
	for event := 2; event <= fakeapi.LastEventType; event++ {
		if crc32.ChecksumIEEE([]byte(name))>>event&1 == 1 {
			events = append(events, strconv.Itoa(event))
		}
	}
	return events
}

// configure says which webhooks are to be there, with the versions of their URLs.
func (f *fleet) configure(versions map[string]int) {
	type webhook struct {
		URL    string   `json:"url"`
		Events []string `json:"events"`
	}
	wanted := map[string]webhook{}
	for name, version := range versions {
		wanted[name] = webhook{f.url(name, version), f.events(name)}
	}
	writeJSON(f.ws, "webhooks.json", wanted)
}

// wantAll checks that exactly these webhooks are set and in state, and that
// there is nothing left to do.
func (f *fleet) wantAll(versions map[string]int) {
	f.t.Helper()
	state := readState(f.t, f.ws)
	for _, name := range f.names {
		saved, set := f.api.Webhook(f.token(name))
		var events []string
		for _, event := range slices.Sorted(slices.Values(saved.EventTypes)) {
			events = append(events, strconv.Itoa(event))
		}
		url := f.url(name, versions[name])
		switch wanted := versions[name] > 0; {
		case wanted != set, wanted && (saved.URL != url || !slices.Equal(events, f.events(name))):
			f.t.Errorf("the webhook of %s is %q for %v (%t)", name, saved.URL, events, set)
		case state[name].became(nil, "", url) != map[bool]string{true: "set", false: "absent"}[wanted]:
			f.t.Errorf("%s in state: %s", name, state[name])
		}
	}
	if plan := f.ws.Plan("-detailed-exitcode"); plan.ExitCode != 0 {
		f.t.Errorf("there is still something to do: %v\n%s", plan.Planned, plan.Errors())
	}
}
