// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

var (
	full     = flag.Bool("full", false, "more faults, and ten times the orders")
	only     = flag.String("only", "", "regular expression for the orders to try, such as 'swapped.*put back'")
	webhooks = flag.Int("webhooks", 60, "webhooks of the load test")
)

func TestMain(m *testing.M) { os.Exit(clitest.Main(m)) }

// fixture is a workspace with the provider's binary, and a service.
type fixture struct {
	t        *testing.T
	api      *fakeapi.Server
	ws       *clitest.Workspace
	endpoint string
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	f := fixture{t: t, api: fakeapi.New(fakeapi.Options{Flat: clitest.FlatAnswers()}), ws: clitest.NewWorkspace(t)}
	f.ws.UseBinary()
	running, err := f.api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	f.endpoint = running.URL
	return f
}

// connect adds App Connections, which the provider has by these names.
func (f fixture) connect(names ...string) {
	tokens := map[string]string{}
	for _, name := range names {
		tokens[name] = token(name)
		f.api.AddConnection(token(name), name)
	}
	f.writeJSON("tokens.json", tokens)
}

func token(name string) string { return "tok-" + name + "-0123456789abcdef" }

// provider is a provider block with the tokens of tokens.json.
func (f fixture) provider(arguments string) string {
	return fmt.Sprintf("provider \"octoeverywhere\" {\n  endpoint = %q\n  app_tokens = jsondecode(file(\"tokens.json\"))\n  %s\n}\n", f.endpoint, arguments)
}

func (f fixture) writeJSON(name string, value map[string]string) {
	raw, _ := json.Marshal(value) // which strings can't fail
	f.ws.Write(name, string(raw))
}

func (f fixture) wantNothingToDo() {
	f.t.Helper()
	if plan := f.ws.Plan("-detailed-exitcode"); plan.ExitCode != 0 {
		f.t.Errorf("there is still something to do: %v\n%s", plan.Planned, plan.Errors())
	}
}

// instance is a webhook in the state file. It is read from the file, since
// show -json would start a provider for every alias.
type instance struct {
	Status     string         `json:"status"` // "tainted" or ""
	Attributes map[string]any `json:"attributes"`
}

// became names what became of an instance that had, and was to get, these URLs;
// "" is one that isn't shown.
func (i *instance) became(was *instance, had, wanted string) string {
	if i == nil {
		return "absent"
	}
	url, _ := i.Attributes["callback_url"].(string)
	times := oneIf(i.Attributes["configured_at"] != nil) + oneIf(i.Attributes["expires_at"] != nil)
	switch {
	case reflect.DeepEqual(i, was):
		return "kept"
	case url == wanted && times == 2 && i.Status == "":
		return "set"
	case times == 0 && i.Status == "tainted" && was == nil:
		return "tainted"
	case url == had && times == 0 && i.Status == "":
		return "unsure"
	}
	return "something else"
}

// state reads the webhooks of the state file by their names.
func (f fixture) state() map[string]*instance {
	f.t.Helper()
	var state struct {
		Resources []struct {
			Name      string `json:"name"`
			Instances []*struct {
				instance
				Key string `json:"index_key"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal([]byte(cmp.Or(f.ws.Read("terraform.tfstate"), "{}")), &state); err != nil {
		f.t.Fatalf("the state can't be read: %v", err)
	}
	found := map[string]*instance{}
	for _, resource := range state.Resources {
		for _, i := range resource.Instances {
			found[cmp.Or(i.Key, resource.Name)] = &i.instance
		}
	}
	return found
}

// signal ends an apply, and exit is the code that it then ends with.
type signal struct {
	send func(*os.Process) error
	exit int
}

var (
	interrupted = signal{func(p *os.Process) error { return p.Signal(os.Interrupt) }, 1}               // of a CI runner, to Terraform alone
	ctrlC       = signal{func(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGINT) }, 1} // of a terminal, to the provider too
	killed      = signal{(*os.Process).Kill, -1}
)

// applyUntil begins an apply in a process group of its own, waits until
// something has happened, and ends it by a signal.
func (f fixture) applyUntil(happened func() bool, by signal, flags ...string) clitest.Result {
	f.t.Helper()
	ctx, stop := context.WithCancel(f.t.Context())
	defer stop()
	command := f.ws.Command(ctx, append([]string{"apply", "-json", "-auto-approve", "-input=false", "-no-color"}, flags...)...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return by.send(command.Process) }
	command.WaitDelay = time.Minute // then it is killed
	ended := make(chan clitest.Result, 1)
	go func() {
		result, err := cli.Run(command)
		if err != nil {
			f.t.Error(err)
		}
		ended <- result
	}()
	for !happened() {
		select {
		case result := <-ended:
			f.t.Fatalf("terraform ended too early: %v\n%s", result.Err(), result.Stdout)
		case <-time.After(10 * time.Millisecond):
		}
	}
	stop()
	result := <-ended
	if result.ExitCode != by.exit {
		f.t.Errorf("terraform ended with %d, want %d:\n%s", result.ExitCode, by.exit, result.Stdout)
	}
	return result
}

func oneIf(condition bool) int {
	if condition {
		return 1
	}
	return 0
}
