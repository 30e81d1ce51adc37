// SPDX-License-Identifier: MPL-2.0

// Package fakeapi is a fake OctoEverywhere: both editions of the App API, the
// delivery of notifications, scripted faults and a request log. It follows the
// project's API page to the letter, and is the only server that tests, the
// demo and the benchmark ever talk to. It knows nothing of the provider.
package fakeapi

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Editions is a set of editions of the API.
type Editions int

// The editions that a server may serve (API page, Calls).
const (
	Notifications Editions = 1 << iota
	AppConnection

	both = Notifications | AppConnection
)

// Call is what a request asks for.
type Call string

// The calls of the API page. CallOther is any path the API does not have.
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
	TestStatusField string           // field of TestWebhook's answer; "" = StatusCode
	Now             func() time.Time // nil = time.Now
	Latency         time.Duration    // before each answer
	DeliveryTimeout time.Duration    // how long a receiver may take; 0 = 10 s, as the service
	DeliveryClient  *http.Client     // nil = one that follows no redirects
	NotServed       http.HandlerFunc // how an unserved path answers; nil = 404
}

// Server is the fake. It is an http.Handler; [Server.Listen] runs it.
type Server struct {
	options Options

	mu          sync.Mutex
	connections map[string]*connection // by token
	faults      []*Fault
	requests    []Request
	hooks       []func(Request)
	sockets     int

	done     chan struct{} // closed when the server ends, so that hanging answers do
	doneOnce sync.Once
}

// connection is an App Connection: one user's one printer.
type connection struct {
	printerName string
	revoked     int // 603 or 604; 0 = alive
	supporter   bool
	online      bool
	infoStatus  int // scripted answer of info; 0 = normal
	webhook     *Webhook
	connected   time.Time
}

// Webhook is the one webhook of an App Connection.
type Webhook struct {
	URL        string
	EventTypes []int // nil = all
	SetAt      time.Time
	Edition    Editions // the edition that set it; appconnection webhooks end after 180 days
	Failures   int      // consecutive failed deliveries
	Stopped    bool     // after more than 5 of them
	Sets       int      // how often it was set
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
	if options.DeliveryClient == nil {
		options.DeliveryClient = &http.Client{}
	}
	client := *options.DeliveryClient
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	options.DeliveryClient = &client
	if options.NotServed == nil {
		options.NotServed = http.NotFound
	}
	return &Server{options: options, connections: map[string]*connection{}, done: make(chan struct{})}
}

// HTMLPage answers like a web front end that knows every path: 200 with a page.
func HTMLPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<!doctype html><html><body>OctoEverywhere</body></html>"))
}

// AddConnection makes a living App Connection of a supporter's online printer.
func (s *Server) AddConnection(token, printerName string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections[token] = &connection{printerName: printerName, supporter: true, online: true, connected: s.options.Now()}
}

// Revoke ends an App Connection for good: every call answers status, 603 or
// 604, and its webhook is gone.
func (s *Server) Revoke(token string, status int) {
	s.change(token, func(c *connection) { c.revoked, c.webhook = status, nil })
}

// SetSupporter gives or takes the owner's Supporter Perks. Without them Set,
// TestWebhook and info answer 605 and nothing is delivered; Delete works, since
// it asks for nothing.
func (s *Server) SetSupporter(token string, yes bool) {
	s.change(token, func(c *connection) { c.supporter = yes })
}

// SetOnline connects or disconnects the printer.
func (s *Server) SetOnline(token string, yes bool) {
	s.change(token, func(c *connection) { c.online = yes })
}

// SetInfoStatus makes info answer a status, such as 601 or 602; 0 is normal.
func (s *Server) SetInfoStatus(token string, status int) {
	s.change(token, func(c *connection) { c.infoStatus = status })
}

func (s *Server) change(token string, change func(*connection)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, found := s.connections[token]; found {
		change(c)
	}
}

// Webhook returns a copy of what an App Connection has saved; false when it
// has no webhook.
func (s *Server) Webhook(token string) (Webhook, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, found := s.connections[token]
	if !found || c.webhook == nil {
		return Webhook{}, false
	}
	saved := *c.webhook
	saved.EventTypes = slices.Clone(saved.EventTypes)
	return saved, true
}

// shut ends every hanging answer.
func (s *Server) shut() { s.doneOnce.Do(func() { close(s.done) }) }
