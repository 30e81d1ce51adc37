// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
)

// Receiver is an app's HTTPS receiver on loopback, for tests and the demo. Its
// certificate is httptest's: who calls it uses [Receiver.Client].
type Receiver struct {
	URL string // https, without a trailing slash

	server *httptest.Server

	status   atomic.Int64
	mu       sync.Mutex
	received []Notification
}

// Notification is what arrived.
type Notification struct {
	Path     string // escaped
	RawQuery string
	Payload  Payload
}

// NewReceiver starts a receiver that answers 200.
func NewReceiver() *Receiver {
	r := &Receiver{}
	r.SetStatus(http.StatusOK)
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
func (r *Receiver) SetStatus(status int) { r.status.Store(int64(status)) }

// Received returns what arrived, in order.
func (r *Receiver) Received() []Notification {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.received)
}

// ServeHTTP takes one notification, and has it received before it answers.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	n := Notification{Path: request.URL.EscapedPath(), RawQuery: request.URL.RawQuery}
	_ = json.NewDecoder(request.Body).Decode(&n.Payload)
	r.mu.Lock()
	r.received = append(r.received, n)
	r.mu.Unlock()
	w.WriteHeader(int(r.status.Load()))
}
