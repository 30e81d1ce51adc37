// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestLostAnswers: an answer that isn't complete is a failed attempt of its
// own, is retried, and leaves the outcome open.
func TestLostAnswers(t *testing.T) {
	slow := listen(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte(" "))
			_ = http.NewResponseController(w).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	})
	const closed = "got no complete answer: the connection was closed"
	for _, tt := range []struct{ name, answer, says string }{
		{"closed", "", closed},
		{"no HTTP", "220 mail.example.com ESMTP\r\n", "mail.example.com"},
		{"status 101", "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", "got no answer: the server's answer is not HTTP"},
		{"truncated chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"Suc", closed},
		{"truncated refusal", "HTTP/1.1 603 x\r\nContent-Length: 50\r\n\r\n{}", closed},
		{"slow drip", "", "got no complete answer within 300ms"},
	} {
		endpoint, timeout := serve(t, always(raw(tt.answer))).url, time.Minute
		if tt.name == "slow drip" {
			endpoint, timeout = slow, 300*time.Millisecond
		}
		watch := &recorder{}
		err := set(t, newClient(t, endpoint, retries(1), attemptOf(timeout), observed(watch)))
		if StatusOf(err) != 0 || !IsAmbiguous(err) || !IsTemporary(err) || IsNotServed(err) || len(watch.attempts) != 2 || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %d attempts, %v", tt.name, len(watch.attempts), err)
		}
		for _, a := range watch.attempts {
			if a.Reason == "" || a.Status != 0 || !strings.Contains("got "+a.Reason, tt.says) {
				t.Errorf("%s: told %+v", tt.name, a)
			}
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Error("an attempt's own timeout is not the caller's deadline")
		}
	}
}

// TestLongBody: 64 KiB of an answer are read; what is no complete JSON is no
// success of a call that promises one.
func TestLongBody(t *testing.T) {
	s := serve(t, always(ok(`{"Success":true,"IsOnline":true,"StatusCode":200}`+strings.Repeat(" ", maxBody))))
	c := newClient(t, s.url, pinned(EditionNotifications))
	result, err := c.TestWebhook(t.Context(), token(t))
	_, noInfo := c.Info(t.Context(), token(t))
	if noSet := set(t, c); err != nil || result.Understood || !IsAmbiguous(noInfo) || noSet == nil {
		t.Errorf("%+v, %v, %v, %v", result, err, noInfo, noSet)
	}
}

// TestNothingSent: DNS failures, refused connections and certificates from
// strangers are never ambiguous; the last is not worth a second try.
func TestNothingSent(t *testing.T) {
	refused := httptest.NewServer(nil)
	refused.Close()
	var reached atomic.Int32
	stranger := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0)
	stranger.StartTLS()
	t.Cleanup(stranger.Close)
	noDNS := newTransport()
	noDNS.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}}
	}
	noProxy := newTransport()
	noProxy.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	for _, tt := range []struct {
		name, endpoint string
		transport      *http.Transport
		attempts       int
		says           string
	}{
		{"DNS", "https://nowhere.example", noDNS, 3, "no such host"},
		{"refused", refused.URL, newTransport(), 3, "refused"},
		{"proxy refused", DefaultEndpoint, noProxy, 3, "the proxy can't be reached"},
		{"unknown CA", stranger.URL, newTransport(), 1, "SSL_CERT_FILE"},
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
	for answer, attempts := range map[int]int{403: 1, 407: 1, 502: 3} {
		proxy := listen(t, func(w http.ResponseWriter, r *http.Request) {
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
}

// TestAmbiguity: what all attempts did. Once one may have taken effect, only
// success or a gone App Connection makes the call certain, whatever a later
// answer refuses; and the error says both.
func TestAmbiguity(t *testing.T) {
	mayHaveActed := map[string]reply{
		"408": status(408), "500": status(500), "504": status(504), "600": status(600), "602": status(602),
		"no complete answer": dropped,
	}
	didNothing := map[string]reply{"429": status(429), "609": status(609)}
	last := []reply{status(400), status(403), status(404), status(605), status(606), status(610), errorIn200(400), always(status(429)), redirect("https://x.example/"), ok(`{"Success":false,"Error":"no"}`)}
	for _, op := range operations[:4] {
		for _, answer := range last {
			s := serve(t)
			c := newClient(t, s.url, pinned(op.edition))
			run := func(first reply) error {
				s.then(first, answer)
				return op.run(t.Context(), c, token(t))
			}
			refusal := StatusOf(run(reply{status: 429}))
			for says, first := range mayHaveActed {
				err := run(first)
				if !IsAmbiguous(err) || StatusOf(err) != refusal || !strings.Contains(err.Error(), "an earlier attempt got "+says) || !strings.Contains(err.Error(), "answered "+strconv.Itoa(refusal)) {
					t.Errorf("%s, %s, then %d: ambiguous %v, %v", op.name, says, answer.status, IsAmbiguous(err), err)
				}
			}
			for says, first := range didNothing {
				if err := run(first); err == nil || IsAmbiguous(err) || strings.Contains(err.Error(), "earlier attempt") {
					t.Errorf("%s, %s, then %d: ambiguous %v, %v", op.name, says, answer.status, IsAmbiguous(err), err)
				}
			}
		}
		for name, first := range mayHaveActed {
			for _, gone := range []reply{status(603), status(604), errorIn200(603)} {
				s := serve(t, first, gone)
				if err := op.run(t.Context(), newClient(t, s.url, pinned(op.edition)), token(t)); !IsGone(err) || IsAmbiguous(err) {
					t.Errorf("%s, %s, then gone: %v", op.name, name, err)
				}
			}
			s := serve(t, first)
			if err := op.run(t.Context(), newClient(t, s.url, pinned(op.edition)), token(t)); err != nil {
				t.Errorf("%s, %s, then success: %v", op.name, name, err)
			}
		}
	}
	// Also when the earlier attempt was one of the other API version, unless a
	// web page answered it.
	for _, first := range []reply{page, ok("[]")} {
		s := serve(t, first, status(400))
		err := set(t, newClient(t, s.url))
		if !IsInvalidInput(err) || IsAmbiguous(err) != (first.contentType != page.contentType) || strings.Contains(err.Error(), "an earlier attempt got 200") != IsAmbiguous(err) {
			t.Error(err)
		}
	}
}

// TestKeptConnectionBreaks: net/http would repeat a GET by itself when a kept
// connection ends without an answer. An attempt is one request, and a GET has
// no body on the wire.
func TestKeptConnectionBreaks(t *testing.T) {
	s := serve(t, reply{}, dropped)
	c := newClient(t, s.url)
	for i := range 2 {
		if _, err := c.Probe(t.Context(), token(t)); (err == nil) != (i == 0) || s.count("") != i+1 {
			t.Errorf("%d requests, %v", s.count(""), err)
		}
	}
	bare := listen(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
			t.Errorf("a GET came with a body: length %d, %q", r.ContentLength, r.TransferEncoding)
		}
	})
	_, _ = newClient(t, bare).Probe(t.Context(), token(t))
}

// TestTransportStartsAnew: net/http itself repeats a request of which a kept
// connection took nothing. When it then can't connect, nothing was sent.
func TestTransportStartsAnew(t *testing.T) {
	for again, ambiguous := range map[bool]bool{true: false, false: true} {
		transport := roundTripper(func(req *http.Request) (*http.Response, error) {
			if header := map[string][]string(req.Header); header["AppToken"] == nil {
				t.Errorf("the header's name is not spelt as documented: %v", slices.Collect(maps.Keys(header)))
			}
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

// TestTransport: TLS 1.2 or newer, HTTP/1.1 only, proxies from the environment.
func TestTransport(t *testing.T) {
	made := newTransport()
	if made.TLSClientConfig.MinVersion != tls.VersionTLS12 || made.TLSClientConfig.InsecureSkipVerify ||
		made.Protocols.HTTP2() || made.Protocols.UnencryptedHTTP2() || reflect.ValueOf(made.Proxy).Pointer() != reflect.ValueOf(http.ProxyFromEnvironment).Pointer() {
		t.Errorf("%+v", made)
	}
}
