// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestCommand runs the command, follows what it prints, and ends it.
func TestCommand(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	defer end()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"-listen", "localhost:0"}, writer, io.Discard)
		_ = writer.Close()
		ended <- err
	}()
	printed := ""
	for lines := bufio.NewScanner(reader); !strings.Contains(printed, "/_fake/revoke") && lines.Scan(); {
		printed += lines.Text() + "\n"
	}
	var address string
	if _, err := fmt.Sscanf(printed, "The fake OctoEverywhere is at %s (", &address); err != nil {
		t.Fatalf("%v in:\n%s", err, printed)
	}
	for _, want := range []string{`attic  = "fake-token-attic"`, "OCTOEVERYWHERE_ENDPOINT=" + address + " ", "printer=garage"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%s is not in:\n%s", want, printed)
		}
	}
	response, err := http.Get(address + "/_fake/webhooks")
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	listed, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil || strings.Count(string(listed), `"Online": true`) != 3 {
		t.Errorf("%s %v", listed, err)
	}
	end()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
	for _, arguments := range []string{"-listen 0.0.0.0:0", "-nonsense", "extra"} {
		if err := run(t.Context(), strings.Fields(arguments), io.Discard, io.Discard); err == nil {
			t.Errorf("%q is accepted", arguments)
		}
	}
}
