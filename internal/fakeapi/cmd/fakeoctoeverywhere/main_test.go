// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// start runs the command, and returns its URL, what it printed up to the last
// line, and what ends it.
func start(t *testing.T, args ...string) (address, printed string, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), writer, io.Discard)
		_ = writer.Close()
		done <- err
	}()
	end = func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("it ended with: %v", err)
		}
	}
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		printed += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "/_fake/revoke") {
			break
		}
	}
	return regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(printed), printed, end
}

func ask(t *testing.T, method, url, token, body string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("AppToken", token)
	request.Close = true
	response, err := (&http.Transport{}).RoundTrip(request) // follows no redirect
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

func TestServesUntilItIsEnded(t *testing.T) {
	address, printed, end := start(t, "-edition", "appconnection", "-no-info", "-latency", "1ms",
		"-connection", "token-a=garage", "-connection", "token-b=the lab")
	for _, want := range []string{
		`endpoint   = "` + address + `"`, `"garage" = "token-a"`, `"the lab" = "token-b"`, "OCTOEVERYWHERE_ENDPOINT=" + address, "printer=garage",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("it does not print %s:\n%s", want, printed)
		}
	}
	const next, first = "/api/appconnection/SetNotificationWebhook", "/api/notifications/setfromappconnection"
	for _, test := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", next, `{"WebhookUrl":"https://a.example/"}`, 200},
		{"POST", first, `{"CallbackUrl":"https://a.example/"}`, 404},
		{"GET", "/api/appconnection/info", "", 404},
		{"GET", "/_fake/webhooks", "", 200},
		{"POST", "/_fake/revoke?printer=the+lab&status=604", "", 200},
		{"POST", next, `{"WebhookUrl":"https://a.example/"}`, 604},
	} {
		if got := ask(t, test.method, address+test.path, "token-b", test.body); got != test.status {
			t.Errorf("%s %s answered %d, want %d", test.method, test.path, got, test.status)
		}
	}
	end()
}

func TestDefaults(t *testing.T) {
	address, printed, end := start(t)
	if !strings.Contains(printed, `"attic" = "fake-token-attic"`) {
		t.Errorf("no printers by default:\n%s", printed)
	}
	if got := ask(t, "GET", address+"/api/appconnection/info", "fake-token-lab", ""); got != 200 {
		t.Errorf("info answered %d", got)
	}
	end()
}

// TestShape is where an answer comes from, and how it is written.
func TestShape(t *testing.T) {
	const path = "/api/appconnection/info"
	address, _, end := start(t, "-flat", "-region", "/lon")
	for place, want := range map[string]int{path: 307, "/lon" + path: 200} {
		if got := ask(t, "GET", address+place, "fake-token-lab", ""); got != want {
			t.Errorf("%s answered %d, want %d", place, got, want)
		}
	}
	end()
	address, _, end = start(t, "-region", "lon.localhost")
	if got := ask(t, "GET", address+path, "fake-token-lab", ""); got != 307 {
		t.Errorf("another host answered %d, want 307", got)
	}
	end()
}

func TestRefusesWhatMakesNoSense(t *testing.T) {
	for _, args := range [][]string{
		{"-listen", "0.0.0.0:0"}, {"-listen", "8600"}, {"-edition", "new"}, {"-latency", "-1s"}, {"-connection", "garage"},
		{"-connection", "=garage"}, {"-connection", "a=x", "-connection", "a=y"}, {"-connection", "a=x", "-connection", "b=x"},
		{"-ca", t.TempDir()}, {"-ca", "main.go"}, {"-region", "lon.example.com"}, {"extra"},
	} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}
