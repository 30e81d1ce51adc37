// SPDX-License-Identifier: MPL-2.0

// Package fakeapi is a fake OctoEverywhere: both editions of the App API, the
// delivery of notifications, scripted faults and a request log. It follows the
// project's API page to the letter, and is the only server that tests, the
// demo and the benchmark ever talk to. It knows nothing of the provider.
//
// Where the page leaves a corner open the fake chooses, and says so where it
// does; search for "not documented".
package fakeapi

import (
	"net/http"
	"sync"
	"time"
)

// Editions is a set of editions of the API.
type Editions int

// The editions that a server may serve (API page, Calls).
const (
	EditionNotifications Editions = 1 << iota
	EditionAppConnection

	both = EditionNotifications | EditionAppConnection
)

// Call is what a request asks for.
type Call string

// The calls of the API page. CallSet is Set in either edition; CallOther is
// any path or method that the API does not have.
const (
	CallSet    Call = "set"
	CallDelete Call = "delete"
	CallTest   Call = "test"
	CallInfo   Call = "info"
	CallOther  Call = "other"
)

// Options sets up a [Server]. The zero value is a complete, healthy service.
type Options struct {
	Editions        Editions         // 0 = both
	NoInfo          bool             // info is not served
	NoTestWebhook   bool             // TestWebhook is not served, whatever the editions
	ExtraEventTypes []int            // event types beyond 1 to 16 that Set takes
	TestStatusField string           // field of TestWebhook's answer, whose name is not documented; "" = StatusCode
	Now             func() time.Time // nil = time.Now
	Latency         time.Duration    // before each answer, and before the call takes effect
	DeliveryTimeout time.Duration    // how long a receiver may take; 0 = 10 s, as the service
	// DeliveryClient calls the receivers; its CheckRedirect is replaced, since
	// the service wants 200 itself. nil = a client that reaches loopback
	// addresses only: no event of a fake may arrive anywhere in the world.
	DeliveryClient *http.Client
	NotServed      http.HandlerFunc // how an unserved path answers; nil = 404 without JSON
	Control        bool             // serve the control API for people under /_fake/
}

// Server is the fake. It is an http.Handler; [Server.Listen] runs it. Its
// methods may be called from any goroutine.
type Server struct {
	options Options

	mu             sync.Mutex                // never held while delivering, waiting or calling a hook
	appConnections map[string]*appConnection // by token
	faults         []*fault
	requests       []*Request
	hooks          []func(Request) // only appended to
	sockets        int
}

// New makes a fake without App Connections.
func New(options Options) *Server {
	if options.Editions == 0 {
		options.Editions = both
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.DeliveryTimeout == 0 {
		options.DeliveryTimeout = 10 * time.Second
	}
	if options.TestStatusField == "" {
		options.TestStatusField = "StatusCode"
	}
	options.DeliveryClient = deliveryClient(options.DeliveryClient)
	if options.NotServed == nil {
		options.NotServed = http.NotFound
	}
	return &Server{options: options, appConnections: map[string]*appConnection{}}
}

// HTMLPage answers like a web front end that knows every path: 200 with a
// page. It is for [Options.NotServed].
func HTMLPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<!doctype html><html><body>OctoEverywhere</body></html>"))
}
