// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

func TestPayload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	w.set(set, "https://app.example.com/octo%2Fa/x?tenant=abc&b=%20+z#f")
	given := w.Fire(t.Context(), token, fakeapi.Event{
		Type: 6, SecretKey: "key", PrintID: "print-7", FileName: "MyCoolPrint", DurationSec: 50, Progress: 21, TimeRemainingSec: 605,
		ZOffsetMM: 300, CurrentLayer: 4, TotalLayers: 9, Error: "jam", PlatformErrorCode: "E7",
	})
	if !given.Sent || given.Status != 200 || given.Err != nil {
		t.Fatalf("%+v", given)
	}
	if err := w.receiver.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	got := w.receiver.Received()[0]
	if got.Path != "/octo%2Fa/x" || got.RawQuery != "tenant=abc&b=%20+z" {
		t.Errorf("called at %q with %q", got.Path, got.RawQuery)
	}
	raw, err := json.Marshal(got.Payload)
	want := object{
		"PrinterId": "printer-garage", "SecretKey": "key", "PrintId": "print-7", "EventType": 6.0, "PrinterName": "garage",
		"SnapshotUrl": "https://octoeverywhere.com/snapshot/fake", "QuickViewUrl": "https://octoeverywhere.com/quickview/fake",
		"FileName": "MyCoolPrint", "DurationSec": 50.0, "Progress": 21.0, "TimeRemainingSec": 605.0, "ZOffsetMM": 300.0,
		"CurrentLayer": 4.0, "TotalLayers": 9.0, "Error": "jam", "PlatformErrorCode": "E7",
	}
	if sent := decode[object](t, string(raw)); err != nil || !reflect.DeepEqual(sent, want) {
		t.Errorf("sent %v\nwant %v", sent, want)
	}
}

// TestSilence is who gets which events, and why not.
func TestSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	to := w.receiver.URL
	for _, step := range []struct {
		after  func()
		event  int
		reason string // "" = sent
	}{
		{func() {}, 1, "no webhook"},
		{func() { w.set(set, to, 2, 3) }, 1, "filter"},
		{func() {}, 3, ""},
		{func() { w.want(200, test, "") }, 16, "filter"}, // which a test ignores
		{func() { w.set(set, to) }, 1, ""},
		{func() { w.advance(2 * lifetime) }, 1, ""}, // the commissioned edition knows no end
		{func() { w.set(next, to, 2) }, 3, "filter"},
		{func() { w.advance(lifetime - time.Second) }, 2, ""},
		{func() { w.advance(time.Second) }, 2, "180 days"},
		{func() { w.set(next, to) }, 99, ""},
		{func() { w.SetSupporter(token, false) }, 1, "not a supporter"},
		{func() { w.SetSupporter(token, true) }, 1, ""},
		{func() { w.ask(del, "") }, 1, "no webhook"},
		{func() { w.set(set, to); w.Revoke(token, 604) }, 1, "revoked"},
	} {
		step.after()
		before, sent := len(w.receiver.Received()), step.reason == ""
		got := w.fire(step.event)
		arrived := len(w.receiver.Received()) > before
		if got.Sent != sent || arrived != sent || !strings.Contains(got.Reason, step.reason) {
			t.Errorf("event %d: %+v, arrived: %v, want reason %q", step.event, got, arrived, step.reason)
		}
	}
	if got := w.receiver.Received(); got[1].Payload.Type != 16 {
		t.Errorf("instead of the test arrived %+v", got[1])
	}
}

// TestStopsAfterMoreThanFiveFailures is all that counts, and what resumes.
func TestStopsAfterMoreThanFiveFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	w.set(set, w.receiver.URL)
	for i, step := range []struct {
		receiver int // what it answers; 0 = Set instead
		tests    bool
		failures int
		stopped  bool
	}{
		{500, false, 1, false}, {204, false, 2, false}, {302, false, 3, false}, {404, true, 4, false}, {201, false, 5, false},
		{200, false, 0, false}, // one success clears the count
		{500, false, 1, false}, {500, false, 2, false}, {500, false, 3, false}, {500, false, 4, false}, {500, false, 5, false}, {500, false, 6, true},
		{200, false, 6, true}, // not sent
		{200, true, 0, true},  // a test resumes nothing
		{500, true, 1, true},
		{0, false, 0, false},
		{200, false, 0, false},
	} {
		before, sent := len(w.receiver.Received()), step.receiver != 0
		w.receiver.SetStatus(step.receiver)
		switch {
		case !sent:
			w.set(set, w.receiver.URL)
		case step.tests:
			body := decode[struct{ Result struct{ StatusCode int } }](t, w.want(200, test, ""))
			if body.Result.StatusCode != step.receiver {
				t.Errorf("%d: the test tells %+v", i, body)
			}
		default:
			sent = !w.saved().Stopped
			if got := w.fire(1); got.Sent != sent || sent && (got.Status != step.receiver || (got.Err == nil) != (got.Status == 200)) {
				t.Errorf("%d: %+v", i, got)
			}
		}
		if arrived := len(w.receiver.Received()) > before; arrived != sent {
			t.Errorf("%d: arrived: %v", i, arrived)
		}
		if saved := w.saved(); saved.Failures != step.failures || saved.Stopped != step.stopped {
			t.Fatalf("%d: %d failures, stopped %v; want %d, %v", i, saved.Failures, saved.Stopped, step.failures, step.stopped)
		}
	}
}

// TestFailure is a receiver that hangs, one that can't be called, one that sends
// elsewhere, and one that was not given the time; errors don't show the URL.
func TestFailure(t *testing.T) {
	t.Parallel()
	hangs := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	redirects := func(r *http.Request) (*http.Response, error) {
		to := http.Response{StatusCode: 200, Body: http.NoBody}
		if r.URL.Path != "/fine" {
			to.StatusCode, to.Header = 302, http.Header{"Location": {"/fine"}}
		}
		return &to, nil
	}
	ended, end := context.WithCancel(t.Context())
	for name, tt := range map[string]struct {
		receiver transport
		timeout  time.Duration
		ctx      context.Context
		status   int
		is       error
		failures int
	}{
		"hangs":     {hangs, time.Millisecond, t.Context(), 0, context.DeadlineExceeded, 1},
		"refuses":   {refuses, 0, t.Context(), 0, errNobody, 1},
		"redirects": {redirects, 0, t.Context(), 302, nil, 1},
		"abandoned": {func(r *http.Request) (*http.Response, error) { end(); return hangs(r) }, 0, ended, 0, context.Canceled, 0},
	} {
		w := newWorld(t, fakeapi.Options{DeliveryClient: &http.Client{Transport: tt.receiver}, DeliveryTimeout: tt.timeout})
		w.set(set, someURL+"&secret=hush")
		got := w.Fire(tt.ctx, token, fakeapi.Event{Type: 1})
		if !got.Sent || got.Status != tt.status || got.Err == nil || tt.is != nil && !errors.Is(got.Err, tt.is) || strings.Contains(got.Err.Error(), "hush") {
			t.Errorf("%s: %+v", name, got)
		}
		if n := w.saved().Failures; n != tt.failures {
			t.Errorf("%s: %d failures, want %d", name, n, tt.failures)
		}
	}
}

// TestReplacedWhileDelivering counts a late failure on the webhook that it
// belongs to; no lock is held while the receiver thinks.
func TestReplacedWhileDelivering(t *testing.T) {
	t.Parallel()
	var w *world
	w = newWorld(t, fakeapi.Options{DeliveryClient: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		w.set(set, someURL)
		return refuses(r)
	})}})
	w.set(set, "https://other.example.com/")
	if got := w.fire(1); got.Err == nil {
		t.Errorf("%+v", got)
	}
	if saved := w.saved(); saved.URL != someURL || saved.Failures != 0 {
		t.Errorf("%+v", saved)
	}
}

// TestDeliversToLoopbackOnly is what keeps a fake's events at home. The
// address is one that no test may reach (RFC 5737).
func TestDeliversToLoopbackOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	w.Server = fakeapi.New(fakeapi.Options{}) // without a DeliveryClient
	w.AddConnection(token, "garage")
	w.listen()
	for url, says := range map[string]string{"https://192.0.2.1/x": "loopback", "https://127.0.0.1:1/x": "refused"} {
		w.set(set, url)
		if got := w.fire(1); got.Status != 0 || got.Err == nil || !strings.Contains(got.Err.Error(), says) {
			t.Errorf("%s: %+v", url, got)
		}
	}
}
