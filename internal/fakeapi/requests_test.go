// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

func TestRequestLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	var hooked []fakeapi.Request
	w.OnRequest(func(r fakeapi.Request) { hooked = append(hooked, r) })
	w.ask(set, setBody)
	w.send(t.Context(), next, "", `{"AppToken":"token-garage"}`, 1e6)
	w.ask(info+"?x=1", "")
	w.ask(test, "")
	log := w.Requests()
	for i, want := range []fakeapi.Request{
		{Call: fakeapi.CallSet, Edition: fakeapi.EditionNotifications, Method: "POST", Path: path(set), Token: token, Body: setBody, Status: 200},
		{Call: fakeapi.CallSet, Edition: fakeapi.EditionAppConnection, Method: "POST", Path: path(next), Token: token, Body: `{"AppToken":"token-garage"}`, Status: 400},
		{Call: fakeapi.CallInfo, Method: "GET", Path: path(info), Token: token, Status: 200},
		{Call: fakeapi.CallTest, Method: "GET", Path: path(test), Token: token, Status: 200},
	} {
		want.UserAgent = "Go-http-client/1.1"
		if log[i] != want {
			t.Errorf("%d: %+v, want %+v", i, log[i], want)
		}
		want.Status = 0
		if hooked[i] != want {
			t.Errorf("%d: the hook got %+v", i, hooked[i])
		}
	}
	if w.Count(fakeapi.CallSet) != 2 || w.Count("") != 4 || w.Count(fakeapi.CallDelete) != 0 || w.Sockets() != 1 {
		t.Errorf("wrong counts, or %d TCP connections instead of one kept alive", w.Sockets())
	}
	w.ResetRequests()
	if len(w.Requests()) != 0 || w.Sockets() != 0 {
		t.Error("the log is not empty after ResetRequests")
	}
}

func path(call string) string { return strings.TrimLeft(call, "GETPOS ") }

// TestListen is on loopback only, and again at the same address.
func TestListen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1", ""} {
		if running, err := w.Listen(address); err == nil {
			_ = running.Close()
			t.Errorf("it listens on %q", address)
		}
	}
	address := "localhost:0"
	for range 2 {
		running, err := w.Listen(address)
		if err != nil {
			t.Fatal(err)
		}
		w.url, address = running.URL, strings.TrimPrefix(running.URL, "http://")
		w.want(200, info, "")
		if err := running.Close(); err != nil || w.ask(info, "").err == nil {
			t.Errorf("it answers at %s after Close: %v", address, err)
		}
	}
}
