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
	URL string // base URL, without a trailing slash

	server *http.Server
}

// Listen serves the fake on a loopback address, such as 127.0.0.1:0, and
// refuses any other: it is no service.
func (s *Server) Listen(address string) (*Running, error) {
	if host, _, _ := net.SplitHostPort(address); !net.ParseIP(host).IsLoopback() {
		return nil, fmt.Errorf("%q is no loopback address with a port, such as 127.0.0.1:0: the fake listens on loopback only", address)
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
				s.sockets.Add(1)
			}
		},
	}
	go func() { _ = server.Serve(listener) }()
	return &Running{URL: "http://" + listener.Addr().String(), server: server}, nil
}

// Close ends the server, its connections, and every answer that is under way,
// without waiting for them.
func (r *Running) Close() error { return r.server.Close() }
