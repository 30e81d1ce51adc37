// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

func TestPayload(t *testing.T) {
	t.Parallel()
	receiver, options := receiver(t)
	w := newWorld(t, options)
	w.set(receiver.URL + "/octo%2Fé/x?tenant=abc&b=%20+<1>")
	delivery := w.api.Fire(t.Context(), token, fakeapi.Event{
		Type: 6, SecretKey: "key", PrintID: "print-7", FileName: "MyCoolPrint", DurationSec: 50, Progress: 21, TimeRemainingSec: 605,
		ZOffsetMM: 300, CurrentLayer: 4, TotalLayers: 9, Error: "jam", PlatformErrorCode: "E7",
	})
	if !delivery.Sent || delivery.Status != 200 || delivery.Err != nil {
		t.Fatalf("%+v", delivery)
	}
	if err := receiver.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	got := receiver.Received()[0]
	if want := "/octo%2Fé/x?tenant=abc&b=%20+<1>"; got.URI != want {
		t.Errorf("called at %q, want %q", got.URI, want)
	}
	if got.RawQuery != "tenant=abc&b=%20+<1>" {
		t.Errorf("the query is %q", got.RawQuery)
	}
	want := map[string]any{
		"PrinterId": "printer-garage", "SecretKey": "key", "PrintId": "print-7", "EventType": 6.0, "PrinterName": "garage",
		"SnapshotUrl": "https://octoeverywhere.com/snapshot/fake", "QuickViewUrl": "https://octoeverywhere.com/quickview/fake",
		"FileName": "MyCoolPrint", "DurationSec": 50.0, "Progress": 21.0, "TimeRemainingSec": 605.0, "ZOffsetMM": 300.0,
		"CurrentLayer": 4.0, "TotalLayers": 9.0, "Error": "jam", "PlatformErrorCode": "E7",
	}
	if sent := decode[object](t, got.Raw); !reflect.DeepEqual(sent, want) {
		t.Errorf("sent %v\nwant %v", sent, want)
	}
	if got.Payload.Type != 6 || got.Payload.PrinterID != "printer-garage" || got.Payload.Progress != 21 {
		t.Errorf("decoded %+v", got.Payload)
	}

	w.fire(1)
	if sent := decode[object](t, receiver.Received()[1].Raw); len(sent) != len(want)-1 {
		t.Errorf("without the optional SecretKey: %v", sent)
	}
}

// TestURLAsGiven: the URL is called exactly as it was given.
func TestURLAsGiven(t *testing.T) {
	t.Parallel()
	receiver, options := receiver(t)
	w := newWorld(t, options)
	for i, uri := range []string{"/", "//a//b/", "/a?", "/a?b?c", "/%7Euser/~user", "/a;b=c,d", "/ü[]|", "/q?ü=|{}&a=%zz", "/a/../b/./"} {
		w.set(receiver.URL + uri + "#fragment")
		if got := w.fire(1); got.Status != 200 {
			t.Fatalf("%s: %+v", uri, got)
		}
		if got := receiver.Received()[i].URI; got != uri {
			t.Errorf("called %q, want %q", got, uri)
		}
	}
	w.set(receiver.URL)
	w.fire(1)
	if all := receiver.Received(); all[len(all)-1].URI != "/" {
		t.Errorf("without a path, called %q", all[len(all)-1].URI)
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	receiver, options := receiver(t)
	w := newWorld(t, options)
	fire := func(event int) bool { return w.fire(event).Sent }
	for _, test := range []struct {
		name string
		set  func(string, ...int)
	}{{"commissioned", w.set}, {"successor", w.setNext}} {
		test.set(receiver.URL, 2, 3)
		if fire(1) || !fire(2) || !fire(3) || fire(16) {
			t.Errorf("%s: the filter is not honored", test.name)
		}
		test.set(receiver.URL) // replaced at once, for all later events
		if !fire(1) || !fire(16) || !fire(99) {
			t.Errorf("%s: without a filter all events are sent", test.name)
		}
	}
	if n := len(receiver.Received()); n != 10 {
		t.Errorf("%d notifications arrived, want 10", n)
	}
}

func TestNothingToDeliver(t *testing.T) {
	t.Parallel()
	receiver, options := receiver(t)
	w := newWorld(t, options)
	silent := func(says string) {
		t.Helper()
		if got := w.fire(1); got.Sent || !strings.Contains(got.Reason, says) {
			t.Errorf("%+v, want not sent, because %q", got, says)
		}
	}
	silent("no webhook")
	w.set(receiver.URL)
	w.api.SetSupporter(token, false)
	silent("not a supporter")
	w.api.SetSupporter(token, true)
	if got := w.fire(1); got.Status != 200 {
		t.Errorf("a supporter again: %+v", got)
	}
	w.call("POST", delPath, token, "")
	silent("no webhook")
	w.api.Revoke(token, 604)
	silent("revoked")
	if got := w.api.Fire(t.Context(), "who", fakeapi.Event{Type: 1}); got.Sent || got.Reason == "" {
		t.Errorf("an unknown token: %+v", got)
	}
}

func TestStopsAfterMoreThanFiveFailures(t *testing.T) {
	t.Parallel()
	receiver, options := receiver(t)
	w := newWorld(t, options)
	check := func(failures int, stopped bool) {
		t.Helper()
		if saved, _ := w.api.Webhook(token); saved.Failures != failures || saved.Stopped != stopped {
			t.Fatalf("%d failures, stopped %v; want %d, %v", saved.Failures, saved.Stopped, failures, stopped)
		}
	}
	w.set(receiver.URL)
	for i, status := range []int{500, 404, 204, 201, 302} { // anything but 200 is a failure
		receiver.SetStatus(status)
		if got := w.fire(1); !got.Sent || got.Status != status || got.Err == nil {
			t.Errorf("%d: %+v", status, got)
		}
		check(i+1, false)
	}
	receiver.SetStatus(200)
	w.fire(1) // one success clears the count
	check(0, false)
	receiver.SetStatus(500)
	for i := range 6 {
		w.fire(1)
		check(i+1, i == 5)
	}
	receiver.SetStatus(200)
	before := len(receiver.Received())
	if got := w.fire(1); got.Sent || !strings.Contains(got.Reason, "stopped") {
		t.Errorf("%+v after 6 failures", got)
	}
	if len(receiver.Received()) != before {
		t.Error("a stopped webhook was called")
	}

	// A test that succeeds resumes nothing, nor does one that fails then.
	if got := w.testStatus(); got != 200.0 {
		t.Errorf("test: %v", got)
	}
	check(0, true)
	receiver.SetStatus(500)
	w.call("GET", testPath, token, "")
	check(1, true)

	receiver.SetStatus(200)
	w.set(receiver.URL) // resumes, and clears the count
	check(0, false)
	if got := w.fire(1); got.Status != 200 {
		t.Errorf("after Set: %+v", got)
	}
}

// slowReceiver answers 500 when it is released, and tells when it is called.
func slowReceiver(t *testing.T) (server *httptest.Server, arrived, release chan struct{}) {
	t.Helper()
	arrived, release = make(chan struct{}, 10), make(chan struct{})
	server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else net/http does not see the caller leave
		arrived <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
		w.WriteHeader(500)
	}))
	t.Cleanup(server.Close)
	return server, arrived, release
}

// TestNoAnswerIsAFailure has receivers that refuse, hang and can't be trusted.
func TestNoAnswerIsAFailure(t *testing.T) {
	t.Parallel()
	hanging, _, _ := slowReceiver(t)
	w := newWorld(t, fakeapi.Options{DeliveryClient: hanging.Client(), DeliveryTimeout: 50 * time.Millisecond})
	w.set(hanging.URL + "/x?secret=hush")
	got := w.fire(1)
	if !got.Sent || got.Status != 0 || !errors.Is(got.Err, context.DeadlineExceeded) {
		t.Errorf("a receiver that hangs: %+v", got)
	}
	if got := w.testStatus(); got != 0.0 {
		t.Errorf("test: %v", got)
	}
	if saved, _ := w.api.Webhook(token); saved.Failures != 2 {
		t.Errorf("%d failures, want 2", saved.Failures)
	}

	untrusted, _ := receiver(t)
	w = newWorld(t, fakeapi.Options{})
	w.set(untrusted.URL + "/x?secret=hush")
	got = w.fire(1)
	if got.Status != 0 || got.Err == nil || strings.Contains(got.Err.Error(), "hush") {
		t.Errorf("a receiver that is not trusted: %+v", got)
	}
	if len(untrusted.Received()) != 0 {
		t.Error("it was called")
	}
}

// TestAbandonedIsNoFailure ends the wait for a receiver that has not failed.
func TestAbandonedIsNoFailure(t *testing.T) {
	t.Parallel()
	slow, arrived, _ := slowReceiver(t)
	w := newWorld(t, fakeapi.Options{DeliveryClient: slow.Client()})
	w.set(slow.URL)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if got := w.api.Fire(ctx, token, fakeapi.Event{Type: 1}); !errors.Is(got.Err, context.Canceled) {
		t.Errorf("%+v", got)
	}
	if saved, _ := w.api.Webhook(token); saved.Failures != 0 {
		t.Errorf("%d failures, want 0", saved.Failures)
	}
}

// TestReplacedWhileDelivering counts a late failure on the webhook that it
// belongs to.
func TestReplacedWhileDelivering(t *testing.T) {
	t.Parallel()
	slow, arrived, release := slowReceiver(t)
	w := newWorld(t, fakeapi.Options{DeliveryClient: slow.Client()})
	w.set(slow.URL)
	done := make(chan fakeapi.Delivery)
	go func() { done <- w.fire(1) }()
	<-arrived
	w.set(someURL) // no lock is held while the receiver thinks
	close(release)
	if got := <-done; got.Status != 500 {
		t.Errorf("%+v", got)
	}
	if saved, _ := w.api.Webhook(token); saved.URL != someURL || saved.Failures != 0 {
		t.Errorf("%+v", saved)
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	receiver, options := receiver(t)
	w := newWorld(t, options)
	w.setNext(receiver.URL)
	w.clock.Advance(longAfter - time.Second)
	if !w.fire(1).Sent {
		t.Error("quiet before 180 days")
	}
	w.clock.Advance(time.Second)
	if got := w.fire(1); got.Sent || !strings.Contains(got.Reason, "180 days") {
		t.Errorf("after 180 days: %+v", got)
	}
	w.setNext(receiver.URL)
	if !w.fire(1).Sent {
		t.Error("quiet after another Set")
	}
	w.set(receiver.URL) // the commissioned edition knows no end
	w.clock.Advance(2 * longAfter)
	if !w.fire(1).Sent {
		t.Error("a webhook of the commissioned edition ended")
	}
}

func TestTestWebhook(t *testing.T) {
	t.Parallel()
	for _, field := range []string{"StatusCode", "HttpStatus"} {
		receiver, options := receiver(t)
		if field != "StatusCode" {
			options.TestStatusField = field
		}
		w := newWorld(t, options)
		if status, _ := w.call("GET", testPath, token, ""); status != 400 {
			t.Errorf("without a webhook: %d", status)
		}
		w.setNext(receiver.URL+"/hook?k=v", 2)
		for _, want := range []int{200, 503} {
			receiver.SetStatus(want)
			if got := w.result("GET", testPath, ""); !reflect.DeepEqual(got, object{field: float64(want)}) {
				t.Errorf("answered %v, want %d in %s", got, want, field)
			}
		}
		if got := receiver.Received()[0]; got.Payload.Type != 16 || got.URI != "/hook?k=v" || got.Payload.PrinterName != "garage" {
			t.Errorf("arrived: %+v", got)
		}
	}
}

// TestDeliversToLoopbackOnly is what keeps a fake's events at home. The
// address is one that no test may reach (RFC 5737).
func TestDeliversToLoopbackOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	w.set("https://192.0.2.1/x?secret=hush")
	got := w.fire(1)
	if got.Status != 0 || got.Err == nil || !strings.Contains(got.Err.Error(), "loopback") || strings.Contains(got.Err.Error(), "hush") {
		t.Errorf("%+v", got)
	}
}
