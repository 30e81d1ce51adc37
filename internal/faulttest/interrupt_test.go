// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// promptly is how long an interrupted apply may take to end, on the slowest of
// machines. Its calls, if they were not abandoned, would take 10 minutes, or at
// least one.
const promptly = 45 * time.Second

// TestInterrupt stops applies that stall, or wait to try again, in a create,
// an update and a delete at once: the calls are abandoned, the state is one
// that the next apply continues from, and what came after them is not begun
// (DESIGN.md, "Interruption").
func TestInterrupt(t *testing.T) {
	t.Parallel()
	later := http.Header{"Retry-After": {"3600"}}
	for name, test := range map[string]struct {
		fault   fakeapi.Fault
		toGroup bool // Ctrl-C: the terminal sends it to the provider too; else as a CI runner does, to Terraform alone
		// what is in state afterwards
		created, updated, deleted string
	}{
		"stalled call":                          {fakeapi.Fault{Hang: true}, false, "unsure", "unsure", "unsure"},
		"stalled call that took effect, Ctrl-C": {fakeapi.Fault{Hang: true, TakeEffect: true}, true, "unsure", "unsure", "unsure"},
		"wait after 429":                        {fakeapi.Fault{Status: 429, Header: later}, false, "absent", "kept", "kept"},
		"wait after 503, Ctrl-C":                {fakeapi.Fault{Status: 503, Header: later}, true, "unsure", "unsure", "unsure"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, "created", "updated", "deleted", "afterwards")
			f.configure(map[string]int{"updated": 1, "deleted": 1})
			f.ws.Must(f.ws.Apply())
			struck := make(chan struct{}, 100)
			for name, call := range map[string]fakeapi.Call{"created": fakeapi.CallSet, "updated": fakeapi.CallSet, "deleted": fakeapi.CallDelete} {
				fault := test.fault
				fault.Call, fault.Token, fault.Times = call, f.token(name), -1
				f.api.Script(fault)
			}
			f.configure(map[string]int{"created": 1, "updated": 2, "afterwards": 1})
			before := readState(t, f.ws)
			f.api.ResetRequests()
			f.api.OnRequest(func(fakeapi.Request) { struck <- struct{}{} })

			f.ws.Setenv("TF_LOG_PROVIDER", "WARN")
			f.ws.Setenv("TF_LOG_PATH", filepath.Join(f.ws.Dir, "warn.log"))
			run := f.apply()
			for range 3 {
				run.until(struck)
			}
			for !test.fault.Hang && strings.Count(f.ws.Read("warn.log"), "Waiting before the request is sent again") < 3 {
				time.Sleep(10 * time.Millisecond) // else the answer itself might be cut off
			}
			to := run.Process.Pid
			if test.toGroup {
				to = -to
			}
			sent := time.Now()
			if err := syscall.Kill(to, syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			err := <-run.ended
			took := time.Since(sent)
			if err == nil || took > promptly {
				t.Errorf("terraform ended with %v, %s after the signal:\n%s", err, took, &run.out)
			}
			figure("Interrupted, %s: terraform ended %s after the signal.", name, took.Round(10*time.Millisecond))
			if n := f.api.Count(""); n != 3 {
				t.Errorf("%d requests were sent, want 3", n)
			}
			state := readState(t, f.ws)
			for name, want := range map[string]string{"created": test.created, "updated": test.updated, "deleted": test.deleted, "afterwards": "absent"} {
				if got := state[name].became(before[name], f.url(name, 1), ""); got != want {
					t.Errorf("%s is %s in state, want %s: %s", name, got, want, state[name])
				}
			}

			f.api.ClearScript()
			f.api.ResetRequests()
			f.ws.Must(f.ws.Apply())
			f.wantAll(map[string]int{"created": 1, "updated": 2, "afterwards": 1})
			for _, name := range []string{"created", "updated", "afterwards"} {
				if sets := count(f.api.Requests(), f.token(name), fakeapi.CallSet); sets != 1 {
					t.Errorf("%s was set %d times to continue, want once", name, sets)
				}
			}
		})
	}
}

// TestKill kills Terraform in the middle of a fleet's creates, updates and
// deletes, while calls are under way. The state on disk does not know of these,
// nor, with OpenTofu, of the last ones before: the next apply converges all the
// same, with one Set at most for each webhook.
func TestKill(t *testing.T) {
	t.Parallel()
	const each, middle, parallelism = 10, 12, 10 // as many at a time as Terraform by itself
	before, after, names := map[string]int{}, map[string]int{}, []string{}
	for i := range each {
		created, updated, deleted, kept := fmt.Sprintf("created%d", i), fmt.Sprintf("updated%d", i), fmt.Sprintf("deleted%d", i), fmt.Sprintf("kept%d", i)
		names = append(names, created, updated, deleted, kept)
		before[updated], before[deleted], before[kept] = 1, 1, 1
		after[created], after[updated], after[kept] = 1, 2, 1
	}
	f := newFleet(t, names...)
	f.configure(before)
	f.ws.Must(f.ws.Apply())
	f.configure(after)
	f.api.ResetRequests()

	// From the middle on all calls are held. Once as many are as Terraform makes
	// at a time, it stands still: it writes its state in place, and what is left
	// of that when it dies writing is no provider's business.
	standing, killed := make(chan struct{}), make(chan struct{})
	var arrived atomic.Int64
	f.api.OnRequest(func(fakeapi.Request) {
		number := arrived.Add(1)
		if number == middle+parallelism {
			close(standing)
		}
		if number > middle {
			<-killed
		}
	})
	run := f.apply()
	run.until(standing)
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	close(killed) // whatever was under way takes effect
	if err := <-run.ended; err == nil {
		t.Error("terraform ended well though it was killed")
	}
	unanswered := func(r fakeapi.Request) bool { return r.Status == 0 }
	for slices.ContainsFunc(f.api.Requests(), unanswered) {
		time.Sleep(10 * time.Millisecond)
	}
	first := f.api.Requests()
	if len(first) != middle+parallelism {
		t.Errorf("%d requests were sent, want %d", len(first), middle+parallelism)
	}

	f.api.ResetRequests()
	f.ws.Must(f.ws.Apply())
	f.wantAll(after)
	second := f.api.Requests()
	again := 0
	for _, name := range names {
		sets := [2]int{count(first, f.token(name), fakeapi.CallSet), count(second, f.token(name), fakeapi.CallSet)}
		if most := oneIf(strings.HasPrefix(name, "created") || strings.HasPrefix(name, "updated")); sets[0] > most || sets[1] > most {
			t.Errorf("%s was set %d times before and %d times after the kill", name, sets[0], sets[1])
		}
		again += oneIf(sets[0]+sets[1] > 1)
	}
	figure("Killed at call %d of %d of a fleet of %d: the next apply left nothing to do, and set %d webhooks a second time, of %d calls that were under way.",
		len(first), 3*each, len(after), again, parallelism)
}

// running is an apply that gets a signal.
type running struct {
	*exec.Cmd
	t     *testing.T
	out   bytes.Buffer
	ended chan error
}

// apply starts an apply in a process group of its own.
func (f *fleet) apply() *running {
	f.t.Helper()
	r := &running{t: f.t, ended: make(chan error, 1)}
	ctx, cancel := context.WithTimeout(f.t.Context(), 5*time.Minute) // far above what any takes
	f.t.Cleanup(cancel)
	r.Cmd = f.ws.Command(ctx, "apply", "-auto-approve", "-input=false", "-no-color", "-refresh=false")
	r.Stdout, r.Stderr = &r.out, &r.out
	r.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := r.Start(); err != nil {
		f.t.Fatal(err)
	}
	// go-plugin leaves the provider of a killed Terraform behind.
	f.t.Cleanup(func() { _ = syscall.Kill(-r.Process.Pid, syscall.SIGKILL) })
	go func() { r.ended <- r.Wait() }()
	return r
}

// until waits for what happens while Terraform runs.
func (r *running) until(happened <-chan struct{}) {
	r.t.Helper()
	select {
	case <-happened:
	case err := <-r.ended:
		r.t.Fatalf("terraform ended too early: %v\n%s", err, &r.out)
	}
}
