// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	secretToken = "tok-5f1d9c77e0b84a2f-SECRET"
	secretQuery = "tenantId=abc123xyz&key=Zm9vYmFyYmF6cXV4"
	callbackURL = "https://app.example.com/octoeverywhere/webhook?" + secretQuery
)

var (
	hook = Webhook{CallbackURL: callbackURL, EventTypes: []EventType{1, 2, 3}}

	// quick keeps the shape of the waits and none of their length.
	quick = Waits{Min: time.Microsecond, Max: 2 * time.Microsecond, RetryAfterMax: time.Millisecond, Budget: time.Minute}
)

// TestMain fails the package when a test left a goroutine of a client or
// server behind.
func TestMain(m *testing.M) {
	code := m.Run()
	if f := flag.Lookup("test.fuzz"); code == 0 && (f == nil || f.Value.String() == "") {
		left := leftGoroutines()
		for i := 0; i < 200 && len(left) > 0; i++ { // they need time to end
			time.Sleep(25 * time.Millisecond)
			left = leftGoroutines()
		}
		if len(left) > 0 {
			fmt.Fprintf(os.Stderr, "goroutines left behind:\n%s\n", strings.Join(left, "\n\n"))
			code = 1
		}
	}
	os.Exit(code)
}

// leftGoroutines is the stacks of the others that are in net/http or in this
// package.
func leftGoroutines() []string {
	buf := make([]byte, 1<<20)
	stacks := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	return slices.DeleteFunc(stacks[1:], func(stack string) bool {
		return !strings.Contains(stack, "net/http") && !strings.Contains(stack, "internal/octoeverywhere")
	})
}

// shapes are the ways in which the service may write its answers.
var shapes = map[string]fakeapi.Options{
	"envelope": {},
	"flat":     {Flat: true},
}

// service is a listening fake with the App Connection of secretToken.
type service struct {
	*fakeapi.Server
	url string
}

func serve(t testing.TB, options fakeapi.Options) *service {
	s := &service{Server: fakeapi.New(options)}
	s.AddConnection(secretToken, "Ender3")
	running, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	s.url = running.URL
	return s
}

// faulty is a service whose calls meet the faults, one after the other.
func faulty(t testing.TB, faults ...fakeapi.Fault) *service {
	s := serve(t, fakeapi.Options{})
	s.Script(faults...)
	return s
}

// always meets every call with the same answer.
func always(f fakeapi.Fault) fakeapi.Fault {
	f.Times = -1
	return f
}

// typed is an answer of this content type.
func typed(status int, contentType, body string) fakeapi.Fault {
	return fakeapi.Fault{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: body}
}

func json200(body string) fakeapi.Fault {
	return typed(200, "application/json", body)
}

// sets counts an edition's Sets in the log.
func (s *service) sets(edition fakeapi.Editions) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Edition == edition {
			n++
		}
	}
	return n
}

// handler is a service that the fake is not: one that the test writes itself.
func handler(t testing.TB, serve http.HandlerFunc) string {
	s := httptest.NewServer(serve)
	t.Cleanup(s.Close)
	return s.URL
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

func pinned(edition Edition) func(*Config)      { return func(c *Config) { c.Edition = edition } }
func retries(n int) func(*Config)               { return func(c *Config) { c.MaxRetries = n } }
func observed(o Observer) func(*Config)         { return func(c *Config) { c.Observer = o } }
func attemptOf(d time.Duration) func(*Config)   { return func(c *Config) { c.RequestTimeout = d } }
func waiting(w Waits) func(*Config)             { return func(c *Config) { c.Waits = w } }
func through(r http.RoundTripper) func(*Config) { return func(c *Config) { c.Transport = r } }

// onLoopback is the client's transport for host names that are all this machine.
func onLoopback() *http.Transport {
	transport := newTransport()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
	return transport
}

func token(t testing.TB) Token {
	made, err := NewToken(secretToken)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func set(t testing.TB, c *Client) error {
	return c.SetWebhook(t.Context(), token(t), hook)
}

// operation is one call of the client, for tests of what all have in common.
type operation struct {
	name    string
	edition Edition
	request request
	run     func(context.Context, *Client, Token) error
}

var operations = []operation{
	{"set notifications", EditionNotifications, EditionNotifications.request(hook),
		func(ctx context.Context, c *Client, t Token) error { return c.SetWebhook(ctx, t, hook) }},
	{"set appconnection", EditionAppConnection, EditionAppConnection.request(hook),
		func(ctx context.Context, c *Client, t Token) error { return c.SetWebhook(ctx, t, hook) }},
	{"delete", EditionAuto, requestDelete,
		func(ctx context.Context, c *Client, t Token) error { return c.DeleteWebhook(ctx, t) }},
	{"test", EditionAuto, requestTest,
		func(ctx context.Context, c *Client, t Token) error { _, err := c.TestWebhook(ctx, t); return err }},
	{"info", EditionAuto, requestInfo,
		func(ctx context.Context, c *Client, t Token) error { _, err := c.Info(ctx, t); return err }},
}

// recorder is an Observer that keeps everything.
type recorder struct {
	mu       sync.Mutex
	attempts []Attempt
	waits    []Wait
	onWait   func() // if set, called before each wait
}

func (r *recorder) Attempted(_ context.Context, a Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts = append(r.attempts, a)
}

func (r *recorder) Waiting(_ context.Context, w Wait) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waits = append(r.waits, w)
	if r.onWait != nil {
		r.onWait()
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

func in(status int, list ...int) bool { return slices.Contains(list, status) }
