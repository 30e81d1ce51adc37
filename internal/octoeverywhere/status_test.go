// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestEveryStatus sends every call every status from 200 to 613, and two that
// have no meaning yet, and holds what it cost and what it was called against
// the tables of the api page and the design.
func TestEveryStatus(t *testing.T) {
	elsewhere := newServer(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) })
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			// The status to answer is in the endpoint's path prefix.
			srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				prefix, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
				status, _ := strconv.Atoi(prefix)
				if status == 200 {
					op.success(w, r)
					return
				}
				w.Header().Set("Location", elsewhere.URL+"/")
				writeJSON(w, status, map[string]any{"Error": "about " + prefix, "Token": secretToken})
			})
			statuses := []int{614, 799}
			for status := 200; status <= 613; status++ {
				statuses = append(statuses, status)
			}
			const retry = 1
			for _, status := range statuses {
				c := newClient(t, srv.URL+"/"+strconv.Itoa(status), pinned(op.edition), retries(retry))
				before := len(srv.log())
				err := op.call(t.Context(), c, token(t))
				cost := len(srv.log()) - before
				c.Close()

				want := 1
				if in(status, 429, 500, 502, 503, 504, 600, 602, 609) {
					want += retry
				}
				if cost != want {
					t.Errorf("%d: %d requests, want %d", status, cost, want)
				}
				if (err == nil) != (status == 200) {
					t.Errorf("%d: error %v", status, err)
				}
				if err == nil {
					continue
				}
				noSecret(t, err.Error())
				if StatusOf(err) != status {
					t.Errorf("%d: StatusOf = %d", status, StatusOf(err))
				}
				if !in(status, 204, 304) && !strings.Contains(err.Error(), "about "+strconv.Itoa(status)) {
					t.Errorf("%d: the service's words are missing in %q", status, err)
				}
				for _, check := range []struct {
					name string
					is   func(error) bool
					want bool
				}{
					{"IsGone", IsGone, in(status, 603, 604)},
					{"IsNotSupporter", IsNotSupporter, status == 605},
					{"IsInvalidInput", IsInvalidInput, status == 400},
					{"IsInvalidCredentials", IsInvalidCredentials, status == 606},
					{"IsPrinterUnreachable", IsPrinterUnreachable, in(status, 601, 602)},
					{"IsTemporary", IsTemporary, in(status, 429, 500, 502, 503, 504, 600, 601, 602, 609)},
					{"IsNotServed", IsNotServed, in(status, 404, 405, 501) || status/100 == 3},
					{"IsAmbiguous", IsAmbiguous, status/100 == 2 || status/100 == 5 && status != 501 ||
						in(status, 600, 601, 602) || status >= 614},
				} {
					if check.is(err) != check.want {
						t.Errorf("%d: %s = %v", status, check.name, !check.want)
					}
				}
			}
			for _, r := range srv.log() {
				if r.token != secretToken {
					t.Fatalf("a request carried the token %q", r.token)
				}
			}
		})
	}
	if n := len(elsewhere.log()); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

func in(status int, list ...int) bool {
	for _, s := range list {
		if s == status {
			return true
		}
	}
	return false
}

// TestRedirect: the other host gets no request and so no token; the error says
// where the redirect points, without its secrets.
func TestRedirect(t *testing.T) {
	elsewhere := newServer(t, bareOK)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, op := range operations {
			srv := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", elsewhere.URL+"/new?token="+secretToken)
				w.WriteHeader(status)
			})
			err := op.call(t.Context(), newClient(t, srv.URL, pinned(op.edition)), token(t))
			if !IsNotServed(err) || IsAmbiguous(err) || len(srv.log()) != 1 {
				t.Errorf("%s %d: %d requests, %v", op.name, status, len(srv.log()), err)
			}
			noSecret(t, err.Error())
			if !strings.Contains(err.Error(), elsewhere.URL+"/…") {
				t.Errorf("%s %d: no word of where to in %q", op.name, status, err)
			}
		}
	}
	if n := len(elsewhere.log()); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}
