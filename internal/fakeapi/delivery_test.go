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
	const want = `{"PrinterId":"printer-garage","PrinterName":"garage",` +
		`"SnapshotUrl":"https://octoeverywhere.com/snapshot/fake","QuickViewUrl":"https://octoeverywhere.com/quickview/fake",` +
		`"EventType":6,"SecretKey":"key","PrintId":"print-7","FileName":"MyCoolPrint","DurationSec":50,"Progress":21,"TimeRemainingSec":605,` +
		`"ZOffsetMM":300,"CurrentLayer":4,"TotalLayers":9,"Error":"jam","PlatformErrorCode":"E7"}`
	if sent, err := json.Marshal(got.Payload); err != nil || string(sent) != want {
		t.Errorf("sent %s\nwant %s", sent, want)
	}
}

// fire lets an event happen, and fails the test unless it is sent and arrives, or
// neither and the error says why.
func (f *fixture) fire(event int, reason string) {
	f.t.Helper()
	before := len(f.receiver.Received())
	got := f.Fire(f.t.Context(), token, fakeapi.Event{Type: event})
	if sent := reason == ""; got.Sent != sent || (len(f.receiver.Received()) > before) != sent || !sent && !strings.Contains(got.Err.Error(), reason) {
		f.t.Errorf("event %d: %+v, want reason %q", event, got, reason)
	}
}

// TestWithheld: which events are delivered, and why others are not.
func TestWithheld(t *testing.T) {
	const lifetime = 180 * 24 * time.Hour
	f := newFixture(t, fakeapi.Options{})
	f.fire(1, "no webhook")
	f.want(200, setOld, `{"CallbackUrl":"`+f.receiver.URL+`","EventTypes":[2,3]}`)
	f.fire(1, "filter")
	f.fire(3, "")
	f.want(200, setOld, `{"CallbackUrl":"`+f.receiver.URL+`"}`)
	f.now = f.now.Add(2 * lifetime) // no lifetime is documented for this edition
	f.fire(99, "")
	f.want(200, setNew, `{"WebhookUrl":"`+f.receiver.URL+`","InclusiveEventTypesFilter":[2]}`)
	f.fire(3, "filter")
	f.now = f.now.Add(lifetime - time.Second)
	f.fire(2, "")
	f.now = f.now.Add(time.Second)
	f.fire(2, "180 days")
	f.want(200, setNew, `{"WebhookUrl":"`+f.receiver.URL+`"}`)
	f.SetSupporter(token, false)
	f.fire(1, "not a supporter")
	f.SetSupporter(token, true)
	f.fire(1, "")
	f.want(200, del, "")
	f.fire(1, "no webhook")
	f.Revoke(token, 604)
	f.fire(1, "revoked")
}

// TestFailures: more than 5 failures in a row stop the deliveries until the next
// Set. TestWebhook ignores that and the filter, and doesn't count.
func TestFailures(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	body := `{"CallbackUrl":"` + f.receiver.URL + `","EventTypes":[1]}`
	f.want(200, setOld, body)
	for failures, answers := range [][]int{{200, 200}, {500}, {204}, {302}, {404, 200, 500, 500, 500, 500}, {201}, {503}} {
		for _, answer := range answers {
			f.receiver.SetStatus(answer)
			f.fire(1, "")
		}
		if got := f.saved().Failures; got != failures {
			t.Errorf("%d failures in a row, want %d", got, failures)
		}
		for _, answer := range []int{400, 200} {
			f.receiver.SetStatus(answer)
			if got := decode(t, f.want(200, test, "")).(object)["Result"]; !reflect.DeepEqual(got, object{"StatusCode": float64(answer)}) {
				t.Errorf("the test answered %v, want %d", got, answer)
			}
		}
	}
	got := f.receiver.Received()
	if last := got[len(got)-1]; last.Payload.Type != 16 {
		t.Errorf("the test notification is %+v", last)
	}
	f.fire(1, "stopped")
	f.want(200, setOld, body)
	f.fire(1, "")
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// TestNoAnswer: a receiver that takes too long, one that can't be reached, and
// one that redirects, whose Location is not called; errors don't show the URL. A
// webhook that is set meanwhile has no failure.
func TestNoAnswer(t *testing.T) {
	refused := errors.New("connection refused")
	var f *fixture
	for name, step := range map[string]struct {
		receiver transport
		status   int
		says     string
		failures int
	}{
		"hangs":   {func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }, 0, "deadline exceeded", 1},
		"refuses": {func(*http.Request) (*http.Response, error) { return nil, refused }, 0, "refused", 1},
		"redirects": {func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/other" {
				return nil, errors.New("redirected")
			}
			return &http.Response{StatusCode: 302, Header: http.Header{"Location": {"/other"}}, Body: http.NoBody}, nil
		}, 302, "answered 302", 1},
		"replaced": {func(*http.Request) (*http.Response, error) { f.want(200, setOld, oldBody); return nil, refused }, 0, "refused", 0},
	} {
		f = newFixture(t, fakeapi.Options{DeliveryClient: &http.Client{Transport: step.receiver, Timeout: time.Second / 4}})
		f.want(200, setOld, `{"CallbackUrl":"`+someURL+`&key=hush"}`)
		got := f.Fire(t.Context(), token, fakeapi.Event{Type: 1})
		if !got.Sent || got.Status != step.status || got.Err == nil || !strings.Contains(got.Err.Error(), step.says) || strings.Contains(got.Err.Error(), "hush") {
			t.Errorf("%s: %+v", name, got)
		}
		if n := f.saved().Failures; n != step.failures {
			t.Errorf("%s: %d failures, want %d", name, n, step.failures)
		}
	}
}
