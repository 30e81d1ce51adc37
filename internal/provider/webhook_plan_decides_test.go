// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// ignoring is a lifecycle block.
func ignoring(arguments ...string) string {
	return "lifecycle {\n    ignore_changes = [" + strings.Join(arguments, ", ") + "]\n  }"
}

// TestIgnoredArguments applies changes of which ignore_changes covers a part.
// Terraform applies it to what it plans, not to the configuration that an apply
// is handed too: what is sent must be what was planned.
func TestIgnoredArguments(t *testing.T) {
	t.Parallel()
	const fewer = `event_types = ["error"]`
	tokens := connections("a", "b")
	onA, onB := `app_connection = "a"`, `app_connection = "b"`
	inlineA, inlineB := `app_token = "`+tokens["a"]+`"`, `app_token = "`+tokens["b"]+`"`
	secretA, secretB := `app_token_wo = "`+tokens["a"]+`"`, `app_token_wo = "`+tokens["b"]+`"`
	one, two := `callback_url = "`+urlOne+`"`, `callback_url = "`+urlTwo+`"`
	secretOne, secretTwo := `callback_url_wo = "`+urlOne+`"`, `callback_url_wo = "`+urlTwo+`"`
	for _, test := range []struct {
		name          string
		before, after []string
		ignored       []string
		revoked       string // App Connection that is revoked in between
		wantURL       string // of a afterwards; b has none
		wantError     string
		again         map[string]string // planned afterwards
	}{
		{name: "app_connection", before: []string{onA, one}, after: []string{onB, two}, ignored: []string{"app_connection"}, wantURL: urlTwo},
		{name: "app_connection, to a dead one", before: []string{onA, one}, after: []string{onB, two}, ignored: []string{"app_connection"}, revoked: "b", wantURL: urlTwo},
		{name: "app_token", before: []string{inlineA, one}, after: []string{inlineB, two}, ignored: []string{"app_token"}, wantURL: urlTwo},
		{name: "app_connection to app_token", before: []string{onA, one}, after: []string{inlineB, two}, ignored: []string{"app_connection", "app_token"}, wantURL: urlTwo},
		{name: "app_token to app_connection", before: []string{inlineA, one}, after: []string{onB, two}, ignored: []string{"app_connection", "app_token"}, wantURL: urlTwo},
		{name: "app_connection to app_token_wo", before: []string{onA, one}, after: []string{secretB, two}, ignored: []string{"app_connection"}, wantURL: urlTwo},
		{name: "app_token to app_token_wo", before: []string{inlineA, one}, after: []string{secretB, two}, ignored: []string{"app_token"}, wantURL: urlTwo},
		{name: "callback_url", before: []string{onA, one}, after: []string{onA, two, fewer}, ignored: []string{"callback_url"}, wantURL: urlOne},
		{name: "callback_url to callback_url_wo", before: []string{onA, one}, after: []string{onA, secretTwo, fewer}, ignored: []string{"callback_url"}, wantURL: urlOne},
		{name: "callback_url_wo, the same", before: []string{onA, secretOne}, after: []string{onA, secretOne, fewer}, ignored: []string{"callback_url_wo"}, wantURL: urlOne},
		{
			name: "callback_url_wo, another", before: []string{onA, secretOne}, after: []string{onA, secretTwo, fewer}, ignored: []string{"callback_url_wo"},
			wantURL: urlOne, wantError: "The callback URL to set is not known", again: map[string]string{address("printer"): "update"},
		},
		{
			name: "callback_url_wo to callback_url", before: []string{onA, secretOne}, after: []string{onA, two, fewer}, ignored: []string{"callback_url", "callback_url_wo"},
			wantURL: urlOne, wantError: "The callback URL to set is not known", again: map[string]string{address("printer"): "update"},
		},
		{name: "app_token_wo, the same", before: []string{secretA, one}, after: []string{secretA, two}, ignored: []string{"callback_url_wo"}, wantURL: urlTwo},
		{name: "event_types", before: []string{onA, one, fewer}, after: []string{onA, two, `event_types = ["print_failed"]`}, ignored: []string{"event_types"}, wantURL: urlTwo},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(strings.Join(append(test.before, test.after...), " "), "_wo ") {
				acctest.SkipBelow(t, "1.11.0", "1.11.0", "a write-only argument")
			}
			w := newWorld(t, fakeapi.Options{}, tokens)
			ws := w.workspace()
			ws.Write("main.tf", w.provider(tokens)+webhook("printer", test.before...))
			ws.Must(ws.Apply())
			if test.revoked != "" {
				w.api.Revoke(tokens[test.revoked], 604)
			}
			ws.Write("main.tf", w.provider(tokens)+webhook("printer", append(test.after, ignoring(test.ignored...))...))
			result := ws.Apply()
			if result.OK() != (test.wantError == "") {
				t.Fatalf("the apply ended with %d: %v", result.ExitCode, result.Diagnostics)
			}
			wantText(t, result.Errors(), test.wantError)
			w.wantURL(tokens["a"], test.wantURL)
			if sent := w.asked("", tokens["b"]); sent > 0 {
				t.Errorf("%d requests for another App Connection", sent)
			}
			if id := ws.Resources()[address("printer")]["id"]; id != fingerprintOf(t, tokens["a"]) {
				t.Errorf("in state is %v", id)
			}
			wantPlanned(t, ws.Must(ws.Plan()), test.again)
			ws.Must(ws.Destroy("-refresh=false"))
			w.wantURL(tokens["a"], "")
		})
	}
}

// TestUpdateOfAnotherConnection hands an update a plan that was made while the
// connection's name had another token. Nothing is sent for either.
func TestUpdateOfAnotherConnection(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b")
	w := newWorld(t, fakeapi.Options{}, tokens)
	m := newCoreModel(t, w, tokens)
	first := func(int) int { return 0 }
	m.mustApply(runModel{config: map[string]blockModel{"x": {connection: "a", url: urlOne}}, walk: inOrder(first)})
	w.api.ResetRequests()

	object, block := m.state["x"].current, blockModel{connection: "a", url: urlTwo}
	planned, ok := m.configured().plan(object.value, object.private, block)
	if !ok {
		t.Fatal("not planned")
	}
	m.provider["app_tokens"] = map[string]any{"a": tokens["b"]}
	applying := m.configured()
	value, _, ok := applying.apply(object.value, applying.decode(planned.PlannedState), planned.PlannedPrivate, &block)
	if ok || !value.Equal(object.value) {
		t.Errorf("applied: %v", applying.errs)
	}
	wantText(t, strings.Join(applying.errs, "\n"), "The token is of another App Connection", fingerprintOf(t, tokens["a"]), fingerprintOf(t, tokens["b"]), "Nothing was sent")
	w.wantCalls(map[fakeapi.Call]int{})
}

// TestTokenKnownOnlyAtApply has the provider's token come from a resource that
// changes in the same run: the plan says that it can't tell yet.
func TestTokenKnownOnlyAtApply(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b")
	w := newWorld(t, fakeapi.Options{}, tokens)
	ws := w.workspace()
	main := func(token string) string {
		block := strings.ReplaceAll(w.provider(map[string]string{"printer": "TOKEN", "before": tokens["a"]}), `"TOKEN"`, "terraform_data.token.output")
		return block + "resource \"terraform_data\" \"token\" {\n  input = \"" + token + "\"\n}\n" + webhook("printer", on("printer", urlOne)...)
	}
	ws.Write("main.tf", main(tokens["a"]))
	ws.Must(ws.Apply())
	ws.Write("main.tf", main(tokens["b"]))
	result := ws.Must(ws.Apply())
	if got := count(result, "warning", "The token is not known yet"); got == 0 {
		t.Errorf("no warning: %v", result.Diagnostics)
	}
	w.wantURL(tokens["a"], urlOne)
	wantPlanned(t, ws.Must(ws.Apply()), map[string]string{address("printer"): "replace"})
	w.wantURL(tokens["a"], "")
	w.wantURL(tokens["b"], urlOne)
}

// TestTakenOverUnknowingly has a resource whose token is unknown at plan turn
// out to be on the App Connection of another that has nothing to do. When it is
// given a token of its own, the other ends with its own URL in every order.
func TestTakenOverUnknowingly(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b")
	data := func(token string) string {
		return "resource \"terraform_data\" \"token\" {\n  input = \"" + token + "\"\n}\n"
	}
	const late = `app_token = terraform_data.token.output`
	for name, order := range map[string]struct{ stays, goes string }{
		"the one that stays is planned first":  {"", dependsOn("stays")},
		"the one that stays is planned second": {dependsOn("goes"), ""},
		"create_before_destroy":                {beforeDestroy, dependsOn("stays") + "\n  " + beforeDestroy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{}, tokens)
			ws := w.workspace()
			stays := webhook("stays", on("a", urlOne, order.stays)...)
			goes := webhook("goes", late, `callback_url = "`+urlTwo+`"`, order.goes)
			ws.Write("main.tf", w.provider(tokens)+webhook("stays", on("a", urlOne)...))
			ws.Must(ws.Apply())
			ws.Write("main.tf", w.provider(tokens)+webhook("stays", on("a", urlOne)...)+data(tokens["a"])+strings.ReplaceAll(goes, dependsOn("stays"), ""))
			ws.Must(ws.Apply())
			w.wantURL(tokens["a"], urlTwo) // as the page says
			if result := ws.Plan(); result.OK() {
				t.Error("the plan of two webhooks went well")
			}

			ws.Write("main.tf", w.provider(tokens)+stays+strings.ReplaceAll(goes, "terraform_data.token.output", `"`+tokens["b"]+`"`))
			ws.Must(ws.Apply())
			w.wantURL(tokens["a"], urlOne)
			w.wantURL(tokens["b"], urlTwo)
			wantPlanned(t, ws.Must(ws.Plan()), nil)
		})
	}
}

// TestTimesThatCantBe plans on states whose times can't be read, or lie further
// away than a webhook lasts: nobody knows, so the webhook is set again.
func TestTimesThatCantBe(t *testing.T) {
	t.Parallel()
	tokens := connections("a")
	for name, expires := range map[string]string{"not a time": "banana", "empty": "", "a lifetime too far": "2027-03-01T12:00:00Z"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{}, tokens)
			ws := w.workspace()
			ws.Write("main.tf", w.provider(tokens)+webhook("printer", on("a", urlOne)...))
			ws.Must(ws.Apply())
			expiry, _ := ws.Resources()[address("printer")]["expires_at"].(string)
			ws.Write("terraform.tfstate", strings.ReplaceAll(ws.Read("terraform.tfstate"), `"`+expiry+`"`, `"`+expires+`"`))
			wantPlanned(t, ws.Must(ws.Plan()), map[string]string{address("printer"): "update"})
			ws.Must(ws.Apply())
			wantPlanned(t, ws.Must(ws.Plan()), nil)
			ws.Write("terraform.tfstate", strings.ReplaceAll(ws.Read("terraform.tfstate"), `"`+expiry+`"`, `"`+expires+`"`))
			ws.Must(ws.Destroy())
			w.wantURL(tokens["a"], "")
		})
	}
}

// TestOtherHost drives the provider as other hosts do: they configure it once,
// plan twice, plan a replacement's new object as if from nothing, and hand
// private state to some calls or to none (DESIGN.md, "Other hosts").
func TestOtherHost(t *testing.T) {
	t.Parallel()
	for name, handsOver := range map[string]struct{ toPlans, toApplies bool }{
		"to none":           {false, false},
		"to applies":        {false, true},
		"to all but Delete": {true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := connections("a", "b")
			w := newWorld(t, fakeapi.Options{}, tokens)
			var host *providerRun
			object := &objectModel{}
			given := func(hand bool, private []byte) []byte {
				if hand {
					return private
				}
				return nil
			}
			run := func() { host = newCoreModel(t, w, tokens).configured() }
			fine := func(ok bool) {
				t.Helper()
				if !ok {
					t.Fatal(host.errs)
				}
			}
			apply := func(prior *objectModel, block blockModel) *objectModel {
				t.Helper()
				planned, ok := host.plan(prior.value, given(handsOver.toPlans, prior.private), block)
				fine(ok)
				value, private, ok := host.apply(prior.value, host.decode(planned.PlannedState), given(handsOver.toApplies, planned.PlannedPrivate), &block)
				fine(ok)
				return &objectModel{value: value, private: private}
			}
			refresh := func() {
				t.Helper()
				read := &objectModel{value: object.value, private: given(handsOver.toPlans, object.private)}
				fine(host.read(read))
			}
			diff := func(block blockModel, action string) {
				t.Helper()
				planned, ok := host.plan(object.value, given(handsOver.toPlans, object.private), block)
				fine(ok)
				if got := actionOf(object.value, host.decode(planned.PlannedState), planned); got != action {
					t.Errorf("planned %s, want %s", got, action)
				}
			}
			remove := func(gone *objectModel) {
				t.Helper()
				_, _, ok := host.apply(gone.value, host.null(), nil, nil)
				fine(ok)
			}
			one, two, moved := blockModel{connection: "a", url: urlOne}, blockModel{connection: "a", url: urlTwo}, blockModel{connection: "b", url: urlOne}

			run()
			object.value = host.null()
			_, ok := host.plan(host.null(), nil, one) // a preview is a process of its own
			fine(ok)

			run()
			object = apply(object, one)
			w.clock.Advance(1)
			diff(one, "none")
			diff(two, "update")
			object = apply(object, two)
			w.wantURL(tokens["a"], urlTwo)
			w.clock.Advance(1)
			diff(one, "update")
			object = apply(object, one)
			w.wantURL(tokens["a"], urlOne)

			run()
			refresh()
			refresh()
			diff(moved, "replace")
			replaced := apply(&objectModel{value: host.null()}, moved)
			remove(object)
			w.wantURL(tokens["a"], "")
			w.wantURL(tokens["b"], urlOne)
			object = replaced

			run()
			refresh()
			diff(moved, "none")
			remove(object)
			w.wantURL(tokens["b"], "")
			for _, warning := range host.warnings {
				t.Errorf("warned: %s", warning)
			}

			// Deleted first, then created on the same connection.
			run()
			object = apply(&objectModel{value: host.null()}, one)
			run()
			diff(one, "none")
			remove(object)
			object = apply(&objectModel{value: host.null()}, two)
			w.wantURL(tokens["a"], urlTwo)

			// A twin of what this run has set.
			run()
			apply(&objectModel{value: host.null()}, moved)
			if _, ok := host.plan(object.value, given(handsOver.toPlans, object.private), moved); ok {
				t.Error("a twin went unnoticed")
			}
		})
	}
}

// TestTwinsOfAReplacement: the claim of a plan to replace can be taken over by
// one creation, and the replaced instance's own then finds it taken.
func TestTwinsOfAReplacement(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b")
	w := newWorld(t, fakeapi.Options{}, tokens)
	m := newCoreModel(t, w, tokens)
	first := func(int) int { return 0 }
	m.mustApply(runModel{config: map[string]blockModel{"x": {connection: "a", url: urlOne}}, walk: inOrder(first)})
	object, moved := m.state["x"].current, blockModel{connection: "b", url: urlOne}
	everyOrder(func(next func(int) int) {
		p := m.configured()
		var private []byte
		x := []func(){
			func() {
				planned, _ := p.plan(object.value, object.private, moved)
				private = planned.PlannedPrivate
			},
			func() { p.plan(p.null(), private, moved) },
		}
		y := []func(){func() { p.plan(p.null(), nil, moved) }}
		for len(x)+len(y) > 0 {
			from := &x
			if len(x) == 0 || len(y) > 0 && next(2) == 1 {
				from = &y
			}
			(*from)[0]()
			*from = (*from)[1:]
		}
		if len(p.errs) == 0 || !strings.Contains(p.errs[0], "Two webhooks for one App Connection") {
			t.Errorf("twins: %q", p.errs)
		}
	})
}

// TestUnreadObjects plans without refreshing while Terraform holds two objects
// for one App Connection, and the one that goes is planned last.
func TestUnreadObjects(t *testing.T) {
	t.Parallel()
	tokens := connections("a")
	w := newWorld(t, fakeapi.Options{}, tokens)
	m := newCoreModel(t, w, tokens)
	block := blockModel{connection: "a", url: urlOne}
	m.mustApply(runModel{config: map[string]blockModel{"x": block}, walk: inOrder(func(int) int { return 0 })})
	object := m.state["x"].current
	p := m.configured()
	p.plan(object.value, object.private, block)
	p.planDestroy(object)
	if len(p.errs) > 0 || len(p.warnings) != 1 || p.warnings[0] != "Terraform holds two objects for one App Connection" {
		t.Errorf("warned %q, errors %q", p.warnings, p.errs)
	}
}
