// SPDX-License-Identifier: MPL-2.0

// Package octoeverywhere is a client of the OctoEverywhere App API, as far as
// notification webhooks need it: it sets, deletes and tests a webhook and asks
// whether an App Connection is alive. It knows nothing of Terraform.
//
// A call goes down through these files: operations.go (what each call sends
// and what its answer means), edition.go (which edition Set speaks), call.go
// (one call and its attempts, driven by go-retryablehttp), retry.go (what is
// tried again, and when), attempt.go (one HTTP exchange, body included),
// transport.go (connections). Whatever goes wrong comes back as *Error or
// *EchoError, with every secret removed (redact.go).
package octoeverywhere

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Defaults of Config, and the bound of Probe (design rule 3).
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
	// Transport replaces NewTransport, for tests. Only one that reports
	// through net/http/httptrace, as *http.Transport does, lets the client
	// know that a request without an answer may have arrived.
	Transport http.RoundTripper
}

// Client calls the API of one server. It is safe for concurrent use, and what
// it finds out about the server's edition holds for all its callers.
type Client struct {
	base           string // Endpoint without a slash at its end
	userAgent      string
	maxRetries     int
	requestTimeout time.Duration
	waits          Waits
	observer       Observer
	edition        Edition // EditionAuto: ask discovery
	discovery      discovery
	transport      http.RoundTripper
	retrying       *retryablehttp.Client
}

// New makes a client. It sends nothing. The error names the setting at fault.
func New(config Config) (*Client, error) {
	if err := ValidateEndpoint(config.Endpoint); err != nil {
		return nil, err
	}
	if config.Edition == "" {
		config.Edition = EditionAuto
	}
	edition, err := ParseEdition(string(config.Edition))
	if err != nil {
		return nil, err
	}
	if config.MaxRetries < 0 || config.MaxRetries > math.MaxInt32 {
		return nil, fmt.Errorf("the number of retries must be 0 or more, not %d", config.MaxRetries)
	}
	if config.RequestTimeout < 0 {
		return nil, fmt.Errorf("the request timeout must be more than zero, not %s", config.RequestTimeout)
	}
	if config.RequestTimeout == 0 {
		config.RequestTimeout = DefaultRequestTimeout
	}
	if !isGraphicASCII(config.UserAgent) {
		return nil, errors.New("the user agent can only have visible ASCII characters and spaces")
	}
	if config.Transport == nil {
		config.Transport = NewTransport()
	}
	c := &Client{
		base:           strings.TrimRight(config.Endpoint, "/"),
		userAgent:      config.UserAgent,
		maxRetries:     config.MaxRetries,
		requestTimeout: config.RequestTimeout,
		waits:          config.Waits.withDefaults(),
		observer:       config.Observer,
		edition:        edition,
		discovery:      newDiscovery(),
		transport:      config.Transport,
	}
	c.retrying = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: attempter{c},
			// Go would forward AppToken to another host. attempter hides
			// Location already; this says so where one looks for it.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax:     config.MaxRetries,
		CheckRetry:   checkRetry,
		Backoff:      backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
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
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}
