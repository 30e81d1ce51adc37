// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestPayload: every documented field is sent, to the URL as it was set.
func TestPayload(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	f.want(200, setOld, `{"CallbackUrl":"https://app.example.com/octo%2Fa/x?tenant=abc&b=%20+z#f"}`)
	delivery := f.Fire(t.Context(), token, fakeapi.Event{
		Type: 6, SecretKey: "key", PrintID: "print-7", FileName: "MyCoolPrint", DurationSec: 50, Progress: 21, TimeRemainingSec: 605,
		ZOffsetMM: 300, CurrentLayer: 4, TotalLayers: 9, Error: "jam", PlatformErrorCode: "E7",
	})
	if want := (fakeapi.Delivery{Sent: true, Status: 200}); delivery != want || len(f.receiver.Received()) != 1 {
		t.Fatalf("%+v", delivery)
	}
	got := f.receiver.Received()[0]
	if got.Path != "/octo%2Fa/x" || got.RawQuery != "tenant=abc&b=%20+z" {
		t.Errorf("called at %q with %q", got.Path, got.RawQuery)
	}
	sent, err := json.Marshal(got.Payload)
	want := object{
		"PrinterId": "printer-garage", "SecretKey": "key", "PrintId": "print-7", "EventType": 6.0, "PrinterName": "garage",
		"SnapshotUrl": "https://octoeverywhere.com/snapshot/fake", "QuickViewUrl": "https://octoeverywhere.com/quickview/fake",
		"FileName": "MyCoolPrint", "DurationSec": 50.0, "Progress": 21.0, "TimeRemainingSec": 605.0, "ZOffsetMM": 300.0,
		"CurrentLayer": 4.0, "TotalLayers": 9.0, "Error": "jam", "PlatformErrorCode": "E7",
	}
	if err != nil || !reflect.DeepEqual(decode(t, string(sent)), want) {
		t.Errorf("sent %s\nwant %v", sent, want)
	}
}

// TestWithheld: which events are delivered, and why others are not.
func TestWithheld(t *testing.T) {
	const lifetime = 180 * 24 * time.Hour
	f := newFixture(t, fakeapi.Options{})
	setTo := func(call, field, filter string) func() {
		return func() { f.want(200, call, `{"`+field+`":"`+f.receiver.URL+`"`+filter+`}`) }
	}
	for i, step := range []struct {
		before func()
		event  int
		reason string // "" = sent
	}{
		{func() {}, 1, "no webhook"},
		{setTo(setOld, "CallbackUrl", `,"EventTypes":[2,3]`), 1, "filter"},
		{func() {}, 3, ""},
		{setTo(setOld, "CallbackUrl", ""), 1, ""},
		{func() { f.advance(2 * lifetime) }, 1, ""}, // no lifetime is documented for this edition
		{setTo(setNew, "WebhookUrl", `,"InclusiveEventTypesFilter":[2]`), 3, "filter"},
		{func() { f.advance(lifetime - time.Second) }, 2, ""},
		{func() { f.advance(time.Second) }, 2, "180 days"},
		{setTo(setNew, "WebhookUrl", ""), 99, ""},
		{func() { f.SetSupporter(token, false) }, 1, "not a supporter"},
		{func() { f.SetSupporter(token, true) }, 1, ""},
		{func() { f.want(200, del, "") }, 1, "no webhook"},
		{func() { setTo(setOld, "CallbackUrl", "")(); f.Revoke(token, 604) }, 1, "revoked"},
	} {
		step.before()
		before, sent := len(f.receiver.Received()), step.reason == ""
		delivery := f.fire(step.event)
		if delivery.Sent != sent || (delivery.Err == nil) != sent || (len(f.receiver.Received()) > before) != sent ||
			!sent && !strings.Contains(delivery.Err.Error(), step.reason) {
			t.Errorf("%d, event %d: %+v, want reason %q", i, step.event, delivery, step.reason)
		}
	}
}

// TestFailures: more than 5 failures in a row stop the deliveries until the next
// Set. TestWebhook calls the receiver all the same, and doesn't count.
func TestFailures(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	set := func() { f.want(200, setOld, `{"CallbackUrl":"`+f.receiver.URL+`","EventTypes":[1]}`) }
	set()
	fire := func(answers ...int) {
		t.Helper()
		for _, answer := range answers {
			f.receiver.SetStatus(answer)
			if got := f.fire(1); !got.Sent || got.Status != answer || (got.Err == nil) != (answer == 200) {
				t.Errorf("answered %d: %+v", answer, got)
			}
		}
	}
	fire(500, 204, 302, 404, 201, 200, 500, 500, 500, 500, 500) // a success ends the row
	for _, stopped := range []bool{false, true} {
		for _, answer := range []int{500, 200} {
			f.receiver.SetStatus(answer)
			got := decode(t, f.want(200, test, "")).(object)["Result"]
			if !reflect.DeepEqual(got, object{"StatusCode": float64(answer)}) {
				t.Errorf("the test answered %v, want %d", got, answer)
			}
		}
		if !stopped {
			fire(500)
		}
	}
	before := f.receiver.Received()
	if last := before[len(before)-1]; last.Payload.Type != 16 || f.fire(1).Sent || len(f.receiver.Received()) != len(before) {
		t.Errorf("not stopped, or no test notification: %+v", last)
	}
	set()
	fire(200)
}

// TestNoAnswer: a receiver that takes too long, one that can't be reached, and
// one that redirects, whose Location is not called; errors don't show the URL. A
// webhook that is set meanwhile has no failure.
func TestNoAnswer(t *testing.T) {
	var f *fixture
	for name, step := range map[string]struct {
		receiver transport
		status   int
		says     string
		failures int
	}{
		"hangs":   {func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }, 0, "deadline exceeded", 1},
		"refuses": {refuses, 0, errRefused.Error(), 1},
		"redirects": {func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/other" {
				return nil, errors.New("redirected")
			}
			return &http.Response{StatusCode: 302, Header: http.Header{"Location": {"/other"}}, Body: http.NoBody}, nil
		}, 302, "answered 302", 1},
		"replaced": {func(*http.Request) (*http.Response, error) { f.want(200, setOld, oldBody); return nil, errRefused }, 0, "refused", 0},
	} {
		f = newFixture(t, fakeapi.Options{DeliveryClient: &http.Client{Transport: step.receiver, Timeout: time.Second / 4}})
		f.want(200, setOld, `{"CallbackUrl":"`+someURL+`&key=hush"}`)
		got := f.fire(1)
		if !got.Sent || got.Status != step.status || got.Err == nil || !strings.Contains(got.Err.Error(), step.says) || strings.Contains(got.Err.Error(), "hush") {
			t.Errorf("%s: %+v", name, got)
		}
		if n := f.saved().Failures; n != step.failures {
			t.Errorf("%s: %d failures, want %d", name, n, step.failures)
		}
	}
}

// TestDeliversToLoopback: without a DeliveryClient, only loopback is called, with
// any certificate. No test may reach the other address (RFC 5737).
func TestDeliversToLoopback(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	own := fakeapi.New(fakeapi.Options{})
	own.AddConnection(token, "garage")
	running, err := own.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close() //nolint:errcheck // the end of the test
	f.url = running.URL
	for url, reason := range map[string]string{"https://192.0.2.1/x": "loopback", f.receiver.URL: ""} {
		f.want(200, setOld, `{"CallbackUrl":"`+url+`"}`)
		got := own.Fire(t.Context(), token, fakeapi.Event{Type: 1})
		if (got.Err == nil) != (reason == "") || got.Err != nil && !strings.Contains(got.Err.Error(), reason) {
			t.Errorf("%s: %+v", url, got)
		}
	}
}
