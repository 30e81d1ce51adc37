// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// raw answers with these bytes and closes the connection.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = conn.Write([]byte(answer))
		_ = conn.Close()
	}
}

// spaces writes white space, which is valid around any JSON, for as long as
// somebody reads it.
func spaces(every time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte("        "))
			if every > 0 {
				_ = http.NewResponseController(w).Flush()
				time.Sleep(every)
			}
		}
	}
}

// TestLostAnswers: an answer that does not come whole is a failed attempt of
// its own, is retried, and leaves the outcome open.
func TestLostAnswers(t *testing.T) {
	bytes := func(answer string) func(testing.TB) string {
		return func(t testing.TB) string { return handler(t, raw(answer)) }
	}
	for _, tt := range []struct {
		name    string
		serve   func(testing.TB) string
		timeout time.Duration
	}{
		{"closed", bytes(""), time.Minute},
		{"no HTTP", bytes("220 mail.example.com ESMTP\r\n"), time.Minute},
		{"status 000", bytes("HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n"), time.Minute},
		{"status 101", bytes("HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"), time.Minute},
		{"truncated", bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Suc"), time.Minute},
		{"truncated chunks", bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"Suc"), time.Minute},
		{"truncated refusal", bytes("HTTP/1.1 603 x\r\nContent-Length: 100\r\n\r\n{\"Suc"), time.Minute},
		{"endless header", bytes("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20)), time.Minute},
		{"slow drip", func(t testing.TB) string { return handler(t, spaces(10*time.Millisecond)) }, time.Second / 2},
	} {
		for _, op := range []operation{operations[0], operations[4]} {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				t.Parallel() // for those that wait out their timeout
				watch := &recorder{}
				c := newClient(t, tt.serve(t), pinned(op.edition), retries(1), attemptOf(tt.timeout), observed(watch))
				err := op.run(t.Context(), c, token(t))
				if StatusOf(err) != 0 || !IsAmbiguous(err) || !IsTemporary(err) || IsNotServed(err) || len(watch.attempts) != 2 {
					t.Errorf("%d attempts, %v", len(watch.attempts), err)
				}
				for _, a := range watch.attempts {
					if a.Err == "" || a.Status != 0 || strings.Contains(a.Err, "within 500ms") != (tt.timeout < time.Minute) {
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

// TestEndlessBody ends after 64 KiB; what is no whole JSON is no success of a
// call that promises one.
func TestEndlessBody(t *testing.T) {
	for _, op := range operations {
		requests := 0
		url := handler(t, func(w http.ResponseWriter, r *http.Request) {
			requests++
			_, _ = io.WriteString(w, `{"Status":200,"Result":{"Success":true,"IsOnline":true,"StatusCode":200}}`)
			spaces(0)(w, r)
		})
		c := newClient(t, url, pinned(op.edition))
		err := op.run(t.Context(), c, token(t))
		bare := op.edition == EditionAppConnection || op.request.path == requestDelete.path || op.request.path == requestTest.path
		if (err == nil) != bare || err != nil && (!IsAmbiguous(err) || !strings.Contains(err.Error(), "64 KiB")) || requests != 1 {
			t.Errorf("%s: %v", op.name, err)
		}
		if result, _ := c.TestWebhook(t.Context(), token(t)); result.Understood {
			t.Errorf("%+v", result)
		}
	}
}

// TestNothingSent: DNS failures, refused connections and certificates from
// strangers are never ambiguous; the last is not worth a second try.
func TestNothingSent(t *testing.T) {
	refused := httptest.NewServer(nil)
	refused.Close()
	var reached atomic.Int32
	overTLS := func(config *tls.Config) string {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
		s.TLS, s.Config.ErrorLog = config, log.New(io.Discard, "", 0)
		s.StartTLS()
		t.Cleanup(s.Close)
		return s.URL
	}
	noDNS := newTransport()
	noDNS.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}}
	}
	for _, tt := range []struct {
		name, endpoint string
		transport      *http.Transport
		attempts       int
		says           string
	}{
		{"DNS", "https://nowhere.example", noDNS, 3, "no such host"},
		{"refused", refused.URL, newTransport(), 3, "refused"},
		{"unknown CA", overTLS(nil), newTransport(), 1, "SSL_CERT_FILE"},
		{"TLS 1.1", overTLS(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}), newTransport(), 3, "tls: "},
	} {
		for _, op := range operations {
			watch := &recorder{}
			c := newClient(t, tt.endpoint, pinned(op.edition), observed(watch), through(tt.transport))
			err := op.run(t.Context(), c, token(t))
			if err == nil || IsAmbiguous(err) || !IsTemporary(err) || StatusOf(err) != 0 || !strings.Contains(err.Error(), tt.says) || len(watch.attempts) != tt.attempts {
				t.Errorf("%s, %s: %d attempts, %v", tt.name, op.name, len(watch.attempts), err)
			}
		}
	}
	if reached.Load() != 0 {
		t.Errorf("%d requests reached servers that are not trusted", reached.Load())
	}
}

// TestProxy: a proxy's refusal is its own, by its name, without its password;
// nobody is let through by asking again.
func TestProxy(t *testing.T) {
	for answer, attempts := range map[int]int{403: 1, 407: 1, 502: 3, 503: 3, 204: 3} {
		proxy := handler(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodConnect || r.Header.Get("AppToken") != "" {
				t.Errorf("%s to the proxy", r.Method)
			}
			w.WriteHeader(answer)
		})
		address, _ := url.Parse(proxy)
		address.User = url.UserPassword("user", "proxy-password")
		transport := newTransport()
		transport.Proxy = http.ProxyURL(address)
		watch := &recorder{}
		err := set(t, newClient(t, DefaultEndpoint, through(transport), observed(watch)))
		says := fmt.Sprintf("the proxy %s answered %d %s to CONNECT", address.Host, answer, http.StatusText(answer))
		if len(watch.attempts) != attempts || StatusOf(err) != 0 || IsAmbiguous(err) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "proxy-password") {
			t.Errorf("%d: %d attempts, %v", answer, len(watch.attempts), err)
		}
	}
	nobody := newTransport()
	nobody.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	if err := newClient(t, DefaultEndpoint, through(nobody)).DeleteWebhook(t.Context(), token(t)); err == nil || !strings.Contains(err.Error(), "the proxy can't be reached") {
		t.Error(err)
	}
}

// TestAmbiguity: the last answer decides unless it is no answer to the
// question; then any earlier attempt that may have taken effect does.
func TestAmbiguity(t *testing.T) {
	reset := fakeapi.Fault{Drop: true}
	for _, tt := range []struct {
		name      string
		answers   []fakeapi.Fault
		ambiguous bool
	}{
		{"500 then 429", []fakeapi.Fault{status(500), always(status(429))}, true},
		{"reset then 429", []fakeapi.Fault{reset, always(status(429))}, true},
		{"429 then reset", []fakeapi.Fault{status(429), always(reset)}, true},
		{"500 then 400", []fakeapi.Fault{status(500), status(400)}, false},
		{"reset then 603", []fakeapi.Fault{reset, status(603)}, false},
		{"reset then 603 inside", []fakeapi.Fault{reset, fakeapi.ErrorIn200(603, "gone")}, false},
		{"600 then 609", []fakeapi.Fault{status(600), always(status(609))}, false},
		{"Success false", []fakeapi.Fault{json200(`{"Success":false,"Error":"no"}`)}, false},
		{"200 not understood", []fakeapi.Fault{json200(`{"Success":1}`)}, true},
		{"another URL saved", []fakeapi.Fault{json200(`{"Success":true,"CallbackUrl":"https://x.example/"}`)}, true},
		{"503 then Success false", []fakeapi.Fault{status(503), json200(`{"Success":false}`)}, true},
	} {
		s := faulty(t, tt.answers...)
		err := set(t, newClient(t, s.url, pinned(EditionNotifications)))
		if wrapped := fmt.Errorf("in a sentence: %w", err); err == nil || IsAmbiguous(wrapped) != tt.ambiguous || StatusOf(wrapped) != StatusOf(err) {
			t.Errorf("%s: %v: ambiguous %v", tt.name, err, IsAmbiguous(err))
		}
	}
	// The answer was lost, then the server went away: nobody has refused it.
	var listener net.Listener
	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = listener.Close()
		raw("")(w, r)
	}))
	listener = gone.Listener
	t.Cleanup(gone.Close)
	if err := set(t, newClient(t, gone.URL, pinned(EditionNotifications))); !IsAmbiguous(err) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("%v", err)
	}
}

// TestKeptConnectionBreaks: net/http would repeat a GET by itself when a kept
// connection ends without an answer. An attempt is one request, a probe one
// attempt.
func TestKeptConnectionBreaks(t *testing.T) {
	s := serve(t, fakeapi.Options{})
	c := newClient(t, s.url)
	for i := range 2 {
		if _, err := c.Probe(t.Context(), token(t)); (err == nil) != (i == 0) || s.Count("") != i+1 {
			t.Errorf("%d requests, %v", s.Count(""), err)
		}
		s.Script(fakeapi.Fault{Drop: true})
	}
	endpoint := handler(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
			t.Errorf("a GET came with a body: length %d, %q", r.ContentLength, r.TransferEncoding)
		}
	})
	_, _ = newClient(t, endpoint).Probe(t.Context(), token(t))
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
		err := newClient(t, DefaultEndpoint, through(transport)).DeleteWebhook(t.Context(), token(t))
		if err == nil || IsAmbiguous(err) != ambiguous {
			t.Errorf("again %v: %v", again, err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
