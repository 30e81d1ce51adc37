// SPDX-License-Identifier: MPL-2.0

package faultmatrix_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
)

// instance is a webhook in the state file. It is read from the file, since
// show -json would start a provider for every alias.
type instance struct {
	Status     string         `json:"status"`
	Attributes map[string]any `json:"attributes"`
}

// What instance.is asks for.
const (
	timed, untimed = true, false
	whole, tainted = "", "tainted"
)

// is tells whether the instance is in state with this URL ("" none), its
// times known or null, and this status.
func (i *instance) is(url string, times bool, status string) bool {
	if i == nil {
		return false
	}
	shown, _ := i.Attributes["callback_url"].(string)
	configured, expires := i.Attributes["configured_at"] != nil, i.Attributes["expires_at"] != nil
	return shown == url && configured == times && expires == times && i.Status == status
}

func (i *instance) String() string {
	if i == nil {
		return "(not in state)"
	}
	return fmt.Sprintf("%s%v", i.Status, i.Attributes)
}

// readState reads the webhooks of a workspace's state file by their names.
func readState(t *testing.T, ws *acctest.Workspace) map[string]*instance {
	t.Helper()
	raw := ws.Read("terraform.tfstate")
	found := map[string]*instance{}
	if raw == "" {
		return found
	}
	var state struct {
		Resources []struct {
			Name      string `json:"name"`
			Instances []*struct {
				instance
				Key any `json:"index_key"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal([]byte(raw), &state); err != nil {
		t.Fatalf("the state can't be read: %v", err)
	}
	for _, resource := range state.Resources {
		for _, i := range resource.Instances {
			name := resource.Name
			if i.Key != nil {
				name = fmt.Sprint(i.Key)
			}
			found[name] = &i.instance
		}
	}
	return found
}

func writeJSON(ws *acctest.Workspace, name string, value any) {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings only
	}
	ws.Write(name, string(raw))
}

// discardLog swallows what net/http says of clients that leave.
var discardLog = log.New(io.Discard, "", 0)
