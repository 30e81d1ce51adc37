// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestInterrupt stops applies that stall, or wait to try again, in a create,
// an update and a delete at once: the calls are abandoned, the state is one
// that the next apply continues from, and what came after them is not begun
// (DESIGN.md, "Interruption").
func TestInterrupt(t *testing.T) {
	t.Parallel()
	later := http.Header{"Retry-After": {"3600"}}
	for name, test := range map[string]struct {
		fault                     fakeapi.Fault
		signal                    func(*os.Process) error
		created, updated, deleted string // what is in state afterwards
	}{
		"stalled call":                          {fakeapi.Fault{Hang: true}, interrupted, "tainted", "unsure", "unsure"},
		"stalled call that took effect, Ctrl-C": {fakeapi.Fault{Hang: true, TakeEffect: true}, ctrlC, "tainted", "unsure", "unsure"},
		"wait after 429":                        {fakeapi.Fault{Status: 429, Header: later}, interrupted, "absent", "kept", "kept"},
		"wait after 503, Ctrl-C":                {fakeapi.Fault{Status: 503, Header: later}, ctrlC, "tainted", "unsure", "unsure"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, "created", "updated", "deleted", "afterwards")
			f.configure(map[string]int{"updated": 1, "deleted": 1})
			f.ws.Must(f.ws.Apply())
			before := readState(t, f.ws)
			f.configure(map[string]int{"created": 1, "updated": 2, "afterwards": 1})
			for name, call := range map[string]fakeapi.Call{"created": fakeapi.CallSet, "updated": fakeapi.CallSet, "deleted": fakeapi.CallDelete} {
				fault := test.fault
				fault.Call, fault.Token, fault.Times = call, f.token(name), -1
				f.api.Script(fault)
			}
			f.api.ResetRequests()
			arrived := make(chan struct{}, 100)
			f.api.OnRequest(func(r fakeapi.Request) {
				if r.Call != fakeapi.CallInfo {
					arrived <- struct{}{}
				}
			})

			f.ws.Setenv("TF_LOG_PROVIDER", "WARN")
			f.ws.Setenv("TF_LOG_PATH", filepath.Join(f.ws.Dir, "warn.log"))
			run := start(t, f.ws, test.signal, "-refresh=false")
			for range 3 {
				run.until(arrived)
			}
			for !test.fault.Hang && strings.Count(f.ws.Read("warn.log"), "Waiting before the request is sent again") < 3 {
				time.Sleep(10 * time.Millisecond) // else the answer itself might be cut off
			}
			run.stop()
			if result := <-run.ended; result.ExitCode != 1 { // -1: it had to be killed
				t.Errorf("terraform ended with %d:\n%s", result.ExitCode, result.Stdout)
			}
			if n := f.api.Count(fakeapi.CallSet) + f.api.Count(fakeapi.CallDelete); n != 3 {
				t.Errorf("%d requests were sent, want 3: one for each call, and none after them", n)
			}
			state := readState(t, f.ws)
			for name, want := range map[string]string{"created": test.created, "updated": test.updated, "deleted": test.deleted, "afterwards": "absent"} {
				got := state[name].became(before[name], f.url(name, 1), f.url(name, 2))
				if got != want {
					t.Errorf("%s is %s in state, want %s: %s", name, got, want, state[name])
				}
			}

			f.api.ClearScript()
			f.api.ResetRequests()
			f.ws.Must(f.ws.Apply())
			f.wantAll(map[string]int{"created": 1, "updated": 2, "afterwards": 1})
			if sets := f.api.Count(fakeapi.CallSet); sets != 3 {
				t.Errorf("%d Sets were sent to continue, want 3", sets)
			}
		})
	}
}

// run is an apply that is stopped.
type run struct {
	t     *testing.T
	stop  func()
	ended chan cli.Result
}

// start starts an apply in a process group of its own. Its stop sends it a
// signal; a minute later it is killed.
func start(t *testing.T, ws *clitest.Workspace, signal func(*os.Process) error, args ...string) *run {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	command := ws.Command(ctx, append([]string{"apply", "-json", "-auto-approve", "-input=false", "-no-color"}, args...)...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return signal(command.Process) }
	command.WaitDelay = time.Minute
	r := &run{t: t, stop: cancel, ended: make(chan cli.Result, 1)}
	go func() {
		result, err := cli.Run(command)
		if err != nil {
			t.Error(err)
		}
		r.ended <- result
	}()
	return r
}

// Signals: of a CI runner, to Terraform, and of a terminal, to the provider too.
func interrupted(p *os.Process) error { return p.Signal(os.Interrupt) }
func ctrlC(p *os.Process) error       { return syscall.Kill(-p.Pid, syscall.SIGINT) }

// until waits for what happens while Terraform runs.
func (r *run) until(happened <-chan struct{}) {
	r.t.Helper()
	select {
	case <-happened:
	case result := <-r.ended:
		r.t.Fatalf("terraform ended too early: %v\n%s", result.Err(), result.Stdout)
	}
}
