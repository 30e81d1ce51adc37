// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"slices"
	"strings"
	"testing"
)

// TestDiscovery: after which answer to the first API version's Set the other
// is tried, and which answers settle the version. Whether one did shows in the
// next Set, which is answered 403: only while the version isn't known is the
// other tried then.
func TestDiscovery(t *testing.T) {
	const moves, settles, nothing = "tries the other", "settles", "nothing"
	cases := map[string][]reply{
		settles: {{}, ok(`{"Success":false}`), errorIn200(603), ok(`{"Status":200,"Error":"","Result":["no object"]}`), ok(`{"Status":200,"Error":"","Result":null}`)},
		nothing: {dropped, errorIn200(500)},
		moves: {
			notFound, redirect("https://login.example/"), page, errorIn200(404), {contentType: "text/plain", body: "OK"},
			ok(`{"Result":{}}`), ok(`{"Success":"true"}`), ok(`[{"Success":true}]`),
		},
	}
	for want, codes := range map[string][]int{
		settles: {400, 603, 605, 613},
		nothing: {204, 402, 408, 429, 500, 502, 503, 504, 520, 524, 530, 600, 601, 602, 799},
		moves:   {401, 403, 405, 501},
	} {
		for _, code := range codes {
			cases[want] = append(cases[want], status(code))
		}
	}
	for want, answers := range cases {
		for i, answer := range answers {
			success := want == settles && i == 0
			s := serve(t, answer)
			c := newClient(t, s.url, retries(0))
			if err := set(t, c); (err == nil) != (want == moves || success) || (s.count(newPath) == 1) != (want == moves) {
				t.Errorf("%+v: the other version was tried %d times, %v", answer, s.count(newPath), err)
			}
			s.then(status(403))
			err := set(t, c)
			if went := s.count("") == 2; went != (want == nothing) || (err == nil) != went {
				t.Errorf("%+v: then %d requests, %v", answer, s.count(""), err)
			}
		}
	}
}

// TestServedNoLonger: a known version gives way to the other, in the same Set,
// when it is certain that it isn't served any more. Else it stays.
func TestServedNoLonger(t *testing.T) {
	for known, other := range map[string]string{oldPath: newPath, newPath: oldPath} {
		for _, answer := range []reply{notFound, status(405), status(501), status(401), status(403), status(302), page, status(503)} {
			moves := slices.Contains([]int{404, 405, 501}, answer.status)
			s := serve(t)
			if known == newPath {
				s.then(notFound)
			}
			c := newClient(t, s.url, retries(0))
			if err := set(t, c); err != nil {
				t.Fatal(err)
			}
			s.then(answer)
			first, second := set(t, c), set(t, c)
			want := map[bool][2]int{true: {1, 2}, false: {2, 0}}[moves]
			if got := [2]int{s.count(known), s.count(other)}; got != want || (first == nil) != moves || second != nil {
				t.Errorf("%s, %d: %v requests, %v, %v", known, answer.status, got, first, second)
			}
		}
	}
}

// TestNeitherServed: the error says once that there is no API, with the answer
// that says more than "not found", and again on each call.
func TestNeitherServed(t *testing.T) {
	forbidden := reply{status: 403, body: `{"Error":"blocked by policy"}`}
	for _, tt := range []struct {
		name      string
		a, b      reply
		status    int
		says      string
		ambiguous bool
	}{
		{"404 and 404", notFound, notFound, 404, oldPath + " answered 404", false},
		{"403 and 404", forbidden, notFound, 403, "blocked by policy", false},
		{"404 and 403", notFound, forbidden, 403, newPath + " answered 403", false},
		{"redirect and 404", redirect("https://login.example/?next=x"), notFound, 302, "https://login.example/…", false},
		{"page and 404", page, notFound, 200, "web page", false},
		{"504, 404 and 404", status(504), always(notFound), 404, "an earlier attempt got 504", true},
	} {
		s := serve(t)
		c := newClient(t, s.url)
		for range 2 {
			s.then(tt.a, tt.b)
			err := set(t, c)
			if !IsNoAPI(err) || !IsNotServed(err) || IsAmbiguous(err) != tt.ambiguous || StatusOf(err) != tt.status {
				t.Fatalf("%s: %v: ambiguous %v", tt.name, err, IsAmbiguous(err))
			}
			for part, times := range map[string]int{"there is no OctoEverywhere API at this endpoint": 1, s.url: 1, "/api/": 1, tt.says: 1} {
				if strings.Count(err.Error(), part) != times {
					t.Errorf("%s: %q is not in %v", tt.name, part, err)
				}
			}
		}
	}
}
