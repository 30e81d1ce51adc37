// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
)

// attempter makes one attempt of a call: the RoundTripper that
// go-retryablehttp drives. It reads the whole answer, so that one that is cut
// off, reset or drips past the timeout is a failed attempt like any other.
//
// It never returns an error. The outcome is recorded in the call, and a
// response that has nothing but the status goes back: go-retryablehttp gives
// its backoff no other way to find the call, net/http has no Location to
// follow and no url.Error to make.
type attempter struct{ client *Client }

// RoundTrip implements http.RoundTripper.
func (t attempter) RoundTrip(req *http.Request) (*http.Response, error) {
	c := callFrom(req.Context())
	began := time.Now()
	ctx, cancel := context.WithTimeout(req.Context(), c.timeout)
	defer cancel()
	a := exchange(ctx, t.client.transport, req)
	if a.err != nil && ctx.Err() != nil { // that is why, whatever broke because of it
		a.err = errTimeout
		if err := req.Context().Err(); err != nil {
			a.err = err // the caller's doing
		}
	}
	c.record(req.Context(), a, time.Since(began))
	return &http.Response{StatusCode: a.status, Request: req, Body: http.NoBody}, nil
}

// exchange sends one request and reads its answer.
func exchange(ctx context.Context, transport http.RoundTripper, req *http.Request) answer {
	// Set when a connection stands, a little before the headers are written:
	// after a cancellation the Transport may go on writing, so WroteHeaders
	// could come too late to be seen. GetConn clears it, since the Transport
	// itself starts anew when a kept connection took nothing.
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { sent.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { sent.Store(true) },
	})
	req = req.WithContext(ctx)
	if req.Body == nil || req.Body == http.NoBody {
		// Else net/http repeats a GET by itself when a kept connection breaks:
		// an attempt that nobody counts. Nothing changes on the wire.
		req.Body, req.GetBody = io.NopCloser(strings.NewReader("")), nil
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return answer{err: err, sent: sent.Load()}
	}
	defer resp.Body.Close() //nolint:errcheck // nothing to do about it
	if resp.StatusCode < 200 {
		return answer{err: errNotHTTP, sent: true}
	}
	body, cut, err := readCapped(resp.Body, resp.ContentLength)
	if err != nil {
		return answer{err: err, sent: true}
	}
	return answer{
		status:      resp.StatusCode,
		contentType: resp.Header.Get("Content-Type"),
		retryAfter:  resp.Header.Get("Retry-After"),
		location:    resp.Header.Get("Location"),
		body:        body,
		cut:         cut,
		sent:        true,
	}
}

// maxBody bounds what is kept of an answer (design, HTTP rules).
const maxBody = 64 << 10

// readCapped reads at most maxBody bytes; cut says that there were more.
func readCapped(r io.Reader, length int64) (body []byte, cut bool, err error) {
	if length == 0 {
		return nil, false, nil
	}
	room := int64(512)
	if length > 0 {
		room = min(length, maxBody) + 1 // a byte more, or the end costs another allocation
	}
	body = make([]byte, 0, room)
	for {
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case len(body) > maxBody:
			return body[:maxBody], true, nil
		case errors.Is(err, io.EOF):
			return body, false, nil
		case err != nil:
			return nil, false, err
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}
