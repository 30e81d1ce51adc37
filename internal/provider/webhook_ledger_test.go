// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// sighting is a request that a test waits for.
type sighting struct {
	call  fakeapi.Call
	token string
}

// hold holds requests back until another has arrived: key until value. It makes
// an order certain that Terraform leaves open.
func (w *world) hold(rules map[sighting]sighting) {
	arrived := map[sighting]chan struct{}{}
	for _, awaited := range rules {
		arrived[awaited] = make(chan struct{})
	}
	seen := make(chan sighting, 1000)
	go func() {
		done := map[sighting]bool{}
		for s := range seen {
			if c, awaited := arrived[s]; awaited && !done[s] {
				done[s] = true
				close(c)
			}
		}
	}()
	w.t.Cleanup(func() { close(seen) })
	w.api.OnRequest(func(r fakeapi.Request) {
		s := sighting{r.Call, r.Token}
		seen <- s
		if awaited, held := rules[s]; held {
			select {
			case <-arrived[awaited]:
			case <-time.After(time.Minute):
				w.t.Errorf("%v was held back for %v, which did not come", s, awaited)
			}
		}
	})
}

// order is the log's Sets and Deletes of one token.
func (w *world) order(token string) []fakeapi.Call {
	var calls []fakeapi.Call
	for _, request := range w.api.Requests() {
		if request.Token == token && (request.Call == fakeapi.CallSet || request.Call == fakeapi.CallDelete) {
			calls = append(calls, request.Call)
		}
	}
	return calls
}

const (
	beforeDestroy = "lifecycle {\n    create_before_destroy = true\n  }"
	set, del      = fakeapi.CallSet, fakeapi.CallDelete
)

// arguments of webhooks; the gates are App Connections that only make an order
// certain.
func on(connection, url string, more ...string) []string {
	return append([]string{`app_connection = "` + connection + `"`, `callback_url = "` + url + `"`}, more...)
}

func dependsOn(name string) string { return "depends_on = [" + address(name) + "]" }

// late is a data source of the App Connection gate that takes its time, and
// whatever depends on it is planned after all else.
const (
	late          = "data \"octoeverywhere_app_connection\" \"late\" {\n  app_connection = \"gate\"\n}\n"
	dependsOnLate = "depends_on = [data.octoeverywhere_app_connection.late]"
)

// slowGate makes it take its time.
func (w *world) slowGate() {
	w.api.OnRequest(func(r fakeapi.Request) {
		if r.Call == fakeapi.CallInfo && r.Token == tokenOf("gate") {
			time.Sleep(300 * time.Millisecond)
		}
	})
}

// TestWebhookStaysInAnyOrder replaces and renames webhooks, in both orders of
// destroy and create where Terraform leaves them open: no error, afterwards the
// webhook is there with the new URL, and a plan is empty (design rule 6; issue
// 3 line 3).
func TestWebhookStaysInAnyOrder(t *testing.T) {
	t.Parallel()
	tokens := connections("one", "two", "gate")
	one, two, gate := tokens["one"], tokens["two"], tokens["gate"]
	each := func(key string, more ...string) string {
		return webhook("each", on("one", "https://app.example.com/"+key, append(more, `for_each = toset(["`+key+`"])`)...)...)
	}
	triggered := func(version string) string {
		return "resource \"terraform_data\" \"version\" {\n  input = \"" + version + "\"\n}\n"
	}
	swapped := func(x, y string, more ...string) string {
		return webhook("x", on(x, "https://app.example.com/x", more...)...) + webhook("y", on(y, "https://app.example.com/y", more...)...)
	}
	counted := func(names ...string) string {
		list := `["` + strings.Join(names, `", "`) + `"]`
		return "locals {\n  names = " + list + "\n}\n" + webhook("counted", `count = length(local.names)`,
			`app_connection = local.names[count.index]`, `callback_url = "https://app.example.com/${local.names[count.index]}"`)
	}

	for _, test := range []struct {
		name          string
		before, after string
		tokens        map[string]string // of the provider, afterwards; nil = the same
		taint         string
		args          []string
		hold          map[sighting]sighting
		wantURLs      map[string]string
		wantOrder     []fakeapi.Call // of "one"; not checked when repeated
		times         int            // how often to repeat what can't be made certain
	}{
		{
			name:   "renamed, destroyed first",
			before: webhook("old", on("one", urlOne)...),
			after: late + webhook("gate", on("gate", urlOne, dependsOnLate)...) +
				webhook("new", on("one", urlTwo, dependsOn("gate"))...),
			hold:      map[sighting]sighting{{set, gate}: {del, one}},
			wantURLs:  map[string]string{one: urlTwo, gate: urlOne},
			wantOrder: []fakeapi.Call{del, set},
		},
		{
			name:      "renamed, created first",
			before:    webhook("old", on("one", urlOne)...) + webhook("gate", on("gate", urlOne, dependsOn("old"))...),
			after:     webhook("new", on("one", urlTwo)...),
			hold:      map[sighting]sighting{{del, gate}: {set, one}},
			wantURLs:  map[string]string{one: urlTwo},
			wantOrder: []fakeapi.Call{set},
		},
		{
			name:   "for_each key changed, as it comes",
			before: each("old"), after: each("new"),
			times:    4,
			wantURLs: map[string]string{one: "https://app.example.com/new"},
		},
		{
			name:   "-replace",
			before: webhook("printer", on("one", urlOne)...), after: webhook("printer", on("one", urlTwo)...),
			args:     []string{"-replace=" + address("printer")},
			wantURLs: map[string]string{one: urlTwo}, wantOrder: []fakeapi.Call{set},
		},
		{
			name:   "-replace, create_before_destroy",
			before: webhook("printer", on("one", urlOne, beforeDestroy)...), after: webhook("printer", on("one", urlTwo, beforeDestroy)...),
			args:     []string{"-replace=" + address("printer")},
			wantURLs: map[string]string{one: urlTwo}, wantOrder: []fakeapi.Call{set},
		},
		{
			name:   "-replace without a change",
			before: webhook("printer", on("one", urlOne)...), after: webhook("printer", on("one", urlOne)...),
			args:     []string{"-replace=" + address("printer"), "-refresh=false"},
			wantURLs: map[string]string{one: urlOne}, wantOrder: []fakeapi.Call{set},
		},
		{
			name:   "tainted",
			before: webhook("printer", on("one", urlOne)...), after: webhook("printer", on("one", urlTwo)...),
			taint:    address("printer"),
			wantURLs: map[string]string{one: urlTwo}, wantOrder: []fakeapi.Call{set},
		},
		{
			name:   "tainted, create_before_destroy",
			before: webhook("printer", on("one", urlOne, beforeDestroy)...), after: webhook("printer", on("one", urlTwo, beforeDestroy)...),
			taint:    address("printer"),
			wantURLs: map[string]string{one: urlTwo}, wantOrder: []fakeapi.Call{set},
		},
		{
			name:     "replace_triggered_by",
			before:   triggered("1") + webhook("printer", on("one", urlOne, "lifecycle {\n    replace_triggered_by = [terraform_data.version]\n  }")...),
			after:    triggered("2") + webhook("printer", on("one", urlOne, "lifecycle {\n    replace_triggered_by = [terraform_data.version]\n  }")...),
			wantURLs: map[string]string{one: urlOne}, wantOrder: []fakeapi.Call{set},
		},
		{
			// The one planned second leaves its webhook to the other, which the
			// first could not know of.
			name:   "tokens swapped, as it comes",
			before: swapped("one", "two"), after: swapped("two", "one"),
			wantURLs: map[string]string{one: "https://app.example.com/y", two: "https://app.example.com/x"},
			times:    3,
		},
		{
			name:   "tokens swapped, one after the other",
			before: swapped("two", "one") + webhook("gate", on("gate", urlOne, dependsOn("y"))...), after: swapped("one", "two"),
			// x is replaced at once: destroyed on two, created on one. y is on one
			// and waits until then, so its Delete would take x's webhook.
			hold:      map[sighting]sighting{{del, gate}: {set, one}},
			wantURLs:  map[string]string{one: "https://app.example.com/x", two: "https://app.example.com/y"},
			wantOrder: []fakeapi.Call{set},
		},
		{
			name:   "tokens swapped, create_before_destroy",
			before: swapped("one", "two", beforeDestroy), after: swapped("two", "one", beforeDestroy),
			hold:     map[sighting]sighting{{set, one}: {set, two}, {set, two}: {set, one}},
			wantURLs: map[string]string{one: "https://app.example.com/y", two: "https://app.example.com/x"},
			// x's old object goes from one when its new one is on two; y's new one
			// is being set on one by then.
			wantOrder: []fakeapi.Call{set},
		},
		{
			name:   "tokens swapped in the provider",
			before: swapped("one", "two"), after: swapped("one", "two"),
			tokens:   map[string]string{"one": two, "two": one, "gate": gate},
			wantURLs: map[string]string{one: "https://app.example.com/y", two: "https://app.example.com/x"},
			times:    2,
		},
		{
			// The instance [1] on one goes, [0] moves from two to one: its Set
			// may come before or after [1]'s Delete.
			name:   "count shifted",
			before: counted("two", "one"), after: counted("one"),
			wantURLs: map[string]string{one: "https://app.example.com/one"},
			times:    3,
		},
		{
			name:   "renamed with moved",
			before: webhook("old", on("one", urlOne)...),
			after: webhook("new", on("one", urlOne)...) +
				"moved {\n  from = " + address("old") + "\n  to   = " + address("new") + "\n}\n",
			wantURLs: map[string]string{one: urlOne},
		},
	} {
		if test.tokens == nil {
			test.tokens = tokens
		}
		for range max(1, test.times) {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, fakeapi.Options{}, tokens)
				ws := w.workspace()
				// Pinned: while the edition is found out, Sets wait for each other.
				const edition = `webhook_api = "notifications"`
				ws.Write("main.tf", w.provider(tokens, edition)+test.before)
				ws.Must(ws.Apply())
				if test.taint != "" {
					ws.Must(ws.Run("taint", test.taint))
				}
				w.api.ResetRequests()
				w.hold(test.hold)
				w.slowGate()
				ws.Write("main.tf", w.provider(test.tokens, edition)+test.after)
				ws.Must(ws.Apply(test.args...))
				for _, token := range tokens {
					w.wantURL(token, test.wantURLs[token])
				}
				if got := w.order(one); test.times == 0 && !slices.Equal(got, test.wantOrder) {
					t.Errorf("calls on one: %q, want %q", got, test.wantOrder)
				}
				wantPlanned(t, ws.Must(ws.Plan()), nil)
			})
		}
	}
}

// TestTwoWebhooksOfOneConnection are an error at plan that names the
// fingerprint, whatever their arguments and whichever was there before (design
// rule 6; issue 3 line 3). Nothing is sent for them.
func TestTwoWebhooksOfOneConnection(t *testing.T) {
	t.Parallel()
	tokens := map[string]string{"one": tokenOf("one"), "again": tokenOf("one")}
	a := webhook("a", on("one", urlOne)...)
	for _, test := range []struct {
		name, before, after string
		args                []string
	}{
		{name: "both new, equal", after: a + webhook("b", on("one", urlOne)...)},
		{name: "both new, different", after: a + webhook("b", on("one", urlTwo)...)},
		{name: "by two names", after: a + webhook("b", on("again", urlOne)...)},
		{name: "by the token itself", after: a + webhook("b", `app_token = "`+tokenOf("one")+`"`, `callback_url = "`+urlOne+`"`)},
		{name: "one old, equal", before: a, after: a + webhook("b", on("one", urlOne)...)},
		{name: "one old, different", before: a, after: a + webhook("b", on("one", urlTwo)...)},
		{name: "one old, -refresh=false", before: a, after: a + webhook("b", on("one", urlTwo)...), args: []string{"-refresh=false"}},
		{name: "one old and replaced", before: a, after: a + webhook("b", on("one", urlTwo)...), args: []string{"-replace=" + address("a")}},
		{name: "instances of one resource", after: webhook("a", on("one", urlOne, `count = 2`)...)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{}, connections("one"))
			ws := w.workspace()
			if test.before != "" {
				ws.Write("main.tf", w.provider(tokens)+test.before)
				ws.Must(ws.Apply())
			}
			w.api.ResetRequests()
			ws.Write("main.tf", w.provider(tokens)+test.after)
			result := ws.Plan(test.args...)
			if result.OK() {
				t.Fatal("the plan went well")
			}
			wantText(t, result.Errors(), "Two webhooks for one App Connection", fingerprintOf(t, tokenOf("one")))
			if sent := w.order(tokenOf("one")); len(sent) > 0 {
				t.Errorf("sent: %q", sent)
			}
			if test.before != "" {
				w.wantURL(tokenOf("one"), urlOne)
			}
		})
	}
}

// TestTwoWebhooksThatOnlyApplyKnows has tokens that are not known at plan: the
// second instance is refused before anything is sent, and what is left when it
// is removed is as configured (design rule 6; issue 3 line 3).
func TestTwoWebhooksThatOnlyApplyKnows(t *testing.T) {
	t.Parallel()
	data := "resource \"terraform_data\" \"token\" {\n  input = \"" + tokenOf("one") + "\"\n}\n"
	inline := func(name, url string) string {
		return webhook(name, `app_token = terraform_data.token.output`, `callback_url = "`+url+`"`)
	}
	for _, test := range []struct {
		name     string
		provider func(w *world) string
		a, b     string
	}{
		{
			name:     "app_token",
			provider: func(w *world) string { return w.provider(nil) },
			a:        inline("a", urlOne), b: inline("b", urlTwo),
		},
		{
			name: "app_tokens",
			provider: func(w *world) string {
				block := w.provider(map[string]string{"one": "TOKEN", "again": "TOKEN"})
				return strings.ReplaceAll(block, `"TOKEN"`, "terraform_data.token.output")
			},
			a: webhook("a", on("one", urlOne)...), b: webhook("b", on("again", urlTwo)...),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{}, connections("one"))
			ws := w.workspace()
			ws.Write("main.tf", test.provider(w)+data+test.a+test.b)
			ws.Must(ws.Plan())
			result := ws.Apply()
			if result.OK() {
				t.Fatal("the apply went well")
			}
			wantText(t, result.Errors(), "Two webhooks for one App Connection", fingerprintOf(t, tokenOf("one")))
			if sent := w.order(tokenOf("one")); !slices.Equal(sent, []fakeapi.Call{set}) {
				t.Errorf("sent: %q", sent)
			}
			kept, url := test.a, urlOne
			if _, found := ws.Resources()[address("a")]; !found {
				kept, url = test.b, urlTwo
			}
			w.wantURL(tokenOf("one"), url)
			ws.Write("main.tf", test.provider(w)+data+kept)
			wantPlanned(t, ws.Must(ws.Plan()), nil)
		})
	}
}

// TestMovedToAnotherModule plans nothing but the move (issue 3 line 3).
func TestMovedToAnotherModule(t *testing.T) {
	t.Parallel()
	tokens := connections("one")
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens)+webhook("printer", on("one", urlOne)...))
	ws.Must(ws.Apply())
	w.api.ResetRequests()

	ws.Write("notify/main.tf", acctest.RequiredProviders+webhook("printer", on("one", urlOne)...))
	ws.Write("main.tf", w.provider(tokens)+"module \"notify\" {\n  source = \"./notify\"\n}\n"+
		"moved {\n  from = "+address("printer")+"\n  to   = module.notify."+address("printer")+"\n}\n")
	ws.Must(ws.Run("get"))
	wantPlanned(t, ws.Must(ws.Plan()), map[string]string{"module.notify." + address("printer"): "move"})
	ws.Must(ws.Apply())
	if sent := w.order(tokens["one"]); len(sent) > 0 {
		t.Errorf("sent: %q", sent)
	}
	wantPlanned(t, ws.Must(ws.Plan()), nil)
	w.wantURL(tokens["one"], urlOne)
}

// TestNoFalseAlarm imports, refreshes and renames where Terraform calls the
// provider in ways of their own (issue 3 line 3).
func TestNoFalseAlarm(t *testing.T) {
	t.Parallel()
	tokens := connections("one", "two")

	t.Run("import and -refresh-only", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, fakeapi.Options{}, tokens)
		ws := w.workspace()
		ws.Write("main.tf", w.provider(tokens)+webhook("a", on("one", urlOne)...)+webhook("b", on("two", urlOne)...))
		ws.Must(ws.Run("import", "-no-color", address("a"), "one"))
		ws.Must(ws.Apply())
		ws.Must(ws.Plan("-refresh-only"))
		ws.Must(ws.Apply("-refresh-only"))
		wantPlanned(t, ws.Must(ws.Plan()), nil)
		w.wantURL(tokens["one"], urlOne)
		w.wantURL(tokens["two"], urlOne)
	})

	t.Run("import under another name", func(t *testing.T) {
		t.Parallel()
		acctest.SkipBelow(t, "1.7.0", "1.7.0", "removed blocks")
		w := newWorld(t, fakeapi.Options{}, tokens)
		ws := w.workspace()
		ws.Write("main.tf", w.provider(tokens)+webhook("a", on("one", urlOne)...))
		ws.Must(ws.Apply())
		ws.Write("main.tf", w.provider(tokens)+webhook("b", on("one", urlTwo)...)+
			"removed {\n  from = "+address("a")+"\n  lifecycle {\n    destroy = false\n  }\n}\n"+
			"import {\n  to = "+address("b")+"\n  id = \"one\"\n}\n")
		ws.Must(ws.Apply())
		wantPlanned(t, ws.Must(ws.Plan()), nil)
		w.wantURL(tokens["one"], urlTwo)
	})

	t.Run("terraform test", func(t *testing.T) {
		t.Parallel()
		acctest.SkipBelow(t, "1.6.0", "1.6.0", "terraform test")
		w := newWorld(t, fakeapi.Options{}, tokens)
		ws := acctest.NewWorkspace(t)
		ws.UseBinary()
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
		result := ws.Must(ws.Run("test", "-no-color"))
		wantText(t, result.Stdout, "4 passed, 0 failed")
		w.wantURL(tokens["one"], "")
	})
}

// TestLeftoverObjectsThroughTerraform is TestLeftoverObjects with the real
// core, whose order can't be chosen here: a few runs (design rule 6).
func TestLeftoverObjectsThroughTerraform(t *testing.T) {
	t.Parallel()
	tokens := connections("one")
	for _, test := range []struct {
		name string
		edit func(resource map[string]any) []any // makes the state's resources of the one webhook
	}{
		{
			name: "deposed",
			edit: func(resource map[string]any) []any {
				instances, _ := resource["instances"].([]any)
				deposed := copyOf(instances[0])
				deposed["deposed"] = "0a1b2c3d"
				resource["instances"] = append(instances, deposed)
				return []any{resource}
			},
		},
		{
			name: "an equal twin",
			edit: func(resource map[string]any) []any {
				twin := copyOf(resource)
				twin["name"] = "twin"
				return []any{resource, twin}
			},
		},
	} {
		for range 3 {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, fakeapi.Options{}, tokens)
				ws := w.workspace()
				ws.Write("main.tf", w.provider(tokens)+webhook("printer", on("one", urlOne)...))
				ws.Must(ws.Apply())
				var state map[string]any
				if err := json.Unmarshal([]byte(ws.Read("terraform.tfstate")), &state); err != nil {
					t.Fatal(err)
				}
				resources, _ := state["resources"].([]any)
				resource, _ := resources[0].(map[string]any)
				state["resources"] = test.edit(resource)
				edited, err := json.Marshal(state)
				if err != nil {
					t.Fatal(err)
				}
				ws.Write("terraform.tfstate", string(edited))

				result := ws.Must(ws.Apply())
				w.wantURL(tokens["one"], urlOne)
				if count(result, "warning", "Terraform holds two objects for one App Connection") == 0 {
					t.Errorf("no warning of the second object: %v", result.Diagnostics)
				}
				wantPlanned(t, ws.Must(ws.Plan()), nil)
				ws.Must(ws.Destroy())
				w.wantURL(tokens["one"], "")
			})
		}
	}
}

// copyOf copies a value of JSON.
func copyOf(value any) map[string]any {
	object, _ := value.(map[string]any)
	return maps.Clone(object)
}

// TestDeleteThatMayHaveHappened keeps a resource after all, whose Delete failed
// though the service carried it out: the webhook is set again (design rules 4
// and 5).
func TestDeleteThatMayHaveHappened(t *testing.T) {
	t.Parallel()
	tokens := connections("one")
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	ws.Write("main.tf", w.provider(tokens, "max_retries = 0")+webhook("printer", on("one", urlOne)...))
	ws.Must(ws.Apply())
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallDelete, Commit: true, Status: 500})
	if result := ws.Destroy(); result.OK() {
		t.Fatal("the destroy went well")
	}
	w.wantURL(tokens["one"], "")
	wantPlanned(t, ws.Must(ws.Plan()), map[string]string{address("printer"): "update"})
	ws.Must(ws.Apply())
	w.wantURL(tokens["one"], urlOne)
}
