// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestAnswers: each call's answer, in the envelope and flat.
func TestAnswers(t *testing.T) {
	const odd = `https://app.example.com/a%2Fb/é//?x=<1>&y=a+b&z=%zz&?`
	for _, flat := range []bool{false, true} {
		f := newFixture(t, fakeapi.Options{Flat: flat})
		for _, step := range []struct {
			call, body string
			status     int
			words      string
			result     any
		}{
			{setOld, `{"CallbackUrl":"` + odd + `","EventTypes":[9,2]}`, 200, "", object{"Success": true, "CallbackUrl": odd, "EventTypes": []any{9.0, 2.0}}},
			{setOld, "{}", 400, "CallbackUrl is missing, or is no valid https URL.", nil},
			{setNew, newBody, 200, "", nil},
			{test, "", 200, "", object{"StatusCode": 200.0}},
			{info, "", 200, "", object{
				"PrinterName": "garage", "PrinterLocalIp": "192.168.1.20", "IsOnline": true,
				"LastConnectionTimeUtc": "2026-03-01T12:00:00.0000000Z", "LastDisconnectTimeUtc": "0001-01-01T00:00:00",
				"UserFacingPrinterUrl": "https://octoeverywhere.com/printer/garage",
				"PrinterLimits": object{
					"MaxDownloadFileSizeBytes": 1073741824.0, "MaxUploadFileSizeBytes": 536870912.0, "MaxSingleWebcamStreamLengthSeconds": 3600.0,
					"MaxTotalWebcamStreamTimePerTimeWindowSeconds": nil, "WebcamStreamTimeWindow": nil,
				},
			}},
			{del, "", 200, "", nil},
			{del, "", 200, "", nil}, // where there is none
			{test, "", 400, "No webhook is set.", nil},
		} {
			want := any(object{"Status": float64(step.status), "Error": step.words, "IsUserError": step.status == 400, "Result": step.result})
			if flat {
				want = step.result
				if step.words != "" {
					want = object{"Success": false, "Error": step.words}
				}
			}
			if _, got := f.want(step.status, step.call, step.body); !reflect.DeepEqual(got, want) {
				t.Errorf("%s answered %v\nwant %v", step.call, got, want)
			}
		}
	}
}

// TestSet: a Set replaces what was set, in either edition; one that is refused
// changes nothing.
func TestSet(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	a := fakeapi.Webhook{URL: "https://a.example/?b=%20+&", EventTypes: []int{1, fakeapi.LastEventType}, Edition: fakeapi.EditionNotifications}
	b := fakeapi.Webhook{URL: "https://b.example/", Edition: fakeapi.EditionAppConnection}
	for _, step := range []struct {
		call, body string
		status     int
		saved      fakeapi.Webhook
	}{
		{setNew, oldBody, 400, fakeapi.Webhook{}},
		{setOld, `{"CallbackUrl":"` + a.URL + `","EventTypes":[1,16]}`, 200, a},
		{setOld, `nonsense`, 400, a},
		{setOld, `{"callbackurl":"https://a.example/"}`, 400, a},
		{setOld, `{"CallbackUrl":"http://a.example/"}`, 400, a},
		{setOld, `{"CallbackUrl":"https://:443/x"}`, 400, a},
		{setOld, `{"CallbackUrl":"https://a.example/","EventTypes":[0]}`, 400, a},
		{setOld, `{"CallbackUrl":"https://a.example/","EventTypes":[17]}`, 400, a},
		{setOld, `{"CallbackUrl":"https://a.example/","EventTypes":["1"]}`, 400, a},
		{setNew, `{"WebhookUrl":"https://b.example/","InclusiveEventTypesFilter":[]}`, 200, b},
	} {
		f.now = f.now.Add(time.Hour)
		f.want(step.status, step.call, step.body)
		got := f.saved()
		if step.status == 200 && !got.SetAt.Equal(f.now) {
			t.Errorf("%s: set at %s", step.body, got.SetAt)
		}
		if got.SetAt = step.saved.SetAt; !reflect.DeepEqual(got, step.saved) {
			t.Errorf("%s: saved %+v, want %+v", step.body, got, step.saved)
		}
	}
	for token, status := range map[string]int{"": 400, "another": 603} {
		if response, _, _ := f.send(setOld, token, oldBody); response.StatusCode != status {
			t.Errorf("as %q: answered %d", token, response.StatusCode)
		}
	}
}

// TestConnection: an App Connection without Supporter Perks, offline, and
// revoked for good.
func TestConnection(t *testing.T) {
	f := newFixture(t, fakeapi.Options{Flat: true})
	f.want(200, setOld, oldBody)
	f.SetSupporter(token, false)
	for _, call := range []string{setOld, setNew, test, info} {
		f.want(605, call, bodies[call])
	}
	if f.saved().URL != someURL {
		t.Error("the webhook is lost without Perks")
	}
	f.want(200, del, "") // not documented; it works here
	f.SetSupporter(token, true)
	for online, changed := range map[bool]string{false: "LastDisconnectTimeUtc", true: "LastConnectionTimeUtc"} {
		f.now = f.now.Add(time.Hour)
		f.SetOnline(token, online)
		_, got := f.want(200, info, "")
		if got := got.(object); got["IsOnline"] != online || (got["PrinterLocalIp"] != nil) != online || got[changed] != f.now.Format("2006-01-02T15:04:05.0000000Z") {
			t.Errorf("online %v: %v", online, got)
		}
	}
	f.want(200, setOld, oldBody)
	f.Revoke(token, 604)
	for call, body := range bodies {
		f.want(604, call, body)
	}
	if f.saved().URL != "" {
		t.Error("a revoked App Connection has a webhook")
	}
	defer func() { _ = recover() }()
	f.AddConnection(token, "garage")
	t.Error("a revoked token can be added again")
}

// TestNotServed: a path, method or edition that the server lacks, and the
// control API where it is off.
func TestNotServed(t *testing.T) {
	for status, options := range map[int]fakeapi.Options{404: {}, 200: {CatchAll: true}} {
		options.Editions, options.NoInfo = fakeapi.EditionNotifications, true
		f := newFixture(t, options)
		f.want(200, setOld, oldBody)
		for _, call := range []string{setNew, del, test, info, strings.Replace(setOld, "set", "Set", 1), "GET" + setOld[4:], "GET /_fake/webhooks"} {
			if body, _ := f.want(status, call, bodies[call]); strings.HasPrefix(body, "{") {
				t.Errorf("%s answered %s", call, body)
			}
		}
		if f.Count(fakeapi.CallSet) != 2 || f.Count(fakeapi.CallOther) != 3 || f.saved().URL != someURL {
			t.Errorf("logged %+v", f.Requests())
		}
	}
	newFixture(t, fakeapi.Options{NoTestWebhook: true}).want(404, test, "")
}
