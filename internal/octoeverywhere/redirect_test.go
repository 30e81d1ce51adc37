// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestRedirect: a redirect to another path or host of the service is followed
// with the request as it was, each time anew.
func TestRedirect(t *testing.T) {
	transport := newTransport()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
	for host, shown := range map[string]bool{"localhost": false, "lon.localhost": true, secretToken + ".localhost": false} {
		for _, code := range []int{301, 302, 307, 308} {
			for _, op := range operations {
				s := serve(t)
				endpoint := strings.Replace(s.url, "127.0.0.1", "localhost", 1)
				c := newClient(t, endpoint, pinned(op.edition), through(transport))
				there := redirect(strings.Replace(endpoint, "localhost", host, 1) + "/lon" + op.request.path)
				there.status = code
				want := arrived{op.request.method, op.request.path, secretToken, string(op.request.body), ""}
				sentOn := want
				sentOn.path = "/lon" + want.path
				for range 2 {
					s.then(there)
					if err := op.run(t.Context(), c, token(t)); err != nil || !slices.Equal(s.requests, []arrived{want, sentOn}) {
						t.Errorf("%d, %s: %v, %+v", code, op.name, err, s.requests)
					}
				}
				s.then(there, status(603))
				err := op.run(t.Context(), c, token(t))
				if !IsGone(err) || strings.Contains(err.Error(), "(redirected to "+host+":") != shown || strings.Contains(strings.ToLower(err.Error()), strings.ToLower(secretToken)) {
					t.Errorf("%s: %v", host, err)
				}
			}
		}
	}
}

// TestRefusedRedirect: nothing outside the service gets a request, and so no
// token; the error says where the redirect points, without its secrets.
func TestRefusedRedirect(t *testing.T) {
	elsewhere := serve(t)
	for location, says := range map[string]string{
		elsewhere.url + requestInfo.path + "?token=" + secretToken: elsewhere.url + "/…",
		"https://" + secretToken + ".example/":                     "a redirect to " + unshownURL,
		"https://%zz/":                                             "a redirect that leads nowhere",
	} {
		for _, op := range operations {
			s := serve(t, redirect(location))
			err := op.run(t.Context(), newClient(t, s.url, pinned(op.edition)), token(t))
			if !IsNotServed(err) || IsAmbiguous(err) || s.count("") != 1 || elsewhere.count("") != 0 || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %d requests, %v", op.name, s.count(""), err)
			}
			noSecret(t, err.Error())
		}
	}
}

// redirected is an answer that came from a URL, as net/http understands it.
func redirected(from string, code int, location string) answer {
	req, _ := http.NewRequest(http.MethodGet, from, http.NoBody)
	resp := http.Response{Request: req, Header: http.Header{"Location": {location}}}
	to, _ := resp.Location()
	return answer{status: code, location: to}
}

// TestRedirectTarget: what is the service's own, and what only looks like it.
func TestRedirectTarget(t *testing.T) {
	const call = "/api/appconnection/info"
	for location, want := range map[string]string{
		"https://lon.octoeverywhere.com" + call:           "https://lon.octoeverywhere.com" + call,
		"https://lon.octoeverywhere.com:443" + call + "?": "https://lon.octoeverywhere.com:443" + call + "?",
		"//lon.octoeverywhere.com" + call + "#f":          "https://lon.octoeverywhere.com" + call + "#f",
		"/lon" + call:                                     "https://octoeverywhere.com/lon" + call,

		"https://evil-octoeverywhere.com" + call:                "",
		"https://octoeverywhere.com.evil.com" + call:            "",
		"https://evil.com#.octoeverywhere.com":                  "",
		"https://evil.com\\.octoeverywhere.com" + call:          "",
		"https://user@octoeverywhere.com" + call:                "",
		"https://octoeverywhere.com:8443" + call:                "",
		"http://octoeverywhere.com:443" + call:                  "",
		"https://evil\uff0ecom\uff0f.octoeverywhere.com" + call: "",
		"https://%zz/": "",
		"":             "",
	} {
		for _, code := range []int{301, 302, 303, 304, 307, 308, 200} {
			c := newClient(t, DefaultEndpoint)
			got := c.redirectTarget(redirected(DefaultEndpoint+call, code, location))
			if follows := slices.Contains([]int{301, 302, 307, 308}, code); follows && got != want || !follows && got != "" {
				t.Errorf("%d to %q: %q, want %q", code, location, got, want)
			}
		}
	}
	loopback := newClient(t, "http://localhost:8080")
	for location, want := range map[string]bool{
		"http://lon.localhost:8080/": true, "https://localhost:8080/": true, "http://localhost/": false, "http://localhost:80/": false, "http://127.0.0.1:8080/": false,
	} {
		if got := loopback.redirectTarget(redirected("http://localhost:8080/", 307, location)); (got != "") != want {
			t.Errorf("%q: %q", location, got)
		}
	}
}

// TestRedirectsInARow: three are followed, a fourth is one too many; none is an
// attempt of its own.
func TestRedirectsInARow(t *testing.T) {
	for hops, works := range map[int]bool{3: true, 4: false} {
		hop := redirect(requestInfo.path)
		hop.times = hops
		s := serve(t, hop)
		watch := &recorder{}
		_, err := newClient(t, s.url, observed(watch)).Info(t.Context(), token(t))
		if (err == nil) != works || s.count("") != 4 || err != nil && (!IsNotServed(err) || !strings.Contains(err.Error(), "a redirect too many")) {
			t.Errorf("%d redirects: %d requests, %v", hops, s.count(""), err)
		}
		for _, a := range watch.attempts {
			if a.Attempt != 1 {
				t.Errorf("told %+v", a)
			}
		}
	}
}
