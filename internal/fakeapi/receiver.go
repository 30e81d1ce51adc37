// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Receiver is an app's HTTPS receiver on loopback, for tests and the demo. Its
// certificate is self-signed, for 127.0.0.1, ::1 and localhost: give
// [Receiver.CertPool] to the client.
type Receiver struct {
	URL string // https, without a trailing slash

	server *http.Server
	pool   *x509.CertPool

	mu       sync.Mutex
	status   int
	received []Notification
	arrived  chan struct{} // closed and renewed whenever one arrives
}

// Notification is what arrived.
type Notification struct {
	Path     string // escaped
	RawQuery string
	URI      string // path and query as they came on the request line, byte for byte
	Payload  Payload
	Raw      string // the body as it came
	At       time.Time
}

// NewReceiver starts a receiver that answers 200.
func NewReceiver() (*Receiver, error) {
	certificate, pool, err := selfSigned(time.Now())
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Receiver{URL: "https://" + listener.Addr().String(), pool: pool, status: http.StatusOK, arrived: make(chan struct{})}
	r.server = &http.Server{
		Handler:           r,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	go func() { _ = r.server.ServeTLS(listener, "", "") }()
	return r, nil
}

// CertPool trusts the receiver's certificate, and no other.
func (r *Receiver) CertPool() *x509.CertPool { return r.pool.Clone() }

// Client trusts the receiver's certificate, and no other. It is for
// [Options.DeliveryClient].
func (r *Receiver) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: r.CertPool(), MinVersion: tls.VersionTLS12},
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     time.Minute,
	}}
}

// Close ends the receiver and its connections.
func (r *Receiver) Close() { _ = r.server.Close() }

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

// ServeHTTP takes one notification, and has it received before it answers.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(request.Body, requestBodyLimit))
	got := Notification{
		Path: request.URL.EscapedPath(), RawQuery: request.URL.RawQuery, URI: request.RequestURI,
		Raw: string(body), At: time.Now(),
	}
	_ = json.Unmarshal(body, &got.Payload)
	r.mu.Lock()
	status := r.status
	r.received = append(r.received, got)
	close(r.arrived)
	r.arrived = make(chan struct{})
	r.mu.Unlock()
	w.WriteHeader(status)
}
