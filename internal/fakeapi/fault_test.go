// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestFaults is what a client meets once, with the effect lost and without.
func TestFaults(t *testing.T) {
	t.Parallel()
	const (
		json = "application/json; charset=utf-8"
	)
	for name, tt := range map[string]struct {
		fault       fakeapi.Fault
		status      int
		contentType string
		body        string // begins
		length      int    // 0 = body's
		err         error
	}{
		"API error":       {fakeapi.Fault{Status: 613}, 613, json, `{"Status":613,"Error":"There is no active print.","IsUserError":false,"Result":null}`, 0, nil},
		"flat, API error": {fakeapi.Fault{Status: 500}, 500, json, `{"Error":"Internal server error.","Success":false}`, 0, nil},
		"a new code":      {fakeapi.Fault{Status: 699}, 699, "", "", 0, nil},
		"its own type":    {fakeapi.Fault{Status: 600, Body: "{}", Header: http.Header{"Content-Type": {"text/plain"}}}, 600, "text/plain", "{}", 0, nil},
		"HTML":            {fakeapi.Fault{Body: "<!doctype html>"}, 200, "text/html; charset=utf-8", "<!doctype html>", 0, nil},
		"error in a 200":  {fakeapi.ErrorIn200(400, "Invalid Id"), 200, json, `{"Status":400,"Error":"Invalid Id"}`, 0, nil},
		"envelope":        {fakeapi.Enveloped(`"604"`, "gone", `[7]`), 200, json, `{"Status":"604","Error":"gone","IsUserError":false,"Result":[7]}`, 0, nil},
		"no Status":       {fakeapi.Enveloped("", "", "null"), 200, json, `{"Error":"","IsUserError":false,"Result":null}`, 0, nil},

		"cut off": {fakeapi.Fault{Body: `{"a`, Header: http.Header{"Content-Length": {"9"}}}, 200, json, `{"a`, 0, io.ErrUnexpectedEOF},
		"dropped": {fakeapi.Fault{Drop: true}, 0, "", "", 0, syscall.ECONNRESET},
	} {
		for _, effect := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, fakeapi.Options{Flat: strings.HasPrefix(name, "flat")})
				fault := tt.fault
				fault.TakeEffect = effect
				w.Script(fault)
				length := max(tt.length, len(tt.body))
				// A POST with a body is not sent again by net/http itself.
				got := w.send(t.Context(), set, token, setBody, 1e6)
				if body := strings.TrimSuffix(got.body, "\n"); !strings.HasPrefix(body, tt.body) || len(body) != length {
					t.Errorf("%d bytes: %.80s", len(body), body)
				}
				if got.status != tt.status || !errors.Is(got.err, tt.err) || tt.contentType != "" && got.header.Get("Content-Type") != tt.contentType {
					t.Errorf("%d %v %v", got.status, got.err, got.header)
				}
				if _, found := w.Webhook(token); found != effect {
					t.Errorf("saved: %v, want %v", found, effect)
				}
				if log := w.Requests(); len(log) != 1 || log[0].Status != tt.status {
					t.Errorf("logged: %+v", log)
				}
				w.want(200, set, setBody)
			})
		}
	}
}

// TestHang ends when the client leaves, and when the server closes.
func TestHang(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	ctx, leave := context.WithCancel(t.Context())
	running := w.listen()
	met, done := make(chan fakeapi.Request, 1), make(chan reply)
	w.OnRequest(func(r fakeapi.Request) { met <- r })
	for _, end := range []func(){leave, func() { _ = running.Close() }} {
		w.Script(fakeapi.Fault{Hang: true})
		go func() { done <- w.send(ctx, set, token, setBody, 1) }()
		if r := <-met; r.Call != fakeapi.CallSet || r.Token != token || r.Body != setBody {
			t.Errorf("the hook got a %s", r.Call)
		}
		end()
		if got := <-done; got.err == nil {
			t.Errorf("answered %d", got.status)
		}
		ctx = t.Context()
	}
}

// TestFirstFaultThatFits is about Call, Token, Times, Every and the order.
func TestFirstFaultThatFits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	w.AddConnection("token-lab", "lab")
	ask := func(call, as string, want ...int) {
		t.Helper()
		var got []int
		for range want {
			got = append(got, w.send(t.Context(), call, as, "", 1e6).status)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s as %s answered %v, want %v", call, as, got, want)
		}
	}
	w.Script(
		fakeapi.Fault{Call: fakeapi.CallInfo, Token: "token-lab", Status: 601, Times: 2},
		fakeapi.Fault{Call: fakeapi.CallInfo, Status: 602},
		fakeapi.Fault{Call: fakeapi.CallDelete, Status: 500, Times: -1},
	)
	ask(info, "token-lab", 601)
	ask(info, token, 602, 200)
	ask(info, "token-lab", 601, 200)
	ask(del, token, 500, 500, 500, 500)
	w.ClearScript()
	ask(del, token, 200)
	w.Script(fakeapi.Fault{Every: 3, Times: 2, Status: 503})
	ask(info, token, 200, 200, 503, 200, 200, 503, 200, 200, 200)
}

// TestHook holds back one request and no other, and what it does.
func TestHook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{})
	met, release, done := make(chan struct{}), make(chan struct{}), make(chan reply)
	w.OnRequest(func(r fakeapi.Request) {
		if r.Call == fakeapi.CallSet {
			close(met)
			<-release
		}
	})
	go func() { done <- w.ask(set, setBody) }()
	<-met
	w.ResetRequests() // what is under way is in nobody's log
	w.want(200, info, "")
	if w.saved().URL != "" {
		t.Error("saved before the hook returned")
	}
	close(release)
	if got := <-done; got.status != 200 || w.saved().URL != someURL {
		t.Errorf("answered %d", got.status)
	}
	if log := w.Requests(); len(log) != 1 || log[0].Call != fakeapi.CallInfo {
		t.Errorf("%+v", log)
	}
}
