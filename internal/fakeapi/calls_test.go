// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestShapes is how answers are written: in the envelope and flat.
func TestShapes(t *testing.T) {
	t.Parallel()
	type answered struct {
		call, body string
		status     int
		error      string
		result     any
	}
	const odd, limits = `https://app.example.com/a%2Fb/é//?x=<1>&y=a+b&z=%zz&?`, "MaxUploadFileSizeBytes"
	told := object{
		"PrinterName": "garage", "PrinterLocalIp": "192.168.1.20", "IsOnline": true,
		"LastConnectionTimeUtc": "2026-03-01T12:00:00.0000000Z", "LastDisconnectTimeUtc": "0001-01-01T00:00:00",
		"UserFacingPrinterUrl": "https://octoeverywhere.com/printer/garage",
		"PrinterLimits": object{
			"MaxDownloadFileSizeBytes": 1073741824.0, limits: 536870912.0, "MaxSingleWebcamStreamLengthSeconds": 3600.0,
			"MaxTotalWebcamStreamTimePerTimeWindowSeconds": nil, "WebcamStreamTimeWindow": nil,
		},
	}
	documented := []answered{
		{set, `{"CallbackUrl":"` + odd + `","EventTypes":[9,2]}`, 200, "", object{"Success": true, "CallbackUrl": odd, "EventTypes": []any{9.0, 2.0}}},
		{set, "{}", 400, "CallbackUrl is missing, or is no valid https URL.", nil},
		{next, nextBody, 200, "", nil},
		{test, "", 200, "", object{"StatusCode": 0.0}}, // nobody is there
		{info, "", 200, "", told},
		{del, "", 200, "", nil},
		{del, "", 200, "", nil}, // where there is none
	}
	for name, shape := range map[string]struct {
		options fakeapi.Options
		want    []answered
	}{
		"envelope": {fakeapi.Options{}, documented},
		"flat":     {fakeapi.Options{Flat: true}, documented},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shape.options.DeliveryClient = &http.Client{Transport: transport(refuses)}
			w := newWorld(t, shape.options)
			for _, want := range shape.want {
				body := w.want(want.status, want.call, want.body)
				expected := any(object{"Status": float64(want.status), "Error": want.error, "IsUserError": want.status == 400, "Result": want.result})
				if shape.options.Flat {
					expected = want.result
					if want.error != "" {
						expected = object{"Success": false, "Error": want.error}
					}
				}
				if got := decode[any](t, body); !reflect.DeepEqual(got, expected) {
					t.Errorf("%s answered %s\nwant %v", want.call, body, expected)
				}
				if strings.Contains(want.body, odd) && (!strings.Contains(body, "<1>&") || w.saved().URL != odd) {
					t.Errorf("the URL is not as it was given: %s", body)
				}
			}
		})
	}
}

// TestRefused is what is not taken: no token, another, or invalid input.
func TestRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	for _, tt := range []struct {
		call, header string
		status       int
		bodies       []string
	}{
		{set, "", 400, []string{setBody, `{"AppToken":5,"CallbackUrl":"https://a.example"}`, `{"apptoken":"token-garage","CallbackUrl":"https://a.example"}`}},
		{test, "", 400, []string{`{"AppToken":"token-garage"}`}}, // no POST
		{set, "who", 603, []string{setBody, `{"AppToken":"token-garage","CallbackUrl":"https://a.example"}`}},
		{test, "who", 603, []string{""}},
		{next, token, 400, []string{setBody}},
		{set, token, 400, []string{
			``, `nonsense`, `[]`, `{"CallbackUrl":7}`, `{"callbackurl":"https://a.example/"}`, nextBody, `{"CallbackUrl":"https://a.example/"`,
			`{"CallbackUrl":"http://a.example/"}`, `{"CallbackUrl":"a.example/x"}`, `{"CallbackUrl":"https://:443/x"}`, `{"CallbackUrl":"https://a.example/\n"}`,
			`{"CallbackUrl":"https://a.example/","EventTypes":[0]}`, `{"CallbackUrl":"https://a.example/","EventTypes":[17]}`,
			`{"CallbackUrl":"https://a.example/","EventTypes":["1"]}`, `{"CallbackUrl":"https://a.example/","EventTypes":1}`,
		}},
	} {
		for _, body := range tt.bodies {
			if got := w.send(t.Context(), tt.call, tt.header, body, 1e6); got.status != tt.status {
				t.Errorf("%s as %q, %s: answered %d, want %d", tt.call, tt.header, body, got.status, tt.status)
			}
		}
	}
	if w.saved().URL != "" {
		t.Error("a refused Set saved something")
	}
	w.set(set, someURL, 1, fakeapi.LastEventType)
	body := `{"AppToken":"token-garage","CallbackUrl":"https://a.example","EventTypes":null}` // null is absent
	if got := w.send(t.Context(), set, "", body, 1e6); got.status != 200 || w.saved().EventTypes != nil {
		t.Errorf("with the token in the body answered %d: %+v", got.status, w.saved())
	}
}

// TestConnection is what becomes of an App Connection: offline, without Perks,
// and revoked, which is for good.
func TestConnection(t *testing.T) {
	t.Parallel()
	for _, status := range []int{603, 604} {
		w := newWorld(t, fakeapi.Options{Flat: true})
		w.set(set, someURL)
		w.SetSupporter(token, false)
		for call, body := range bodies {
			if call != del {
				w.want(605, call, body)
			}
		}
		if w.saved().URL != someURL {
			t.Error("the webhook is lost without Perks")
		}
		w.want(200, del, "")
		w.SetSupporter(token, true)

		w.advance(time.Hour)
		w.SetOnline(token, false)
		got := decode[object](t, w.want(200, info, ""))
		if got["IsOnline"] != false || got["LastDisconnectTimeUtc"] != "2026-03-01T13:00:00.0000000Z" || got["PrinterLocalIp"] != nil {
			t.Errorf("offline: %v", got)
		}
		w.advance(time.Hour)
		w.SetOnline(token, true)
		if got = decode[object](t, w.want(200, info, "")); got["IsOnline"] != true || got["LastConnectionTimeUtc"] != "2026-03-01T14:00:00.0000000Z" {
			t.Errorf("online again: %v", got)
		}

		w.set(set, someURL)
		w.Revoke(token, status)
		for call, body := range bodies {
			w.want(status, call, body)
		}
		if _, found := w.Webhook(token); found {
			t.Error("a revoked connection has a webhook")
		}
		func() {
			defer func() { _ = recover() }()
			w.AddConnection(token, "garage")
			t.Error("a revoked token can be added again")
		}()
	}
}

// TestNotServed is a path or a method that the server lacks.
func TestNotServed(t *testing.T) {
	t.Parallel()
	for _, catchAll := range []bool{false, true} {
		w := newWorld(t, fakeapi.Options{Editions: fakeapi.EditionNotifications, NoInfo: true, CatchAll: catchAll})
		w.want(200, set, setBody)
		w.want(405, "GET"+strings.TrimPrefix(set, "POST"), "")
		for _, call := range []string{next, del, test, info, strings.Replace(set, "set", "Set", 1), "GET /", "GET /_fake/webhooks"} {
			if body := w.want(map[bool]int{false: 404, true: 200}[catchAll], call, bodies[call]); strings.HasPrefix(body, "{") {
				t.Errorf("%s answered %s", call, body)
			}
		}
		if w.Count(fakeapi.CallSet) != 2 || w.Count(fakeapi.CallOther) != 4 || w.saved().URL != someURL {
			t.Errorf("logged as %+v", w.Requests())
		}
	}
}
