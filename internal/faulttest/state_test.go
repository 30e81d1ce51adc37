// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
)

// instance is a webhook in the state file. It is read from the file, since
// show -json would start a provider for every alias.
type instance struct {
	Status     string         `json:"status"` // "tainted" or ""
	Attributes map[string]any `json:"attributes"`
}

func (i *instance) String() string {
	if i == nil {
		return "(not in state)"
	}
	return fmt.Sprintf("%s%v", i.Status, i.Attributes)
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

// readState reads the webhooks of a workspace's state file by their names.
func readState(t *testing.T, ws *clitest.Workspace) map[string]*instance {
	t.Helper()
	var state struct {
		Resources []struct {
			Name      string `json:"name"`
			Instances []*struct {
				instance
				Key string `json:"index_key"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal([]byte(cmp.Or(ws.Read("terraform.tfstate"), "{}")), &state); err != nil {
		t.Fatalf("the state can't be read: %v", err)
	}
	found := map[string]*instance{}
	for _, resource := range state.Resources {
		for _, i := range resource.Instances {
			found[cmp.Or(i.Key, resource.Name)] = &i.instance
		}
	}
	return found
}

func writeJSON(ws *clitest.Workspace, name string, value any) {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings only
	}
	ws.Write(name, string(raw))
}

func oneIf(condition bool) int {
	if condition {
		return 1
	}
	return 0
}
