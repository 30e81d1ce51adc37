// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
)

// Receiver is an app's HTTPS receiver on loopback, for tests and the demo. Its
// certificate is httptest's: who calls it uses [Receiver.Client].
type Receiver struct {
	URL string // https, without a trailing slash

	server *httptest.Server

	mu       sync.Mutex
	status   int
	received []Notification
	arrived  chan struct{} // closed and renewed whenever one arrives
}

// Notification is what arrived.
type Notification struct {
	Path     string // escaped
	RawQuery string
	Payload  Payload
}

// NewReceiver starts a receiver that answers 200.
func NewReceiver() *Receiver {
	r := &Receiver{status: http.StatusOK, arrived: make(chan struct{})}
	r.server = httptest.NewUnstartedServer(r)
	r.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.server.StartTLS()
	r.URL = r.server.URL
	return r
}

// Client trusts the receiver's certificate, and no other. It reaches the
// receiver at its URL, and at example.com and all hosts below it too: callback
// URLs may look like real ones. It is for [Options.DeliveryClient].
func (r *Receiver) Client() *http.Client { return r.server.Client() }

// Close ends the receiver and its connections.
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

// ServeHTTP takes one notification, and has it received before it answers.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	got := Notification{Path: request.URL.EscapedPath(), RawQuery: request.URL.RawQuery}
	_ = json.NewDecoder(io.LimitReader(request.Body, requestBodyLimit)).Decode(&got.Payload)
	r.mu.Lock()
	status := r.status
	r.received = append(r.received, got)
	close(r.arrived)
	r.arrived = make(chan struct{})
	r.mu.Unlock()
	w.WriteHeader(status)
}
