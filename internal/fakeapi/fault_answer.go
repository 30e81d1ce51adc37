// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	nestedDepth = 20_000 // deeper than any JSON that means something
	dripWait    = 50 * time.Millisecond

	enveloped = `{"Status":200,"Error":"","IsUserError":false,"Result":`
)

// misbehave answers as the fault says. What does not end by itself ends when
// the client leaves or the server closes. http.ErrAbortHandler is how a
// handler has net/http drop the connection.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, f *Fault) {
	switch f.Kind {
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Reset:
		reset(w)
		panic(http.ErrAbortHandler)
	}

	body, open, end := f.Body, enveloped, "}"
	if s.options.Flat {
		open, end = "", ""
	}
	switch f.Kind {
	case Truncated:
		if body == "" {
			body = open + `{"Success":tr`
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+100))
		f.begin(w, body)
		flush(w)
		panic(http.ErrAbortHandler)
	case Endless:
		f.begin(w, body)
		endless(w, r)
		panic(http.ErrAbortHandler)
	case SlowDrip:
		f.begin(w, "")
		if !drip(w, r, body) {
			panic(http.ErrAbortHandler)
		}
	case Nested:
		f.begin(w, open+strings.Repeat(`{"Success":`, nestedDepth)+"true"+strings.Repeat("}", nestedDepth)+end)
	default:
		if _, explained := meanings[f.status()]; explained && body == "" && f.ContentType == "" {
			s.write(w, refusedFor(f.status()))
			return
		}
		f.begin(w, body)
	}
}

// addHeader puts the fault's header on the answer.
func (f *Fault) addHeader(w http.ResponseWriter) {
	for name, values := range f.Header {
		for _, value := range values {
			w.Header().Add(name, value)
		}
	}
}

// begin sends the status and this much of the body.
func (f *Fault) begin(w http.ResponseWriter, body string) {
	switch {
	case f.ContentType != "":
		w.Header().Set("Content-Type", f.ContentType)
	case f.Kind != "" && f.Body == "", strings.HasPrefix(body, "{"), strings.HasPrefix(body, "["):
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(f.status())
	if body != "" {
		_, _ = w.Write([]byte(body))
	}
}

// endless writes white space, which is valid before and after any JSON, as
// long as somebody reads it.
func endless(w http.ResponseWriter, r *http.Request) {
	chunk := []byte(strings.Repeat(" ", 8<<10))
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// drip writes a byte at a time; false when nobody is there to take it.
func drip(w http.ResponseWriter, r *http.Request, body string) bool {
	for i := 0; body == "" || i < len(body); i++ {
		next := " "
		if body != "" {
			next = body[i : i+1]
		}
		if _, err := w.Write([]byte(next)); err != nil {
			return false
		}
		flush(w)
		if !pause(r, dripWait) {
			return false
		}
	}
	return true
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// reset ends the TCP connection with RST where it can, else without an answer.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close sends RST instead of FIN
	}
	_ = conn.Close()
}
