// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

var (
	notFound = fakeapi.Fault{Status: 404, Body: "404 page not found"}
	page     = fakeapi.Fault{Status: 200, Body: "<!doctype html><html><body>OctoEverywhere</body></html>"}
	oldPath  = EditionNotifications.request(hook).path
	newPath  = EditionAppConnection.request(hook).path
)

func status(code int) fakeapi.Fault { return fakeapi.Fault{Status: code, Body: "{}"} }

func redirect(to string) fakeapi.Fault {
	return fakeapi.Fault{Status: 302, Body: "moved", Header: http.Header{"Location": {to}}}
}

// TestDiscovery: which answer of the commissioned edition has the other one
// tried, and what it settles. Whether it settled anything shows in the next
// Set, which is answered 403: only who knows no edition goes on then.
func TestDiscovery(t *testing.T) {
	const moves, settles, nothing = "moves on", "settles", "nothing"
	cases := map[string][]fakeapi.Fault{
		settles: {
			json200(`{"Success":true,"CallbackUrl":"` + callbackURL + `","EventTypes":[1,2,3]}`), json200(`{"Success":false}`), fakeapi.ErrorIn200(603, "gone"),
			fakeapi.Enveloped("200", "", `["no object"]`), fakeapi.Enveloped("200", "", "null"),
		},
		nothing: {{Drop: true}, fakeapi.ErrorIn200(500, "oops")},
		moves: {
			notFound, redirect("https://login.example/"), page, fakeapi.ErrorIn200(404, "no such call"),
			{Status: 200, Body: "OK"},
			json200(`{"Result":{}}`), json200(`{"Success":"true"}`), json200(`[{"Success":true}]`),
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
			for _, flat := range []bool{false, true} {
				s := serve(t, fakeapi.Options{Flat: flat})
				s.Script(answer)
				c := newClient(t, s.url, retries(0))
				err := set(t, c)
				if (err == nil) != (want == moves || success) || (s.sets(fakeapi.EditionAppConnection) == 1) != (want == moves) {
					t.Errorf("%+v: the other edition was told %d times, %v", answer, s.sets(fakeapi.EditionAppConnection), err)
				}
				s.ResetRequests()
				s.Script(status(403))
				err = set(t, c)
				if went := s.Count("") == 2; went != (want == nothing) || (err == nil) != went {
					t.Errorf("%+v: then %d requests, %v", answer, s.Count(""), err)
				}
			}
		}
	}
}

// TestManyFirstCalls: Sets that begin before any has found out cost one call
// more each on a server of the successor alone, and none elsewhere.
func TestManyFirstCalls(t *testing.T) {
	const parallel, sets = 10, 100
	for _, tt := range []struct {
		name    string
		options fakeapi.Options
		fault   fakeapi.Fault
		edition fakeapi.Editions
		extra   int
	}{
		{"both served", fakeapi.Options{}, fakeapi.Fault{}, fakeapi.EditionNotifications, 0},
		{"commissioned alone", fakeapi.Options{Editions: fakeapi.EditionNotifications}, fakeapi.Fault{}, fakeapi.EditionNotifications, 0},
		{"successor alone", fakeapi.Options{Editions: fakeapi.EditionAppConnection}, fakeapi.Fault{}, fakeapi.EditionAppConnection, parallel},
		{"successor alone, a passing 500 first", fakeapi.Options{Editions: fakeapi.EditionAppConnection}, status(500), fakeapi.EditionAppConnection, parallel + 1},
		{"successor behind web pages", fakeapi.Options{Editions: fakeapi.EditionAppConnection, CatchAll: true}, fakeapi.Fault{}, fakeapi.EditionAppConnection, parallel},
		{"all refused", fakeapi.Options{}, always(status(603)), fakeapi.EditionNotifications, 0},
	} {
		s := serve(t, tt.options)
		if tt.fault.Status != 0 {
			s.Script(tt.fault)
		}
		c := newClient(t, s.url)
		var running sync.WaitGroup
		for range parallel {
			running.Go(func() {
				for range sets / parallel {
					if err := set(t, c); (err == nil) == (tt.name == "all refused") {
						t.Errorf("%s: %v", tt.name, err)
					}
				}
			})
		}
		running.Wait()
		if right, all := s.sets(tt.edition), s.Count(""); right != sets || all-sets > tt.extra {
			t.Errorf("%s: %d calls, %d of them right", tt.name, all, right)
		}
	}
}

// TestUnsettled: an edition that is known and then not served any more gives
// way to the other, in the same Set. What only might be so changes nothing.
func TestUnsettled(t *testing.T) {
	for _, known := range []fakeapi.Editions{fakeapi.EditionNotifications, fakeapi.EditionAppConnection} {
		for _, answer := range []fakeapi.Fault{notFound, status(405), status(501), status(401), status(403), status(302), page, status(503)} {
			moves := in(answer.Status, 404, 405, 501)
			s := serve(t, fakeapi.Options{})
			if known == fakeapi.EditionAppConnection {
				s.Script(notFound)
			}
			c := newClient(t, s.url, retries(0))
			if err := set(t, c); err != nil {
				t.Fatal(err)
			}
			s.ResetRequests()
			s.Script(answer)
			first, second := set(t, c), set(t, c)
			want := map[bool][2]int{true: {1, 2}, false: {2, 0}}[moves] // Sets of the known edition, and of the other
			if got := [2]int{s.sets(known), s.Count("") - s.sets(known)}; got != want || (first == nil) != moves || second != nil {
				t.Errorf("%d, %d: %v requests, %v, %v", known, answer.Status, got, first, second)
			}
		}
	}
}

// TestNeitherServed: one error with the endpoint, both paths and the more
// telling answer, told again each time.
func TestNeitherServed(t *testing.T) {
	forbidden := fakeapi.Fault{Status: 403, Body: `{"Error":"blocked by policy"}`}
	for _, tt := range []struct {
		name      string
		a, b      fakeapi.Fault
		status    int
		says      string
		ambiguous bool
	}{
		{"404 and 404", notFound, notFound, 404, "404", false},
		{"403 and 404", forbidden, notFound, 403, "blocked by policy", false},
		{"404 and 403", notFound, forbidden, 403, "blocked by policy", false},
		{"401 and 403 with words", fakeapi.Fault{Status: 401}, forbidden, 403, "blocked by policy", false},
		{"redirect and 404", redirect("https://login.example/?next=x"), notFound, 302, "login.example", false},
		{"405 and 501", status(405), status(501), 405, "405", false},
		{"page and 404", page, notFound, 200, "web page", true},
		{"page and 403", page, forbidden, 403, "blocked by policy", true},
	} {
		s := faulty(t, tt.a, tt.b, tt.a, tt.b)
		c := newClient(t, s.url)
		for range 2 {
			err := set(t, c)
			if !IsNotServed(err) || IsAmbiguous(err) != tt.ambiguous || StatusOf(err) != tt.status {
				t.Fatalf("%s: %v: ambiguous %v", tt.name, err, IsAmbiguous(err))
			}
			for _, part := range []string{s.url, tt.says, fmt.Sprintf("%s answered %d, %s answered %d", oldPath, tt.a.Status, newPath, tt.b.Status)} {
				if strings.Count(err.Error(), part) != 1 && part != "404" && part != "405" {
					t.Errorf("%s: %q is not in %v", tt.name, part, err)
				}
			}
		}
		if s.Count("") != 4 {
			t.Errorf("%s: %d requests", tt.name, s.Count(""))
		}
	}
}

// TestTakenByNobodyKnows: what took a Set with a 200 may have done anything,
// whatever the other edition says.
func TestTakenByNobodyKnows(t *testing.T) {
	s := faulty(t, page, status(429))
	if err := set(t, newClient(t, s.url, retries(0))); !IsAmbiguous(err) || StatusOf(err) != 429 {
		t.Error(err)
	}
}
