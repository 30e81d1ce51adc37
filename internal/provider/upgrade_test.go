// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// upgrades are recorded states, main.tf and state.json of a directory in
// testdata/upgrade, and what a plan on them must say; all else plans empty. What
// an older version wrote is never written anew. For a new schema version, apply
// a main.tf with the oldest CLI that has its arguments, and keep the state: newer
// ones note in a state which attributes are sensitive, and Terraform before 1.10
// takes that for a change of every object. lost_update and tainted are applies
// whose answers were lost, and gone an update that was told 604.
var upgrades = map[string]map[string]string{
	"schema0/arguments": {
		address("lost_update"): "update",
		address("tainted"):     "replace",
		address("gone"):        "create",
		address("imported"):    "update",
	},
	"schema0/write_only": nil,
}

// TestUpgrade plans on states that earlier versions wrote, private data and all:
// what was in order plans empty, and what was not is found as ever.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	tokens := connections("plain", "one", "two", "own", "default", "tainted", "lost_update", "gone", "imported", "secret_url", "secret_token", "secret_both")
	for directory, planned := range upgrades {
		t.Run(directory, func(t *testing.T) {
			t.Parallel()
			if strings.HasSuffix(directory, "write_only") {
				skipWithoutWriteOnly(t)
			}
			w := newWorld(t, fakeapi.Options{}, tokens)
			ws := w.workspace()
			ws.Setenv("TF_VAR_endpoint", w.url)
			ws.Write("main.tf", recorded(t, directory, "main.tf"))
			// The registry's host is part of a state, and OpenTofu has its own.
			ws.Write("terraform.tfstate", strings.ReplaceAll(recorded(t, directory, "state.json"), "registry.terraform.io", clitest.Host()))

			w.clock.Advance(100)
			wantPlanned(t, ws.Must(ws.Plan()), planned)
			if set := w.api.Count(set); set != 0 {
				t.Errorf("Set was called %d times", set)
			}
			ws.Must(ws.Apply())
			wantPlanned(t, ws.Must(ws.Plan()), nil)
		})
	}
}

func recorded(t *testing.T, directory, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "upgrade", filepath.FromSlash(directory), name)) //nolint:gosec // test data
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestUpgradeIsRecorded fails when the schema's version goes up without a
// state of that version kept, or without an upgrader for each older one.
func TestUpgradeIsRecorded(t *testing.T) {
	t.Parallel()
	webhooks := provider.New("test")().Resources(t.Context())[0]()
	var described resource.SchemaResponse
	webhooks.Schema(t.Context(), resource.SchemaRequest{}, &described)
	current := described.Schema.Version

	kept := map[int64]bool{}
	for directory := range upgrades {
		var state struct {
			Resources []struct {
				Instances []struct {
					Version int64 `json:"schema_version"`
				}
			}
		}
		if err := json.Unmarshal([]byte(recorded(t, directory, "state.json")), &state); err != nil {
			t.Fatal(err)
		}
		for _, resource := range state.Resources {
			for _, instance := range resource.Instances {
				kept[instance.Version] = true
			}
		}
	}
	for version := range current + 1 {
		if !kept[version] {
			t.Errorf("no state of schema version %d is kept in testdata/upgrade", version)
		}
		if version == current {
			continue
		}
		upgrading, ok := webhooks.(resource.ResourceWithUpgradeState)
		if ok {
			_, ok = upgrading.UpgradeState(t.Context())[version]
		}
		if !ok {
			t.Errorf("a state of schema version %d can't be upgraded to %d", version, current)
		}
	}
}
