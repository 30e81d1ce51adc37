// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestConnections: at most about two connections for each of the calls that
// run at once, whatever the answers, and one for calls in a row.
func TestConnections(t *testing.T) {
	for parallel, calls := range map[int]int{1: 30, 10: 400} {
		s := serve(t)
		for i := range calls / 5 {
			s.script = append(s.script, reply{times: 4}, status(503+i%2))
		}
		s.onArrive = func() { time.Sleep(100 * time.Microsecond) } // else two connections do for all
		var dials atomic.Int32
		transport := newTransport()
		dial := transport.DialContext
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			dials.Add(1)
			return dial(ctx, network, address)
		}
		c := newClient(t, s.url, through(transport))
		var running sync.WaitGroup
		for range parallel {
			running.Go(func() {
				for i := range calls / parallel {
					if err := operations[i%3].run(t.Context(), c, token(t)); err != nil && StatusOf(err) == 0 {
						t.Error(err)
					}
				}
			})
		}
		running.Wait()
		if n := int(dials.Load()); n > 2*parallel || parallel == 1 && n > 1 {
			t.Errorf("%d connections for %d calls at once", n, parallel)
		}
		c.Close()
		if err := set(t, c); err != nil {
			t.Errorf("after Close: %v", err)
		}
	}
}

// TestTransport: TLS 1.2 or newer, HTTP/1, proxies from the environment.
func TestTransport(t *testing.T) {
	working := serve(t)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS.Version < tls.VersionTLS12 || r.ProtoMajor != 1 {
			t.Errorf("TLS %x, %s", r.TLS.Version, r.Proto)
		}
		working.ServeHTTP(w, r)
	}))
	secure.EnableHTTP2 = true
	secure.StartTLS()
	t.Cleanup(secure.Close)
	transport := newTransport()
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(secure.Certificate())
	if err := set(t, newClient(t, secure.URL, through(transport))); err != nil {
		t.Error(err)
	}
	if transport.Proxy == nil || transport.TLSClientConfig.MinVersion != tls.VersionTLS12 || transport.TLSClientConfig.InsecureSkipVerify ||
		transport.Protocols == nil || transport.Protocols.HTTP2() {
		t.Errorf("%+v", transport)
	}
	// ProxyFromEnvironment never proxies loopback, and reads the environment
	// once per process: so it is only asked for what it does with loopback.
	if u, err := transport.Proxy(&http.Request{URL: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}}); u != nil || err != nil {
		t.Errorf("proxy for loopback: %v, %v", u, err)
	}
}
