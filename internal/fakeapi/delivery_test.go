// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"encoding/json"
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
		Type: 6, PrintID: "print-7", FileName: "MyCoolPrint", DurationSec: 50, Progress: 21, TimeRemainingSec: 605,
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
		`"EventType":6,"PrintId":"print-7","FileName":"MyCoolPrint","DurationSec":50,"Progress":21,"TimeRemainingSec":605,` +
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
	f.Revoke(token, 604)
	f.fire(1, "revoked")
}

// TestFailures: more than 5 failures in a row stop the deliveries until the next
// Set. TestWebhook ignores that and the filter, and doesn't count.
func TestFailures(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	body := `{"CallbackUrl":"` + f.receiver.URL + `","EventTypes":[1]}`
	f.want(200, setOld, body)
	for failures, answers := range [][]int{{200}, {500}, {204, 200, 500, 302}, {201}, {404}, {500}, {503}} {
		for _, answer := range answers {
			f.receiver.SetStatus(answer)
			f.fire(1, "")
		}
		if got := f.saved().Failures; got != failures {
			t.Errorf("%d failures in a row, want %d", got, failures)
		}
		f.receiver.SetStatus(200 + failures)
		if _, got := f.want(200, test, ""); !reflect.DeepEqual(got.(object)["Result"], object{"StatusCode": float64(200 + failures)}) {
			t.Errorf("the test answered %v", got)
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
