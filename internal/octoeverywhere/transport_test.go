// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

// trusting makes a pool that trusts an httptest TLS server.
func trusting(s *server) *transportPool {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return newTransportPool(&tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots})
}

// TestConnections: no more TCP connections than calls at once, from the very
// first, over plain HTTP and TLS, and whatever the answers.
func TestConnections(t *testing.T) {
	const parallel, calls = 10, 400
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			srv := unstarted(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(time.Millisecond) // the service's latency: else two connections do for all
				if r.URL.Path == deletePath {
					w.WriteHeader(404)
					return
				}
				echo(w, r)
			})
			var transport http.RoundTripper
			if scheme == "https" {
				srv.StartTLS()
				transport = trusting(srv)
			} else {
				srv.Start()
			}
			t.Cleanup(srv.Close)
			c := newClient(t, srv.URL, func(c *Config) { c.Transport = transport })
			work := make(chan int)
			var wg sync.WaitGroup
			for range parallel {
				wg.Go(func() {
					for i := range work {
						if i%4 == 0 {
							if err := c.DeleteWebhook(t.Context(), token(t)); !IsNotServed(err) {
								t.Error(err)
							}
						} else if err := c.SetWebhook(t.Context(), token(t), hook); err != nil {
							t.Error(err)
						}
					}
				})
			}
			for i := range calls {
				work <- i
			}
			close(work)
			wg.Wait()
			if n := srv.dialled(); n > parallel {
				t.Errorf("%d connections for %d calls at once", n, parallel)
			}
			if len(srv.log()) != calls {
				t.Errorf("%d requests", len(srv.log()))
			}
		})
	}
}

// TestOneConnectionInARow: calls one after the other share one connection, also
// over failed and retried ones; TLS is 1.2 or newer.
func TestOneConnectionInARow(t *testing.T) {
	n := 0
	srv := unstarted(func(w http.ResponseWriter, r *http.Request) {
		if n++; n%3 == 0 {
			writeJSON(w, 503, map[string]any{"Error": "busy"})
			return
		}
		if r.TLS.Version < tls.VersionTLS12 || r.ProtoMajor != 1 {
			t.Errorf("TLS %x, %s", r.TLS.Version, r.Proto)
		}
		echo(w, r)
	})
	srv.StartTLS()
	t.Cleanup(srv.Close)
	c := newClient(t, srv.URL, func(c *Config) { c.Transport = trusting(srv) })
	for range 20 {
		if err := c.SetWebhook(t.Context(), token(t), hook); err != nil {
			t.Fatal(err)
		}
	}
	if srv.dialled() != 1 {
		t.Errorf("%d connections", srv.dialled())
	}
	c.Close()
	if err := c.SetWebhook(t.Context(), token(t), hook); err != nil {
		t.Errorf("after Close: %v", err)
	}
	if srv.dialled() != 2 {
		t.Errorf("%d connections after Close", srv.dialled())
	}
}

// TestSessionResumed: connections after the first resume its TLS session.
func TestSessionResumed(t *testing.T) {
	srv := unstarted(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Resumed", map[bool]string{true: "yes"}[r.TLS.DidResume])
	})
	srv.StartTLS()
	t.Cleanup(srv.Close)
	pool := trusting(srv)
	var resumed []string
	for range 3 {
		resp, err := (&http.Client{Transport: pool}).Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		resumed = append(resumed, resp.Header.Get("Resumed"))
		_ = resp.Body.Close()
		pool.mu.Lock()
		pool.free = nil // so that the next call dials
		pool.mu.Unlock()
	}
	if resumed[0] != "" || resumed[1] != "yes" || resumed[2] != "yes" {
		t.Errorf("resumed %q", resumed)
	}
}

// TestStuckDial: a dial that outlives its call holds up no later one.
func TestStuckDial(t *testing.T) {
	srv := newServer(t, bareOK)
	pool := newTransportPool(&tls.Config{MinVersion: tls.VersionTLS12})
	dialling, first := make(chan struct{}), true
	slot := pool.open()
	slot.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if first {
			first = false
			close(dialling)
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return pool.dialer.DialContext(ctx, network, addr)
	}
	pool.free = []*http.Transport{slot}
	c := newClient(t, srv.URL, retries(0), attemptOf(time.Hour), func(c *Config) { c.Transport = pool })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-dialling; cancel() }()
	if err := c.DeleteWebhook(ctx, token(t)); !errors.Is(err, context.Canceled) || IsAmbiguous(err) {
		t.Error(err)
	}
	if err := c.DeleteWebhook(t.Context(), token(t)); err != nil { // hangs if it waits for the first dial
		t.Error(err)
	}
}

// TestClosedWhileBusy: Close closes the connection of a running call when the
// call ends, and not under it.
func TestClosedWhileBusy(t *testing.T) {
	came, letGo := make(chan struct{}), make(chan struct{})
	srv := unstarted(func(http.ResponseWriter, *http.Request) { close(came); <-letGo })
	closed := make(chan struct{})
	state := srv.Config.ConnState
	srv.Config.ConnState = func(conn net.Conn, s http.ConnState) {
		state(conn, s)
		if s == http.StateClosed {
			close(closed)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	c := newClient(t, srv.URL)
	done := make(chan error)
	go func() { done <- c.DeleteWebhook(t.Context(), token(t)) }()
	<-came
	c.Close()
	close(letGo)
	if err := <-done; err != nil {
		t.Error(err)
	}
	<-closed
}

// TestTransportSettings that no request shows.
func TestTransportSettings(t *testing.T) {
	pool, ok := NewTransport().(*transportPool)
	if !ok {
		t.Fatal("NewTransport is no pool")
	}
	transport := pool.open()
	if transport.Proxy == nil || transport.TLSClientConfig.MinVersion != tls.VersionTLS12 ||
		transport.TLSClientConfig.InsecureSkipVerify || transport.MaxConnsPerHost != 1 {
		t.Errorf("%+v", transport)
	}
	// ProxyFromEnvironment never proxies loopback, and reads the environment
	// once per process: so it is only asked for what it does with loopback.
	if u, err := transport.Proxy(&http.Request{URL: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}}); u != nil || err != nil {
		t.Errorf("proxy for loopback: %v, %v", u, err)
	}
}
