// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// deposed and twin are what an interrupted run may leave behind: x's object a
// second time, as a deposed one or under the name y.
func deposed(m *coreModel) {
	m.state["x"].deposed = []*objectModel{new(*m.state["x"].current)}
}

func twin(m *coreModel) {
	m.state["y"] = &instanceModel{current: new(*m.state["x"].current)}
}

// takenOver is what a token that only apply knew may do: y has set x's webhook.
func takenOver(m *coreModel) {
	made := m.process().created(blockModel{connection: "a", url: "https://app.example.com/2"}.arguments())
	m.state["y"] = &instanceModel{current: &objectModel{object: made}}
}

func tainted(address string) func(m *coreModel) {
	return func(m *coreModel) { m.state[address].current.tainted = true }
}

// TestEveryOrder replaces, renames, moves and destroys webhooks, and has
// Terraform hold two objects for one, in every order of calls that its graphs
// allow. Afterwards each App Connection has the webhook of the instance that is
// configured for it, and no other; and when each first Set is refused, those
// that are to keep one have the webhook that they had (DESIGN.md, "One webhook",
// "Refused").
func TestEveryOrder(t *testing.T) {
	t.Parallel()
	onA, onB := blockModel{connection: "a", url: "https://app.example.com/1"}, blockModel{connection: "b", url: "https://app.example.com/1"}
	newA, newB := blockModel{connection: "a", url: "https://app.example.com/2"}, blockModel{connection: "b", url: "https://app.example.com/2"}
	cbd := func(b blockModel) blockModel { b.createBeforeDestroy = true; return b }
	secret := func(b blockModel) blockModel { b.secret = true; return b }
	type blocks map[string]blockModel
	type edits []func(*coreModel)
	for name, test := range map[string]struct {
		before, after blocks
		given         edits
		replace       []string
		unread        bool // the plan does not refresh
		whole         bool // in every order of nodes, not of calls
	}{
		"renamed":                 {before: blocks{"x": onA}, after: blocks{"y": newA}},
		"renamed, unread":         {before: blocks{"x": onA}, after: blocks{"y": newA}, unread: true},
		"renamed, write-only":     {before: blocks{"x": secret(onA)}, after: blocks{"y": secret(newA)}},
		"renamed and tainted":     {before: blocks{"x": onA}, after: blocks{"y": newA}, given: edits{tainted("x")}},
		"replaced":                {before: blocks{"x": onA}, after: blocks{"x": newA}, replace: []string{"x"}},
		"replaced, cbd":           {before: blocks{"x": onA}, after: blocks{"x": cbd(newA)}, replace: []string{"x"}},
		"tainted":                 {before: blocks{"x": onA}, after: blocks{"x": newA}, given: edits{tainted("x")}},
		"tainted, cbd":            {before: blocks{"x": onA}, after: blocks{"x": cbd(newA)}, given: edits{tainted("x")}},
		"another connection":      {before: blocks{"x": onA}, after: blocks{"x": newB}},
		"another connection, cbd": {before: blocks{"x": onA}, after: blocks{"x": cbd(newB)}},
		"shifted":                 {before: blocks{"x": onB, "y": onA}, after: blocks{"x": newA}},
		"shifted, unread":         {before: blocks{"x": onB, "y": onA}, after: blocks{"x": newA}, unread: true},
		"swapped":                 {before: blocks{"x": onA, "y": onB}, after: blocks{"x": newB, "y": newA}, whole: true},
		"swapped, cbd":            {before: blocks{"x": onA, "y": onB}, after: blocks{"x": cbd(newB), "y": cbd(newA)}, whole: true},

		"deposed":               {before: blocks{"x": onA}, after: blocks{"x": onA}, given: edits{deposed}},
		"deposed, destroyed":    {before: blocks{"x": onA}, given: edits{deposed}},
		"a twin goes":           {before: blocks{"x": onA}, after: blocks{"x": onA}, given: edits{twin}},
		"a twin goes, unread":   {before: blocks{"x": onA}, after: blocks{"x": onA}, given: edits{twin}, unread: true},
		"both twins go":         {before: blocks{"x": onA}, given: edits{twin}},
		"both twins go, unread": {before: blocks{"x": onA}, given: edits{twin}, unread: true},
		"a twin moves":          {before: blocks{"x": onA}, after: blocks{"x": onA, "y": onB}, given: edits{twin}},
		"a twin moves, unread":  {before: blocks{"x": onA}, after: blocks{"x": onA, "y": onB}, given: edits{twin}, unread: true},
		"a twin moves, cbd":     {before: blocks{"x": onA}, after: blocks{"x": onA, "y": cbd(onB)}, given: edits{twin}, whole: true},
		"a tainted twin moves":  {before: blocks{"x": onA}, after: blocks{"x": onA, "y": onB}, given: edits{twin, tainted("y")}},
		"taken over":            {before: blocks{"x": onA}, after: blocks{"x": onA, "y": newB}, given: edits{takenOver}},
		"taken over, cbd":       {before: blocks{"x": onA}, after: blocks{"x": onA, "y": cbd(newB)}, given: edits{takenOver}, whole: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := connections("a", "b")
			w := newFixture(t, fakeapi.Options{}, tokens)
			m := newCoreModel(w, tokens)
			m.mustApply(runModel{config: test.before, walk: firstOrder})
			for _, edit := range test.given {
				edit(m)
			}
			state, had := m.state, w.webhooks(tokens)
			w.clock.Advance(1)
			wanted := map[string]string{}
			for _, block := range test.after {
				wanted[block.connection] = block.url
			}
			run := runModel{config: test.after, replace: map[string]bool{}, refresh: !test.unread}
			for _, address := range test.replace {
				run.replace[address] = true
			}
			for _, refused := range []bool{false, true} {
				orders := everyOrder(func(next func(int) int) {
					m.state = map[string]*instanceModel{}
					for address, instance := range state {
						m.state[address] = &instanceModel{current: instance.current, deposed: slices.Clone(instance.deposed)}
					}
					w.setWebhooks(tokens, had)
					w.api.ResetRequests()
					run.walk = inOrder(next)
					if test.whole {
						run.walk = whole(run.walk)
					}
					if refused {
						for _, token := range tokens {
							w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Token: token, Status: 429})
						}
					}
					warnings, err := m.apply(run)
					w.api.ClearScript()
					has := w.webhooks(tokens)
					if !test.unread && slices.Contains(warnings, "Terraform holds two objects for one App Connection") {
						t.Error("the apply says that the plan has not read what it destroys")
					}
					one := len(state) == 1 && len(state["x"].deposed) == 0
					if calls := w.calls(); one && test.after["x"].connection == "a" && calls[del] > 0 {
						t.Errorf("calls %v: a successor's Set needs no Delete", calls)
					}
					switch {
					case !refused && err != nil:
						t.Error(err)
					case !refused && !maps.Equal(has, wanted):
						t.Errorf("the service has %v, want %v", has, wanted)
					case !refused:
						if calls := w.calls(); len(test.after) == 0 && calls[fakeapi.CallDelete] == 0 {
							t.Errorf("calls %v, want a Delete", calls)
						}
					case err == nil && w.calls()[fakeapi.CallSet] > 0:
						t.Error("no error")
					default:
						told := fmt.Sprint(err, warnings)
						if one && test.after["y"].connection == "a" && !regexp.MustCompile("is still set|set it again|left as it is|no webhook is set now").MatchString(told) {
							t.Errorf("nobody says what became of the old webhook: %s", told)
						}
						for connection := range wanted {
							// A write-only URL that this run deleted is known to nobody.
							lost := test.before["x"].secret && has[connection] == "" && strings.Contains(err.Error(), "no webhook is set now")
							if has[connection] != had[connection] && !lost {
								t.Errorf("%s has the webhook %q and had %q: %v", connection, has[connection], had[connection], err)
							}
						}
					}
				})
				t.Logf("%d orders", orders)
			}
		})
	}
}

// TestOtherHostWriteOnly: a write-only value counts where no plan can say so.
func TestOtherHostWriteOnly(t *testing.T) {
	t.Parallel()
	tokens := connections("a")
	w := newFixture(t, fakeapi.Options{}, tokens)
	p := w.protocol(nil)
	state := p.noObject()
	for _, url := range []string{urlOne, urlTwo} {
		arguments := map[string]any{"app_token_wo": tokens["a"], "callback_url_wo": url}
		plan := p.plan(object{state: state.state}, arguments)
		plan.private = nil
		after, got := p.carryOut(state, plan, arguments)
		wantNoDiagnostics(t, got)
		w.wantURL(tokens["a"], url)
		state = after
	}
}

// setWebhooks has the service as new, with these webhooks, by the App
// Connection's name.
func (w *fixture) setWebhooks(tokens, urls map[string]string) {
	for name, token := range tokens {
		w.api.AddConnection(token, name)
		if url, set := urls[name]; set {
			request := httptest.NewRequest(http.MethodPost, "/api/notifications/setfromappconnection", strings.NewReader(`{"CallbackUrl":"`+url+`"}`))
			request.Header.Set("AppToken", token)
			w.api.ServeHTTP(httptest.NewRecorder(), request)
		}
	}
}

// TestTwinsInEveryOrder plans two instances on one App Connection: an error in
// whatever order, whichever of them is in state or moves there, and nothing is
// sent.
func TestTwinsInEveryOrder(t *testing.T) {
	t.Parallel()
	onA, onB := blockModel{connection: "a", url: urlOne}, blockModel{connection: "b", url: urlTwo}
	for name, test := range map[string]struct {
		before, after map[string]blockModel
		replace       string
		unread        bool
	}{
		"both new":                   {after: map[string]blockModel{"x": onA, "y": onA}},
		"one old":                    {before: map[string]blockModel{"x": onA}, after: map[string]blockModel{"x": onA, "y": onA}},
		"one old, unread":            {before: map[string]blockModel{"x": onA}, after: map[string]blockModel{"x": onA, "y": onA}, unread: true},
		"one old and replaced":       {before: map[string]blockModel{"x": onA}, after: map[string]blockModel{"x": onA, "y": onA}, replace: "x"},
		"one moves to a new one":     {before: map[string]blockModel{"x": onA}, after: map[string]blockModel{"x": onB, "y": onB}},
		"one moves to an old one":    {before: map[string]blockModel{"x": onA, "y": onB}, after: map[string]blockModel{"x": onB, "y": onB}, unread: true},
		"both move to the same":      {before: map[string]blockModel{"x": onA, "y": onB}, after: map[string]blockModel{"x": {connection: "c"}, "y": {connection: "c"}}, unread: true},
		"different, and one is gone": {before: map[string]blockModel{"x": onA, "z": onB}, after: map[string]blockModel{"x": onA, "y": {connection: "a", url: urlTwo}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := connections("a", "b", "c")
			w := newFixture(t, fakeapi.Options{}, tokens)
			m := newCoreModel(w, tokens)
			m.mustApply(runModel{config: test.before, walk: firstOrder})
			w.api.ResetRequests()
			everyOrder(func(next func(int) int) {
				_, err := m.apply(runModel{config: test.after, replace: map[string]bool{test.replace: true}, refresh: !test.unread, walk: inOrder(next)})
				if err == nil || !strings.Contains(err.Error(), "plan: Two webhooks for one App Connection") {
					t.Errorf("twins: %v", err)
				}
			})
			if calls := w.calls(); calls[set]+calls[del] > 0 {
				t.Errorf("calls %v", calls)
			}
		})
	}
}

// TestTwinsByOtherArguments are an error however they choose the App Connection.
func TestTwinsByOtherArguments(t *testing.T) {
	t.Parallel()
	token := tokenOf("a")
	p := newFixture(t, fakeapi.Options{}, nil).protocol(map[string]string{"a": token, "again": token})
	wantNoDiagnostics(t, p.planWebhook(map[string]any{"app_connection": "a", "callback_url": urlOne}).Diagnostics)
	for argument, value := range map[string]string{"app_connection": "again", "app_token": token, "app_token_wo": token} {
		got := p.planWebhook(map[string]any{argument: value, "callback_url": urlOne}).Diagnostics
		wantOneError(t, got, argument, []string{"Two webhooks for one App Connection", fingerprintOf(t, token)}, []string{token})
	}
}

// TestTwinsThatOnlyApplyKnows has twins whose token is not known at plan: in
// every order one of them is refused before anything is sent for it.
func TestTwinsThatOnlyApplyKnows(t *testing.T) {
	t.Parallel()
	tokens := connections("a")
	w := newFixture(t, fakeapi.Options{}, tokens)
	urls := map[string]string{"x": urlOne, "y": urlTwo}
	p := w.protocol(nil, map[string]any{"app_tokens": unknown{}})
	for _, url := range urls {
		wantNoDiagnostics(t, p.planWebhook(map[string]any{"app_connection": "a", "callback_url": url}).Diagnostics)
	}
	everyOrder(func(next func(int) int) {
		w.setWebhooks(tokens, nil)
		w.api.ResetRequests()
		p := &process{protocol: w.protocol(tokens)}
		var graph []*node
		var kept string
		for name, url := range urls {
			graph = append(graph, &node{name: name, run: func(turn func() bool) bool {
				arguments := map[string]any{"app_connection": "a", "callback_url": url}
				plan, fine := p.plan(turn, p.noObject(), arguments)
				if fine && turn() {
					_, got := p.carryOut(p.noObject(), plan, arguments)
					fine = p.fine(got)
				}
				if fine {
					kept = url
				}
				return fine
			}})
		}
		inOrder(next)(graph)
		if len(p.errors) != 1 || !strings.HasPrefix(p.errors[0], "Two webhooks for one App Connection") {
			t.Errorf("errors %q", p.errors)
		}
		w.wantCalls(map[fakeapi.Call]int{set: 1})
		w.wantURL(tokens["a"], kept)
	})
}

// TestTwoObjectsAreRead reads two objects of one App Connection, and the second
// alone in the next run: nobody knows then whose webhook it is. One that another
// host made has a name from its first Set on.
func TestTwoObjectsAreRead(t *testing.T) {
	t.Parallel()
	tokens := connections("garage")
	w := newFixture(t, fakeapi.Options{}, tokens)
	made := w.protocol(tokens).created(garageTwo)
	first, got := w.protocol(tokens).apply(object{state: made.state}, garageOne)
	wantNoDiagnostics(t, got)
	p := w.protocol(tokens)
	_, got = p.read(first)
	wantNoDiagnostics(t, got)
	second, got := p.read(first)
	wantSaid(t, got, "warning: Terraform holds two objects for one App Connection")
	p = w.protocol(tokens)
	alone, got := p.read(second)
	wantNoDiagnostics(t, got)
	if plan := p.plan(alone, garageOne); plan.action != "update" || p.attribute(alone, "expires_at") != "" {
		t.Errorf("planned %q for %s", plan.action, p.decode(alone.state))
	}
}

// TestClaimMoves has the second call of a replacement choose another App
// Connection than the first, whose configuration ignore_changes was applied to:
// the first one's webhook is free for another instance. Also where the object
// has no name, as another host's.
func TestClaimMoves(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b")
	w := newFixture(t, fakeapi.Options{}, tokens)
	onA, onB := blockModel{connection: "a", url: urlOne}.arguments(), blockModel{connection: "b", url: urlOne}.arguments()
	state := w.protocol(tokens).created(onA)
	for _, prior := range []object{state, {state: state.state}} {
		p := w.protocol(tokens)
		first := p.plan(prior, onA)
		wantNoDiagnostics(t, first.diagnostics)
		second := p.plan(object{state: p.noObject().state, private: first.private}, onB)
		wantNoDiagnostics(t, second.diagnostics)
		wantNoDiagnostics(t, p.planWebhook(onA).Diagnostics)
	}
}

// TestUnreadObjects plans without refreshing while Terraform holds two objects
// for one App Connection, and the one that goes is planned last.
func TestUnreadObjects(t *testing.T) {
	t.Parallel()
	tokens := connections("a")
	p := newFixture(t, fakeapi.Options{}, tokens).protocol(tokens)
	arguments := map[string]any{"app_connection": "a", "callback_url": urlOne}
	kept := p.created(arguments)
	wantNoDiagnostics(t, p.plan(kept, arguments).diagnostics)
	wantSaid(t, p.plan(kept, nil).diagnostics, "warning: Terraform holds two objects for one App Connection")
}

// TestUpdateOfAnotherConnection hands an update a plan that was made while the
// connection's name had another token. Nothing is sent for either (DESIGN.md,
// "The plan decides").
func TestUpdateOfAnotherConnection(t *testing.T) {
	t.Parallel()
	tokens := connections("a", "b")
	w := newFixture(t, fakeapi.Options{}, tokens)
	p := w.protocol(tokens)
	before := p.created(map[string]any{"app_connection": "a", "callback_url": urlOne})
	w.api.ResetRequests()

	changed := map[string]any{"app_connection": "a", "callback_url": urlTwo}
	plan := w.protocol(tokens).plan(before, changed)
	after, got := w.protocol(map[string]string{"a": tokens["b"]}).carryOut(before, plan, changed)
	wantOneError(t, got, "app_connection", []string{"The token is of another App Connection", fingerprintOf(t, tokens["a"]), fingerprintOf(t, tokens["b"])}, nil)
	if !p.decode(after.state).Equal(p.decode(before.state)) {
		t.Error("the state is another")
	}
	w.wantCalls(map[fakeapi.Call]int{})
}

// TestOtherHost drives the provider as other hosts do: they configure it once,
// plan twice, plan a replacement's new object as if from nothing, delete without
// a plan, and hand private state to some calls or to none (DESIGN.md, "Other
// hosts").
func TestOtherHost(t *testing.T) {
	t.Parallel()
	for name, handsOver := range map[string]struct{ toPlans, toApplies bool }{
		"private state to none":           {false, false},
		"private state to applies":        {false, true},
		"private state to all but Delete": {true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := connections("a", "b")
			w := newFixture(t, fakeapi.Options{}, tokens)
			one := map[string]any{"app_connection": "a", "callback_url": urlOne}
			two := with(one, map[string]any{"callback_url": urlTwo})
			moved := with(one, map[string]any{"app_connection": "b"})

			p := w.protocol(tokens)
			plan := func(prior object, arguments map[string]any) planned {
				if !handsOver.toPlans {
					prior.private = nil
				}
				return p.plan(prior, arguments)
			}
			diff := func(prior object, arguments map[string]any, action string) {
				t.Helper()
				if plan := plan(prior, arguments); plan.action != action || hasErrors(plan.diagnostics) {
					t.Errorf("planned %q, want %q:\n%s", plan.action, action, describe(plan.diagnostics))
				}
			}
			apply := func(prior object, arguments map[string]any) object {
				t.Helper()
				plan := plan(prior, arguments)
				wantNoDiagnostics(t, plan.diagnostics)
				if !handsOver.toApplies {
					plan.private = nil
				}
				after, got := p.carryOut(prior, plan, arguments)
				wantNoDiagnostics(t, got)
				return after
			}
			remove := func(gone object) {
				t.Helper()
				_, got := p.carryOut(gone, planned{object: object{state: p.noObject().state}}, nil)
				wantNoDiagnostics(t, got)
			}
			refresh := func(current object) {
				t.Helper()
				times := 1
				if !handsOver.toPlans {
					current.private, times = nil, 2 // the same object: not two
				}
				for range times {
					_, got := p.read(current)
					wantNoDiagnostics(t, got)
				}
			}

			wantNoDiagnostics(t, plan(p.noObject(), one).diagnostics) // a preview is a process of its own
			p = w.protocol(tokens)
			state := apply(p.noObject(), one)
			diff(state, one, "")
			for _, arguments := range []map[string]any{two, one} {
				w.clock.Advance(1)
				diff(state, arguments, "update")
				state = apply(state, arguments)
				w.wantURL(tokens["a"], arguments["callback_url"].(string))
			}

			p = w.protocol(tokens)
			refresh(state)
			diff(state, moved, "replace")
			replaced := apply(p.noObject(), moved)
			remove(state)
			w.wantURL(tokens["a"], "")
			w.wantURL(tokens["b"], urlOne)

			p = w.protocol(tokens)
			refresh(replaced)
			diff(replaced, moved, "")
			remove(replaced)
			w.wantURL(tokens["b"], "")

			// Deleted first, then created on the same App Connection.
			state = apply(p.noObject(), one)
			p = w.protocol(tokens)
			diff(state, one, "")
			remove(state)
			state = apply(p.noObject(), two)
			w.wantURL(tokens["a"], urlTwo)

			// A twin of what this process has set.
			p = w.protocol(tokens)
			apply(p.noObject(), moved)
			if twin := plan(state, moved); !hasErrors(twin.diagnostics) {
				t.Error("a twin went unnoticed")
			}
		})
	}
}
