// SPDX-License-Identifier: MPL-2.0

package clitest

import (
	"archive/zip"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
)

// TestSecretsAreFound: whatever scans a run for secrets finds one that is there.
func TestSecretsAreFound(t *testing.T) {
	const secret = "tok-SECRET-0123"
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	w := &Workspace{t: t, Workspace: cli.Workspace{Dir: t.TempDir()}}
	w.Write("given", secret)
	for name, content := range map[string]string{
		"plain":   "Bearer " + secret,
		"percent": "?t=tok%2DSECRET%2D0123",
		"host":    "https://tok-secret-0123.example.com",
		"base64":  encoded(`{"a":"` + secret + `"}`),
		"private": `"private": "` + encoded(fmt.Sprintf(`{"url":%q}`, encoded(secret+"?"))) + `"`,
	} {
		w.Write("dir/"+name, content)
	}
	plan, err := os.Create(filepath.Join(w.Dir, "it.tfplan"))
	if err != nil {
		t.Fatal(err)
	}
	packed := zip.NewWriter(plan)
	if part, err := packed.Create("tfplan"); err == nil {
		_, _ = part.Write([]byte(secret))
	}
	_, _ = packed.Close(), plan.Close()

	found := &failures{TB: t}
	WantAbsent(found, "a secret", secret, w.Left("given"))
	if want := 6; found.n != want {
		t.Errorf("found in %d of %d places", found.n, want)
	}
}

// failures counts them instead of failing.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Errorf(string, ...any) { f.n++ }
