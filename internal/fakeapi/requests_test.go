// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

func TestRequestLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	var hooked []fakeapi.Request
	w.api.OnRequest(func(r fakeapi.Request) { hooked = append(hooked, r) })
	w.call("POST", setPath, token, setBody)
	w.call("POST", nextPath, "", `{"AppToken":"token-garage"}`)
	w.call("GET", infoPath+"?x=1", token, "")
	w.call("POST", delPath, token, "")

	log := w.api.Requests()
	if len(log) != 4 || len(hooked) != 4 {
		t.Fatalf("%d requests, %d hooked", len(log), len(hooked))
	}
	for i, want := range []fakeapi.Request{
		{Call: fakeapi.CallSet, Edition: fakeapi.EditionNotifications, Method: "POST", Path: setPath, Token: token, Body: setBody, Status: 200, Committed: true},
		{Call: fakeapi.CallSet, Edition: fakeapi.EditionAppConnection, Method: "POST", Path: nextPath, Token: token, Body: `{"AppToken":"token-garage"}`, Status: 400},
		{Call: fakeapi.CallInfo, Method: "GET", Path: infoPath, Token: token, Status: 200},
		{Call: fakeapi.CallDelete, Method: "POST", Path: delPath, Token: token, Status: 200, Committed: true},
	} {
		got := log[i]
		if !strings.HasPrefix(got.RemoteAddr, "127.0.0.1:") || got.UserAgent != "Go-http-client/1.1" || !got.At.Equal(w.clock.Now()) {
			t.Errorf("%d: from %q by %q at %s", i, got.RemoteAddr, got.UserAgent, got.At)
		}
		got.RemoteAddr, got.UserAgent, got.At = "", "", time.Time{}
		if got != want {
			t.Errorf("%d: %+v, want %+v", i, got, want)
		}
		if hooked[i].Status != 0 || hooked[i].Call != want.Call {
			t.Errorf("%d: the hook got %+v", i, hooked[i])
		}
	}
	if w.api.Count(fakeapi.CallSet) != 2 || w.api.Count("") != 4 || w.api.Count(fakeapi.CallTest) != 0 {
		t.Error("wrong counts")
	}
	if n := w.api.Sockets(); n != 1 {
		t.Errorf("%d TCP connections, want one kept alive", n)
	}
	w.api.ResetRequests()
	if len(w.api.Requests()) != 0 || w.api.Count("") != 0 || w.api.Sockets() != 0 {
		t.Error("the log is not empty after ResetRequests")
	}
}

// TestLateEntryAfterReset: an answer that was under way when the log was
// emptied must not write into another's entry.
func TestLateEntryAfterReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	met, release := make(chan struct{}), make(chan struct{})
	w.api.Script(fakeapi.Fault{Status: 500, Before: func(fakeapi.Request) {
		close(met)
		<-release
	}})
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.status("GET", infoPath, token, "")
	}()
	<-met
	w.api.ResetRequests()
	w.call("GET", infoPath, token, "")
	close(release)
	<-done
	if log := w.api.Requests(); len(log) != 1 || log[0].Status != 200 {
		t.Errorf("%+v", log)
	}
}

// TestLatency holds back the answer until its time is over, or the client has
// left; then nothing has happened.
func TestLatency(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{Latency: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	w.api.OnRequest(func(fakeapi.Request) { cancel() })
	if response, err := w.client.Do(newRequest(ctx, t, "POST", w.url+setPath, token, setBody)); err == nil {
		_ = response.Body.Close()
		t.Error("an answer after an hour, at once")
	}
	if _, found := w.api.Webhook(token); found {
		t.Error("saved")
	}

	quick := newWorld(t, fakeapi.Options{Latency: time.Millisecond})
	if status, _ := quick.call("POST", setPath, token, setBody); status != 200 {
		t.Errorf("answered %d", status)
	}
}

// TestManyAtOnce is for the race detector: everything at the same time.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	const connections, workers = 600, 100
	receiver, options := receiver(t)
	w := newWorld(t, options)
	name := func(i int) string { return fmt.Sprintf("token-%d", i) }
	for i := range connections {
		w.api.AddConnection(name(i), fmt.Sprintf("printer %d", i))
	}
	w.api.OnRequest(func(fakeapi.Request) {})
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Every: 10, Times: -1, Status: 503})
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for i := worker; i < connections; i += workers {
				for status := 503; status == 503; {
					status = w.status("POST", setPath, name(i), fmt.Sprintf(`{"CallbackUrl":"%s/?i=%d"}`, receiver.URL, i))
				}
			}
			own := name(worker)
			w.api.Fire(t.Context(), own, fakeapi.Event{Type: 1})
			w.api.SetOnline(own, false)
			w.api.SetSupporter(own, true)
			w.api.SetInfoStatus(own, 601)
			w.api.Webhook(own)
			w.api.Count(fakeapi.CallSet)
			w.api.Sockets()
			if worker%2 == 0 {
				w.api.Revoke(own, 604)
			}
		})
	}
	group.Wait()
	for i := range connections {
		saved, found := w.api.Webhook(name(i))
		revoked := i < workers && i%2 == 0
		if found == revoked || (found && saved.URL != fmt.Sprintf("%s/?i=%d", receiver.URL, i)) {
			t.Fatalf("%d: %v %q", i, found, saved.URL)
		}
	}
	if n := len(receiver.Received()); n != workers {
		t.Errorf("%d notifications arrived, want %d", n, workers)
	}
	// Each was saved once, and each tenth of all requests refused.
	if n := w.api.Count(fakeapi.CallSet); n-n/10 != connections {
		t.Errorf("%d requests", n)
	}
}

// BenchmarkSet is what one Set costs the fake, for the project's benchmark.
func BenchmarkSet(b *testing.B) {
	api := fakeapi.New(fakeapi.Options{})
	api.AddConnection(token, "garage")
	b.ReportAllocs()
	for b.Loop() {
		request, _ := http.NewRequestWithContext(b.Context(), "POST", setPath, strings.NewReader(setBody))
		request.Header.Set("AppToken", token)
		api.ServeHTTP(discard{http.Header{}}, request)
	}
}

// discard is an http.ResponseWriter for nobody.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
