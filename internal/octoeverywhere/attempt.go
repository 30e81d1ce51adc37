// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// Why an attempt got no answer, where no other package says it.
var (
	errTimeout = errors.New("no complete answer in time")
	errNotHTTP = errors.New("the answer is no HTTP answer that can be understood")
)

// attempt sends a request once, to the base that calls go to. It reads the
// whole answer, so that one that is cut off, reset or drips past the timeout is
// a failed attempt like any other.
func (c *call) attempt(ctx context.Context, req request) answer {
	c.attempts++
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, errTimeout)
	defer cancel()
	base, learned := c.client.base()
	a := c.travel(ctx, base+req.path, req)
	if learned && a.doubtsRegion() {
		c.client.forget(base)
		if a.err == nil {
			a = c.travel(ctx, c.client.endpoint.String()+req.path, req)
		}
	}
	return a
}

// travel sends a request to a URL, and on to where the service redirects it.
func (c *call) travel(ctx context.Context, target string, req request) answer {
	for redirects := 0; ; redirects++ {
		began := time.Now()
		a := c.exchange(ctx, target, req)
		if a.err != nil && ctx.Err() != nil {
			a.err = context.Cause(ctx) // that is why, whatever broke because of it
		}
		c.ambiguous = c.ambiguous || a.mayHaveActed()
		c.tellAttempt(ctx, a, time.Since(began))
		if redirects == maxRedirects {
			return a
		}
		if target = c.client.follow(target, a); target == "" {
			return a
		}
	}
}

// exchange sends one request and reads its answer.
func (c *call) exchange(ctx context.Context, target string, req request) answer {
	a := answer{asked: req, target: target}
	// Set when a connection stands, a little before the headers are written:
	// after a cancellation the Transport may go on writing, so WroteHeaders
	// could come too late to be seen. GetConn clears it, since the Transport
	// itself starts anew when a kept connection took nothing.
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { sent.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { sent.Store(true) },
	})
	// Wrapped, so that net/http can't rewind it: else it repeats a GET by
	// itself when a kept connection breaks, an attempt that nobody counts.
	body := io.NopCloser(bytes.NewReader(req.body))
	r, err := http.NewRequestWithContext(ctx, req.method, target, body)
	if err != nil {
		a.err = err
		return a
	}
	r.ContentLength = int64(len(req.body))
	c.setHeader(r.Header, req)
	resp, err := c.client.transport.RoundTrip(r)
	if err != nil {
		a.err, a.sent = err, sent.Load()
		return a
	}
	defer resp.Body.Close() //nolint:errcheck // nothing to do about it
	a.sent = true
	if resp.StatusCode < 200 {
		a.err = errNotHTTP
		return a
	}
	whole, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		a.err = err
		return a
	}
	a.body, a.cut = whole[:min(len(whole), maxBody)], len(whole) > maxBody
	a.status = resp.StatusCode
	a.contentType = resp.Header.Get("Content-Type")
	a.retryAfter = resp.Header.Get("Retry-After")
	a.location = resp.Header.Get("Location")
	return a.open()
}

func (c *call) setHeader(header http.Header, req request) {
	// Spelt as the API documents it; Header.Set would make it "Apptoken".
	header["AppToken"] = []string{c.token.reveal()}
	header.Set("Accept", "application/json")
	if req.body != nil {
		header.Set("Content-Type", "application/json")
	}
	if c.client.userAgent != "" {
		header.Set("User-Agent", c.client.userAgent)
	}
}

// maxBody bounds what is kept of an answer.
const maxBody = 64 << 10
