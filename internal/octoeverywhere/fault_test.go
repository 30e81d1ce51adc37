// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// hijack takes the connection from the server.
func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	return conn
}

func reset(w http.ResponseWriter, _ *http.Request) {
	conn := hijack(w)
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // RST instead of FIN
	}
	_ = conn.Close()
}

func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn := hijack(w)
		_, _ = conn.Write([]byte(answer))
		_ = conn.Close()
	}
}

// drip sends a byte now and then, for as long as the client listens.
func drip(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "100000")
	for r.Context().Err() == nil {
		_, _ = w.Write([]byte(" "))
		_ = http.NewResponseController(w).Flush()
		time.Sleep(time.Millisecond)
	}
}

func endless(contentType, chunk string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte(chunk)); err != nil {
				return
			}
		}
	}
}

// TestLostAnswers: an answer that does not come whole is a failed attempt of
// its own, is retried, and leaves the outcome open.
func TestLostAnswers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		timeout time.Duration
	}{
		{"reset", reset, time.Minute},
		{"closed", raw(""), time.Minute},
		{"half a status line", raw("HTTP/1."), time.Minute},
		{"no HTTP", raw("220 mail.example.com ESMTP\r\n"), time.Minute},
		{"status 000", raw("HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n"), time.Minute},
		{"status 101", raw("HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"), time.Minute},
		{"truncated", raw("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"Success\":true"), time.Minute},
		{"truncated chunks", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"Suc"), time.Minute},
		{"truncated refusal", raw("HTTP/1.1 603 x\r\nContent-Length: 999\r\n\r\n{"), time.Minute},
		{"endless header", raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20)), time.Minute},
		{"hanging", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, time.Second},
		{"slow drip", drip, time.Second},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				t.Parallel() // for those that wait out their timeout
				srv := newServer(t, tt.handler)
				watch := &recorder{}
				c := newClient(t, srv.URL, pinned(op.edition), retries(1), attemptOf(tt.timeout), observed(watch))
				err := op.call(t.Context(), c, token(t))
				if len(srv.log()) != 2 || len(watch.attempts) != 2 {
					t.Errorf("%d requests of %d attempts, want 2", len(srv.log()), len(watch.attempts))
				}
				if StatusOf(err) != 0 || !IsAmbiguous(err) || !IsTemporary(err) || IsNotServed(err) {
					t.Errorf("%v", err)
				}
				for _, a := range watch.attempts {
					if a.Err == "" || a.Status != 0 {
						t.Errorf("told %+v", a)
					}
				}
				if errors.Is(err, context.DeadlineExceeded) {
					t.Error("an attempt's own timeout is not the caller's deadline")
				}
			})
		}
	}
}

// TestLostOnce: what is lost once is made up for by the retry.
func TestLostOnce(t *testing.T) {
	for _, op := range operations {
		first := true
		srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
			if first {
				first = false
				reset(w, r)
				return
			}
			op.success(w, r)
		})
		if err := op.call(t.Context(), newClient(t, srv.URL, pinned(op.edition)), token(t)); err != nil {
			t.Errorf("%s: %v", op.name, err)
		}
	}
}

// TestEndlessBody ends after 64 KiB; what is no whole JSON is no success of a
// call that promises one.
func TestEndlessBody(t *testing.T) {
	srv := newServer(t, endless("application/json", strings.Repeat(`{"Success":true,"IsOnline":true,"Status":200,`, 20)))
	for _, op := range operations {
		err := op.call(t.Context(), newClient(t, srv.URL, pinned(op.edition)), token(t))
		bodyless := op.path == newPath || op.path == deletePath || op.path == testPath
		if (err == nil) != bodyless || err != nil && (!IsAmbiguous(err) || !strings.Contains(err.Error(), detailTooLong)) {
			t.Errorf("%s: %v", op.name, err)
		}
	}
	if len(srv.log()) != len(operations) {
		t.Errorf("%d requests", len(srv.log()))
	}
	result, err := newClient(t, srv.URL).TestWebhook(t.Context(), token(t))
	if err != nil || result.Understood {
		t.Errorf("%+v, %v", result, err)
	}
}

// TestNothingSent: DNS failures, refused connections and certificates from
// strangers are never ambiguous; the last is not worth a second try.
func TestNothingSent(t *testing.T) {
	refused := newServer(t, bareOK)
	refused.Close()
	stranger := unstarted(bareOK)
	stranger.StartTLS()
	t.Cleanup(stranger.Close)
	old := unstarted(bareOK)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10} //nolint:gosec // it is to be refused
	old.StartTLS()
	t.Cleanup(old.Close)

	noDNS := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}}
	}}
	for _, tt := range []struct {
		name, endpoint string
		transport      http.RoundTripper
		attempts       int
		says           string
	}{
		{"DNS", "https://nowhere.example", noDNS, 3, "no such host"},
		{"refused", refused.URL, nil, 3, "refused"},
		{"unknown CA", stranger.URL, nil, 1, "certificate can't be trusted"},
		{"TLS 1.1", old.URL, nil, 3, "tls: "},
	} {
		for _, op := range operations {
			watch := &recorder{}
			c := newClient(t, tt.endpoint, pinned(op.edition), observed(watch), func(c *Config) { c.Transport = tt.transport })
			err := op.call(t.Context(), c, token(t))
			if len(watch.attempts) != tt.attempts {
				t.Errorf("%s/%s: %d attempts, want %d", tt.name, op.name, len(watch.attempts), tt.attempts)
			}
			if err == nil || IsAmbiguous(err) || !IsTemporary(err) || StatusOf(err) != 0 || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s/%s: %v", tt.name, op.name, err)
			}
		}
	}
	if n := len(stranger.log()) + len(old.log()); n != 0 {
		t.Errorf("%d requests reached servers that are not trusted", n)
	}
}

// TestAmbiguity: the last answer decides unless it is no answer to the
// question; then any earlier attempt that may have taken effect does.
func TestAmbiguity(t *testing.T) {
	for _, tt := range []struct {
		name      string
		answers   []http.HandlerFunc
		ambiguous bool
	}{
		{"429 all along", []http.HandlerFunc{status(429)}, false},
		{"500 then 429", []http.HandlerFunc{status(500), status(429)}, true},
		{"reset then 429", []http.HandlerFunc{reset, status(429)}, true},
		{"429 then reset", []http.HandlerFunc{status(429), reset}, true},
		{"500 then 400", []http.HandlerFunc{status(500), status(400)}, false},
		{"reset then 603", []http.HandlerFunc{reset, status(603)}, false},
		{"reset then 302", []http.HandlerFunc{reset, status(302)}, false},
		{"600 then 501", []http.HandlerFunc{status(600), status(501)}, false},
		{"600 then 609", []http.HandlerFunc{status(600), status(609)}, false},
		{"609 then 609", []http.HandlerFunc{status(609)}, false},
		{"503 all along", []http.HandlerFunc{status(503)}, true},
		{"601", []http.HandlerFunc{status(601)}, true},
		{"Success false", []http.HandlerFunc{answerWith(200, "application/json", `{"Success":false,"Error":"no"}`)}, false},
		{"503 then Success false", []http.HandlerFunc{status(503), answerWith(200, "application/json", `{"Success":false}`)}, true},
		{"200 not understood", []http.HandlerFunc{answerWith(200, "application/json", `{"Success":1}`)}, true},
		{"202", []http.HandlerFunc{status(202)}, true},
		{"another URL saved", []http.HandlerFunc{answerWith(200, "application/json", `{"Success":true,"CallbackUrl":"https://x.example/"}`)}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				n++
				tt.answers[min(n, len(tt.answers))-1](w, r)
			})
			err := newClient(t, srv.URL, pinned(EditionNotifications)).SetWebhook(t.Context(), token(t), hook)
			if err == nil || IsAmbiguous(err) != tt.ambiguous {
				t.Errorf("%v: ambiguous %v", err, IsAmbiguous(err))
			}
			if wrapped := fmt.Errorf("in a sentence: %w", err); IsAmbiguous(wrapped) != tt.ambiguous || StatusOf(wrapped) != StatusOf(err) {
				t.Error("predicates must see through wrapping")
			}
		})
	}
	// The answer was lost, then the server went away: nobody has refused it.
	var srv *server
	srv = newServer(t, func(w http.ResponseWriter, r *http.Request) {
		_ = srv.Listener.Close()
		reset(w, r)
	})
	err := newClient(t, srv.URL, pinned(EditionNotifications)).SetWebhook(t.Context(), token(t), hook)
	if !IsAmbiguous(err) || len(srv.log()) != 1 {
		t.Errorf("%v", err)
	}
}

// TestPredicatesOfNil: all accept nil and strangers.
func TestPredicatesOfNil(t *testing.T) {
	for name, is := range map[string]func(error) bool{
		"IsGone": IsGone, "IsNotSupporter": IsNotSupporter, "IsInvalidInput": IsInvalidInput,
		"IsInvalidCredentials": IsInvalidCredentials, "IsPrinterUnreachable": IsPrinterUnreachable,
		"IsTemporary": IsTemporary, "IsNotServed": IsNotServed, "IsAmbiguous": IsAmbiguous,
	} {
		if is(nil) || is(errors.New("x")) || is(errNoToken) {
			t.Errorf("%s of no call's error", name)
		}
	}
	if StatusOf(nil) != 0 {
		t.Error("StatusOf(nil)")
	}
}

// TestKeptConnectionBreaks: net/http would repeat a GET by itself when a kept
// connection ends without an answer. A probe is one attempt (design, rule 3),
// and an attempt is one request; a call's own retries make up for it.
func TestKeptConnectionBreaks(t *testing.T) {
	t.Parallel()
	var breaks atomic.Bool
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 || len(r.TransferEncoding) > 0 || r.Header.Get("Content-Length") != "" {
			t.Errorf("a GET came with a body: length %d, %q", r.ContentLength, r.TransferEncoding)
		}
		if breaks.Swap(false) {
			panic(http.ErrAbortHandler)
		}
		writeJSON(w, 200, map[string]any{"IsOnline": true})
	})
	c := newClient(t, s.URL)
	info := func() error { _, err := c.Info(t.Context(), token(t)); return err }
	probe := func() error { _, err := c.Probe(t.Context(), token(t)); return err }
	for _, step := range []struct {
		name     string
		call     func() error
		breaks   bool
		requests int
		works    bool
	}{
		{"probe", probe, false, 1, true},
		{"probe on a kept connection that breaks", probe, true, 1, false},
		{"probe", probe, false, 1, true},
		{"info on a kept connection that breaks", info, true, 2, true},
	} {
		before := len(s.log())
		breaks.Store(step.breaks)
		err := step.call()
		if sent := len(s.log()) - before; sent != step.requests || (err == nil) != step.works {
			t.Errorf("%s: %d requests, want %d; %v", step.name, sent, step.requests, err)
		}
	}
}

// TestTransportStartsAnew: net/http itself repeats a request of which a kept
// connection took nothing. When it then can't connect, nothing was sent.
func TestTransportStartsAnew(t *testing.T) {
	for again, ambiguous := range map[bool]bool{true: false, false: true} {
		transport := roundTripper(func(req *http.Request) (*http.Response, error) {
			trace := httptrace.ContextClientTrace(req.Context())
			trace.GetConn("")
			trace.GotConn(httptrace.GotConnInfo{Reused: true})
			if again {
				trace.GetConn("")
			}
			return nil, syscall.ECONNREFUSED
		})
		err := newClient(t, DefaultEndpoint, func(c *Config) { c.Transport = transport }).DeleteWebhook(t.Context(), token(t))
		if err == nil || IsAmbiguous(err) != ambiguous {
			t.Errorf("again %v: %v", again, err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
