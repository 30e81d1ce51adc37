// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

func TestRegion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		options    fakeapi.Options
		host, path string // "" = as it listens
		status     int
		location   string
	}{
		{fakeapi.Options{RegionPath: "/lon"}, "", infoPath + "?a=%20b", 307, "/lon" + infoPath + "?a=%20b"},
		{fakeapi.Options{RegionPath: "/lon"}, "", "/lon" + infoPath, 200, ""},
		{fakeapi.Options{RegionPath: "/lon"}, "", "/lon" + strings.ToUpper(infoPath), 404, ""},
		{fakeapi.Options{RegionHost: "lon.localhost", RegionStatus: 301}, "", infoPath, 301, "http://lon.localhost:8600" + infoPath},
		{fakeapi.Options{RegionHost: "lon.localhost"}, "lon.localhost", infoPath, 200, ""},
		{fakeapi.Options{RegionHost: "lon.localhost", RegionPath: "/lon"}, "", infoPath, 307, "http://lon.localhost:8600/lon" + infoPath},
		{fakeapi.Options{RegionHost: "lon.localhost", RegionPath: "/lon"}, "", "/lon" + infoPath, 307, "http://lon.localhost:8600/lon" + infoPath},
		{fakeapi.Options{RegionHost: "lon.localhost", RegionPath: "/lon"}, "lon.localhost", infoPath, 307, "/lon" + infoPath},
	} {
		w := newWorld(t, test.options)
		request := newRequest(t.Context(), t, "GET", w.url+test.path, token, "")
		port := request.URL.Port()
		if test.host != "" {
			request.Host = test.host + ":" + port
		}
		response, err := w.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		location := strings.Replace(response.Header.Get("Location"), ":"+port, ":8600", 1)
		if response.StatusCode != test.status || location != test.location {
			t.Errorf("%+v: %d to %q", test, response.StatusCode, location)
		}
		want := map[int]fakeapi.Call{200: fakeapi.CallInfo, 404: fakeapi.CallOther}[test.status]
		if want == "" {
			want = fakeapi.CallRedirect
		}
		if got := w.api.Requests()[0]; got.Call != want || got.Status != test.status || got.Path == "" || got.Token != token {
			t.Errorf("%+v: logged as %s with %d", test, got.Call, got.Status)
		}
	}
}

// TestRedirectDoesNothing has no effect, whatever is sent; with 307 a client
// sends it again.
func TestRedirectDoesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{RegionPath: "/lon"})
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallRedirect, Status: 500, Commit: true})
	for _, status := range []int{500, 307} {
		if got, _ := w.call("POST", setPath, token, setBody); got != status {
			t.Errorf("answered %d, want %d", got, status)
		}
	}
	if _, found := w.api.Webhook(token); found || w.api.Count(fakeapi.CallRedirect) != 2 || w.api.Count(fakeapi.CallSet) != 0 {
		t.Error("a redirect is a Set")
	}
	w.client.CheckRedirect = nil
	w.result("POST", setPath, setBody)
	if saved, _ := w.api.Webhook(token); saved.URL != someURL || w.api.Count(fakeapi.CallRedirect) != 3 || w.api.Count(fakeapi.CallSet) != 1 {
		t.Errorf("saved %+v", saved)
	}
}
