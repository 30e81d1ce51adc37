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
	for _, want := range []string{`attic  = "fake-token-attic"`, "OCTOEVERYWHERE_ENDPOINT=" + address, "printer=garage"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%s is not in:\n%s", want, printed)
		}
	}
	for _, step := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/api/appconnection/info", 200},
		{"POST", "/_fake/revoke?printer=lab&status=604", 200},
		{"GET", "/api/appconnection/info", 604},
	} {
		request, err := http.NewRequestWithContext(t.Context(), step.method, address+step.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("AppToken", "fake-token-lab")
		response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != step.status {
			t.Errorf("%s answered %d, want %d", step.path, response.StatusCode, step.status)
		}
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
