// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// runnable are the examples that a person can apply as they are, once the
// tokens are there; with the URLs that the service must have afterwards.
var runnable = map[string]struct {
	connections []string
	env         func(t *testing.T, w *acctest.Workspace)
	urls        map[string]string
}{
	"first-webhook": {
		connections: []string{"default"}, env: defaultToken,
		urls: map[string]string{"default": "https://app.example.com/octo?printer=garage"},
	},
	"fleet": {
		connections: []string{"garage", "lab", "attic"}, env: appTokens("garage", "lab", "attic"),
		urls: map[string]string{
			"garage": "https://app.example.com/octo?printer=garage",
			"lab":    "https://app.example.com/octo?printer=lab&site=K%C3%B6ln",
			"attic":  "https://app.example.com/octo?printer=attic",
		},
	},
	// Its import block adopts what is there; see TestImports.
	"resources/octoeverywhere_notification_webhook": {
		connections: []string{"garage", "lab-1", "lab-2"}, env: appTokens("garage", "lab-1", "lab-2"),
		urls: map[string]string{
			"garage": "https://app.example.com/octo?printer=garage",
			"lab-1":  "https://app.example.com/octo?printer=lab-1",
			"lab-2":  "https://app.example.com/octo?printer=lab-2",
		},
	},
	"tokens/ephemeral-variable": {
		connections: []string{"garage", "lab"}, env: appTokens("garage", "lab"),
		urls: map[string]string{
			"garage": "https://app.example.com/octo?printer=garage",
			"lab":    "https://app.example.com/octo?printer=lab",
		},
	},
	"tokens/vault": {
		connections: []string{"garage", "lab"},
		env: func(t *testing.T, w *acctest.Workspace) {
			useVault(t, w, map[string]string{"garage": tokenOf("garage"), "lab": tokenOf("lab")})
		},
		urls: map[string]string{
			"garage": "https://app.example.com/octo?printer=garage",
			"lab":    "https://app.example.com/octo?printer=lab",
		},
	},
	"webhooks/renewal": {
		connections: []string{"default"}, env: defaultToken,
		urls: map[string]string{"default": "https://app.example.com/octo?printer=garage"},
	},
	"webhooks/resume": {
		connections: []string{"default"}, env: defaultToken,
		urls: map[string]string{"default": "https://app.example.com/octo?printer=garage"},
	},
	"webhooks/token-in-state": {
		connections: []string{"garage"}, env: variable("garage_token", tokenOf("garage")),
		urls: map[string]string{"garage": "https://app.example.com/octo?printer=garage"},
	},
}

func defaultToken(_ *testing.T, w *acctest.Workspace) {
	w.Setenv("OCTOEVERYWHERE_APP_TOKEN", tokenOf("default"))
}

func appTokens(names ...string) func(*testing.T, *acctest.Workspace) {
	return func(t *testing.T, w *acctest.Workspace) {
		t.Helper()
		w.Setenv("TF_VAR_app_tokens", tokens(t, names...))
	}
}

func variable(name, value string) func(*testing.T, *acctest.Workspace) {
	return func(_ *testing.T, w *acctest.Workspace) { w.Setenv("TF_VAR_"+name, value) }
}

// TestRun applies examples, plans again with nothing to do, and destroys them.
func TestRun(t *testing.T) {
	for directory, example := range runnable {
		t.Run(directory, func(t *testing.T) {
			skipUnlessAble(t, directory)
			w := workspace(t, directory)
			api := newAPI(t, w, fakeapi.Options{}, example.connections...)
			example.env(t, w)

			applied := w.Must(w.Apply())
			hasWebhooks(t, api, example.connections, example.urls)
			if planned := w.Must(w.Plan("-detailed-exitcode")); planned.ExitCode != 0 {
				t.Errorf("a second plan has something to do: %v\n%s", planned.Planned, planned.Stdout)
			}
			destroyed := w.Must(w.Destroy())
			hasWebhooks(t, api, example.connections, map[string]string{})

			if warnings := withoutOverride(applied) + withoutOverride(destroyed); warnings != "" {
				t.Errorf("an example should give no warning:\n%s", warnings)
			}
		})
	}
}

// withoutOverride is a run's warnings, but for Terraform's own about the
// override that brought the provider here.
func withoutOverride(r acctest.Result) string {
	kept := acctest.Result{}
	for _, d := range r.Diagnostics {
		if !strings.Contains(d.Summary, "development overrides") {
			kept.Diagnostics = append(kept.Diagnostics, d)
		}
	}
	return kept.Warnings()
}

// TestKeepsTokensOutOfFiles holds the examples to what their pages say: no
// token in the state, and where it is ephemeral, none in a saved plan.
func TestKeepsTokensOutOfFiles(t *testing.T) {
	for directory, ephemeral := range map[string]bool{
		"first-webhook": true, "fleet": false, "tokens/ephemeral-variable": true, "tokens/vault": true,
	} {
		t.Run(directory, func(t *testing.T) {
			skipUnlessAble(t, directory)
			w := workspace(t, directory)
			newAPI(t, w, fakeapi.Options{}, runnable[directory].connections...)
			runnable[directory].env(t, w)

			w.Must(w.Plan("-out=saved"))
			if ephemeral {
				shown := w.Must(w.Run("show", "-json", "saved")).Stdout
				if strings.Contains(shown, "fake-token-") {
					t.Error("a token is in the saved plan")
				}
			}
			w.Must(w.Apply("saved"))
			if strings.Contains(w.Read("terraform.tfstate"), "fake-token-") {
				t.Error("a token is in the state")
			}
			w.Must(w.Destroy())
		})
	}
}

// TestFirstWebhookGuide changes what the guide says to change.
func TestFirstWebhookGuide(t *testing.T) {
	w := workspace(t, "first-webhook")
	api := newAPI(t, w, fakeapi.Options{}, "default")
	defaultToken(t, w)

	w.Must(w.Apply())
	if got := events(t, api, "default"); len(got) != 3 || got[0] != 2 || got[1] != 3 || got[2] != 9 {
		t.Errorf("the filter is %v", got)
	}
	w.Write("main.tf", strings.Replace(w.Read("main.tf"), `"error"]`, `"error", "print_started"]`, 1))
	changed := w.Must(w.Apply())
	if changed.Planned["octoeverywhere_notification_webhook.printer"] != "update" {
		t.Errorf("planned %v", changed.Planned)
	}
	if got := events(t, api, "default"); len(got) != 4 {
		t.Errorf("the filter is %v", got)
	}
}

// TestImports runs the import block of the resource's page over a webhook
// that somebody else set.
func TestImports(t *testing.T) {
	acctest.SkipBelow(t, "1.5.0", "1.6.0", "import blocks")
	const directory = "resources/octoeverywhere_notification_webhook"
	w := workspace(t, directory)
	api := newAPI(t, w, fakeapi.Options{}, runnable[directory].connections...)
	runnable[directory].env(t, w)

	planned := w.Must(w.Plan())
	if got := planned.Planned["octoeverywhere_notification_webhook.garage"]; got != "update" {
		t.Errorf("importing plans %q, not an update", got)
	}
	w.Must(w.Apply())
	if n := api.Count(fakeapi.CallSet); n != 3 {
		t.Errorf("%d calls of Set for 3 webhooks", n)
	}

	// And on the command line, as import.sh says.
	w.Must(w.Run("state", "rm", "octoeverywhere_notification_webhook.garage"))
	w.Remove("import-by-string-id.tf")
	for line := range strings.Lines(w.Read("import.sh")) {
		arguments := strings.Fields(line)
		if len(arguments) == 4 && arguments[3] == "garage" {
			w.Must(w.Run(arguments[1:]...))
		}
	}
	if _, found := w.Resources()["octoeverywhere_notification_webhook.garage"]; !found {
		t.Error("import.sh imported nothing")
	}
}

// TestDeadPrinters revokes one connection of the data source's example.
func TestDeadPrinters(t *testing.T) {
	const directory = "data-sources/octoeverywhere_app_connection"
	skipUnlessAble(t, directory)
	w := workspace(t, directory)
	names := []string{"garage", "lab", "attic"}
	api := newAPI(t, w, fakeapi.Options{}, names...)
	appTokens(names...)(t, w)

	w.Must(w.Apply())
	api.Revoke(tokenOf("lab"), 604)
	after := w.Must(w.Apply())
	hasWebhooks(t, api, []string{"garage", "attic"}, map[string]string{
		"garage": "https://app.example.com/octo?printer=garage",
		"attic":  "https://app.example.com/octo?printer=attic",
	})
	if !strings.Contains(after.Warnings(), "Gone, so their owners must connect again: lab.") {
		t.Errorf("the check block says nothing of lab:\n%s", after.Warnings())
	}
	if left := len(w.Resources()); left != 2 {
		t.Errorf("%d webhooks in state", left)
	}
	w.Must(w.Destroy())
}

// TestWriteOnlyToken shows what the page says a write-only token costs: the
// webhook can be deleted only while the provider holds the token too.
func TestWriteOnlyToken(t *testing.T) {
	const directory = "webhooks/write-only-token"
	skipUnlessAble(t, directory)
	w := workspace(t, directory)
	api := newAPI(t, w, fakeapi.Options{}, "garage")
	variable("garage_token", tokenOf("garage"))(t, w)

	w.Must(w.Apply())
	if strings.Contains(w.Read("terraform.tfstate"), "fake-token-") {
		t.Error("a token is in the state")
	}
	if planned := w.Must(w.Plan("-detailed-exitcode")); planned.ExitCode != 0 {
		t.Errorf("a second plan has something to do: %v", planned.Planned)
	}
	left := w.Must(w.Destroy())
	if !strings.Contains(left.Warnings(), "A webhook is left behind") {
		t.Errorf("destroy says nothing of the webhook it leaves:\n%s", left.Warnings())
	}
	if _, found := api.Webhook(tokenOf("garage")); !found {
		t.Error("the webhook is gone, although nobody had the token")
	}
}
