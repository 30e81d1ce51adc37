// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestRegion: a redirect to another path or host of the service is followed
// with the request as it was, and the next call goes there at once.
func TestRegion(t *testing.T) {
	for _, options := range []fakeapi.Options{{RegionPath: "/lon"}, {RegionHost: "lon.localhost"}, {RegionHost: "lon.localhost", RegionPath: "/lon"}} {
		for _, code := range []int{301, 302, 307, 308} {
			for _, op := range operations[:3] {
				options.RegionStatus = code
				s := serve(t, options)
				c := newClient(t, strings.Replace(s.url, "127.0.0.1", "localhost", 1), pinned(op.edition), through(onLoopback()))
				for range 3 {
					if err := op.run(t.Context(), c, token(t)); err != nil {
						t.Errorf("%d, %s: %v", code, op.name, err)
					}
				}
				for _, r := range s.Requests() {
					if r.Method != op.request.method || r.Token != secretToken || r.Body != string(op.request.body) {
						t.Errorf("%d, %s: sent on as %s", code, op.name, r.Method)
					}
				}
				if sent := s.Count(fakeapi.CallRedirect); sent != 1 || s.Count("") != 4 {
					t.Errorf("%d, %s: %d requests, %d of them sent on", code, op.name, s.Count(""), sent)
				}
				s.Revoke(secretToken, 603)
				err := op.run(t.Context(), c, token(t))
				if !IsGone(err) || strings.Contains(err.Error(), "(redirected to lon.localhost:") != (options.RegionHost != "") {
					t.Errorf("the error doesn't say who answered: %v", err)
				}
			}
		}
	}
}

// TestRegionIsShared: what one call learns holds for calls of another kind.
func TestRegionIsShared(t *testing.T) {
	s := serve(t, fakeapi.Options{RegionPath: "/lon"})
	c := newClient(t, s.url)
	for i, op := range []int{0, 1, 3, 4, 2} { // Delete last: there must be something to test
		if err := operations[op].run(t.Context(), c, token(t)); err != nil || s.Count("") != i+2 {
			t.Errorf("%s: %d requests, %v", operations[op].name, s.Count(""), err)
		}
	}
}

// TestRefusedRedirect: nothing outside the service gets a request, and so no
// token; the error says where the redirect points, without its secrets.
func TestRefusedRedirect(t *testing.T) {
	elsewhere := serve(t, fakeapi.Options{})
	all := []int{301, 302, 303, 307, 308}
	for _, tt := range []struct {
		codes          []int
		location, says string
	}{
		{all, elsewhere.url + requestInfo.path + "?token=" + secretToken, elsewhere.url + "/…"},
		{all, "https://" + secretToken + ".example/", "a redirect to " + unshownURL},
		{[]int{303}, "/other", "another path"},
	} {
		for _, op := range operations {
			for _, code := range tt.codes {
				answer := redirect(tt.location)
				answer.Status = code
				s := faulty(t, answer)
				err := op.run(t.Context(), newClient(t, s.url, pinned(op.edition)), token(t))
				if !IsNotServed(err) || IsAmbiguous(err) || s.Count("") != 1 || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%s %d: %d requests, %v", op.name, code, s.Count(""), err)
				}
				noSecret(t, err.Error())
			}
		}
	}
	if elsewhere.Count("") != 0 {
		t.Errorf("%d redirects were followed", elsewhere.Count(""))
	}
}

// TestInside: what is the service's own, and what only looks like it.
func TestInside(t *testing.T) {
	const call = "/api/appconnection/info"
	for location, want := range map[string]string{
		"https://lon.octoeverywhere.com" + call:           "https://lon.octoeverywhere.com" + call,
		"https://a.b.OctoEverywhere.com/x" + call:         "https://a.b.OctoEverywhere.com/x" + call,
		"https://lon.octoeverywhere.com:443" + call + "?": "https://lon.octoeverywhere.com:443" + call + "?",
		"//lon.octoeverywhere.com" + call + "#f":          "https://lon.octoeverywhere.com" + call,
		"/lon" + call:                                     "https://octoeverywhere.com/lon" + call,
		"info2":                                           "https://octoeverywhere.com/api/appconnection/info2",

		"https://evil-octoeverywhere.com" + call:                "",
		"https://octoeverywhere.com.evil.com" + call:            "",
		"https://evil.com#.octoeverywhere.com":                  "",
		"https://evil.com?.octoeverywhere.com":                  "",
		"https://evil.com\\.octoeverywhere.com" + call:          "",
		"https://octoeverywhere.com@evil.com" + call:            "",
		"https://user@octoeverywhere.com" + call:                "",
		"https://user:x@lon.octoeverywhere.com" + call:          "",
		"https://octoeverywhere.com:8443" + call:                "",
		"http://octoeverywhere.com:443" + call:                  "",
		"http://octoeverywhere.com" + call:                      "",
		"ftp://octoeverywhere.com" + call:                       "",
		"https://octoeverywhere.com.":                           "",
		"https://evil.com\u3002octoeverywhere.com" + call:       "",
		"https://evil\uff0ecom\uff0f.octoeverywhere.com" + call: "",
		"https://%zz/": "",
		"":             "",
	} {
		for _, code := range []int{301, 302, 303, 304, 307, 308, 200} {
			c := newClient(t, DefaultEndpoint)
			a := answer{asked: requestInfo, status: code, location: location}
			got := c.follow(DefaultEndpoint+call, a)
			if !in(code, 301, 302, 307, 308) && got == "" {
				continue
			}
			if got != want {
				t.Errorf("%d to %q: %q, want %q", code, location, got, want)
			}
			base, learned := c.base()
			if learned != strings.HasSuffix(want, call) || learned && base+call != want {
				t.Errorf("%q: later calls go to %q", location, base)
			}
		}
	}
	loopback := newClient(t, "http://localhost:8080")
	for location, want := range map[string]bool{
		"http://lon.localhost:8080/": true, "https://localhost:8080/": true, "http://localhost/": false, "http://localhost:80/": false, "http://127.0.0.1:8080/": false,
	} {
		if got := loopback.follow("http://localhost:8080/", answer{status: 307, location: location}); (got != "") != want {
			t.Errorf("%q: %q", location, got)
		}
	}
}

// TestRedirectsInARow: three are followed, a fourth is one too many; none is an
// attempt of its own.
func TestRedirectsInARow(t *testing.T) {
	for hops, works := range map[int]bool{3: true, 4: false} {
		hop := redirect(requestInfo.path)
		hop.Times = hops
		s := faulty(t, hop)
		watch := &recorder{}
		_, err := newClient(t, s.url, observed(watch)).Info(t.Context(), token(t))
		if (err == nil) != works || s.Count("") != 4 || err != nil && (!IsNotServed(err) || !strings.Contains(err.Error(), "one too many")) {
			t.Errorf("%d redirects: %d requests, %v", hops, s.Count(""), err)
		}
		for _, a := range watch.attempts {
			if a.Number != 1 {
				t.Errorf("told %+v", a)
			}
		}
	}
}

// TestMovedRegion: a region that moved away, or never was the one of this App
// Connection, doesn't have the last word.
func TestMovedRegion(t *testing.T) {
	for name, gone := range map[string]fakeapi.Fault{
		"404": notFound, "603": status(603), "elsewhere": redirect("https://parking.example/"), "nothing": {Kind: fakeapi.Reset},
	} {
		s := serve(t, fakeapi.Options{RegionPath: "/lon"})
		c := newClient(t, s.url)
		for i, cost := range []int{2, 1, 3, 1} {
			if i == 2 {
				s.Script(gone)
			}
			s.ResetRequests()
			if _, err := c.Info(t.Context(), token(t)); err != nil || s.Count("") != cost {
				t.Errorf("%s, call %d: %d requests, want %d; %v", name, i, s.Count(""), cost, err)
			}
		}
	}
	// The endpoint leads there again: then it is so.
	s := serve(t, fakeapi.Options{RegionPath: "/lon"})
	c := newClient(t, s.url)
	if _, err := c.Info(t.Context(), token(t)); err != nil {
		t.Fatal(err)
	}
	s.Revoke(secretToken, 604)
	if _, err := c.Info(t.Context(), token(t)); !IsGone(err) || s.Count("") != 5 {
		t.Errorf("%d requests, %v", s.Count(""), err)
	}
}
