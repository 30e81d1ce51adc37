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
	"time"
)

// Editions is a set of editions of the API.
type Editions int

// The editions that a server may serve (DESIGN.md, "Calls").
const (
	EditionNotifications Editions = 1 << iota
	EditionAppConnection

	both = EditionNotifications | EditionAppConnection
)

// Call is what a request asks for.
type Call string

// The calls of DESIGN.md, "Calls". CallSet is Set in either edition; CallOther
// is any path or method that the API does not have; CallRedirect is whatever
// was sent to the region instead of being served.
const (
	CallSet      Call = "set"
	CallDelete   Call = "delete"
	CallTest     Call = "test"
	CallInfo     Call = "info"
	CallOther    Call = "other"
	CallRedirect Call = "redirect"
)

// Dialect is a set of ways to write a Result that nobody outside can rule out.
type Dialect int

// The dialects. Zero is what is documented.
const (
	SuccessLeftOut Dialect = 1 << iota // the commissioned Set's Result has no Success: Status says it
	BareTestStatus                     // TestWebhook's Result is the number, not an object with it
	DigitStrings                       // the numbers of info come as strings of digits
)

// Options sets up a [Server]. The zero value is a complete, healthy service
// that answers in the envelope, from where it is called.
type Options struct {
	Editions      Editions // 0 = both
	NoInfo        bool     // info is not served
	NoTestWebhook bool     // TestWebhook is not served, whatever the editions
	CatchAll      bool     // an unserved path answers 200 with [HTML], as a web front end may, instead of 404

	Flat            bool    // answers are the Result alone, as the vendor's pages show them (DESIGN.md, "Envelope")
	Dialect         Dialect // how a Result is written
	TestStatusField string  // field of TestWebhook's Result, whose name is not documented; "" = StatusCode

	// RegionPath, such as /lon, and RegionHost, such as lon.localhost (same
	// port), are where the calls are served; all others are sent there first
	// (DESIGN.md, "Redirects"), with RegionStatus (0 = 307). "" = anywhere.
	RegionPath, RegionHost string
	RegionStatus           int

	Now             func() time.Time // nil = time.Now
	Latency         time.Duration    // before each answer, and before the call takes effect
	DeliveryTimeout time.Duration    // how long a receiver may take; 0 = 10 s, as the service
	// DeliveryClient calls the receivers; its CheckRedirect is replaced, since
	// the service wants 200 itself. nil = a client that reaches loopback
	// addresses only: no event of a fake may arrive anywhere in the world.
	DeliveryClient *http.Client
	Control        bool // serve the control API for people under /_fake/
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
	if options.RegionStatus == 0 {
		options.RegionStatus = http.StatusTemporaryRedirect
	}
	return &Server{options: options, appConnections: map[string]*appConnection{}}
}
