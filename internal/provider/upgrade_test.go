// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// recordStates makes TestUpgrade write its states anew. Only for a new schema
// version, into a new directory: what an older version wrote is what it is
// about.
//
// Record with the oldest CLI that has the arguments: newer ones note in a state
// which attributes are sensitive, and Terraform before 1.10 takes that for a
// change of every object.
//
//	TF_ACC_TERRAFORM_PATH=… go test ./internal/provider -run TestUpgrade -record-states
var recordStates = flag.Bool("record-states", false, "write the states of testdata/upgrade anew")

// recordedBy is the schema version whose states -record-states writes.
const recordedBy = "schema0"

// upgrade is one recorded state: main.tf and state.json of a directory in
// testdata/upgrade, and what a plan on it must say.
type upgrade struct {
	directory string
	skip      func(t *testing.T)
	planned   map[string]string                     // all else plans empty
	record    func(ws *acctest.Workspace, w *world) // brings the state about
}

var upgrades = []upgrade{
	{
		directory: "schema0/arguments",
		planned: map[string]string{
			address("lost_update"): "update",
			address("tainted"):     "replace",
			address("gone"):        "create",
			address("imported"):    "update",
		},
		record: func(ws *acctest.Workspace, w *world) {
			main := ws.Read("main.tf")
			ws.Must(ws.Run("import", "-input=false", address("imported"), "imported"))
			w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Token: tokenOf("tainted"), Commit: true, Kind: fakeapi.Reset, Times: -1})
			ws.Apply(targets(main, "imported")...)
			// The same with another URL: what fails now keeps its old state.
			w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Token: tokenOf("lost_update"), Commit: true, Kind: fakeapi.Reset, Times: -1})
			w.api.Revoke(tokenOf("gone"), 604)
			for _, name := range []string{"lost_update", "gone"} {
				ws.Write("main.tf", strings.ReplaceAll(main, "octo?printer="+name, "octo?changed="+name))
				ws.Apply("-refresh=false", "-target="+address(name))
			}
			ws.Write("main.tf", main)
		},
	},
	{
		directory: "schema0/write_only",
		skip:      func(t *testing.T) { acctest.SkipBelow(t, "1.11.0", "1.11.0", "a write-only argument") },
		record:    func(ws *acctest.Workspace, _ *world) { ws.Must(ws.Apply()) },
	},
}

// targets names all webhooks of a configuration but one, which is left as it is.
func targets(main, but string) []string {
	var args []string
	for line := range strings.Lines(main) {
		if name, found := strings.CutPrefix(line, `resource "octoeverywhere_notification_webhook" "`); found {
			if name, _, _ = strings.Cut(name, `"`); name != but {
				args = append(args, "-target="+address(name))
			}
		}
	}
	return args
}

// upgradeConnections are the App Connections of the recorded states.
var upgradeConnections = connections("plain", "one", "two", "own", "default", "tainted", "lost_update", "gone", "imported",
	"secret_url", "secret_token", "secret_both")

// TestUpgrade plans on states that earlier versions wrote, private data and
// all, kept with the configurations they were made from: what was in order
// plans empty, and what was not is found as ever (issue 5, Upgrades).
func TestUpgrade(t *testing.T) {
	t.Parallel()
	for _, test := range upgrades {
		t.Run(test.directory, func(t *testing.T) {
			t.Parallel()
			if test.skip != nil {
				test.skip(t)
			}
			directory := filepath.Join("testdata", "upgrade", filepath.FromSlash(test.directory))
			w := newWorld(t, fakeapi.Options{}, upgradeConnections)
			ws := w.workspace()
			ws.Setenv("TF_VAR_endpoint", w.url)
			ws.Write("main.tf", readFile(t, filepath.Join(directory, "main.tf")))
			recorded := filepath.Join(directory, "state.json")
			if *recordStates && strings.HasPrefix(test.directory, recordedBy+"/") {
				test.record(ws, w)
				if err := os.WriteFile(recorded, []byte(ws.Read("terraform.tfstate")), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			// The registry's host is part of a state, and OpenTofu has its own.
			ws.Write("terraform.tfstate", strings.ReplaceAll(readFile(t, recorded), "registry.terraform.io", acctest.Host()))

			w.clock.Advance(100)
			plan := ws.Must(ws.Plan())
			wantPlanned(t, plan, test.planned)
			if set := w.calls()[fakeapi.CallSet]; set != 0 {
				t.Errorf("Set was called %d times", set)
			}

			// And it applies.
			ws.Must(ws.Apply())
			wantPlanned(t, ws.Must(ws.Plan()), nil)
		})
	}
}

// TestUpgradeIsRecorded fails when the schema's version goes up without a
// state of that version kept, or without an upgrader for each older one.
func TestUpgradeIsRecorded(t *testing.T) {
	t.Parallel()
	webhooks := provider.New("test")().Resources(t.Context())[0]()
	var described resource.SchemaResponse
	webhooks.Schema(t.Context(), resource.SchemaRequest{}, &described)
	current := described.Schema.Version

	recorded := map[int64]bool{}
	for _, test := range upgrades {
		var state struct {
			Resources []struct {
				Instances []struct {
					Version int64 `json:"schema_version"`
				}
			}
		}
		if err := json.Unmarshal([]byte(readFile(t, filepath.Join("testdata", "upgrade", filepath.FromSlash(test.directory), "state.json"))), &state); err != nil {
			t.Fatal(err)
		}
		for _, kept := range state.Resources {
			for _, instance := range kept.Instances {
				recorded[instance.Version] = true
			}
		}
	}
	for version := range current + 1 {
		if !recorded[version] {
			t.Errorf("no state of schema version %d is kept in testdata/upgrade", version)
		}
		if version == current {
			continue
		}
		upgrading, ok := webhooks.(resource.ResourceWithUpgradeState)
		if !ok || !hasUpgrader(t, upgrading, version) {
			t.Errorf("a state of schema version %d can't be upgraded to %d", version, current)
		}
	}
}

func hasUpgrader(t *testing.T, webhooks resource.ResourceWithUpgradeState, version int64) bool {
	t.Helper()
	_, found := webhooks.UpgradeState(t.Context())[version]
	return found
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path) //nolint:gosec // test data
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
