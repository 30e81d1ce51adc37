// SPDX-License-Identifier: MPL-2.0

package clitest

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

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

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	asked := make(chan struct{}, 100)
	go func() {
		for connection, err := listener.Accept(); err == nil; connection, err = listener.Accept() {
			_ = connection.Close()
			asked <- struct{}{}
		}
	}()
	w.Write("fleet/main.tf", fmt.Sprintf("terraform {\n  required_providers {\n    other = { source = \"localhost:%d/a/other\" }\n  }\n}\n", listener.Addr().(*net.TCPAddr).Port))
	failed := w.Run("init", "-no-color")
	select {
	case <-asked:
	case <-time.After(time.Second): // init has ended
		t.Errorf("the registry of another provider was not asked: %s", failed.Stderr)
	}
}
