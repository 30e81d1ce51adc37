// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// object is a JSON object.
type object = map[string]any

func TestSet(t *testing.T) {
	t.Parallel()
	inBothShapes(t, fakeapi.Options{}, func(t *testing.T, w *world) {
		const odd = `https://app.example.com/a%2Fb/é//?x=<1>&y=a+b&z=%zz&?`
		if _, body := w.call("POST", setPath, token, `{"CallbackUrl":"`+odd+`"}`); !strings.Contains(body, "<1>&") {
			t.Errorf("the URL is escaped for HTML: %s", body)
		}
		want := object{"Success": true, "CallbackUrl": odd, "EventTypes": []any{9.0, 2.0}}
		if got := w.result("POST", setPath, `{"CallbackUrl":"`+odd+`","EventTypes":[9,2]}`); !reflect.DeepEqual(got, want) {
			t.Errorf("answered %v, want %v", got, want)
		}
		saved, _ := w.api.Webhook(token)
		if saved.URL != odd || !slices.Equal(saved.EventTypes, []int{9, 2}) || !saved.SetAt.Equal(w.clock.Now()) {
			t.Errorf("saved %+v", saved)
		}
		if got := w.result("POST", setPath, setBody); !reflect.DeepEqual(got, object{"Success": true, "CallbackUrl": someURL}) {
			t.Errorf("without a filter: answered %v", got)
		}
		if saved, _ = w.api.Webhook(token); saved.URL != someURL || saved.EventTypes != nil || saved.Sets != 3 {
			t.Errorf("Set does not replace: %+v", saved)
		}
	})
}

func TestSuccessorEdition(t *testing.T) {
	t.Parallel()
	inBothShapes(t, fakeapi.Options{}, func(t *testing.T, w *world) {
		if got := w.result("POST", nextPath, `{"WebhookUrl":"`+someURL+`","InclusiveEventTypesFilter":[]}`); got != nil {
			t.Errorf("answered %v", got)
		}
		if saved, _ := w.api.Webhook(token); saved.URL != someURL || saved.EventTypes != nil || saved.Edition != fakeapi.EditionAppConnection {
			t.Errorf("an empty filter is all events; saved %+v", saved)
		}
		for _, body := range []string{"", "{}"} { // the second finds nothing to delete
			if got := w.result("POST", delPath, body); got != nil {
				t.Errorf("Delete answered %v", got)
			}
			if _, found := w.api.Webhook(token); found {
				t.Error("Delete deletes nothing")
			}
		}
	})
}

func TestDialect(t *testing.T) {
	t.Parallel()
	receiver, options := receiver(t)
	options.Dialect = fakeapi.SuccessLeftOut | fakeapi.BareTestStatus | fakeapi.DigitStrings
	inBothShapes(t, options, func(t *testing.T, w *world) {
		for _, test := range []struct {
			method, path, body string
			want               any
		}{
			{"POST", setPath, `{"CallbackUrl":"` + receiver.URL + `"}`, object{"CallbackUrl": receiver.URL}},
			{"GET", testPath, "", 200.0},
		} {
			if got := w.result(test.method, test.path, test.body); !reflect.DeepEqual(got, test.want) {
				t.Errorf("%s answered %v, want %v", test.path, got, test.want)
			}
		}
		info, _ := w.result("GET", infoPath, "").(object)
		if limits, _ := info["PrinterLimits"].(object); limits["MaxUploadFileSizeBytes"] != "536870912" {
			t.Errorf("info answered %v", info)
		}
	})
}

// TestRefusal is an error's shape; which calls have which is elsewhere.
func TestRefusal(t *testing.T) {
	t.Parallel()
	inBothShapes(t, fakeapi.Options{}, func(t *testing.T, w *world) {
		w.api.Script(fakeapi.Fault{Status: 600})
		for _, want := range []object{ // the fault's, then the call's own
			{"Status": 600.0, "Error": "Unknown or server error.", "IsUserError": false, "Result": nil},
			{"Status": 400.0, "Error": "CallbackUrl is missing, or is no valid https URL.", "IsUserError": true, "Result": nil},
		} {
			status := want["Status"]
			if w.flat {
				want = object{"Success": false, "Error": want["Error"]}
			}
			got, body := w.call("POST", setPath, token, "{}")
			if answered := decode[object](t, body); float64(got) != status || !reflect.DeepEqual(answered, want) {
				t.Errorf("answered %d %s, want %v %v", got, body, status, want)
			}
		}
	})
}

func TestTokenInHeaderOrBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	for _, test := range []struct {
		name, method, path, header, body string
		status                           int
	}{
		{"set, body", "POST", setPath, "", `{"AppToken":"token-garage","CallbackUrl":"https://a.example"}`, 200},
		{"successor, body", "POST", nextPath, "", `{"AppToken":"token-garage","WebhookUrl":"https://a.example"}`, 200},
		{"delete, body", "POST", delPath, "", `{"AppToken":"token-garage"}`, 200},
		{"header before body", "POST", delPath, "token-garage", `{"AppToken":"another"}`, 200},
		{"none", "POST", setPath, "", setBody, 400},
		{"no string", "POST", setPath, "", `{"AppToken":5,"CallbackUrl":"https://a.example"}`, 400},
		{"another field name", "POST", delPath, "", `{"apptoken":"token-garage"}`, 400},
		{"info, none", "GET", infoPath, "", "", 400},
		{"test, body of a GET", "GET", testPath, "", `{"AppToken":"token-garage"}`, 400},
		{"unknown", "POST", setPath, "who", setBody, 603},
		{"delete, unknown", "POST", delPath, "who", "", 603},
		{"test, unknown", "GET", testPath, "who", "", 603},
		{"info, unknown", "GET", infoPath, "who", "", 603},
	} {
		if status, _ := w.call(test.method, test.path, test.header, test.body); status != test.status {
			t.Errorf("%s: answered %d, want %d", test.name, status, test.status)
		}
	}
}

func TestInvalidInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{ExtraEventTypes: []int{42}})
	for _, body := range []string{
		``, `nonsense`, `[]`, `null`, `{}`, `{"CallbackUrl":null}`, `{"CallbackUrl":""}`, `{"CallbackUrl":7}`,
		`{"CallbackUrl":"http://a.example/"}`, `{"CallbackUrl":"a.example/x"}`, `{"CallbackUrl":"https:///x"}`, `{"CallbackUrl":"https://:443/x"}`,
		`{"CallbackUrl":"https://a.example/ b"}`, `{"CallbackUrl":"https://a.example/\n"}`, `{"callbackurl":"https://a.example/"}`,
		`{"WebhookUrl":"https://a.example/"}`, // the other edition's field
		`{"CallbackUrl":"https://a.example/","EventTypes":[0]}`, `{"CallbackUrl":"https://a.example/","EventTypes":[17]}`,
		`{"CallbackUrl":"https://a.example/","EventTypes":[-1]}`, `{"CallbackUrl":"https://a.example/","EventTypes":["1"]}`,
		`{"CallbackUrl":"https://a.example/","EventTypes":[1.5]}`, `{"CallbackUrl":"https://a.example/","EventTypes":1}`,
		`{"CallbackUrl":"https://a.example/"`,
	} {
		if status, _ := w.call("POST", setPath, token, body); status != 400 {
			t.Errorf("%s: answered %d, want 400", body, status)
		}
	}
	if status, _ := w.call("POST", nextPath, token, setBody); status != 400 {
		t.Errorf("CallbackUrl in the successor edition: answered %d, want 400", status)
	}
	if _, found := w.api.Webhook(token); found {
		t.Error("a refused Set saved something")
	}
	w.set(someURL, 1, fakeapi.LastEventType, 42)
	w.result("POST", setPath, `{"CallbackUrl":"`+someURL+`","EventTypes":null}`) // null is absent
}

func TestInfo(t *testing.T) {
	t.Parallel()
	inBothShapes(t, fakeapi.Options{}, func(t *testing.T, w *world) {
		want := object{
			"PrinterName": "garage", "PrinterLocalIp": "192.168.1.20", "IsOnline": true,
			"LastConnectionTimeUtc": "2026-03-01T12:00:00.0000000Z", "LastDisconnectTimeUtc": "0001-01-01T00:00:00",
			"UserFacingPrinterUrl": "https://octoeverywhere.com/printer/garage",
			"PrinterLimits": object{
				"MaxDownloadFileSizeBytes": 1073741824.0, "MaxUploadFileSizeBytes": 536870912.0, "MaxSingleWebcamStreamLengthSeconds": 3600.0,
				"MaxTotalWebcamStreamTimePerTimeWindowSeconds": nil, "WebcamStreamTimeWindow": nil,
			},
		}
		check := func(what string) {
			t.Helper()
			if got := w.result("GET", infoPath, ""); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: answered %v, want %v", what, got, want)
			}
		}
		check("new")
		w.clock.Advance(longAfter)
		w.api.SetOnline(token, false)
		delete(want, "PrinterLocalIp")
		want["IsOnline"], want["LastDisconnectTimeUtc"] = false, "2026-08-28T12:00:00.0000000Z"
		check("offline")
		w.api.SetInfoStatus(token, 602)
		if status, _ := w.call("GET", infoPath, token, ""); status != 602 {
			t.Errorf("answered %d, want 602", status)
		}
		w.api.SetInfoStatus(token, 0)
		w.clock.Advance(longAfter)
		w.api.SetOnline(token, true)
		want["IsOnline"], want["LastConnectionTimeUtc"], want["PrinterLocalIp"] = true, "2027-02-24T12:00:00.0000000Z", "192.168.1.20"
		check("online again")
	})
}

// calls are all calls of both editions.
var calls = []struct{ name, method, path, body string }{
	{"set", "POST", setPath, setBody},
	{"successor", "POST", nextPath, nextBody},
	{"delete", "POST", delPath, ""},
	{"test", "GET", testPath, ""},
	{"info", "GET", infoPath, ""},
}

func TestRevokedAndNotSupporter(t *testing.T) {
	t.Parallel()
	for _, status := range []int{603, 604} {
		w := newWorld(t, fakeapi.Options{})
		w.set(someURL)
		w.api.Revoke(token, status)
		for _, call := range calls {
			if got, _ := w.call(call.method, call.path, token, call.body); got != status {
				t.Errorf("%s of a revoked connection answered %d, want %d", call.name, got, status)
			}
		}
		if _, found := w.api.Webhook(token); found {
			t.Error("a revoked connection has a webhook")
		}
		mustPanic(t, "adding a revoked token", func() { w.api.AddConnection(token, "garage") })
	}

	w := newWorld(t, fakeapi.Options{})
	w.set(someURL)
	w.api.SetSupporter(token, false)
	for _, call := range calls {
		if call.name == "delete" {
			continue
		}
		if got, _ := w.call(call.method, call.path, token, call.body); got != 605 {
			t.Errorf("%s answered %d, want 605", call.name, got)
		}
	}
	if saved, found := w.api.Webhook(token); !found || saved.Sets != 1 {
		t.Errorf("the webhook without Perks: %+v %v", saved, found)
	}
	w.api.SetSupporter(token, true)
	w.set(someURL)
	w.api.SetSupporter(token, false)
	if got, _ := w.call("POST", delPath, token, ""); got != 200 {
		t.Errorf("delete answered %d, want 200", got)
	}

	mustPanic(t, "revoking with 600", func() { w.api.Revoke(token, 600) })
	mustPanic(t, "changing what isn't there", func() { w.api.SetOnline("who", true) })
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s should panic", what)
		}
	}()
	f()
}

func TestServed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		options fakeapi.Options
		unmet   int            // what an unserved call answers
		served  map[string]int // the others, by name
	}{
		{"both", fakeapi.Options{}, 404, map[string]int{"set": 200, "successor": 200, "delete": 200, "test": 400, "info": 200}},
		{"commissioned", fakeapi.Options{Editions: fakeapi.EditionNotifications}, 404, map[string]int{"set": 200, "info": 200}},
		{"commissioned only", fakeapi.Options{Editions: fakeapi.EditionNotifications, NoInfo: true, CatchAll: true}, 200, map[string]int{"set": 200}},
		{"successor", fakeapi.Options{Editions: fakeapi.EditionAppConnection}, 404, map[string]int{"successor": 200, "delete": 200, "test": 400, "info": 200}},
		{"no test", fakeapi.Options{NoTestWebhook: true, CatchAll: true}, 200, map[string]int{"set": 200, "successor": 200, "delete": 200, "info": 200}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.options)
			for _, call := range calls {
				want, served := test.served[call.name]
				if !served {
					want = test.unmet
				}
				got, body := w.call(call.method, call.path, token, call.body)
				if got != want {
					t.Errorf("%s answered %d, want %d", call.name, got, want)
				}
				if !served && strings.HasPrefix(body, "{") {
					t.Errorf("%s is not served and answered JSON: %s", call.name, body)
				}
				log := w.api.Requests()
				if last := log[len(log)-1]; last.Status != want || (!served && last.Committed) {
					t.Errorf("%s is logged as %d, committed %v; want %d", call.name, last.Status, last.Committed, want)
				}
			}
			if _, found := w.api.Webhook(token); found && test.served["set"]+test.served["successor"] == 0 {
				t.Error("an unserved Set saved something")
			}
		})
	}
}

func TestOtherPathsAndMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{Editions: fakeapi.EditionNotifications})
	for _, test := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/", 404},
		{"GET", "/_fake/webhooks", 404}, // the control API is off
		{"POST", strings.ToLower(nextPath), 404},
		{"GET", setPath, 405},
		{"POST", infoPath, 405},
		{"GET", delPath, 404}, // not served at all
	} {
		if status, _ := w.call(test.method, test.path, token, setBody); status != test.status {
			t.Errorf("%s %s answered %d, want %d", test.method, test.path, status, test.status)
		}
	}
	if n := w.api.Count(fakeapi.CallOther); n != 6 {
		t.Errorf("%d of 6 are logged as other", n)
	}
}
