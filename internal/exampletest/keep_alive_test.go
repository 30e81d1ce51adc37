// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

var expiresAt = regexp.MustCompile(`"expires_at": "[^"]*"`)

// TestKeepingWebhooksAlive runs the script of the guide as the guide says: when
// there is something to set, nothing to do, a renewal to do, and an error.
func TestKeepingWebhooksAlive(t *testing.T) {
	t.Parallel()
	var script, typed string
	for _, b := range (page{text: read(t, "docs/guides/keeping-webhooks-alive.md")}).blocks() {
		switch b.language {
		case "sh":
			script = b.code
		case "shell":
			typed = b.code
		}
	}
	r := newReader(t)
	r.has("")
	r.Write("main.tf", read(t, "examples/first-webhook/main.tf"))
	r.Write("keep-alive.sh", script)
	r.does("terraform init\n")
	for run, sets := range []int{1, 1, 2, 2} {
		if run == 2 {
			r.Write("terraform.tfstate", expiresAt.ReplaceAllString(r.Read("terraform.tfstate"), `"expires_at": "`+time.Now().UTC().AddDate(0, 0, 29).Format(time.RFC3339)+`"`))
		}
		r.does(typed)
		if got := r.api.Count(fakeapi.CallSet); got != sets {
			t.Errorf("run %d: the webhook was set %d times, not %d:\n%s", run, got, sets, r.said())
		}
	}
	if quiet := strings.Count(r.said(), "No changes.\n"); quiet != 2 {
		t.Errorf("it says %d times that there is nothing to do:\n%s", quiet, r.said())
	}
	r.Write("main.tf", "provider {")
	r.does("code=0; " + strings.TrimSpace(typed) + " || code=$?; [ $code = 1 ]\n")
	if r.Read("keep-alive.tfplan") != "" {
		t.Error("it leaves its plan behind")
	}
	// Interrupted while it plans: the stub is the script's child.
	r.Write("stub", "#!/bin/sh\necho plan >keep-alive.tfplan\nkill -TERM $PPID\nexit 2\n")
	r.does("chmod +x stub; code=0; TERRAFORM=./stub " + strings.TrimSpace(typed) + " || code=$?; [ $code = 130 ]\n")
	if r.Read("keep-alive.tfplan") != "" {
		t.Error("interrupted, it leaves its plan behind")
	}
}
