// SPDX-License-Identifier: MPL-2.0

package faultmatrix_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// promptly is how long an interrupted apply may take to end, on the slowest of
// machines. It would take 10 minutes, or at least one, if it were not abandoned.
const promptly = 45 * time.Second

// TestInterrupt stops applies that stall, or wait to try again, in a create,
// an update and a delete at once: the calls are abandoned, the state is one
// that the next apply continues from, and what came after them is not begun
// (issue 5, line 2).
func TestInterrupt(t *testing.T) {
	t.Parallel()
	const (
		toTerraform = false // kill -INT, as a CI runner sends it
		toAll       = true  // Ctrl-C: the terminal sends it to the provider too
	)
	for _, test := range []struct {
		name    string
		fault   fakeapi.Fault
		toGroup bool
		edition string
		calls   int // made before all stand still
		// what is in state afterwards
		created, updated, deleted string
	}{
		{"stalled call", fakeapi.Fault{Kind: fakeapi.Hang}, toTerraform, notifications, 3, "unsure", "unsure", "unsure"},
		{"stalled call that took effect, Ctrl-C", fakeapi.Fault{Kind: fakeapi.Hang, Commit: true}, toAll, notifications, 3, "unsure", "unsure", "unsure"},
		// One Set stalls while it finds out the edition, the other waits for it.
		{"stalled discovery", fakeapi.Fault{Kind: fakeapi.Hang}, toTerraform, auto, 2, "unsure or absent", "unsure or kept", "unsure"},
		{"wait after 429", fakeapi.Fault{Status: 429, Header: http.Header{"Retry-After": {"3600"}}}, toTerraform, auto, 3, "absent", "kept", "kept"},
		{"wait after 503, Ctrl-C", fakeapi.Fault{Status: 503, Header: http.Header{"Retry-After": {"3600"}}}, toAll, auto, 3, "unsure", "unsure", "unsure"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newFleet(t, "created", "updated", "deleted", "afterwards")
			w.ws.UseBinary()
			w.edition = test.edition
			w.configure(map[string]int{"updated": 1, "deleted": 1})
			w.ws.Must(w.ws.Apply())

			struck := make(chan string, 100)
			for name, call := range map[string]fakeapi.Call{"created": fakeapi.CallSet, "updated": fakeapi.CallSet, "deleted": fakeapi.CallDelete} {
				fault := test.fault
				fault.Call, fault.Token, fault.Times = call, w.token(name), -1
				fault.Before = func(fakeapi.Request) { struck <- name }
				w.api.Script(fault)
			}
			w.configure(map[string]int{"created": 1, "updated": 2, "afterwards": 1})
			before := readState(t, w.ws)
			w.api.ResetRequests()

			w.ws.Setenv("TF_LOG_PROVIDER", "WARN")
			w.ws.Setenv("TF_LOG_PATH", filepath.Join(w.ws.Dir, "warn.log"))
			var out bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			command := w.ws.Command(ctx, "apply", "-auto-approve", "-input=false", "-no-color", "-refresh=false")
			command.Stdout, command.Stderr = &out, &out
			command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- command.Wait() }()
			for range test.calls {
				select {
				case <-struck:
				case err := <-ended:
					t.Fatalf("terraform ended before %d calls stood still: %v\n%s", test.calls, err, &out)
				}
			}
			for test.fault.Kind == "" && strings.Count(w.ws.Read("warn.log"), "Waiting before the request is sent again") < test.calls {
				time.Sleep(10 * time.Millisecond) // else the answer itself might be cut off
			}

			to := command.Process.Pid
			if test.toGroup {
				to = -to
			}
			sent := time.Now()
			if err := syscall.Kill(to, syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			err := <-ended
			took := time.Since(sent)
			if err == nil || took > promptly {
				t.Errorf("terraform ended with %v, %s after the signal:\n%s", err, took, &out)
			}
			line := fmt.Sprintf("Interrupted, %s: terraform ended %s after the signal", test.name, took.Round(10*time.Millisecond))
			if test.fault.Kind == fakeapi.Hang {
				abandoned := w.lastEnd().Sub(sent)
				line += fmt.Sprintf(", the last call was abandoned after %s", abandoned.Round(10*time.Millisecond))
				if abandoned > promptly {
					t.Errorf("the last stalled call was abandoned %s after the signal", abandoned)
				}
			}
			figures.add("%s.", line)
			if requests := w.api.Requests(); len(requests) != test.calls {
				t.Errorf("%d requests were sent, want %d", len(requests), test.calls)
			}

			state := readState(t, w.ws)
			for name, want := range map[string]string{"created": test.created, "updated": test.updated, "deleted": test.deleted, "afterwards": "absent"} {
				got := "something else"
				switch status := map[bool]string{true: tainted, false: whole}[name == "created"]; {
				case state[name] == nil:
					got = "absent"
				case state[name].String() == before[name].String():
					got = "kept"
				case state[name].is(w.url(name, 1), untimed, status):
					got = "unsure"
				}
				if !slices.Contains(strings.Split(want, " or "), got) {
					t.Errorf("%s is %s in state, want %s: %s", name, got, want, state[name])
				}
			}

			w.api.ClearScript()
			w.api.ResetRequests()
			w.ws.Must(w.ws.Apply())
			w.wantAll(map[string]int{"created": 1, "updated": 2, "afterwards": 1})
			for _, name := range []string{"created", "updated", "afterwards"} {
				if sets := count(w.api.Requests(), w.token(name), fakeapi.CallSet); sets != 1 {
					t.Errorf("%s was set %d times to continue, want once", name, sets)
				}
			}
		})
	}
}

// TestKill kills Terraform in the middle of a fleet's creates, updates and
// deletes, while calls are under way. The state on disk does not know of these,
// nor, with OpenTofu, of the last ones before: the next apply converges all the
// same, with one Set at most for each webhook (issue 5, line 2).
func TestKill(t *testing.T) {
	t.Parallel()
	const each, middle, parallelism = 20, 24, 10
	before, after, names := map[string]int{}, map[string]int{}, []string{}
	for i := range each {
		created, updated, deleted, kept := fmt.Sprintf("created%02d", i), fmt.Sprintf("updated%02d", i), fmt.Sprintf("deleted%02d", i), fmt.Sprintf("kept%02d", i)
		names = append(names, created, updated, deleted, kept)
		before[updated], before[deleted], before[kept] = 1, 1, 1
		after[created], after[updated], after[kept] = 1, 2, 1
	}
	w := newFleet(t, names...)
	w.ws.UseBinary()
	w.configure(before)
	w.ws.Must(w.ws.Apply())
	w.configure(after)
	w.api.ResetRequests()

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	command := w.ws.Command(ctx, "apply", "-auto-approve", "-input=false", "-no-color", "-refresh=false", fmt.Sprintf("-parallelism=%d", parallelism))
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// From the middle on all calls are held. Once as many are as Terraform makes
	// at a time, it stands still: it writes its state in place, and what is left
	// of that when it dies writing is no provider's business.
	standing, killed := make(chan struct{}), make(chan struct{})
	var arrived atomic.Int64
	w.api.OnRequest(func(fakeapi.Request) {
		number := arrived.Add(1)
		if number == middle+parallelism {
			close(standing)
		}
		if number > middle {
			<-killed
		}
	})
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case <-standing:
	case err := <-ended:
		t.Fatalf("terraform ended before it was killed: %v", err)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// go-plugin leaves the provider behind.
	t.Cleanup(func() { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) })
	close(killed) // whatever was under way takes effect
	if err := <-ended; err == nil {
		t.Error("terraform ended well though it was killed")
	}
	w.waitAnswered()
	first := w.api.Requests()
	if len(first) != middle+parallelism {
		t.Errorf("%d requests were sent, want %d", len(first), middle+parallelism)
	}

	w.api.ResetRequests()
	w.ws.Must(w.ws.Apply())
	w.wantAll(after)
	second := w.api.Requests()
	again := 0
	for _, name := range names {
		sets := [2]int{count(first, w.token(name), fakeapi.CallSet), count(second, w.token(name), fakeapi.CallSet)}
		if most := oneIf(strings.HasPrefix(name, "created") || strings.HasPrefix(name, "updated")); sets[0] > most || sets[1] > most {
			t.Errorf("%s was set %d times before and %d times after the kill", name, sets[0], sets[1])
		}
		again += oneIf(sets[0]+sets[1] > 1)
	}
	figures.add("Killed at call %d of %d of a fleet of %d: the next apply left nothing to do, and set %d webhooks a second time, of %d calls that were under way.",
		len(first), 3*each, len(after), again, parallelism)
}

// fleet is webhooks of one provider, each with its App Connection, and the
// fake behind a handler that watches requests end.
type fleet struct {
	t       *testing.T
	api     *fakeapi.Server
	ws      *acctest.Workspace
	url0    string
	edition string // "" auto
	names   []string

	mu      sync.Mutex
	running int
	ended   time.Time
	done    *sync.Cond
}

func newFleet(t *testing.T, names ...string) *fleet {
	t.Helper()
	f := &fleet{t: t, api: fakeapi.New(fakeapi.Options{Flat: true}), ws: acctest.NewWorkspace(t), names: names}
	f.done = sync.NewCond(&f.mu)
	for _, name := range names {
		f.api.AddConnection(f.token(name), name)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(f.watch))
	server.Config.ErrorLog = discardLog
	server.Start()
	t.Cleanup(server.Close)
	f.url0 = server.URL
	return f
}

func (f *fleet) watch(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.running++
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.running--
		f.ended = time.Now()
		f.done.Broadcast()
	}()
	f.api.ServeHTTP(w, r)
}

// waitAnswered waits until no request is being answered, unless it hangs.
func (f *fleet) waitAnswered() {
	f.mu.Lock()
	defer f.mu.Unlock()
	hanging := 0
	for _, request := range f.api.Requests() {
		hanging += oneIf(request.Status == 0)
	}
	for f.running > hanging {
		f.done.Wait()
	}
}

// lastEnd is when the last request ended.
func (f *fleet) lastEnd() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.running > 0 {
		f.done.Wait()
	}
	return f.ended
}

func (f *fleet) token(name string) string { return tokenMark + "-" + name + "-0123456789abcdef" }

func (f *fleet) url(name string, version int) string {
	return fmt.Sprintf("https://app.example.com/octo/v%d?printer=%s", version, name)
}

// configure writes the webhooks that are to be there, with the versions of
// their URLs. A webhook named afterwards comes after the others.
func (f *fleet) configure(versions map[string]int) {
	f.t.Helper()
	tokens := map[string]string{}
	for _, name := range f.names {
		tokens[name] = f.token(name)
	}
	writeJSON(f.ws, "tokens.json", tokens)
	var text strings.Builder
	fmt.Fprintf(&text, "%s\nprovider \"octoeverywhere\" {\n  endpoint = %q\n  app_tokens = jsondecode(file(\"tokens.json\"))\n  request_timeout = \"10m\"\n  webhook_api = %q\n}\n",
		acctest.RequiredProviders, f.url0, cmp.Or(f.edition, auto))
	for _, name := range slices.Sorted(maps.Keys(versions)) {
		after := ""
		if name == "afterwards" {
			after = "  depends_on = [octoeverywhere_notification_webhook.created]\n"
		}
		fmt.Fprintf(&text, "resource \"octoeverywhere_notification_webhook\" %q {\n  app_connection = %[1]q\n  callback_url = %q\n%s}\n", name, f.url(name, versions[name]), after)
	}
	f.ws.Write("main.tf", text.String())
}

// wantAll checks that these webhooks are set and in state, no others, and that
// there is nothing left to do.
func (f *fleet) wantAll(versions map[string]int) {
	f.t.Helper()
	state := readState(f.t, f.ws)
	for _, name := range f.names {
		saved, set := f.api.Webhook(f.token(name))
		version, wanted := versions[name]
		switch {
		case !wanted && (set || state[name] != nil):
			f.t.Errorf("%s is still there: %q, state %s", name, saved.URL, state[name])
		case wanted && (!set || saved.URL != f.url(name, version) || !state[name].is(f.url(name, version), timed, whole)):
			f.t.Errorf("%s: the webhook is %q (%t), state %s", name, saved.URL, set, state[name])
		}
	}
	if len(state) != len(versions) {
		f.t.Errorf("%d webhooks are in state, want %d", len(state), len(versions))
	}
	if plan := f.ws.Plan("-detailed-exitcode"); plan.ExitCode != 0 {
		f.t.Errorf("there is still something to do: %v\n%s", plan.Planned, plan.Errors())
	}
}
