// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// runMake runs a target with these variables and none of the caller's.
func runMake(t *testing.T, target string, variables ...string) (output string, failed bool) {
	t.Helper()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("there is no make on PATH")
	}
	command := exec.CommandContext(t.Context(), "make", "-C", "../..", target)
	command.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "OCTOEVERYWHERE_") || strings.HasPrefix(v, "MAKE")
	})
	command.Env = append(command.Env, variables...)
	content, err := command.CombinedOutput()
	return string(content), err != nil
}

// TestMakeTargetsNeedTheService: without a token or a URL, the targets that call
// the service say what they need.
func TestMakeTargetsNeedTheService(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"testacc", "wire-report"} {
		for _, variables := range [][]string{nil, {tokenVariable + "=" + token}, {callbackVariable + "=" + callback}} {
			output, failed := runMake(t, target, variables...)
			if !failed || !strings.Contains(output, "rror 1") && !strings.Contains(output, "exit status 1") ||
				!strings.Contains(output, tokenVariable) || !strings.Contains(output, callbackVariable) {
				t.Errorf("make %s with %q does not say what it needs:\n%s", target, variables, output)
			}
		}
	}
}

// TestMakeWireReport: the target hands the variables over, and says first that
// the webhook is overwritten.
func TestMakeWireReport(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Options{})
	api.AddConnection(token, printer)
	running, err := api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	output, failed := runMake(t, "wire-report", tokenVariable+"="+token, callbackVariable+"=https://127.0.0.1:1/$key", endpointVariable+"="+running.URL)
	said, table, _ := strings.Cut(output, "\n| DESIGN.md |")
	if failed || !strings.Contains(said, "This overwrites the webhook") || !strings.Contains(table, "\nDifferences: 0. Not found out: 0. ") {
		t.Errorf("make wire-report:\n%s", output)
	}
	for _, r := range api.Requests() {
		if r.Call == fakeapi.CallSet && !strings.Contains(r.Body, `"https://127.0.0.1:1/$key"`) && !strings.Contains(r.Body, `"http://127.0.0.1:1/"`) {
			t.Errorf("another URL than the variable's was set: %s", r.Body)
		}
	}
}
