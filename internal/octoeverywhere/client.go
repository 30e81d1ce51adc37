// SPDX-License-Identifier: MPL-2.0

// Package octoeverywhere is a client of the OctoEverywhere App API, as far as
// notification webhooks need it: it sets, deletes and tests a webhook and asks
// whether an App Connection is alive. It knows nothing of Terraform.
//
// A call goes down through these files, and comes to each of them once:
//
//	operations.go  the five calls: what they check, send and return
//	edition.go     how each edition says Set, and what its answer means
//	discovery.go   which edition that is, where nobody has said it
//	call.go        attempts, until one needs no other (waits.go: when to try again)
//	attempt.go     one attempt: an HTTP exchange, read to its end
//	redirect.go    where the service itself sends an attempt on to
//	transport.go   connections
//	envelope.go    the answer, taken out of its envelope (answer.go)
//
// On the way back up the edition, or the call itself, says what the answer
// means (info.go, test_result.go). Whatever went wrong becomes an *Error or an
// *EchoError (error.go, failure.go) without a secret in it (redact.go).
package octoeverywhere

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Defaults of Config, and the bound of Probe.
const (
	DefaultMaxRetries     = 4
	DefaultRequestTimeout = 30 * time.Second
	ProbeTimeout          = 5 * time.Second
)

// Config says how a Client is to behave.
type Config struct {
	// Endpoint is the base URL; see ValidateEndpoint.
	Endpoint string
	// Edition pins the edition that Set speaks; "" is EditionAuto.
	Edition Edition
	// MaxRetries is the number of attempts after a call's first. 0 is none:
	// DefaultMaxRetries is for the caller to fill in.
	MaxRetries int
	// RequestTimeout bounds one attempt, the answer's body included.
	// 0 is DefaultRequestTimeout.
	RequestTimeout time.Duration
	// UserAgent is sent with every request; "" is Go's own.
	UserAgent string
	// Observer is told of attempts and waits; nil is none.
	Observer Observer
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
	endpoint       *url.URL // its path has no slash at its end
	userAgent      string
	maxRetries     int
	requestTimeout time.Duration
	waits          Waits
	observer       Observer
	transport      http.RoundTripper

	edition Edition                // EditionAuto: the one that is served
	served  atomic.Value           // Edition; EditionAuto: nobody knows yet
	region  atomic.Pointer[string] // base URL that the endpoint redirects to; nil: none
}

// New makes a client. It sends nothing. The error names the setting at fault.
func New(config Config) (*Client, error) {
	if err := ValidateEndpoint(config.Endpoint); err != nil {
		return nil, err
	}
	endpoint, _ := url.Parse(strings.TrimRight(config.Endpoint, "/")) // valid, as just seen
	config.Edition = cmp.Or(config.Edition, EditionAuto)
	switch config.Edition {
	case EditionAuto, EditionNotifications, EditionAppConnection:
	default:
		return nil, fmt.Errorf("%s is not an edition of the webhook API: use %s, %s or %s",
			quoteShort(string(config.Edition)), EditionAuto, EditionNotifications, EditionAppConnection)
	}
	if config.MaxRetries < 0 || config.MaxRetries > math.MaxInt32 {
		return nil, fmt.Errorf("the number of retries must be 0 or more, not %d", config.MaxRetries)
	}
	if config.RequestTimeout < 0 {
		return nil, fmt.Errorf("the request timeout must be more than zero, not %s", config.RequestTimeout)
	}
	if !isGraphicASCII(config.UserAgent) {
		return nil, errors.New("the user agent can only have visible ASCII characters and spaces")
	}
	if config.Transport == nil {
		config.Transport = newTransport()
	}
	c := &Client{
		endpoint:       endpoint,
		userAgent:      config.UserAgent,
		maxRetries:     config.MaxRetries,
		requestTimeout: cmp.Or(config.RequestTimeout, DefaultRequestTimeout),
		waits:          config.Waits.withDefaults(),
		observer:       config.Observer,
		transport:      config.Transport,
		edition:        config.Edition,
	}
	c.served.Store(EditionAuto)
	return c, nil
}

// Close closes the connections that no call is using. The client can still be
// used afterwards.
func (c *Client) Close() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

func isGraphicASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e })
}
