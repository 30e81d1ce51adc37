// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || response.Header.Get("Content-Type") != test.contentType {
				t.Errorf("answered %d as %q, want %d as %q", response.StatusCode, response.Header.Get("Content-Type"), test.status, test.contentType)
			}
			if test.body == "{" {
				decode[object](t, string(body))
			} else if string(body) != test.body {
				t.Errorf("body %q, want %q", body, test.body)
			}
			if _, found := w.api.Webhook(token); found {
				t.Error("a fault without Commit saved something")
			}
			if got := w.api.Requests()[0]; got.Status != test.status || got.Committed {
				t.Errorf("logged as %d, committed %v", got.Status, got.Committed)
			}
			if status, _ := w.call("POST", setPath, token, setBody); status != 200 {
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
	const limit = 64 << 10
	for _, test := range []struct {
		name   string
		fault  fakeapi.Fault
		meets  func(t *testing.T, response *http.Response, err error)
		logged int
	}{
		{"reset", fakeapi.Fault{Kind: fakeapi.Reset}, func(t *testing.T, _ *http.Response, err error) {
			if !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%v, want a reset connection", err)
			}
		}, 0},
		{"truncated", fakeapi.Fault{Kind: fakeapi.Truncated}, func(t *testing.T, response *http.Response, err error) {
			body, err := read(t, response, err, limit)
			if !errors.Is(err, io.ErrUnexpectedEOF) || body == "" || response.StatusCode != 200 {
				t.Errorf("%d %q %v, want a body cut off", response.StatusCode, body, err)
			}
		}, 200},
		{"truncated as scripted", fakeapi.Fault{Kind: fakeapi.Truncated, Status: 500, Body: `{"a`}, func(t *testing.T, response *http.Response, err error) {
			body, err := read(t, response, err, limit)
			if !errors.Is(err, io.ErrUnexpectedEOF) || body != `{"a` || response.StatusCode != 500 {
				t.Errorf("%d %q %v, want a body cut off", response.StatusCode, body, err)
			}
		}, 500},
		{"endless", fakeapi.Fault{Kind: fakeapi.Endless, Body: `{"Success":true}`}, func(t *testing.T, response *http.Response, err error) {
			body, err := read(t, response, err, 1<<20)
			if err != nil || len(body) != 1<<20 || !strings.HasPrefix(body, `{"Success":true}  `) {
				t.Errorf("%d bytes, %v, want no end", len(body), err)
			}
		}, 200},
		{"slow drip", fakeapi.Fault{Kind: fakeapi.SlowDrip}, func(t *testing.T, response *http.Response, err error) {
			if body, err := read(t, response, err, 3); err != nil || body != "   " {
				t.Errorf("%q, %v, want white space without end", body, err)
			}
		}, 200},
		{"slow drip with an end", fakeapi.Fault{Kind: fakeapi.SlowDrip, Status: 600, Body: "{}"}, func(t *testing.T, response *http.Response, err error) {
			if body, err := read(t, response, err, limit); err != nil || body != "{}" || response.StatusCode != 600 {
				t.Errorf("%d %q, %v", response.StatusCode, body, err)
			}
		}, 600},
		{"nested", fakeapi.Fault{Kind: fakeapi.Nested}, func(t *testing.T, response *http.Response, err error) {
			body, err := read(t, response, err, 1<<20)
			var into any
			if err != nil || json.Unmarshal([]byte(body), &into) == nil || strings.Count(body, "{") != strings.Count(body, "}") {
				t.Errorf("%d bytes, %v, want JSON that is too deep", len(body), err)
			}
		}, 200},
	} {
		for _, commit := range []bool{false, true} {
			name := test.name
			if commit {
				name += ", committed"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, fakeapi.Options{})
				fault := test.fault
				fault.Commit = commit
				w.api.Script(fault)
				// A POST with a body is not sent again by net/http itself.
				response, err := w.ask("POST", setPath, token, setBody)
				test.meets(t, response, err)
				if _, found := w.api.Webhook(token); found != commit {
					t.Errorf("saved: %v, want %v", found, commit)
				}
				log := w.api.Requests()
				if len(log) != 1 || log[0].Status != test.logged || log[0].Committed != commit {
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
	w := newWorld(t, fakeapi.Options{})
	met := make(chan fakeapi.Request, 1)
	w.api.Script(fakeapi.Fault{Call: fakeapi.CallSet, Kind: fakeapi.Hang, Commit: true, Before: func(r fakeapi.Request) { met <- r }})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "POST", w.url+setPath, strings.NewReader(setBody))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("AppToken", token)
	failed := make(chan error, 1)
	go func() {
		_, err := w.client.Do(request)
		failed <- err
	}()
	if r := <-met; r.Call != fakeapi.CallSet || r.Token != token || r.Body != setBody {
		t.Errorf("the hook got a %s", r.Call)
	}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}

	api := fakeapi.New(fakeapi.Options{})
	api.Script(fakeapi.Fault{Kind: fakeapi.Hang, Times: -1, Before: func(r fakeapi.Request) { met <- r }})
	running, err := api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	request, err = http.NewRequestWithContext(t.Context(), "GET", running.URL+infoPath, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, err := w.client.Do(request)
		failed <- err
	}()
	<-met
	if err := running.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("an answer of a server that closed")
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
	go func() {
		response, err := w.ask("POST", setPath, token, setBody)
		if err != nil {
			done <- 0
			return
		}
		_ = response.Body.Close()
		done <- response.StatusCode
	}()
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

// TestFaultsWithoutListen are those of a handler on a server of the test's.
func TestFaultsWithoutListen(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Options{})
	api.AddConnection(token, "garage")
	server := httptest.NewTLSServer(api)
	defer server.Close()
	api.Script(fakeapi.Fault{Kind: fakeapi.Reset})
	for _, fails := range []bool{true, false} {
		request, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+setPath, strings.NewReader(setBody))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("AppToken", token)
		response, err := server.Client().Do(request)
		if (err != nil) != fails {
			t.Errorf("%v, want an error: %v", err, fails)
		}
		if err == nil {
			_ = response.Body.Close()
		}
	}
}
