// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

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
		{Call: fakeapi.CallSet, Edition: fakeapi.EditionNotifications, Method: "POST", Path: path(set), Token: token, Body: setBody, Status: 200, Committed: true},
		{Call: fakeapi.CallSet, Edition: fakeapi.EditionAppConnection, Method: "POST", Path: path(next), Token: token, Body: `{"AppToken":"token-garage"}`, Status: 400},
		{Call: fakeapi.CallInfo, Method: "GET", Path: path(info), Token: token, Status: 200},
		{Call: fakeapi.CallTest, Method: "GET", Path: path(test), Token: token, Status: 200, Committed: true},
	} {
		want.UserAgent = "Go-http-client/1.1"
		if log[i] != want {
			t.Errorf("%d: %+v, want %+v", i, log[i], want)
		}
		want.Status, want.Committed = 0, false
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

// TestRegion sends callers to the region first, which has no effect.
func TestRegion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		options  fakeapi.Options
		path     string
		status   int
		location string
	}{
		{fakeapi.Options{RegionPath: "/lon"}, "", 307, "/lon"},
		{fakeapi.Options{RegionPath: "/lon"}, "/lon", 200, ""},
		{fakeapi.Options{RegionHost: "lon.localhost", RegionStatus: 301}, "", 301, "http://lon.localhost:PORT"},
		{fakeapi.Options{RegionHost: "127.0.0.1"}, "", 200, ""},
		{fakeapi.Options{RegionHost: "lon.localhost", RegionPath: "/lon"}, "/lon", 307, "http://lon.localhost:PORT/lon"},
	} {
		w := newWorld(t, tt.options)
		const called = "/api/notifications/setfromappconnection?a=%20b"
		got := w.ask("POST "+tt.path+called, setBody)
		_, port, _ := strings.Cut(strings.TrimPrefix(w.url, "http://"), ":")
		if tt.location != "" {
			tt.location = strings.Replace(tt.location, "PORT", port, 1) + called
		}
		if got.status != tt.status || got.header.Get("Location") != tt.location {
			t.Errorf("%+v: %d to %q", tt, got.status, got.header.Get("Location"))
		}
		call, served := fakeapi.CallRedirect, tt.status == 200
		if served {
			call = fakeapi.CallSet
		}
		if entry := w.Requests()[0]; entry.Call != call || entry.Status != tt.status || entry.Committed != served || (w.saved().URL != "") != served {
			t.Errorf("%+v: logged as %+v", tt, entry)
		}
	}
}

// TestLatency holds back the answer until its time is over, or the client has
// left; then nothing has happened.
func TestLatency(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{Latency: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	w.OnRequest(func(fakeapi.Request) { cancel() })
	if got := w.send(ctx, set, token, setBody, 1); got.err == nil || w.saved().URL != "" {
		t.Errorf("answered %d at once, saved %+v", got.status, w.saved())
	}
	newWorld(t, fakeapi.Options{Latency: time.Millisecond}).want(200, set, setBody)
}

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
