// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// NewTransport makes the client's connections: TLS 1.2 or newer, proxies from
// the environment, kept open between calls, and never more of them than calls
// run at once (design, HTTP rules).
//
// One http.Transport can't promise the last: it begins to dial whenever a
// request finds no idle connection, and when another request hands one back
// first, the new one is opened all the same (seen: 18 TLS connections for 10
// calls at once). MaxConnsPerHost would need to know Terraform's -parallelism.
// So each running call borrows a Transport of its own that is held to one
// connection; the one handed back last is lent out first.
func NewTransport() http.RoundTripper {
	return newTransportPool(&tls.Config{MinVersion: tls.VersionTLS12})
}

type transportPool struct {
	tls    *tls.Config
	dialer net.Dialer

	mu   sync.Mutex
	free []*http.Transport
	// closings counts CloseIdleConnections. A Transport that was out then has
	// its connection closed when it comes back.
	closings int
}

func newTransportPool(config *tls.Config) *transportPool {
	// Shared, so that every connection after the first resumes its session.
	config.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	return &transportPool{tls: config, dialer: net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}}
}

// RoundTrip implements http.RoundTripper.
func (p *transportPool) RoundTrip(req *http.Request) (*http.Response, error) {
	transport, closings := p.take()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		// Ends a dial that outlived its request, or the next one would
		// wait for it.
		transport.CloseIdleConnections()
		p.give(transport, closings)
		return nil, err
	}
	resp.Body = &borrowed{ReadCloser: resp.Body, giveBack: func() { p.give(transport, closings) }}
	return resp, nil
}

func (p *transportPool) take() (transport *http.Transport, closings int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.free) - 1; last >= 0 {
		transport, p.free = p.free[last], p.free[:last]
		return transport, p.closings
	}
	return p.open(), p.closings
}

func (p *transportPool) give(transport *http.Transport, closings int) {
	p.mu.Lock()
	stale := closings != p.closings
	p.free = append(p.free, transport)
	p.mu.Unlock()
	if stale {
		transport.CloseIdleConnections()
	}
}

// CloseIdleConnections closes the connections of finished calls now, and those
// of running calls when they finish.
func (p *transportPool) CloseIdleConnections() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closings++
	for _, transport := range p.free {
		transport.CloseIdleConnections()
	}
}

func (p *transportPool) open() *http.Transport {
	// HTTP/2 would put all calls on one connection, which is no gain here, and
	// its resets make it harder to tell whether a request arrived.
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            p.dialer.DialContext,
		TLSClientConfig:        p.tls,
		TLSHandshakeTimeout:    15 * time.Second,
		MaxConnsPerHost:        1,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: maxBody,
		DisableCompression:     true, // answers are small
		Protocols:              &http1,
	}
}

// borrowed gives the Transport back when the answer has been read.
type borrowed struct {
	io.ReadCloser
	once     sync.Once
	giveBack func()
}

// Close implements io.Closer.
func (b *borrowed) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(b.giveBack)
	return err
}
