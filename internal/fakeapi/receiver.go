// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// Receiver is an app's HTTPS receiver on loopback, for tests and the demo. Its
// certificate is self-signed: give [Receiver.CertPool] to the client.
type Receiver struct {
	URL string

	server *httptest.Server

	mu       sync.Mutex
	status   int
	received []Notification
	arrived  chan struct{} // closed and renewed whenever one arrives
}

// Notification is what arrived.
type Notification struct {
	Path     string
	RawQuery string
	Payload  Payload
	Raw      string // the body as it came
	At       time.Time
}

// NewReceiver starts a receiver that answers 200.
func NewReceiver() (*Receiver, error) {
	r := &Receiver{status: http.StatusOK, arrived: make(chan struct{})}
	r.server = httptest.NewTLSServer(r)
	r.URL = r.server.URL
	return r, nil
}

// CertPool trusts the receiver's certificate.
func (r *Receiver) CertPool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(r.server.Certificate())
	return pool
}

// Close ends the receiver.
func (r *Receiver) Close() { r.server.Close() }

// SetStatus is what the receiver answers from now on.
func (r *Receiver) SetStatus(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// Received returns what arrived, in order.
func (r *Receiver) Received() []Notification {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.received)
}

// Wait waits until n notifications have arrived since the start, or ctx ends.
func (r *Receiver) Wait(ctx context.Context, n int) error {
	for {
		r.mu.Lock()
		count, arrived := len(r.received), r.arrived
		r.mu.Unlock()
		if count >= n {
			return nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ServeHTTP takes one notification.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(request.Body, requestBodyLimit))
	got := Notification{Path: request.URL.EscapedPath(), RawQuery: request.URL.RawQuery, Raw: string(body), At: time.Now()}
	_ = json.Unmarshal(body, &got.Payload)
	r.mu.Lock()
	status := r.status
	r.received = append(r.received, got)
	close(r.arrived)
	r.arrived = make(chan struct{})
	r.mu.Unlock()
	w.WriteHeader(status)
}
