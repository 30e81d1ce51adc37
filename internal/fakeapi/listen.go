// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Running is a listening fake.
type Running struct {
	URL    string // base URL, without a trailing slash
	server *http.Server
	fake   *Server
}

// Listen serves the fake on a loopback address, such as 127.0.0.1:0, and on
// no other: it is no service.
func (s *Server) Listen(address string) (*Running, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%q is not a loopback address; the fake listens on loopback only", host)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				s.mu.Lock()
				s.sockets++
				s.mu.Unlock()
			}
		},
	}
	go func() { _ = server.Serve(listener) }()
	return &Running{URL: "http://" + listener.Addr().String(), server: server, fake: s}, nil
}

// Close ends the server and every answer that hangs.
func (r *Running) Close() error {
	r.fake.shut()
	return r.server.Close()
}
