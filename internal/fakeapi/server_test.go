// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestFaults: what a client gets once, whether the call takes effect or not.
func TestFaults(t *testing.T) {
	const json, html = "application/json; charset=utf-8", "text/html; charset=utf-8"
	for name, step := range map[string]struct {
		fault             fakeapi.Fault
		status            int
		contentType, body string
		cut               bool // the connection ends before the answer does
	}{
		"API error":       {fakeapi.Fault{Status: 613}, 613, json, `{"Error":"There is no active print.","IsUserError":false,"Result":null,"Status":613}` + "\n", false},
		"flat, API error": {fakeapi.Fault{Status: 500}, 500, json, `{"Error":"Internal server error.","Success":false}` + "\n", false},
		"a new code":      {fakeapi.Fault{Status: 699}, 699, "", "", false},
		"page":            {fakeapi.Fault{Body: "<!doctype html>"}, 200, html, "<!doctype html>", false},
		"its own type":    {fakeapi.Fault{Status: 600, Body: "{}", Header: http.Header{"Content-Type": {"text/json"}}}, 600, "text/json", "{}", false},
		"cut off":         {fakeapi.Fault{Body: `{"a`, Header: http.Header{"Content-Length": {"9"}}}, 200, json, `{"a`, true},
		"dropped":         {fakeapi.Fault{Drop: true}, 0, "", "", true},
	} {
		for _, effect := range []bool{false, true} {
			f := newFixture(t, fakeapi.Options{Flat: strings.HasPrefix(name, "flat")})
			step.fault.TakeEffect = effect
			f.Script(step.fault)
			response, body, err := f.send(t.Context(), setOld, token, oldBody)
			if response.StatusCode != step.status || response.Header.Get("Content-Type") != step.contentType || body != step.body || (err != nil) != step.cut {
				t.Errorf("%s: %d %v %q, %v", name, response.StatusCode, response.Header, body, err)
			}
			if log := f.Requests(); len(log) != 1 || log[0].Status != step.status || (f.saved().URL != "") != effect {
				t.Errorf("%s: logged %+v, saved %+v", name, log, f.saved())
			}
			f.want(200, setOld, oldBody)
		}
	}
}

// TestHang: the call is not answered until the client leaves or the server closes.
func TestHang(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	ends := []func(){cancel, func() { _ = f.running.Close() }}
	f.OnRequest(func(fakeapi.Request) { ends[f.Count("")-1]() })
	for range ends {
		f.Script(fakeapi.Fault{Hang: true})
		if response, _, err := f.send(ctx, setOld, token, oldBody); err == nil {
			t.Errorf("answered %d", response.StatusCode)
		}
		ctx = t.Context()
	}
}

// TestScript: which fault is applied to which request, and how often.
func TestScript(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	f.AddConnection("token-lab", "lab")
	want := func(call, token string, want ...int) {
		t.Helper()
		var got []int
		for range want {
			response, _, _ := f.send(t.Context(), call, token, "")
			got = append(got, response.StatusCode)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s as %s answered %v, want %v", call, token, got, want)
		}
	}
	f.Script(
		fakeapi.Fault{Call: fakeapi.CallInfo, Token: "token-lab", Status: 601, Times: 2},
		fakeapi.Fault{Call: fakeapi.CallInfo, Status: 602},
		fakeapi.Fault{Call: fakeapi.CallDelete, Status: 500, Times: -1},
	)
	want(info, "token-lab", 601)
	want(info, token, 602, 200)
	want(info, "token-lab", 601, 200)
	want(del, token, 500, 500, 500)
	f.ClearScript()
	want(del, token, 200)
	f.Script(fakeapi.Fault{Every: 3, Times: 2, Status: 503})
	want(info, token, 200, 200, 503, 200, 200, 503, 200, 200, 200)
}

// TestRequests: the log has each request with its answer; a hook gets it before
// it takes effect, and holds back no other.
func TestRequests(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	var seen []fakeapi.Request
	f.OnRequest(func(r fakeapi.Request) {
		if seen = append(seen, r); r.Call == fakeapi.CallSet {
			if _, _, err := f.send(t.Context(), info, "another", ""); err != nil || f.saved().URL != "" {
				t.Errorf("meanwhile: %v, saved %+v", err, f.saved())
			}
		}
	})
	f.want(200, setNew, newBody)
	f.want(200, del+"?x=1", "")
	log := f.Requests()
	for i, want := range []fakeapi.Request{
		{Call: fakeapi.CallSet, Edition: fakeapi.EditionAppConnection, Method: "POST", Path: setNew[5:], Token: token, Body: newBody, Status: 200},
		{Call: fakeapi.CallInfo, Method: "GET", Path: info[4:], Token: "another", Status: 603},
		{Call: fakeapi.CallDelete, Method: "POST", Path: del[5:], Token: token, Status: 200},
	} {
		if want.UserAgent = "Go-http-client/1.1"; log[i] != want {
			t.Errorf("logged %+v, want %+v", log[i], want)
		}
		if want.Status = 0; seen[i] != want {
			t.Errorf("the hook got %+v", seen[i])
		}
	}
	if f.Count(fakeapi.CallSet) != 1 || f.Count("") != 3 || f.Sockets() != 2 {
		t.Errorf("%d Sets of %d requests on %d connections", f.Count(fakeapi.CallSet), f.Count(""), f.Sockets())
	}
	if f.ResetRequests(); len(f.Requests()) != 0 || f.Sockets() != 0 {
		t.Error("the log is not empty after ResetRequests")
	}
}

// TestListen: on loopback only, and again at the same address.
func TestListen(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1", ""} {
		if running, err := f.Listen(address); err == nil {
			_ = running.Close()
			t.Errorf("it listens on %q", address)
		}
	}
	address := "localhost:0"
	for range 2 {
		running, err := f.Listen(address)
		if err != nil {
			t.Fatal(err)
		}
		f.url, address = running.URL, strings.TrimPrefix(running.URL, "http://")
		f.want(200, info, "")
		if _, _, answered := f.send(t.Context(), info, token, ""); running.Close() != nil || answered != nil {
			t.Error(answered)
		}
		if _, _, err := f.send(t.Context(), info, token, ""); err == nil {
			t.Errorf("it answers at %s after Close", address)
		}
	}
}

// TestControl: what a person can do; it is not in the log, and shows no token.
func TestControl(t *testing.T) {
	f := newFixture(t, fakeapi.Options{Control: true})
	f.AddConnection("token-lab", "the lab")
	f.want(200, setOld, `{"CallbackUrl":"`+f.receiver.URL+`/?k=v&l=<1>","EventTypes":[2]}`)
	f.ResetRequests()
	const lab = `{
    "Printer": "the lab",
    "Revoked": 603,
    "Supporter": true,
    "Online": true,
    "Webhook": null
  }`
	for _, step := range []struct {
		request string
		status  int
		says    string
	}{
		{"GET /_fake/", 404, "POST /_fake/fire"},
		{"POST /_fake/fire?printer=garage&event=2&file=boat&progress=99", 200, `"status": 200`},
		{"POST /_fake/fire?printer=garage&event=3", 200, "filter"},
		{"POST /_fake/fire?printer=the+lab&event=2", 200, "no webhook"},
		{"POST /_fake/fire?printer=garage", 404, "control API"},
		{"POST /_fake/fire?printer=nobody&event=2", 404, "control API"},
		{"GET /_fake/fire?printer=garage&event=2", 404, "control API"},
		{"POST /_fake/revoke?printer=the+lab&status=600", 404, "603 or 604"},
		{"POST /_fake/revoke?printer=the%20lab&status=603", 200, "603"},
		{"GET /_fake/webhooks", 200, lab},
		{"GET /_fake/webhooks", 200, f.receiver.URL + "/?k=v&l=<1>"},
	} {
		if body := f.want(step.status, step.request, ""); !strings.Contains(body, step.says) || strings.Contains(body, "token-") {
			t.Errorf("%s does not say %q, or a token: %s", step.request, step.says, body)
		}
	}
	if got := f.receiver.Received(); len(got) != 1 || got[0].Payload.FileName != "boat" || got[0].Payload.Progress != 99 || f.Count("") != 0 {
		t.Errorf("%d requests logged, arrived: %+v", f.Count(""), got)
	}
}
