// SPDX-License-Identifier: MPL-2.0

// Package fakeapi is a fake OctoEverywhere: both editions of the App API, the
// delivery of notifications, scripted faults and a request log. It follows what
// is known of the service (DESIGN.md, "The API"), and is the only server that
// tests, the demo and the benchmark ever talk to. It knows nothing of the
// provider.
//
// Where nobody outside knows what the service does the fake chooses, and says
// so where it does; search for "not documented".
package fakeapi

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Editions is a set of editions of the API.
type Editions int

// The editions that a server may serve (DESIGN.md, "Calls").
const (
	EditionNotifications Editions = 1 << iota
	EditionAppConnection
)

// Call is what a request asks for.
type Call string

// The calls of DESIGN.md, "Calls". CallSet is Set in either edition; CallOther
// is any path or method that the API does not have.
const (
	CallSet    Call = "set"
	CallDelete Call = "delete"
	CallTest   Call = "test"
	CallInfo   Call = "info"
	CallOther  Call = "other"
)

// Options sets up a [Server]. The zero value is a complete, healthy service
// that answers in the envelope.
type Options struct {
	Editions      Editions // 0 = both
	NoInfo        bool     // info is not served
	NoTestWebhook bool     // TestWebhook is not served, whatever the editions
	CatchAll      bool     // an unserved path answers 200 with a web page, as a web front end may, instead of 404

	Flat bool // answers are the Result alone, as the vendor's pages show them (DESIGN.md, "Envelope")

	Now func() time.Time // nil = time.Now
	// DeliveryClient calls the receivers; its CheckRedirect is replaced, since
	// the service wants 200 itself. nil = a client that reaches loopback
	// addresses only, so that no event of a fake leaves this machine, and takes
	// any certificate there.
	DeliveryClient *http.Client
	Control        bool // serve the control API for people under /_fake/
}

// Server is the fake. It is an http.Handler; [Server.Listen] runs it. Its
// methods may be called from any goroutine.
type Server struct {
	options Options

	mu             sync.Mutex                // never held while delivering, waiting or calling a hook
	appConnections map[string]*appConnection // by token
	faults         []*Fault
	requests       []*Request
	hooks          []func(Request) // only appended to
	sockets        atomic.Int64
}

// New makes a fake without App Connections.
func New(options Options) *Server {
	if options.Editions == 0 {
		options.Editions = EditionNotifications | EditionAppConnection
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	options.DeliveryClient = deliveryClient(options.DeliveryClient)
	return &Server{options: options, appConnections: map[string]*appConnection{}}
}
