// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// block is a resource in a configuration: its App Connection, a letter, and
// the path of its URL. "a2" is the token of a under another name.
type block struct {
	connection, url     string
	createBeforeDestroy bool
}

func (b block) cbd() block { b.createBeforeDestroy = true; return b }

// blocks is a configuration, by the names of its resources.
type blocks map[string]block

// scenario is a change of configuration in which Terraform holds two objects
// for one App Connection, or an object moves.
type scenario struct {
	name          string
	before, after blocks
	moved         bool // a moved block renames x to y
	replace       bool // -replace of x
	tainted       bool // x is
	keyed         bool // resources have for_each over the name of their connection
}

var (
	a1, a2, b1, b2 = block{connection: "a", url: "1"}, block{connection: "a", url: "2"}, block{connection: "b", url: "1"}, block{connection: "b", url: "2"}
	c1, c2         = block{connection: "c", url: "1"}, block{connection: "c", url: "2"}
)

var scenarios = []scenario{
	{name: "renamed", before: blocks{"x": a1}, after: blocks{"y": a2}},
	{name: "renamed, same URL", before: blocks{"x": a1}, after: blocks{"y": a1}},
	{name: "renamed by moved", before: blocks{"x": a1}, after: blocks{"y": a2}, moved: true},
	{name: "another key", before: blocks{"x": a1}, after: blocks{"x": {connection: "a2", url: "2"}}, keyed: true},
	{name: "replaced", before: blocks{"x": a1}, after: blocks{"x": a2}, replace: true},
	{name: "replaced, cbd", before: blocks{"x": a1}, after: blocks{"x": a2.cbd()}, replace: true},
	{name: "tainted", before: blocks{"x": a1}, after: blocks{"x": a2}, tainted: true},
	{name: "tainted and renamed", before: blocks{"x": a1}, after: blocks{"y": a2}, tainted: true},
	{name: "another connection", before: blocks{"x": a1}, after: blocks{"x": b2}},
	{name: "another connection, cbd", before: blocks{"x": a1}, after: blocks{"x": b2.cbd()}},
	{name: "shifted", before: blocks{"x": b1, "y": a1}, after: blocks{"x": a2}},
	{name: "shifted, cbd", before: blocks{"x": b1, "y": a1}, after: blocks{"x": a2.cbd()}},
	{name: "swapped", before: blocks{"x": a1, "y": b1}, after: blocks{"x": b2, "y": a2}},
	{name: "swapped, cbd", before: blocks{"x": a1.cbd(), "y": b1.cbd()}, after: blocks{"x": b2.cbd(), "y": a2.cbd()}},
	{name: "swapped, one cbd", before: blocks{"x": a1.cbd(), "y": b1}, after: blocks{"x": b2.cbd(), "y": a2}},
	{name: "in a circle", before: blocks{"x": a1, "y": b1, "z": c1}, after: blocks{"x": b2, "y": c2, "z": a2}},
}

// variant is a scenario with resources and App Connections of its own.
type variant struct {
	scenario
	id        string
	writeOnly bool
	reversed  bool   // the resources' names sort the other way
	refused   string // the App Connections whose Set is refused
	status    int    // with what
	always    bool   // each of their Sets is, not only the first
	putBack   bool   // afterwards the configuration before is applied again

	had map[string]string // before the last run: the URL of each App Connection
}

func (v *variant) String() string {
	text := fmt.Sprintf("%s (%s): %s", v.scenario.name, v.id, v.argument())
	if v.refused != "" {
		text += fmt.Sprintf(", Set of %s refused with %d", v.refused, v.status)
	}
	if v.always {
		text += " each time"
	}
	if v.putBack {
		text += ", put back"
	}
	return text
}

func (v *variant) argument() string {
	if v.writeOnly {
		return "callback_url_wo"
	}
	return "callback_url"
}

// final is the configuration that stands in the end.
func (v *variant) final() blocks {
	if v.putBack {
		return v.before
	}
	return v.after
}

// connections are the App Connections of the scenario.
func (v *variant) connections() []string {
	all := map[string]bool{}
	for _, configuration := range []blocks{v.before, v.after} {
		for _, b := range configuration {
			all[b.connection[:1]] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// urls are what a configuration wants of each App Connection.
func (v *variant) urls(configuration blocks) map[string]string {
	urls := map[string]string{}
	for _, b := range configuration {
		urls[b.connection[:1]] = "https://app.example.com/" + v.id + "/" + b.url
	}
	return urls
}

func (v *variant) address(name string, b block) string {
	if v.reversed {
		name = map[string]string{"x": "z", "y": "y", "z": "x"}[name]
	}
	address := "octoeverywhere_notification_webhook." + v.id + name
	if v.keyed {
		address += fmt.Sprintf("[%q]", v.id+b.connection)
	}
	return address
}

func (v *variant) hcl(configuration blocks) string {
	var text strings.Builder
	for name, b := range configuration {
		resource, _, keyed := strings.Cut(strings.TrimPrefix(v.address(name, b), "octoeverywhere_notification_webhook."), "[")
		fmt.Fprintf(&text, "resource \"octoeverywhere_notification_webhook\" %q {\n", resource)
		if keyed {
			fmt.Fprintf(&text, "  for_each = toset([%q])\n", v.id+b.connection)
		}
		fmt.Fprintf(&text, "  app_connection = %q\n  %s = %q\n  lifecycle { create_before_destroy = %t }\n}\n",
			v.id+b.connection, v.argument(), v.urls(configuration)[b.connection[:1]], b.createBeforeDestroy)
	}
	if y, renamed := configuration["y"]; v.moved && renamed {
		fmt.Fprintf(&text, "moved {\n  from = %s\n  to = %s\n}\n", v.address("x", y), v.address("y", y))
	}
	return text.String()
}

// orders is a workspace with many variants. One run of Terraform changes them
// all, each in an order of its own.
type orders struct {
	fixture
	parallelism int
	variants    []*variant
}

// configure writes a configuration of each variant.
func (o *orders) configure(of func(*variant) blocks) {
	tokens := map[string]string{}
	text := clitest.RequiredProviders + o.provider("max_retries = 0\n  request_timeout = \"10m\"")
	for _, v := range o.variants {
		names := map[string]string{}
		for _, b := range of(v) {
			names[b.connection[:1]] = b.connection
		}
		for _, connection := range v.connections() {
			tokens[v.id+cmp.Or(names[connection], connection)] = token(v.id + connection)
		}
		text += v.hcl(of(v))
	}
	o.ws.Write("main.tf", text)
	o.writeJSON("tokens.json", tokens)
}

func (o *orders) webhooks(v *variant) map[string]string {
	urls := map[string]string{}
	for _, connection := range v.connections() {
		if saved, set := o.api.Webhook(token(v.id + connection)); set {
			urls[connection] = saved.URL
		}
	}
	return urls
}

// calls are a variant's calls of the last run that change something, in order.
func (o *orders) calls(v *variant) string {
	var calls []string
	for _, r := range o.api.Requests() {
		for _, connection := range v.connections() {
			if r.Token == token(v.id+connection) && r.Call != fakeapi.CallInfo {
				calls = append(calls, fmt.Sprintf("%s %s %d", r.Call, connection, r.Status))
			}
		}
	}
	return strings.Join(calls, ", ")
}

// errors are what a run said of each App Connection of a variant: of the one
// that an error names, under its name or as fingerprint.
func (v *variant) errors(result clitest.Result) map[string]string {
	told := map[string]string{}
	for _, d := range result.Diagnostics {
		for _, connection := range v.connections() {
			own, _ := octoeverywhere.NewToken(token(v.id + connection))
			if d.Severity == "error" && (strings.Contains(d.Detail, own.Fingerprint()) || strings.Contains(d.Detail, `"`+v.id+connection)) {
				told[connection] += d.String()
			}
		}
	}
	return told
}

// sayings are what errors say of the webhook that an App Connection has now.
var sayings = []struct {
	said   *regexp.Regexp
	isTrue func(had, has string) bool
}{
	{regexp.MustCompile("Nothing was changed|is still set|then set it again"), func(had, has string) bool { return has == had }},
	{regexp.MustCompile("error: (The webhook was not|Interrupted before the webhook was) deleted"), func(had, has string) bool { return has == had }},
	{noneIsSet, func(_, has string) bool { return has == "" }},
}

var noneIsSet = regexp.MustCompile("no webhook is set now")

// wantKept checks what a run left of a variant: on each App Connection what is
// configured, where nothing stopped the run; else that or what was there
// before, and errors that say nothing else. It returns the errors.
func (o *orders) wantKept(v *variant, configuration blocks, result clitest.Result, interrupted bool) map[string]string {
	o.t.Helper()
	has, urls, told := o.webhooks(v), v.urls(configuration), v.errors(result)
	if len(told) == 0 && !interrupted && !maps.Equal(has, urls) {
		o.t.Errorf("%s: the service has %v, want %v, and the run ended without an error: %s", v, has, urls, o.calls(v))
	}
	for _, connection := range v.connections() {
		url, had := has[connection], v.had[connection]
		lost := url == "" && (interrupted || (v.writeOnly || v.always) && noneIsSet.MatchString(told[connection]))
		if len(told) > 0 && url != had && url != urls[connection] && !lost {
			o.t.Errorf("%s: %s has %q, had %q, is to have %q: %s: %s", v, connection, url, had, urls[connection], o.calls(v), told)
		}
		for _, s := range sayings {
			if s.said.MatchString(told[connection]) && !s.isTrue(had, url) {
				o.t.Errorf("%s: %s has %q and had %q: %s: %s", v, connection, url, had, o.calls(v), told[connection])
			}
		}
	}
	return told
}

// note remembers what the service has before a run.
func (o *orders) note() {
	for _, v := range o.variants {
		v.had = o.webhooks(v)
	}
	o.api.ResetRequests()
}

// run applies with the workspace's parallelism.
func (o *orders) run(flags ...string) clitest.Result {
	o.t.Helper()
	o.note()
	return o.ws.Apply(append(flags, o.flag())...)
}

func (o *orders) flag() string { return fmt.Sprintf("-parallelism=%d", o.parallelism) }

// begin brings about the configurations before, writes those after, and returns
// the flags that belong to the change.
func (o *orders) begin() (flags []string) {
	o.t.Helper()
	for i, v := range o.variants {
		v.id = fmt.Sprintf("v%02d", i)
		for _, connection := range v.connections() {
			o.api.AddConnection(token(v.id+connection), v.id+connection)
		}
	}
	o.configure(func(v *variant) blocks { return v.before })
	result := o.ws.Must(o.run())
	state := o.ws.Read("terraform.tfstate")
	for _, v := range o.variants {
		o.wantKept(v, v.before, result, false)
		x := v.address("x", v.before["x"])
		if v.replace {
			flags = append(flags, "-replace="+x)
		}
		if v.tainted {
			_, name, _ := strings.Cut(x, ".")
			instance := regexp.MustCompile(`"name": "` + name + `",[^\[]*"instances": \[\s*\{`)
			state = instance.ReplaceAllString(state, `$0"status": "tainted",`)
		}
	}
	o.ws.Write("terraform.tfstate", state)
	o.configure(func(v *variant) blocks { return v.after })
	return flags
}

// change carries out the change, with the Sets refused that are to be.
func (o *orders) change() {
	o.t.Helper()
	flags := o.begin()
	for _, v := range o.variants {
		for _, connection := range strings.Split(v.refused, "") {
			o.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Token: token(v.id + connection), Status: v.status, Times: -oneIf(v.always)})
		}
	}
	result := o.run(flags...)
	o.api.ClearScript()
	for _, v := range o.variants {
		o.t.Logf("%s: %s", v.scenario.name, o.calls(v))
		if told := o.wantKept(v, v.after, result, false); (len(told) > 0) != (v.refused != "") {
			o.t.Errorf("%s: %s: %v", v, o.calls(v), told)
		}
	}
}

// stop carries out the change and ends Terraform while calls are under way,
// which take effect, but for one that may not. No others are begun then.
func (o *orders) stop(by signal) {
	o.t.Helper()
	o.ws.Must(o.ws.Plan(append(o.begin(), "-out=change.tfplan")...))
	o.note()
	from := 1 + rand.IntN(len(o.variants)) // each variant has a call
	var arrived atomic.Int64
	ended := make(chan struct{})
	o.api.OnRequest(func(r fakeapi.Request) {
		if r.Call != fakeapi.CallInfo && arrived.Add(1) >= int64(from) {
			<-ended
		}
	})
	o.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Every: from, Hang: true, TakeEffect: rand.IntN(2) == 0})
	sent, since := 0, time.Now()
	result := o.applyUntil(func() bool { // stands still: it writes its state in place
		if n := o.sent(); n != sent || o.unanswered() == 0 {
			sent, since = n, time.Now()
		}
		return time.Since(since) > time.Second
	}, by, o.flag(), "change.tfplan")
	if n := o.sent(); n >= from+o.parallelism {
		o.t.Errorf("%d requests were sent, of which %d were answered: one was begun after the end", n, from-1)
	}
	close(ended)
	for o.unanswered() > 1 { // the one that hangs
		time.Sleep(10 * time.Millisecond)
	}
	o.api.ClearScript()
	for _, v := range o.variants {
		o.wantKept(v, v.after, result, true)
	}
}

// sent counts the calls that change something.
func (o *orders) sent() int { return o.api.Count(fakeapi.CallSet) + o.api.Count(fakeapi.CallDelete) }

func (o *orders) unanswered() int {
	return len(slices.DeleteFunc(o.api.Requests(), func(r fakeapi.Request) bool { return r.Status != 0 }))
}

// finish applies what is to be there in the end, which leaves nothing to do,
// and destroys it.
func (o *orders) finish() {
	o.t.Helper()
	var flags []string
	for round := 1; round == 1 || len(flags) > 0; round++ { // both webhooks of a swap may have to be set again
		result := o.run(flags...)
		flags = nil
		for _, v := range o.variants {
			flags = append(flags, o.wantFinal(v, result)...)
		}
		if !result.OK() && (len(flags) == 0 || round == 3) {
			o.t.Fatalf("after %d rounds: %s", round, result.Errors())
		}
	}
	o.wantNothingToDo()
	o.destroy()
}

// wantFinal checks an apply of what is to be there in the end. Only a URL that
// is in no state can't always be set again, for a resource that was to stay as
// it is: then the error says what to do, which is returned.
func (o *orders) wantFinal(v *variant, result clitest.Result) (flags []string) {
	o.t.Helper()
	isPlanned := func(address string) bool { return strings.Contains(address, "."+v.id) }
	if !slices.ContainsFunc(slices.Collect(maps.Keys(result.Planned)), isPlanned) && !maps.Equal(v.had, v.urls(v.final())) {
		o.t.Errorf("%s: the service has %v and nothing is planned, want %v", v, v.had, v.urls(v.final()))
	}
	for connection, errors := range o.wantKept(v, v.final(), result, false) {
		if !v.writeOnly || !v.putBack || !strings.Contains(errors, "-replace") {
			o.t.Errorf("%s: %s: %s", v, o.calls(v), errors)
		}
		for name, b := range v.final() {
			if b.connection[:1] == connection {
				flags = append(flags, "-replace="+v.address(name, b))
			}
		}
	}
	return flags
}

// destroy destroys all objects, and with them their webhooks. A Delete that is
// sent before that of the other object of its App Connection can be an error
// (DESIGN.md, "One webhook"), which the next destroy doesn't meet again.
func (o *orders) destroy() {
	o.t.Helper()
	had := map[any]bool{}
	for _, object := range o.state() {
		had[object.Attributes["id"]] = true
	}
	o.note()
	if result := o.ws.Destroy(); !result.OK() {
		o.t.Logf("destroyed at the second attempt: %s", result.Errors())
		for e := range strings.SplitSeq(strings.TrimPrefix(result.Errors(), "error: "), "\nerror: ") {
			if !strings.HasPrefix(e, "The remaining webhook must be set again") {
				o.t.Error(e)
			}
		}
		o.ws.Must(o.ws.Destroy())
	}
	for _, v := range o.variants {
		for connection, url := range o.webhooks(v) {
			if own, _ := octoeverywhere.NewToken(token(v.id + connection)); had[own.Fingerprint()] {
				o.t.Errorf("%s: after a destroy %s still has %s: %s", v, connection, url, o.calls(v))
			}
		}
	}
	if left := o.state(); len(left) > 0 {
		o.t.Errorf("after a destroy the state has %v", left)
	}
}

// variants are the scenarios with both kinds of URL, or ten times that with
// -full, with the Sets of each one of some App Connections refused, and of all.
func variants(refused string, putBack bool) []*variant {
	var all []*variant
	for _, s := range scenarios {
		var refusals []string
		for _, connection := range strings.Split(refused, "") {
			if _, wanted := (&variant{}).urls(s.after)[connection]; wanted {
				refusals = append(refusals, connection)
			}
		}
		if len(refusals) != 1 {
			refusals = append(refusals, strings.Join(refusals, ""))
		}
		for _, refused := range refusals {
			for i := range 2 + 18*oneIf(*full) {
				all = append(all, &variant{
					scenario: s, refused: refused, putBack: putBack, writeOnly: i%2 == 0, reversed: rand.IntN(2) == 0,
					always: refused != "" && rand.IntN(2) == 0, status: []int{400, 429}[rand.IntN(2)],
				})
			}
		}
	}
	return all
}

// variantsAtOnce bounds a workspace: what Terraform takes for its graph grows
// with the square of it.
const variantsAtOnce = 40

// inOrders carries out changes in workspaces, with -parallelism=1 and 10, and
// what comes afterwards: half of what is to be put back is destroyed instead.
func inOrders(t *testing.T, variants []*variant, change func(*orders)) {
	t.Parallel()
	variants = slices.DeleteFunc(variants, func(v *variant) bool { return !regexp.MustCompile(*only).MatchString(v.String()) })
	rand.Shuffle(len(variants), func(i, j int) { variants[i], variants[j] = variants[j], variants[i] })
	putBack := len(variants) > 0 && variants[0].putBack
	parts := max(2+2*oneIf(putBack), len(variants)/variantsAtOnce)
	for i := range parts {
		part := variants[i*len(variants)/parts : (i+1)*len(variants)/parts]
		if len(part) == 0 {
			continue
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			o := &orders{newFixture(t), 1 + 9*(i%2), part}
			change(o)
			o.configure((*variant).final)
			if putBack && i%4 > 1 {
				o.destroy()
			} else {
				o.finish()
			}
		})
	}
}

// TestOrders changes configurations such that Terraform has two objects for one
// App Connection at some time, and deletes and creates them in whatever order.
// Each App Connection has the configured webhook afterwards; when its Set was
// refused, it has that or the old one, or an error says that it has none, and the
// next apply sets it (DESIGN.md, "One webhook", "Refused").
func TestOrders(t *testing.T) {
	inOrders(t, append(variants("", false), variants("abc", false)...), (*orders).change)
}

// TestOrdersPutBack puts the configuration back after a Set was refused.
func TestOrdersPutBack(t *testing.T) { inOrders(t, variants("abc", true), (*orders).change) }

// TestOrdersInterrupted interrupts the change, and then carries it on.
func TestOrdersInterrupted(t *testing.T) {
	inOrders(t, variants("", false), func(o *orders) { o.stop(interrupted) })
}

// TestOrdersInterruptedPutBack interrupts the change, and then puts the
// configuration back.
func TestOrdersInterruptedPutBack(t *testing.T) {
	inOrders(t, variants("", true), func(o *orders) { o.stop(ctrlC) })
}

// TestOrdersKilled kills Terraform in the middle of the change. The state on
// disk doesn't know of the calls that are under way then, nor, with OpenTofu, of
// the last ones before: the next apply of the same configuration brings it about.
func TestOrdersKilled(t *testing.T) {
	inOrders(t, variants("", false), func(o *orders) { o.stop(killed) })
}
