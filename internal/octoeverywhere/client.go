// SPDX-License-Identifier: MPL-2.0

// Package octoeverywhere is a client of the OctoEverywhere App API, as far as
// notification webhooks need it: it sets, deletes and tests a webhook and asks
// whether an App Connection is alive. It knows nothing of Terraform.
//
// A call passes through these files, in this order:
//
//	operations.go  the five calls: what they check, send and return
//	edition.go     the request of each API version's Set, and what its answer means
//	discovery.go   which API version the server serves, unless it is configured
//	call.go        attempts, until none is needed or possible (waits.go: when to retry)
//	attempt.go     one attempt, read to its end (event.go: what the log is told)
//	redirect.go    redirects inside the service
//	transport.go   connections
//	envelope.go    the answer, taken out of its envelope (answer.go)
//
// Then the edition or the operation decides what the answer means (info.go,
// test_result.go). A failure becomes an *Error (error.go, failure.go) that
// holds no secret (redact.go).
package octoeverywhere

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Defaults of Config.
const (
	DefaultMaxRetries     = 4
	DefaultRequestTimeout = 30 * time.Second
)

// Config says how a Client is to behave.
type Config struct {
	// Endpoint is the base URL; see ValidateEndpoint.
	Endpoint string
	// Edition is the API version that Set uses; "" is EditionAuto.
	Edition Edition
	// MaxRetries is the number of attempts after a call's first. 0 or less is
	// none: DefaultMaxRetries is for the caller to fill in.
	MaxRetries int
	// RequestTimeout bounds one attempt, the answer's body included.
	// 0 is DefaultRequestTimeout; less is no time at all.
	RequestTimeout time.Duration
	// UserAgent is sent with every request; "" is none.
	UserAgent string
	// Log is told of every attempt and wait; nil is none. It is called
	// synchronously, by many goroutines at once, and must be quick.
	Log func(context.Context, Event)
	// Waits are the pauses between attempts; zero fields are defaults.
	Waits Waits
	// Transport replaces the client's own, for tests. Only one that reports
	// through net/http/httptrace, as *http.Transport does, lets the client
	// know that a request without an answer may have arrived.
	Transport http.RoundTripper
}

// Client calls the API of one server. It is safe for concurrent use, and what
// it finds out about the server holds for all its callers.
type Client struct {
	config   Config       // complete: no field stands for a default
	endpoint string       // Config.Endpoint without a slash at its end
	url      *url.URL     // endpoint, parsed
	served   atomic.Value // Edition that was found by calling, if any

	running context.Context //nolint:containedctx // ends every call when the client is stopped
	stop    context.CancelFunc
}

// New makes a client. It sends nothing. The error names the setting at fault.
func New(config Config) (*Client, error) {
	if err := ValidateEndpoint(config.Endpoint); err != nil {
		return nil, err
	}
	config.Edition = cmp.Or(config.Edition, EditionAuto)
	if !slices.Contains([]Edition{EditionAuto, EditionNotifications, EditionAppConnection}, config.Edition) {
		return nil, fmt.Errorf("%.60q is not an API version: use %s, %s or %s",
			string(config.Edition), EditionAuto, EditionNotifications, EditionAppConnection)
	}
	config.RequestTimeout = cmp.Or(config.RequestTimeout, DefaultRequestTimeout)
	config.Waits = config.Waits.withDefaults()
	if config.Transport == nil {
		config.Transport = newTransport()
	}
	c := &Client{config: config, endpoint: strings.TrimRight(config.Endpoint, "/")}
	c.url, _ = url.Parse(c.endpoint) // valid, as just seen
	c.running, c.stop = context.WithCancel(context.Background())
	return c, nil
}

// Stop ends the calls under way, and makes later ones fail without sending
// anything. Their errors wrap context.Canceled (DESIGN.md, "Interruption").
func (c *Client) Stop() { c.stop() }

// Close closes the connections that no call is using. The client can still be
// used afterwards.
func (c *Client) Close() {
	(&http.Client{Transport: c.config.Transport}).CloseIdleConnections()
}
