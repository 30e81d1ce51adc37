// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestKeepAliveScript runs the script that the guide has a schedule run: with
// nothing to do, with a webhook near its end, and with an error.
func TestKeepAliveScript(t *testing.T) {
	w := workspace(t, "webhooks/renewal")
	api := newAPI(t, w, fakeapi.Options{}, "default")
	defaultToken(t, w)
	w.Must(w.Apply())

	if out, code := keepAlive(t, w); code != 0 || !strings.Contains(out, "Nothing to do.") {
		t.Errorf("with nothing to do it exits with %d and says\n%s", code, out)
	}
	if n := api.Count(fakeapi.CallSet); n != 1 {
		t.Errorf("it called Set: %d in all", n)
	}

	expireIn(t, w, 59*24*time.Hour) // renew_before_days is 60
	if out, code := keepAlive(t, w); code != 0 {
		t.Errorf("with a renewal to do it exits with %d and says\n%s", code, out)
	}
	if n := api.Count(fakeapi.CallSet); n != 2 {
		t.Errorf("it did not renew: %d calls of Set in all", n)
	}
	if planned := w.Must(w.Plan("-detailed-exitcode")); planned.ExitCode != 0 {
		t.Errorf("afterwards there is something to do: %v", planned.Planned)
	}

	w.Write("main.tf", "provider {")
	if _, code := keepAlive(t, w); code != 1 {
		t.Errorf("with an error it exits with %d", code)
	}
	if w.Read("keep-alive.tfplan") != "" {
		t.Error("it leaves its plan behind")
	}
}

func keepAlive(t *testing.T, w *acctest.Workspace) (output string, code int) {
	t.Helper()
	script, err := filepath.Abs(filepath.Join(repository, "examples/keep-alive/keep-alive.sh"))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), script)
	command.Dir = w.Dir
	command.Env = w.Command(t.Context()).Env
	command.Env = append(command.Env, "TERRAFORM="+acctest.CLI())
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), command.ProcessState.ExitCode()
}

// expireIn writes into the state that the webhook ends so much from now.
func expireIn(t *testing.T, w *acctest.Workspace, left time.Duration) {
	t.Helper()
	var state map[string]any
	if err := json.Unmarshal([]byte(w.Read("terraform.tfstate")), &state); err != nil {
		t.Fatal(err)
	}
	resource := state["resources"].([]any)[0].(map[string]any)
	attributes := resource["instances"].([]any)[0].(map[string]any)["attributes"].(map[string]any)
	attributes["expires_at"] = time.Now().UTC().Add(left).Format(time.RFC3339)
	changed, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	w.Write("terraform.tfstate", string(changed))
}
