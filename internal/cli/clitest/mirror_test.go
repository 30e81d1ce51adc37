// SPDX-License-Identifier: MPL-2.0

package clitest

import (
	"os"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// TestMirror: with what make install writes, a plain init installs the provider
// for root configuration and module, again from the lock file, and asks for
// every other provider where it always does.
func TestMirror(t *testing.T) {
	t.Parallel()
	w := NewWorkspace(t)
	w.UseMirror()
	w.Write("main.tf", strings.Replace(RequiredProviders, `octoeverywhere" }`, `octoeverywhere", version = "~> 0.1" }`, 1)+"module \"fleet\" {\n  source = \"./fleet\"\n}\n")
	w.Write("fleet/main.tf", strings.Replace(RequiredProviders, `octoeverywhere" }`, `octoeverywhere", version = ">= 0.1" }`, 1)+
		"output \"url\" {\n  value = provider::octoeverywhere::callback_url(\"https://a.example.com\", { key = \"k\" })\n}\n")
	w.Must(w.Run("init", "-no-color"))
	if lock := w.Read(".terraform.lock.hcl"); !strings.Contains(lock, CLI().Host+"/"+cli.ProviderAddress) || !strings.Contains(lock, "h1:") {
		t.Errorf("the lock file is\n%s", lock)
	}
	w.Must(w.Run("init", "-lockfile=readonly"))
	if CLI().AtLeast("1.8.0", "1.8.0") {
		w.Must(w.Plan())
	}

	w.Write("fleet/main.tf", "terraform {\n  required_providers {\n    other = { source = \"localhost:1/a/other\" }\n  }\n}\n")
	if failed := w.Run("init", "-no-color"); !strings.Contains(failed.Stderr, "localhost:1/.well-known") {
		t.Errorf("the registry of another provider was not called: %s", failed.Stderr)
	}
}
