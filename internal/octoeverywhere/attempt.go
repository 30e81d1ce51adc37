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
	errNotHTTP = errors.New("the server's answer is not HTTP")
)

// attempt sends a request, and on to where the service redirects it. It reads
// the answer to its end, so that one that is cut off, reset or slower than the
// timeout is a failed attempt like any other.
func (c *call) attempt(ctx context.Context, req request) answer {
	c.attempts++
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, errTimeout)
	defer cancel()
	target := c.client.endpoint + req.path
	for redirects := 0; ; redirects++ {
		began := time.Now()
		a := c.roundTrip(ctx, target, req)
		if a.err != nil && ctx.Err() != nil {
			a.err = context.Cause(ctx) // that is why, whatever broke because of it
		}
		if a.mayHaveActed() {
			c.uncertain = &a
		}
		c.log(ctx, a, Event{Duration: time.Since(began)})
		target = c.client.redirectTarget(a)
		if target == "" || redirects == maxRedirects {
			return a
		}
	}
}

// roundTrip sends one request and reads its answer.
func (c *call) roundTrip(ctx context.Context, target string, req request) answer {
	a := answer{request: req}
	// Set when a connection stands, a little before the headers are written:
	// after a cancellation the Transport may go on writing, so WroteHeaders
	// could come too late to be seen. GetConn clears it, since the Transport
	// itself starts anew when a kept connection took nothing.
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { sent.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { sent.Store(true) },
	})
	// NopCloser keeps net/http from rewinding the body: else it repeats a GET
	// by itself when a kept connection breaks, an attempt that nobody counts.
	r, err := http.NewRequestWithContext(ctx, req.method, target, io.NopCloser(bytes.NewReader(req.body)))
	if err != nil {
		a.err = err
		return a
	}
	a.host = r.URL.Host
	r.ContentLength = int64(len(req.body))
	// Spelt as the API documents it; Header.Set would make it "Apptoken".
	r.Header["AppToken"] = []string{c.token.reveal()}
	r.Header.Set("Accept", "application/json")
	if req.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("User-Agent", c.client.config.UserAgent)
	resp, err := c.client.config.Transport.RoundTrip(r)
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
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		a.err = err
		return a
	}
	a.body, a.truncated = body[:min(len(body), maxBody)], len(body) > maxBody
	a.status, a.header = resp.StatusCode, resp.Header
	a.location, _ = resp.Location()
	return a.open()
}

// maxBody bounds what is kept of an answer.
const maxBody = 64 << 10
