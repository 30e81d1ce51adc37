// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	secretToken = "tok-5f1d9c77e0b84a2f-SECRET"
	secretQuery = "tenantId=abc123xyz&key=Zm9vYmFyYmF6cXV4"
	callbackURL = "https://app.example.com/octoeverywhere/webhook?" + secretQuery
)

var discardLog = log.New(io.Discard, "", 0)

// quick keeps the shape of the waits and none of their length.
var quick = Waits{Min: time.Microsecond, Max: 2 * time.Microsecond, RetryAfterMax: time.Millisecond, Budget: time.Minute}

// TestMain fails the package when a test left a goroutine of a client or
// server behind.
func TestMain(m *testing.M) {
	code := m.Run()
	if f := flag.Lookup("test.fuzz"); code == 0 && (f == nil || f.Value.String() == "") {
		if left := leftGoroutines(); left != "" {
			fmt.Fprintf(os.Stderr, "goroutines left behind:\n%s\n", left)
			code = 1
		}
	}
	os.Exit(code)
}

// leftGoroutines is the stacks of goroutines that are still in net/http or in
// this package after they had time to end.
func leftGoroutines() string {
	var left []string
	for range 200 {
		buf := make([]byte, 1<<20)
		left = nil
		for i, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if i > 0 && (strings.Contains(stack, "net/http") || strings.Contains(stack, "internal/octoeverywhere")) {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
		time.Sleep(25 * time.Millisecond)
	}
	return strings.Join(left, "\n\n")
}

// request is what a server saw of one request.
type request struct {
	method, path, token, userAgent, contentType, body string
}

// server is an httptest server that keeps a log.
type server struct {
	*httptest.Server
	mu          sync.Mutex
	requests    []request
	connections int
}

func (s *server) log() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.requests...)
}

func (s *server) count(path string) int {
	n := 0
	for _, r := range s.log() {
		if r.path == path {
			n++
		}
	}
	return n
}

func (s *server) dialled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// newServer serves handler over plain HTTP until the test ends.
func newServer(t testing.TB, handler http.HandlerFunc) *server {
	s := unstarted(handler)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func unstarted(handler http.HandlerFunc) *server {
	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		s.requests = append(s.requests, request{r.Method, r.URL.Path, r.Header.Get("AppToken"),
			r.UserAgent(), r.Header.Get("Content-Type"), string(body)})
		s.mu.Unlock()
		handler(w, r)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.mu.Lock()
			s.connections++
			s.mu.Unlock()
		}
	}
	// A test that cuts connections makes the server talk of it.
	s.Config.ErrorLog = discardLog
	return s
}

// newClient makes a client that hardly waits, closed when the test ends.
func newClient(t testing.TB, endpoint string, change ...func(*Config)) *Client {
	config := Config{Endpoint: endpoint, MaxRetries: 2, RequestTimeout: 20 * time.Second, Waits: quick}
	for _, f := range change {
		f(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func pinned(edition Edition) func(*Config) { return func(c *Config) { c.Edition = edition } }
func retries(n int) func(*Config)          { return func(c *Config) { c.MaxRetries = n } }
func observed(o Observer) func(*Config)    { return func(c *Config) { c.Observer = o } }
func attemptOf(d time.Duration) func(*Config) {
	return func(c *Config) { c.RequestTimeout = d }
}

func token(t testing.TB) Token {
	made, err := NewToken(secretToken)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

var hook = Webhook{CallbackURL: callbackURL, EventTypes: []EventType{1, 2, 3}}

// echo answers a notifications Set as the api page promises.
func echo(w http.ResponseWriter, r *http.Request) {
	var asked map[string]any
	_ = json.NewDecoder(r.Body).Decode(&asked)
	answer := map[string]any{"Success": true, "CallbackUrl": asked["CallbackUrl"]}
	if events, ok := asked["EventTypes"]; ok {
		answer["EventTypes"] = events
	}
	writeJSON(w, 200, answer)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if status != 204 && status != 304 {
		_ = json.NewEncoder(w).Encode(body)
	}
}

// operation is one call of the client, for tests of what all have in common.
type operation struct {
	name    string
	edition Edition
	path    string
	call    func(context.Context, *Client, Token) error
	success func(http.ResponseWriter, *http.Request)
}

var operations = []operation{
	{"set notifications", EditionNotifications, EditionNotifications.setPath(),
		func(ctx context.Context, c *Client, t Token) error { return c.SetWebhook(ctx, t, hook) }, echo},
	{"set appconnection", EditionAppConnection, EditionAppConnection.setPath(),
		func(ctx context.Context, c *Client, t Token) error { return c.SetWebhook(ctx, t, hook) }, bareOK},
	{"delete", EditionAuto, deletePath,
		func(ctx context.Context, c *Client, t Token) error { return c.DeleteWebhook(ctx, t) }, bareOK},
	{"test", EditionAuto, testPath,
		func(ctx context.Context, c *Client, t Token) error { _, err := c.TestWebhook(ctx, t); return err },
		func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, map[string]any{"StatusCode": 200}) }},
	{"info", EditionAuto, infoPath,
		func(ctx context.Context, c *Client, t Token) error { _, err := c.Info(ctx, t); return err },
		func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, map[string]any{"IsOnline": true}) }},
}

// recorder is an Observer that keeps everything.
type recorder struct {
	mu       sync.Mutex
	attempts []Attempt
	waits    []Wait
	waiting  chan struct{} // if set, told of each wait
}

func (r *recorder) Attempted(_ context.Context, a Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts = append(r.attempts, a)
}

func (r *recorder) Waiting(_ context.Context, w Wait) {
	r.mu.Lock()
	r.waits = append(r.waits, w)
	r.mu.Unlock()
	if r.waiting != nil {
		r.waiting <- struct{}{}
	}
}

// noSecret fails the test when a text holds what must stay secret.
func noSecret(t testing.TB, text string) {
	t.Helper()
	for _, secret := range []string{secretToken, secretQuery, "abc123xyz", "Zm9vYmFyYmF6cXV4"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %q", secret, text)
		}
	}
}

func bareOK(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) }
