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
	steps := []struct {
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
	}
	for _, flat := range []bool{false, true} {
		f := newFixture(t, fakeapi.Options{Flat: flat})
		for _, step := range steps {
			body := f.want(step.status, step.call, step.body)
			want := any(object{"Status": float64(step.status), "Error": step.words, "IsUserError": step.status == 400, "Result": step.result})
			if flat {
				want = step.result
				if step.words != "" {
					want = object{"Success": false, "Error": step.words}
				}
			}
			if got := decode(t, body); !reflect.DeepEqual(got, want) {
				t.Errorf("%s answered %s\nwant %v", step.call, body, want)
			}
			if strings.Contains(step.body, odd) && (!strings.Contains(body, "<1>&") || f.saved().URL != odd) {
				t.Errorf("the URL was changed: %s", body)
			}
		}
	}
}

// TestSet: a Set replaces what was set, in either edition; one that is refused
// changes nothing.
func TestSet(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	for _, step := range []struct {
		call, token string
		status      int
		bodies      []string
	}{
		{setOld, "", 400, []string{oldBody}},
		{setOld, "another", 603, []string{oldBody}},
		{setNew, token, 400, []string{oldBody}},
		{setOld, token, 400, []string{
			``, `nonsense`, `[]`, `{"CallbackUrl":7}`, `{"callbackurl":"https://a.example/"}`, newBody, `{"CallbackUrl":"https://a.example/"`,
			`{"CallbackUrl":"http://a.example/"}`, `{"CallbackUrl":"a.example/x"}`, `{"CallbackUrl":"https://:443/x"}`, `{"CallbackUrl":"https://a.example/\n"}`,
			`{"CallbackUrl":"https://a.example/","EventTypes":[0]}`, `{"CallbackUrl":"https://a.example/","EventTypes":[17]}`,
			`{"CallbackUrl":"https://a.example/","EventTypes":["1"]}`, `{"CallbackUrl":"https://a.example/","EventTypes":1}`,
		}},
	} {
		for _, body := range step.bodies {
			if response, _, _ := f.send(t.Context(), step.call, step.token, body); response.StatusCode != step.status || f.saved().URL != "" {
				t.Errorf("%s as %q, %s: answered %d, want %d; saved %+v", step.call, step.token, body, response.StatusCode, step.status, f.saved())
			}
		}
	}
	for _, step := range []struct {
		call, body string
		want       fakeapi.Webhook
	}{
		{setOld, `{"CallbackUrl":"https://a.example/","EventTypes":[1,16]}`, fakeapi.Webhook{URL: "https://a.example/", EventTypes: []int{1, fakeapi.LastEventType}, Edition: fakeapi.EditionNotifications}},
		{setNew, `{"WebhookUrl":"https://b.example/","InclusiveEventTypesFilter":[]}`, fakeapi.Webhook{URL: "https://b.example/", Edition: fakeapi.EditionAppConnection}},
		{setOld, `{"CallbackUrl":"https://c.example/","EventTypes":null}`, fakeapi.Webhook{URL: "https://c.example/", Edition: fakeapi.EditionNotifications}},
	} {
		f.now = f.now.Add(time.Hour)
		f.want(200, step.call, step.body)
		if step.want.SetAt = f.now; !reflect.DeepEqual(f.saved(), step.want) {
			t.Errorf("saved %+v, want %+v", f.saved(), step.want)
		}
	}
}

// TestConnection: an App Connection without Supporter Perks, offline, and
// revoked for good.
func TestConnection(t *testing.T) {
	f := newFixture(t, fakeapi.Options{Flat: true})
	f.want(200, setOld, oldBody)
	wantAll := func(status int) {
		t.Helper()
		for call, body := range bodies {
			if call != del || status != 605 { // not documented; it works here
				f.want(status, call, body)
			}
		}
	}
	f.SetSupporter(token, false)
	if wantAll(605); f.saved().URL != someURL {
		t.Error("the webhook is lost without Perks")
	}
	f.want(200, del, "")
	f.SetSupporter(token, true)
	for online, changed := range map[bool]string{false: "LastDisconnectTimeUtc", true: "LastConnectionTimeUtc"} {
		f.now = f.now.Add(time.Hour)
		f.SetOnline(token, online)
		got := decode(t, f.want(200, info, "")).(object)
		if got["IsOnline"] != online || (got["PrinterLocalIp"] != nil) != online || got[changed] != f.now.Format("2006-01-02T15:04:05.0000000Z") {
			t.Errorf("online %v: %v", online, got)
		}
	}
	f.want(200, setOld, oldBody)
	f.Revoke(token, 604)
	if wantAll(604); f.saved().URL != "" {
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
		for _, call := range []string{setNew, del, test, info, strings.Replace(setOld, "set", "Set", 1), "GET" + setOld[4:], "GET /", "GET /_fake/webhooks"} {
			if body := f.want(status, call, bodies[call]); strings.HasPrefix(body, "{") {
				t.Errorf("%s answered %s", call, body)
			}
		}
		if f.Count(fakeapi.CallSet) != 2 || f.Count(fakeapi.CallOther) != 4 || f.saved().URL != someURL {
			t.Errorf("logged %+v", f.Requests())
		}
	}
	newFixture(t, fakeapi.Options{NoTestWebhook: true}).want(404, test, "")
}
