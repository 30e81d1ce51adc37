// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

func TestSetEchoesWhatItSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	const odd = `https://app.example.com/a%2Fb/é//?x=<1>&y=a+b&z=%zz&?`
	status, body := w.call("POST", setPath, token, `{"CallbackUrl":"`+odd+`","EventTypes":[9,2]}`)
	want := map[string]any{"Success": true, "CallbackUrl": odd, "EventTypes": []any{9.0, 2.0}}
	if got := decode(t, body); status != 200 || !reflect.DeepEqual(got, want) {
		t.Errorf("answered %d %v, want 200 %v", status, got, want)
	}
	if !strings.Contains(body, "<1>&") {
		t.Errorf("the URL is escaped for HTML: %s", body)
	}
	saved, found := w.api.Webhook(token)
	if !found || saved.URL != odd || !slices.Equal(saved.EventTypes, []int{9, 2}) || !saved.SetAt.Equal(w.clock.Now()) {
		t.Errorf("saved %+v", saved)
	}

	status, body = w.call("POST", setPath, token, setBody)
	if got := decode(t, body); status != 200 || !reflect.DeepEqual(got, map[string]any{"Success": true, "CallbackUrl": someURL}) {
		t.Errorf("without a filter: answered %d %v", status, got)
	}
	if saved, _ = w.api.Webhook(token); saved.URL != someURL || saved.EventTypes != nil || saved.Sets != 2 {
		t.Errorf("Set does not replace: %+v", saved)
	}
}

func TestSuccessorEdition(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	if status, body := w.call("POST", nextPath, token, `{"WebhookUrl":"`+someURL+`","InclusiveEventTypesFilter":[]}`); status != 200 || body != "" {
		t.Errorf("answered %d %q, want 200 without a body", status, body)
	}
	if saved, _ := w.api.Webhook(token); saved.URL != someURL || saved.EventTypes != nil || saved.Edition != fakeapi.EditionAppConnection {
		t.Errorf("an empty filter is all events; saved %+v", saved)
	}
	if status, _ := w.call("POST", delPath, token, ""); status != 200 {
		t.Errorf("Delete answered %d", status)
	}
	if _, found := w.api.Webhook(token); found {
		t.Error("Delete deletes nothing")
	}
	if status, _ := w.call("POST", delPath, token, "{}"); status != 200 {
		t.Errorf("Delete without a webhook answered %d", status)
	}
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
		status, answered := w.call("POST", setPath, token, body)
		if status != 400 {
			t.Errorf("%s: answered %d, want 400", body, status)
		}
		if len(decode(t, answered)) == 0 {
			t.Errorf("%s: no details in the answer", body)
		}
	}
	if status, _ := w.call("POST", nextPath, token, setBody); status != 400 {
		t.Errorf("CallbackUrl in the successor edition: answered %d, want 400", status)
	}
	if _, found := w.api.Webhook(token); found {
		t.Error("a refused Set saved something")
	}
	w.set(someURL, 1, 16, 42) // 42 is newer than the page
	if status, _ := w.call("POST", setPath, token, `{"CallbackUrl":"`+someURL+`","EventTypes":null}`); status != 200 {
		t.Errorf("null is absent: answered %d", status)
	}
}

func TestInfo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	status, body := w.call("GET", infoPath, token, "")
	want := map[string]any{
		"PrinterName": "garage", "PrinterLocalIp": "192.168.1.20", "IsOnline": true,
		"LastConnectionTimeUtc": "2026-03-01T12:00:00Z", "LastDisconnectTimeUtc": "2026-03-01T11:59:00Z",
		"UserFacingPrinterUrl": "https://octoeverywhere.com/printer/garage",
		"PrinterLimits": map[string]any{
			"MaxDownloadFileSizeBytes": 1073741824.0, "MaxUploadFileSizeBytes": 536870912.0, "MaxSingleWebcamStreamLengthSeconds": 3600.0,
		},
	}
	if got := decode(t, body); status != 200 || !reflect.DeepEqual(got, want) {
		t.Errorf("answered %d %v, want %v", status, got, want)
	}

	w.clock.Advance(longAfter)
	w.api.SetOnline(token, false)
	_, body = w.call("GET", infoPath, token, "")
	got := decode(t, body)
	if got["IsOnline"] != false || got["LastDisconnectTimeUtc"] != "2026-08-28T12:00:00Z" || got["LastConnectionTimeUtc"] != "2026-03-01T12:00:00Z" {
		t.Errorf("offline: %v", got)
	}
	if _, there := got["PrinterLocalIp"]; there {
		t.Error("an offline printer has a local address")
	}
	w.api.SetInfoStatus(token, 602)
	if status, _ := w.call("GET", infoPath, token, ""); status != 602 {
		t.Errorf("answered %d, want 602", status)
	}
	w.api.SetInfoStatus(token, 0)
	w.clock.Advance(longAfter)
	w.api.SetOnline(token, true)
	if _, body = w.call("GET", infoPath, token, ""); decode(t, body)["LastConnectionTimeUtc"] != "2027-02-24T12:00:00Z" {
		t.Errorf("online again: %s", body)
	}
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
			got, body := w.call(call.method, call.path, token, call.body)
			if got != status || len(decode(t, body)) == 0 {
				t.Errorf("%s of a revoked connection answered %d %q, want %d", call.name, got, body, status)
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
		want := 605
		if call.name == "delete" {
			continue
		}
		if got, _ := w.call(call.method, call.path, token, call.body); got != want {
			t.Errorf("%s answered %d, want %d", call.name, got, want)
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
	teapot := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
	silent := func(http.ResponseWriter, *http.Request) {}
	for _, test := range []struct {
		name    string
		options fakeapi.Options
		unmet   int            // what an unserved call answers
		served  map[string]int // the others, by name
	}{
		{"both", fakeapi.Options{}, 404, map[string]int{"set": 200, "successor": 200, "delete": 200, "test": 400, "info": 200}},
		{"commissioned", fakeapi.Options{Editions: fakeapi.EditionNotifications}, 404, map[string]int{"set": 200, "info": 200}},
		{"commissioned only", fakeapi.Options{Editions: fakeapi.EditionNotifications, NoInfo: true, NotServed: fakeapi.HTMLPage}, 200, map[string]int{"set": 200}},
		{"successor", fakeapi.Options{Editions: fakeapi.EditionAppConnection, NotServed: teapot}, 418, map[string]int{"successor": 200, "delete": 200, "test": 400, "info": 200}},
		{"no test", fakeapi.Options{NoTestWebhook: true, NotServed: silent}, 200, map[string]int{"set": 200, "successor": 200, "delete": 200, "info": 200}},
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
