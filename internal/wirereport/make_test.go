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

// runMake runs wire-report with these variables and none of the caller's.
func runMake(t *testing.T, variables ...string) (output string, failed bool) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "make", "-C", "../..", "wire-report")
	command.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "OCTOEVERYWHERE_") || strings.HasPrefix(v, "MAKE")
	}), variables...)
	content, err := command.CombinedOutput()
	return string(content), err != nil
}

// TestMakeWireReport: the target says what it needs, hands the variables over,
// and says first that the webhook is overwritten.
func TestMakeWireReport(t *testing.T) {
	t.Parallel()
	for _, only := range []string{tokenVariable, callbackVariable} {
		if output, failed := runMake(t, only+"=https://a"); !failed || !strings.Contains(output, tokenVariable) || !strings.Contains(output, callbackVariable) {
			t.Errorf("with %s only:\n%s", only, output)
		}
	}
	api := fakeapi.New(fakeapi.Options{})
	api.AddConnection(token, printer)
	running, err := api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	output, failed := runMake(t, tokenVariable+"="+token, callbackVariable+"=https://127.0.0.1:1/$key", endpointVariable+"="+running.URL)
	said, table, _ := strings.Cut(output, "\n| DESIGN.md |")
	if failed || !strings.Contains(said, "This overwrites the webhook") || !strings.Contains(table, "\nDifferences: 0. Not found out: 0.\n") {
		t.Errorf("make wire-report:\n%s", output)
	}
	for _, r := range api.Requests() {
		if r.Call == fakeapi.CallSet && !strings.Contains(r.Body, `"https://127.0.0.1:1/$key"`) && !strings.Contains(r.Body, `"http://127.0.0.1:1/"`) {
			t.Errorf("another URL than the variable's was set: %s", r.Body)
		}
	}
}
