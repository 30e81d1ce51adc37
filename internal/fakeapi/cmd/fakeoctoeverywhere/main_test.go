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

// TestServesUntilItIsEnded runs the command with flags, and asks what it serves.
func TestServesUntilItIsEnded(t *testing.T) {
	const info, next = "/api/appconnection/info", "/api/appconnection/SetNotificationWebhook"
	type asked struct {
		call, token, body string
		status            int
	}
	for flags, tt := range map[string]struct {
		prints []string
		asked  []asked
	}{
		"": {[]string{`"attic" = "fake-token-attic"`}, []asked{{"GET " + info, "fake-token-lab", "", 200}}},
		"-edition appconnection -no-info -latency 1ms -connection token-a=garage -connection token-b=lab": {
			[]string{`"garage" = "token-a"`, `"lab" = "token-b"`, "OCTOEVERYWHERE_ENDPOINT=http://127.0.0.1:", "printer=garage"},
			[]asked{
				{"POST " + next, "token-b", `{"WebhookUrl":"https://a.example/"}`, 200},
				{"POST /api/notifications/setfromappconnection", "token-b", `{"CallbackUrl":"https://a.example/"}`, 404},
				{"GET " + info, "token-b", "", 404},
				{"POST /_fake/revoke?printer=lab&status=604", "", "", 200},
				{"POST " + next, "token-b", `{"WebhookUrl":"https://a.example/"}`, 604},
			},
		},
		"-flat -region /lon":    {nil, []asked{{"GET " + info, "fake-token-lab", "", 307}, {"GET /lon" + info, "fake-token-lab", "", 200}}},
		"-region lon.localhost": {nil, []asked{{"GET " + info, "fake-token-lab", "", 307}}},
	} {
		ctx, end := context.WithCancel(t.Context())
		reader, writer := io.Pipe()
		done := make(chan error, 1)
		go func() {
			err := run(ctx, append([]string{"-listen", "127.0.0.1:0"}, strings.Fields(flags)...), writer, io.Discard)
			_ = writer.Close()
			done <- err
		}()
		printed := ""
		for lines := bufio.NewScanner(reader); !strings.Contains(printed, "/_fake/revoke") && lines.Scan(); {
			printed += lines.Text() + "\n"
		}
		for _, want := range tt.prints {
			if !strings.Contains(printed, want) {
				t.Errorf("%q does not print %s:\n%s", flags, want, printed)
			}
		}
		var address string
		if _, err := fmt.Sscanf(printed, "The fake OctoEverywhere is at %s", &address); err != nil {
			t.Fatalf("%q: %v in %s", flags, err, printed)
		}
		for _, a := range tt.asked {
			method, path, _ := strings.Cut(a.call, " ")
			request, err := http.NewRequestWithContext(t.Context(), method, address+path, strings.NewReader(a.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("AppToken", a.token)
			response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request) // follows no redirect
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != a.status {
				t.Errorf("%q: %s answered %d, want %d", flags, a.call, response.StatusCode, a.status)
			}
		}
		end()
		if err := <-done; err != nil {
			t.Errorf("%q ended with: %v", flags, err)
		}
	}
}

func TestRefusesWhatMakesNoSense(t *testing.T) {
	for _, flags := range []string{
		"-listen 0.0.0.0:0", "-edition new", "-latency -1s", "-connection garage", "-connection =garage", "-connection a=x -connection a=y",
		"-connection a=x -connection b=x", "-ca .", "-ca main.go", "-region lon.example.com", "extra",
	} {
		if err := run(t.Context(), strings.Fields(flags), io.Discard, io.Discard); err == nil {
			t.Errorf("%q is accepted", flags)
		}
	}
}
