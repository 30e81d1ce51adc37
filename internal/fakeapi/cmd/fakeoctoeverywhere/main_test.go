// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestCommand runs the command, uses the API and the control API at the address
// that it prints, and ends it. No test may reach 192.0.2.1 (RFC 5737).
func TestCommand(t *testing.T) {
	receiver := fakeapi.NewReceiver()
	defer receiver.Close()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	reader, writer := io.Pipe()
	go func() { _ = writer.CloseWithError(run(ctx, []string{"-listen", "127.0.0.1:0"}, writer, io.Discard)) }()
	buffer := make([]byte, 4096)
	n, err := reader.Read(buffer)
	_, address, _ := strings.Cut(string(buffer[:n]), "OCTOEVERYWHERE_ENDPOINT=")
	if address, _, _ = strings.Cut(address, " "); err != nil || address == "" {
		t.Fatalf("%v after:\n%s", err, buffer[:n])
	}
	const set = "POST /api/notifications/setfromappconnection"
	for _, step := range []struct {
		request, body string
		status        int
		says          string
	}{
		{"GET /_fake/", "", 404, "POST /_fake/fire"},
		{"POST /_fake/fire?printer=lab&event=2", "", 200, "no webhook"},
		{set, `{"CallbackUrl":"https://192.0.2.1/"}`, 200, ""},
		{"POST /_fake/fire?printer=lab&event=2", "", 200, "loopback"},
		{set, `{"CallbackUrl":"` + receiver.URL + `/?k=v&l=<1>"}`, 200, ""},
		{"POST /_fake/fire?printer=lab&event=2&file=boat&progress=99", "", 200, `"status": 200`},
		{"GET /_fake/webhooks", "", 200, receiver.URL + "/?k=v&l=<1>"},
		{"POST /_fake/revoke?printer=lab&status=600", "", 404, "603 or 604"},
		{"POST /_fake/revoke?printer=lab&status=604", "", 200, "604"},
		{"GET /_fake/webhooks", "", 200, `"Revoked": 604`},
		{set, "", 604, "604"},
	} {
		method, path, _ := strings.Cut(step.request, " ")
		request, err := http.NewRequestWithContext(t.Context(), method, address+path, strings.NewReader(step.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("AppToken", "fake-token-lab")
		response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != step.status || !strings.Contains(string(body), step.says) || strings.Contains(string(body), "fake-token") {
			t.Errorf("%s answered %d, want %d and %q: %s", step.request, response.StatusCode, step.status, step.says, body)
		}
	}
	if got := receiver.Received(); len(got) != 1 || got[0].Payload.FileName != "boat" || got[0].Payload.Progress != 99 {
		t.Errorf("arrived: %+v", got)
	}
	end()
	if _, err := reader.Read(buffer); !errors.Is(err, io.EOF) {
		t.Errorf("ended with %v", err)
	}
}

// TestRefused: arguments, and addresses that are not on loopback.
func TestRefused(t *testing.T) {
	for _, arguments := range []string{"-listen :0", "-listen 0.0.0.0:0", "-listen 192.0.2.1:0", "-listen 127.0.0.1", "-nonsense", "extra"} {
		if err := run(t.Context(), strings.Fields(arguments), io.Discard, io.Discard); err == nil {
			t.Errorf("%q is accepted", arguments)
		}
	}
}
