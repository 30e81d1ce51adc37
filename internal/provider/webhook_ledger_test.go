// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// What the real core does where it holds several objects for one App
// Connection. It chooses the order; in every order it is TestEveryOrder's.

// order is the log's Sets and Deletes of one token.
func (w *fixture) order(token string) []fakeapi.Call {
	var calls []fakeapi.Call
	for _, request := range w.api.Requests() {
		if request.Token == token && (request.Call == set || request.Call == del) {
			calls = append(calls, request.Call)
		}
	}
	return calls
}

func (w *fixture) wantOrder(token string, wanted ...fakeapi.Call) {
	w.t.Helper()
	if got := w.order(token); !slices.Equal(got, wanted) {
		w.t.Errorf("calls with %s: %q, want %q", token, got, wanted)
	}
}

const (
	beforeDestroy = "lifecycle {\n    create_before_destroy = true\n  }"
	set, del      = fakeapi.CallSet, fakeapi.CallDelete
)

// on is the arguments of a webhook.
func on(connection, url string, more ...string) []string {
	return append([]string{`app_connection = "` + connection + `"`, `callback_url = "` + url + `"`}, more...)
}

// onePinned is the edition of tests that count calls: while it is found out,
// Sets wait for each other.
const onePinned = `webhook_api = "notifications"`

// TestWebhookStays replaces, renames and moves webhooks in all ways at once, as
// Terraform does it: no error, afterwards each webhook is there with the new
// URL, and a plan is empty.
func TestWebhookStays(t *testing.T) {
	t.Parallel()
	replaced := []string{"replaced", "cbd", "unchanged", "tainted", "tainted_cbd", "triggered"}
	tokens := connections(append(replaced, "renamed", "key", "swap1", "swap2", "cbd1", "cbd2", "token1", "token2", "count1", "count2", "moved", "module")...)
	w := newFixture(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	named := maps.Clone(tokens) // the provider's, by name
	write := func(url, key, renamed, version, one, two, counted, moves string) {
		triggered := "lifecycle {\n    replace_triggered_by = [terraform_data.version]\n  }"
		ws.Write("main.tf", w.provider(named, onePinned)+
			webhook("replaced", on("replaced", url)...)+webhook("cbd", on("cbd", url, beforeDestroy)...)+
			webhook("unchanged", on("unchanged", urlOne)...)+
			webhook("tainted", on("tainted", url)...)+webhook("tainted_cbd", on("tainted_cbd", url, beforeDestroy)...)+
			webhook("triggered", on("triggered", urlOne, triggered)...)+"resource \"terraform_data\" \"version\" {\n  input = \""+version+"\"\n}\n"+
			webhook(renamed, on("renamed", url)...)+
			webhook("key", on("key", url, `for_each = toset(["`+key+`"])`)...)+
			webhook("swap_x", on("swap"+one, urlOne)...)+webhook("swap_y", on("swap"+two, urlTwo)...)+
			webhook("cbd_x", on("cbd"+one, urlOne, beforeDestroy)...)+webhook("cbd_y", on("cbd"+two, urlTwo, beforeDestroy)...)+
			webhook("token_x", on("token1", urlOne)...)+webhook("token_y", on("token2", urlTwo)...)+
			"locals {\n  counted = "+counted+"\n}\n"+webhook("counted", `count = length(local.counted)`,
			`app_connection = local.counted[count.index]`, `callback_url = "https://app.example.com/${local.counted[count.index]}"`)+
			moves)
	}
	write(urlOne, "old", "old", "1", "1", "2", `["count2", "count1"]`, webhook("before", on("moved", urlOne)...)+webhook("outside", on("module", urlOne)...))
	ws.Must(ws.Apply())
	ws.Must(ws.Run("taint", address("tainted")))
	ws.Must(ws.Run("taint", address("tainted_cbd")))

	w.api.ResetRequests()
	named["token1"], named["token2"] = tokens["token2"], tokens["token1"]
	ws.Write("inside/main.tf", clitest.RequiredProviders+webhook("inside", on("module", urlOne)...))
	move := func(from, to string) string {
		return "moved {\n  from = " + address(from) + "\n  to   = " + to + "\n}\n"
	}
	write(urlTwo, "new", "new", "2", "2", "1", `["count1"]`, webhook("after", on("moved", urlOne)...)+move("before", address("after"))+
		"module \"it\" {\n  source = \"./inside\"\n}\n"+move("outside", "module.it."+address("inside")))
	ws.Must(ws.Run("get"))
	applied := ws.Must(ws.Apply("-replace="+address("replaced"), "-replace="+address("cbd"), "-replace="+address("unchanged")))

	wanted := map[string]string{
		"unchanged": urlOne, "triggered": urlOne, "moved": urlOne, "module": urlOne,
		"swap2": urlOne, "swap1": urlTwo, "cbd2": urlOne, "cbd1": urlTwo, "token2": urlOne, "token1": urlTwo,
		"count1": "https://app.example.com/count1", "count2": "",
	}
	for name, token := range tokens {
		url, special := wanted[name]
		if !special {
			url = urlTwo
		}
		w.wantURL(token, url)
		if order := w.order(token); slices.Contains(order, set) && order[len(order)-1] != set {
			t.Errorf("calls with %s: %q", token, order)
		}
	}
	for _, name := range replaced {
		w.wantOrder(tokens[name], set)
	}
	for _, name := range []string{"moved", "module"} {
		w.wantOrder(tokens[name])
	}
	if applied.Planned[address("after")] != "move" || applied.Planned["module.it."+address("inside")] != "move" {
		t.Errorf("planned %v", applied.Planned)
	}
	wantPlanned(t, ws.Must(ws.Plan()), nil)
}

// TestRefusedSet replaces and renames webhooks while the service refuses each
// first Set: the App Connection has the webhook that it had, the message says
// what is true, and the next apply sets the new one (DESIGN.md, "Refused").
func TestRefusedSet(t *testing.T) {
	t.Parallel()
	const stillSet, unchanged = "is still set", "Nothing was changed"
	kinds := map[string]struct{ says, more string }{
		"updated":  {says: unchanged},
		"replaced": {says: stillSet},
		"cbd":      {says: unchanged, more: beforeDestroy},
		"tainted":  {says: stillSet},
		"renamed":  {}, // its order is Terraform's
	}
	tokens := connections(slices.Collect(maps.Keys(kinds))...)
	w := newFixture(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	block := func(name string, after bool) string {
		if name == "renamed" {
			return fmt.Sprintf("renamed_%t", after)
		}
		return name
	}
	write := func(url string, after bool) {
		config := w.provider(tokens, onePinned, "max_retries = 0")
		for name, kind := range kinds {
			config += webhook(block(name, after), on(name, url, kind.more)...)
		}
		ws.Write("main.tf", config)
	}
	write(urlOne, false)
	ws.Must(ws.Apply())
	ws.Must(ws.Run("taint", address("tainted")))
	w.api.ResetRequests()
	for _, token := range tokens {
		w.api.Script(fakeapi.Fault{Call: set, Token: token, Status: 429})
	}
	write(urlTwo, true)
	failed := ws.Apply("-replace="+address("replaced"), "-replace="+address("cbd"))
	inState := ws.Resources()
	for name, kind := range kinds {
		w.wantURL(tokens[name], urlOne)
		wantText(t, said(failed, "error")[address(block(name, true))], kind.says)
		if name == "renamed" {
			continue
		}
		w.wantOrder(tokens[name], set)
		if inState[address(name)] == nil {
			t.Errorf("%s is not in state", name)
		}
	}

	ws.Must(ws.Apply())
	for _, token := range tokens {
		w.wantURL(token, urlTwo)
	}
	wantPlanned(t, ws.Must(ws.Plan()), nil)
	ws.Must(ws.Destroy())
	for _, token := range tokens {
		w.wantURL(token, "")
	}
}

// TestTerraformTest renames a webhook in terraform test, which has one process of
// the provider plan and apply several times.
func TestTerraformTest(t *testing.T) {
	t.Parallel()
	tokens := connections("one")
	clitest.SkipBelow(t, "1.6.0", "1.6.0", "terraform test")
	w := newFixture(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens)+"variable \"key\" {\n  type = string\n}\n"+
		webhook("each", `for_each = toset([var.key])`, `app_connection = "one"`, `callback_url = "https://app.example.com/${each.key}"`))
	ws.Write("tests/each.tftest.hcl", `
run "plan" {
  command = plan
  variables { key = "first" }
}
run "create" {
  variables { key = "first" }
}
run "rename" {
  variables { key = "second" }
}
run "look" {
  command = plan
  variables { key = "second" }
}
`)
	wantText(t, ws.Must(ws.Run("test", "-no-color")).Stdout, "4 passed, 0 failed")
	w.wantURL(tokens["one"], "")
}

// TestLeftovers is TestEveryOrder's deposed object and twin as the real core
// sees them.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	tokens := connections("deposed", "twin")
	w := newFixture(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens)+webhook("deposed", on("deposed", urlOne)...)+webhook("twin", on("twin", urlOne)...))
	ws.Must(ws.Apply())
	var state map[string]any
	if err := json.Unmarshal([]byte(ws.Read("terraform.tfstate")), &state); err != nil {
		t.Fatal(err)
	}
	resources, _ := state["resources"].([]any)
	for _, resource := range resources {
		resource, _ := resource.(map[string]any)
		instances, _ := resource["instances"].([]any)
		if resource["name"] == "twin" {
			another := maps.Clone(resource)
			another["name"] = "another"
			state["resources"] = append(resources, another)
			continue
		}
		instance, _ := instances[0].(map[string]any)
		deposed := maps.Clone(instance)
		deposed["deposed"] = "0a1b2c3d"
		resource["instances"] = append(instances, deposed)
	}
	edited, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	ws.Write("terraform.tfstate", string(edited))

	result := ws.Must(ws.Apply())
	if count(result, "warning", "Terraform holds two objects for one App Connection") == 0 {
		t.Errorf("no warning of the second object: %v", result.Diagnostics)
	}
	w.wantURL(tokens["deposed"], urlOne)
	w.wantURL(tokens["twin"], urlOne)
	wantPlanned(t, ws.Must(ws.Plan()), nil)
	ws.Must(ws.Destroy())
	w.wantURL(tokens["deposed"], "")
	w.wantURL(tokens["twin"], "")
}
