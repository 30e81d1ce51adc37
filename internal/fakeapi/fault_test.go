// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestScriptedAnswers are faults without a Kind, as a client sees them.
func TestScriptedAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		fault       fakeapi.Fault
		status      int
		contentType string
		body        string // "{" = some JSON object
	}{
		{"API error", fakeapi.Fault{Status: 500}, 500, "application/json; charset=utf-8", "{"},
		{"beyond 599", fakeapi.Fault{Status: 613}, 613, "application/json; charset=utf-8", "{"},
		{"a new code", fakeapi.Fault{Status: 699}, 699, "", ""},
		{"front end's error", fakeapi.Fault{Status: 502}, 502, "", ""},
		{"error with its own body", fakeapi.Fault{Status: 600, Body: "oops", ContentType: "text/plain"}, 600, "text/plain", "oops"},
		{"error with an empty body", fakeapi.Fault{Status: 500, ContentType: "text/plain"}, 500, "text/plain", ""},
		{"no content", fakeapi.Fault{Status: 204}, 204, "", ""},
		{"empty", fakeapi.Fault{Status: 200}, 200, "", ""},
		{"HTML", fakeapi.Fault{Body: fakeapi.HTML}, 200, "text/html; charset=utf-8", fakeapi.HTML},
		{"error in a 200", fakeapi.ErrorIn200(400, "Invalid Id"), 200, "application/json; charset=utf-8", `{"Status":400,"Error":"Invalid Id"}`},
		{"envelope", fakeapi.Enveloped(`"604"`, "gone", `[7]`), 200, "application/json; charset=utf-8", `{"Status":"604","Error":"gone","IsUserError":false,"Result":[7]}`},
		{"envelope without Status", fakeapi.Enveloped("", "", "null"), 200, "application/json; charset=utf-8", `{"Error":"","IsUserError":false,"Result":null}`},
		{"wrong types", fakeapi.Fault{Body: `{"Success":"yes"}`}, 200, "application/json; charset=utf-8", `{"Success":"yes"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakeapi.Options{})
			w.api.Script(test.fault)
			response, err := w.ask("POST", setPath, token, setBody)
			body, err := read(t, response, err, 1<<20)
			if err != nil || response.StatusCode != test.status || response.Header.Get("Content-Type") != test.contentType {
				t.Errorf("answered %d as %q, %v; want %d as %q", response.StatusCode, response.Header.Get("Content-Type"), err, test.status, test.contentType)
			}
			if test.body == "{" {
				decode[object](t, body)
			} else if body != test.body {
				t.Errorf("body %q, want %q", body, test.body)
			}
			if _, found := w.api.Webhook(token); found {
				t.Error("a fault without Commit saved something")
			}
			if got := w.api.Requests()[0]; got.Status != test.status || got.Committed {
				t.Errorf("logged as %d, committed %v", got.Status, got.Committed)
			}
			if status := w.status("POST", setPath, token, setBody); status != 200 {
				t.Errorf("a fault is met once; then answered %d", status)
			}
		})
	}
}

func TestFaultHeader(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	w.api.Script(
		fakeapi.Fault{Status: 429, Header: http.Header{"Retry-After": {"3600"}}},
		fakeapi.Fault{Status: 307, Header: http.Header{"location": {"https://other.example/"}}},
		fakeapi.Fault{Header: http.Header{"X-Extra": {"1"}}}, // the answer itself is the call's
	)
	for _, want := range []struct {
		status       int
		name, header string
	}{{429, "Retry-After", "3600"}, {307, "Location", "https://other.example/"}, {200, "X-Extra", "1"}} {
		response, err := w.ask("POST", nextPath, token, nextBody)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want.status || response.Header.Get(want.name) != want.header {
			t.Errorf("answered %d with %s %q, want %d with %q", response.StatusCode, want.name, response.Header.Get(want.name), want.status, want.header)
		}
	}
	if saved, _ := w.api.Webhook(token); saved.Sets != 1 {
		t.Errorf("set %d times, want 1", saved.Sets)
	}
}

// TestFirstFaultThatFits is about Call, Token, Times, Every and the order.
func TestFirstFaultThatFits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	w.api.AddConnection("token-lab", "lab")
	w.api.Script(
		fakeapi.Fault{Call: fakeapi.CallInfo, Token: "token-lab", Status: 601, Times: 2},
		fakeapi.Fault{Call: fakeapi.CallInfo, Status: 602},
		fakeapi.Fault{Call: fakeapi.CallDelete, Status: 500, Times: -1},
	)
	info := func(token string, want int) {
		t.Helper()
		if got, _ := w.call("GET", infoPath, token, ""); got != want {
			t.Errorf("info of %s answered %d, want %d", token, got, want)
		}
	}
	info("token-lab", 601)
	info(token, 602)
	info(token, 200)
	info("token-lab", 601)
	info("token-lab", 200)
	for range 5 {
		if got, _ := w.call("POST", delPath, token, ""); got != 500 {
			t.Errorf("delete answered %d, want 500 for ever", got)
		}
	}
	w.api.ClearScript()
	if got, _ := w.call("POST", delPath, token, ""); got != 200 {
		t.Errorf("without faults: %d", got)
	}

	w.api.Script(fakeapi.Fault{Every: 3, Times: 2, Status: 503})
	var statuses []int
	for range 10 {
		status, _ := w.call("GET", infoPath, token, "")
		statuses = append(statuses, status)
	}
	if want := []int{200, 200, 503, 200, 200, 503, 200, 200, 200, 200}; !reflect.DeepEqual(statuses, want) {
		t.Errorf("each third, twice: %v", statuses)
	}
}

// TestKinds is what a client meets, with the effect lost and without.
func TestKinds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault  fakeapi.Fault
		limit  int64  // of what is read
		body   string // read in full, or begins
		length int    // 0 = body's
		err    error
	}{
		"truncated":             {fakeapi.Fault{Kind: fakeapi.Truncated}, 1e6, `{"Status":200,"Error":"","IsUserError":false,"Result":{"Success":tr`, 0, io.ErrUnexpectedEOF},
		"flat, truncated":       {fakeapi.Fault{Kind: fakeapi.Truncated}, 1e6, `{"Success":tr`, 0, io.ErrUnexpectedEOF},
		"flat, nested":          {fakeapi.Fault{Kind: fakeapi.Nested}, 1e6, `{"Success":{"Success":`, 240004, nil},
		"truncated as scripted": {fakeapi.Fault{Kind: fakeapi.Truncated, Status: 500, Body: `{"a`}, 1e6, `{"a`, 0, io.ErrUnexpectedEOF},
		"endless":               {fakeapi.Fault{Kind: fakeapi.Endless, Body: `{"a":true}`}, 1e6, `{"a":true}  `, 1e6, nil},
		"slow drip":             {fakeapi.Fault{Kind: fakeapi.SlowDrip}, 3, "   ", 0, nil},
		"slow drip with an end": {fakeapi.Fault{Kind: fakeapi.SlowDrip, Status: 600, Body: "{}"}, 1e6, "{}", 0, nil},
		"nested":                {fakeapi.Fault{Kind: fakeapi.Nested}, 1e6, `{"Status":200,"Error":"","IsUserError":false,"Result":{"Success":{"Success":`, 240059, nil},
		"reset":                 {fakeapi.Fault{Kind: fakeapi.Reset}, 0, "", 0, syscall.ECONNRESET},
	} {
		for _, commit := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, committed %v", name, commit), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, fakeapi.Options{Flat: strings.HasPrefix(name, "flat")})
				fault, wanted := test.fault, test.fault.Status
				fault.Commit = commit
				w.api.Script(fault)
				// A POST with a body is not sent again by net/http itself.
				response, err := w.ask("POST", setPath, token, setBody)
				if fault.Kind != fakeapi.Reset {
					wanted = max(wanted, 200)
					var body string
					body, err = read(t, response, err, test.limit)
					if !strings.HasPrefix(body, test.body) || len(body) != max(test.length, len(test.body)) || response.StatusCode != wanted {
						t.Errorf("%d bytes with %d: %.80s", len(body), response.StatusCode, body)
					}
				}
				if !errors.Is(err, test.err) {
					t.Errorf("%v, want %v", err, test.err)
				}
				if _, found := w.api.Webhook(token); found != commit {
					t.Errorf("saved: %v, want %v", found, commit)
				}
				log := w.api.Requests()
				if len(log) != 1 || log[0].Status != wanted || log[0].Committed != commit {
					t.Errorf("logged: %d requests, status %d, committed %v", len(log), log[0].Status, log[0].Committed)
				}
			})
		}
	}
}

// read reads an answer up to limit, and closes it.
func read(t *testing.T, response *http.Response, err error, limit int64) (string, error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, limit))
	return string(body), err
}

// TestHang ends when the client leaves, and when the server closes.
func TestHang(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Options{})
	running, err := api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	for _, end := range []func(){leave, func() { _ = running.Close() }} {
		met, failed := make(chan fakeapi.Request), make(chan error)
		api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Kind: fakeapi.Hang, Before: func(r fakeapi.Request) { met <- r }})
		request := newRequest(ctx, t, "POST", running.URL+setPath, token, setBody)
		go func() {
			response, err := (&http.Transport{}).RoundTrip(request)
			if err == nil {
				_ = response.Body.Close()
			}
			failed <- err
		}()
		if r := <-met; r.Call != fakeapi.CallSet || r.Token != token || r.Body != setBody {
			t.Errorf("the hook got a %s", r.Call)
		}
		end()
		if err := <-failed; err == nil {
			t.Error("an answer")
		}
		ctx = t.Context()
	}
}

// TestCommitOfWhatIsNotServed does nothing: there is no call to carry out.
func TestCommitOfWhatIsNotServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{Editions: fakeapi.EditionNotifications})
	w.api.Script(fakeapi.Fault{Status: 500, Commit: true})
	if status, _ := w.call("POST", nextPath, token, nextBody); status != 500 {
		t.Errorf("answered %d", status)
	}
	if _, found := w.api.Webhook(token); found || w.api.Requests()[0].Committed {
		t.Error("it was saved")
	}
	w.api.Script(fakeapi.Fault{Status: 500, Commit: true})
	w.call("POST", setPath, "who", setBody)
	if w.api.Requests()[1].Committed {
		t.Error("a Set of an unknown token took effect")
	}
}

// TestBeforeStops holds back one request and no other.
func TestBeforeStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	met, release := make(chan struct{}), make(chan struct{})
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Before: func(fakeapi.Request) {
		close(met)
		<-release
	}})
	done := make(chan int)
	go func() { done <- w.status("POST", setPath, token, setBody) }()
	<-met
	if _, found := w.api.Webhook(token); found {
		t.Error("saved before Before returned")
	}
	if status, _ := w.call("GET", infoPath, token, ""); status != 200 {
		t.Errorf("another call answered %d", status)
	}
	close(release)
	if status := <-done; status != 200 {
		t.Errorf("answered %d", status)
	}
}
