// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

func TestMain(m *testing.M) { os.Exit(clitest.Main(m)) }

// TestAsTheCLI compares with what the CLI prints, section for section, as far as
// it knows them.
func TestAsTheCLI(t *testing.T) {
	clitest.SkipBelow(t, "1.11.0", "1.11.0", "a schema with write-only arguments")
	ours, err := providerSchema(t.Context(), provider.NewServer(provider.New("test"))())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(ours)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for _, section := range []string{"provider", "resource_schemas", "data_source_schemas", "list_resource_schemas", "action_schemas", "functions", "resource_identity_schemas"} {
		if found, _ := got[section].(map[string]any); len(found) == 0 {
			t.Errorf("%s is empty", section)
		}
	}

	ws := clitest.NewWorkspace(t)
	ws.UseBinary()
	ws.Write("main.tf", clitest.RequiredProviders)
	var printed struct {
		FormatVersion string                    `json:"format_version"`
		Schemas       map[string]map[string]any `json:"provider_schemas"`
	}
	if err := json.Unmarshal([]byte(ws.Must(ws.Run("providers", "schema", "-json")).Stdout), &printed); err != nil {
		t.Fatal(err)
	}
	if printed.FormatVersion != formatVersion {
		t.Errorf("the CLI's format version is %s", printed.FormatVersion)
	}
	want := printed.Schemas[clitest.CLI().Host+"/"+cli.ProviderAddress]
	if len(want) < 4 {
		t.Fatalf("the CLI printed %v", printed)
	}
	for section, schemas := range want {
		if !reflect.DeepEqual(got[section], schemas) {
			t.Errorf("%s is\n%v\nwant\n%v", section, got[section], schemas)
		}
	}
}
