// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

// inMemory answers every request with one body.
type inMemory struct{ body []byte }

func (m inMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Request: req,
		ContentLength: int64(len(m.body)), Body: io.NopCloser(bytes.NewReader(m.body))}, nil
}

var echoed = []byte(`{"Success":true,"CallbackUrl":"` + callbackURL + `","EventTypes":[1,2,3]}`)

// BenchmarkSetWebhook is the client's own share of a Set: no network.
func BenchmarkSetWebhook(b *testing.B) {
	for _, edition := range []Edition{EditionAuto, EditionAppConnection} {
		b.Run(string(edition), func(b *testing.B) {
			c := newClient(b, DefaultEndpoint, pinned(edition), func(c *Config) { c.Transport = inMemory{echoed} })
			made := token(b)
			b.ReportAllocs()
			for b.Loop() {
				if err := c.SetWebhook(b.Context(), made, hook); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSetWebhookLoopback is a Set over a kept-alive loopback connection.
func BenchmarkSetWebhookLoopback(b *testing.B) {
	srv := newServer(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(echoed) })
	c := newClient(b, srv.URL)
	made := token(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := c.SetWebhook(b.Context(), made, hook); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkProbe(b *testing.B) {
	c := newClient(b, DefaultEndpoint, func(c *Config) {
		c.Transport = inMemory{[]byte(`{"PrinterName":"Ender3","IsOnline":true,"LastConnectionTimeUtc":"2026-06-01T10:00:00Z"}`)}
	})
	made := token(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Probe(b.Context(), made); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFingerprint(b *testing.B) {
	made := token(b)
	b.ReportAllocs()
	for b.Loop() {
		_ = made.Fingerprint()
	}
}

func BenchmarkParseEventType(b *testing.B) {
	for _, s := range []string{"print_complete", "17"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = ParseEventType(s)
			}
		})
	}
}

func BenchmarkDecodeSetAnswer(b *testing.B) {
	a := answer{status: 200, body: echoed}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = decodeSetAnswer(a)
	}
}

func BenchmarkValidateCallbackURL(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = ValidateCallbackURL(callbackURL)
	}
}

// BenchmarkRedaction is no hot path, but a hostile answer must not make it one.
func BenchmarkRedaction(b *testing.B) {
	r := redactor{token: secretToken, callbackURL: callbackURL}
	body := string(bytes.Repeat([]byte("%2541&amp;\\u0041 tok-5f1d"), maxBody/24))
	b.ReportAllocs()
	for b.Loop() {
		_ = r.clean(body)
	}
}
