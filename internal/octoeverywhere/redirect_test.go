// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// regional sends the calls that come to another host, or to a path outside
// prefix, there first, as the service does (DESIGN.md, "Redirects").
func regional(t *testing.T, s *service, code int, host, prefix string) (endpoint string, sentOn *atomic.Int32) {
	sentOn = &atomic.Int32{}
	served := http.StripPrefix(prefix, s.Server)
	endpoint = handler(t, func(w http.ResponseWriter, r *http.Request) {
		called, port, _ := net.SplitHostPort(r.Host)
		path, there := strings.TrimPrefix(r.URL.Path, prefix), ""
		if host != "" && called != host {
			there = "http://" + net.JoinHostPort(host, port)
		}
		if there == "" && (prefix == "" || path != r.URL.Path) {
			served.ServeHTTP(w, r)
			return
		}
		sentOn.Add(1)
		w.Header().Set("Location", there+prefix+path)
		w.WriteHeader(code)
	})
	return strings.Replace(endpoint, "127.0.0.1", "localhost", 1), sentOn
}

// TestRegion: a redirect to another path or host of the service is followed
// with the request as it was.
func TestRegion(t *testing.T) {
	for _, region := range [][2]string{{"", "/lon"}, {"lon.localhost", ""}, {"lon.localhost", "/lon"}} {
		for _, code := range []int{301, 302, 307, 308} {
			for _, op := range operations[:3] {
				s := serve(t, fakeapi.Options{})
				endpoint, sentOn := regional(t, s, code, region[0], region[1])
				c := newClient(t, endpoint, pinned(op.edition), through(onLoopback()))
				if err := op.run(t.Context(), c, token(t)); err != nil || sentOn.Load() != 1 {
					t.Errorf("%d, %s: %d sent on, %v", code, op.name, sentOn.Load(), err)
				}
				for _, r := range s.Requests() {
					if r.Method != op.request.method || r.Token != secretToken || r.Body != string(op.request.body) {
						t.Errorf("%d, %s: sent on as %s", code, op.name, r.Method)
					}
				}
				s.Revoke(secretToken, 603)
				err := op.run(t.Context(), c, token(t))
				if !IsGone(err) || strings.Contains(err.Error(), "(redirected to lon.localhost:") != (region[0] != "") {
					t.Errorf("the error doesn't say who answered: %v", err)
				}
			}
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
