// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
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
		"API error":       {fakeapi.Fault{Status: 613}, 613, json, `{"Error":"This is error 613.","IsUserError":false,"Result":null,"Status":613}` + "\n", false},
		"flat, API error": {fakeapi.Fault{Status: 500}, 500, json, `{"Error":"This is error 500.","Success":false}` + "\n", false},
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
			response, body, err := f.send(setOld, token, oldBody)
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

// TestScript: which fault is applied to which request, and how often.
func TestScript(t *testing.T) {
	f := newFixture(t, fakeapi.Options{})
	f.AddConnection("token-lab", "lab")
	f.Script(
		fakeapi.Fault{Call: fakeapi.CallInfo, Token: "token-lab", Status: 601, Times: 2},
		fakeapi.Fault{Call: fakeapi.CallInfo, Status: 602},
		fakeapi.Fault{Call: fakeapi.CallDelete, Status: 500, Times: -1},
		fakeapi.Fault{Call: fakeapi.CallTest, Status: 503, Times: 2, Every: 3},
	)
	for _, step := range []struct {
		call, token string
		want        []int
	}{
		{info, "token-lab", []int{601}},
		{info, token, []int{602, 200}},
		{info, "token-lab", []int{601, 200}},
		{del, token, []int{500, 500, 500}},
		{test, token, []int{400, 400, 503, 400, 400, 503, 400, 400, 400}},
	} {
		var got []int
		for range step.want {
			response, _, _ := f.send(step.call, step.token, "")
			got = append(got, response.StatusCode)
		}
		if !slices.Equal(got, step.want) {
			t.Errorf("%s as %s answered %v, want %v", step.call, step.token, got, step.want)
		}
	}
	f.ClearScript()
	f.want(200, del, "")
}

// TestRequests: the log has each request with its answer; a hook gets it before
// it takes effect.
func TestRequests(t *testing.T) {
	f := newFixture(t, fakeapi.Options{Control: true})
	want := fakeapi.Request{
		Call: fakeapi.CallSet, Edition: fakeapi.EditionAppConnection, Method: "POST", Path: setNew[5:],
		Token: token, Body: newBody, UserAgent: "Go-http-client/1.1",
	}
	f.OnRequest(func(r fakeapi.Request) {
		if r != want || f.saved().URL != "" {
			t.Errorf("the hook got %+v, saved %+v", r, f.saved())
		}
	})
	f.want(200, setNew+"?x=1", newBody)
	f.want(200, "GET /_fake/webhooks", "") // a person's, not in the log
	want.Status = 200
	if log := f.Requests(); !slices.Equal(log, []fakeapi.Request{want}) || f.Count("") != 1 || f.Count(fakeapi.CallInfo) != 0 || f.Sockets() != 1 {
		t.Errorf("%d connections, logged %+v", f.Sockets(), log)
	}
	if f.ResetRequests(); len(f.Requests()) != 0 || f.Sockets() != 0 {
		t.Error("the log is not empty after ResetRequests")
	}
}
