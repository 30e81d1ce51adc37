// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
)

// turns are what else happens in an act, when its reader has done all that the
// page says.
var turns = map[string]func(r *reader){
	"docs/actions/test_notification.md/1": func(r *reader) { r.sees(`(?s)"garage" answered 200.*triggered by CLI.*"garage" answered 200`) },
	"docs/list-resources/notification_webhook.md/1": func(r *reader) {
		r.sees(`(?s)attic \(online\).*garage \(online\).*lab \(online\)`)
	},
	"docs/data-sources/app_connection.md/1": func(r *reader) {
		r.api.Revoke(secret+"lab", 604)
		r.does("terraform apply\n")
		r.sees("Invalid App Connections: lab.")
	},
	"examples/fleet/README.md/1":         func(r *reader) { r.sees(`[1-9] passed, 0 failed`) },
	"examples/modules/fleet/README.md/1": func(r *reader) { r.sees(`[1-9] passed, 0 failed`) },
}

// TestPages does what every page tells its readers to do, as it stands there,
// with the real CLI against the fake.
func TestPages(t *testing.T) {
	for _, p := range pages(t) {
		if strings.HasSuffix(p.path, "keeping-webhooks-alive.md") || !strings.Contains(p.path, "/") {
			continue // see TestKeepingWebhooksAlive; the top folder's pages are for people
		}
		for i, a := range p.acts() {
			name := fmt.Sprintf("%s/%d", p.path, i+1)
			if strings.HasPrefix(a[0].code, "git clone ") {
				continue // what it does with make is for people
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				terraform, tofu := a.neededVersion()
				clitest.SkipBelow(t, terraform, tofu, "this configuration")
				for _, program := range []string{"curl", "make"} {
					if strings.Contains(a.code(), "\n"+program+" ") && installed(program) == "" {
						t.Skipf("there is no %s on PATH", program)
					}
				}
				r := newReader(t)
				r.follows(p, a)
				if turn, found := turns[name]; found {
					turn(r)
				}
				r.leaves(p, a.code())
			})
		}
	}
}

// follows does an act of a page. What the page adds is applied over what was
// there, as a reader comes upon it.
func (r *reader) follows(p page, a act) {
	r.t.Helper()
	switch {
	case strings.HasPrefix(a[0].code, "git clone "):
		r.Setenv("OCTOEVERYWHERE_ENDPOINT", "") // the page starts a fake, where it needs one
	case !a[0].isConfiguration():
		// A page of a folder, or one that takes the repository's for granted.
		r.has(a.code())
		r.does("git clone https://github.com/octoeverywhere/repository\n")
		r.Dir = filepath.Join(r.Dir, "repository", filepath.Dir(p.path))
	default:
		r.has(a.code())
	}

	configuration, applied := "", true
	settle := func() {
		if !applied {
			r.does("terraform init\nterraform apply\n")
		}
		applied = true
	}
	for _, b := range a {
		switch {
		case b.language == "shell":
			if !strings.Contains(b.code, "terraform init") {
				settle()
			}
			imports := strings.Contains(b.code, "terraform import ")
			if imports {
				r.does("rm terraform.tfstate\n")
			}
			r.does(b.code)
			applied = !imports
			continue
		case b.isForLater():
			continue
		case b.isQuery():
			r.Write("page.tfquery.hcl", b.code)
			continue
		case b.isLines():
			added, ok := b.addTo(configuration)
			if !ok {
				r.t.Fatalf("there is no webhook above to add this to:\n%s", b.code)
			}
			configuration = added
		case !b.isConfiguration() && configuration == "":
			r.t.Fatalf("there is no configuration above to add this to:\n%s", b.code)
		default:
			configuration += "\n" + r.local(b.code)
		}
		r.Write("main.tf", configuration)
		applied = false
	}
	settle()
}

// local takes the module from the repository's files, not from GitHub.
func (r *reader) local(configuration string) string {
	module, err := filepath.Abs(filepath.Join(repository, "examples/modules/fleet"))
	if err != nil {
		r.t.Fatal(err)
	}
	return regexp.MustCompile(`github\.com/octoeverywhere/terraform-provider-octoeverywhere//examples/modules/fleet\?ref=v[0-9.]+`).ReplaceAllString(configuration, module)
}

// leaves checks what an act has come to.
func (r *reader) leaves(p page, code string) {
	r.t.Helper()
	for _, promised := range regexp.MustCompile(`(?m)^# (https://\S+)$`).FindAllStringSubmatch(code, -1) {
		r.sees(`"` + regexp.QuoteMeta(promised[1]) + `"`)
	}
	if state := r.Read("terraform.tfstate"); strings.Contains(state, "octoeverywhere_notification_webhook") {
		if strings.Contains(state, secret) {
			r.t.Error("a token or a key is in the state")
		}
		r.hasSetAllOf(state)
		r.does("terraform plan -detailed-exitcode -out=saved\n")
		if got := r.planHoldsSecret(); got != savesSecret(r.Read("main.tf")) {
			r.t.Errorf("a token or a key in the saved plan: %t", got)
		}
		if strings.Contains(p.text, "terraform destroy") || strings.Contains(r.Read("main.tf"), "_wo ") {
			r.does("terraform destroy\n")
			left := len(r.webhooks()) > 0
			if warned := strings.Contains(r.said(), "Warning: A webhook is left behind"); left != warned {
				r.t.Errorf("destroyed, webhooks left: %t, and a warning of that: %t", left, warned)
			}
		}
	}
	// A reader must not meet a warning that the page says nothing of.
	ours := []string{"The App Connection is gone for good", "Provider development overrides are in effect", "Incomplete lock file information for providers"}
	for _, warning := range regexp.MustCompile(`Warning: (.*)`).FindAllStringSubmatch(r.said(), -1) {
		if !strings.Contains(p.text, warning[1]) && !slices.Contains(ours, warning[1]) {
			r.t.Errorf("the page does not say that Terraform warns: %s", warning[1])
		}
	}
}

// savesSecret tells whether a saved plan holds tokens or keys, as the fleet
// guide has it: those of variables that are not ephemeral.
func savesSecret(configuration string) bool {
	for _, variable := range regexp.MustCompile(`(?s)\nvariable .*?\n}`).FindAllString(configuration, -1) {
		if strings.Contains(variable, "\n  sensitive = true") && !strings.Contains(variable, "\n  ephemeral = true") {
			return true
		}
	}
	return false
}

// planHoldsSecret looks for tokens in the saved plan.
func (r *reader) planHoldsSecret() bool {
	r.t.Helper()
	plan, err := zip.OpenReader(filepath.Join(r.Dir, "saved"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer plan.Close()
	found := false
	for _, file := range plan.File {
		content, err := fs.ReadFile(plan, file.Name)
		if err != nil {
			r.t.Fatal(err)
		}
		found = found || bytes.Contains(content, []byte(secret))
	}
	return found
}

// hasSetAllOf fails the test unless the service has the webhooks of the state,
// and no other.
func (r *reader) hasSetAllOf(state string) {
	r.t.Helper()
	var content struct {
		Resources []struct {
			Mode      string `json:"mode"`
			Instances []struct {
				Attributes struct {
					URL *string `json:"callback_url"`
				} `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal([]byte(state), &content); err != nil {
		r.t.Fatal(err)
	}
	set, instances := r.webhooks(), 0
	for _, resource := range content.Resources {
		if resource.Mode != "managed" {
			continue
		}
		for _, instance := range resource.Instances {
			instances++
			if url := instance.Attributes.URL; url != nil && !slices.Contains(set, *url) {
				r.t.Errorf("%s is in the state, but the service has %q", *url, set)
			}
		}
	}
	if len(set) != instances {
		r.t.Errorf("the service has %q, and the state %d webhooks", set, instances)
	}
}

// webhooks are the URLs that the service calls.
func (r *reader) webhooks() []string {
	var urls []string
	for _, name := range connections {
		if webhook, found := r.api.Webhook(secret + name); found {
			urls = append(urls, webhook.URL)
		}
	}
	return urls
}
