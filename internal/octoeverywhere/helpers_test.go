// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
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

var (
	hook = Webhook{CallbackURL: callbackURL, EventTypes: []EventType{1, 2, 3}}

	// quick keeps the shape of the waits and none of their length.
	quick = Waits{Min: time.Microsecond, Max: 2 * time.Microsecond, RetryAfterMax: time.Millisecond, Budget: time.Minute}
)

// reply is how a server answers one request. The zero reply is a success.
type reply struct {
	status      int // 0 is 200 where there is a body
	contentType string
	header      http.Header
	body        string
	raw         *string // written to the connection instead, which is then closed
	hang        bool    // until the client leaves
	times       int     // 0 is once, -1 for ever
}

var (
	notFound = reply{status: 404, contentType: "text/plain", body: "404 page not found"}
	page     = reply{contentType: "text/html; charset=utf-8", body: "<!DOCTYPE html><title>Welcome</title>"}
	dropped  = reply{raw: new(string)}
	oldPath  = EditionNotifications.request(hook).path
	newPath  = EditionAppConnection.request(hook).path
)

func status(code int) reply   { return reply{status: code, body: "{}"} }
func ok(body string) reply    { return reply{body: body} }
func raw(answer string) reply { return reply{raw: &answer} }

func errorIn200(code int) reply { return ok(fmt.Sprintf(`{"Status":%d,"Error":"words"}`, code)) }

func redirect(to string) reply {
	return reply{status: 302, body: "moved", header: http.Header{"Location": {to}}}
}

// always meets every further request with the same answer.
func always(r reply) reply {
	r.times = -1
	return r
}

// arrived is a request as the server got it.
type arrived struct{ method, path, token, body, userAgent string }

// server answers one request after the other as its script says, and then as a
// service that serves every path.
type server struct {
	url string

	mu       sync.Mutex
	script   []reply
	requests []arrived
	onArrive func()
}

func serve(t testing.TB, script ...reply) *server {
	s := &server{script: script}
	s.url = listen(t, s.ServeHTTP)
	return s
}

// listen serves until the test ends.
func listen(t testing.TB, handler http.HandlerFunc) (url string) {
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	answer := s.next(arrived{r.Method, r.URL.Path, strings.Join(r.Header["Apptoken"], " "), string(body), r.UserAgent()})
	switch {
	case answer.hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case answer.raw != nil:
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = conn.Write([]byte(*answer.raw))
		_ = conn.Close()
		return
	case answer.status == 0 && answer.body == "":
		fields := map[string]any{"Success": true, "IsOnline": true, "StatusCode": 200}
		_ = json.Unmarshal(body, &fields)
		echo, _ := json.Marshal(fields)
		answer.body = string(echo)
	}
	maps.Copy(w.Header(), answer.header)
	w.Header().Set("Content-Type", cmp.Or(answer.contentType, "application/json"))
	w.WriteHeader(cmp.Or(answer.status, 200))
	_, _ = io.WriteString(w, answer.body)
}

func (s *server) next(request arrived) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, request)
	if s.onArrive != nil {
		s.onArrive()
	}
	if len(s.script) == 0 {
		return reply{}
	}
	r := &s.script[0]
	answer := *r
	switch {
	case r.times > 1:
		r.times--
	case r.times >= 0:
		s.script = s.script[1:]
	}
	return answer
}

// then replaces the script, and forgets the requests.
func (s *server) then(script ...reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script, s.requests = script, nil
}

// count is the number of requests to a path; "" is any.
func (s *server) count(path string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if path == "" || r.path == path {
			n++
		}
	}
	return n
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
func observed(r *recorder) func(*Config)        { return func(c *Config) { c.Log = r.log } }
func attemptOf(d time.Duration) func(*Config)   { return func(c *Config) { c.RequestTimeout = d } }
func waiting(w Waits) func(*Config)             { return func(c *Config) { c.Waits = w } }
func through(r http.RoundTripper) func(*Config) { return func(c *Config) { c.Transport = r } }

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

// recorder keeps what the client tells its log.
type recorder struct {
	mu              sync.Mutex
	attempts, waits []Event
	onWait          func() // if set, called before each wait
}

func (r *recorder) log(_ context.Context, e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !e.Waiting {
		r.attempts = append(r.attempts, e)
		return
	}
	r.waits = append(r.waits, e)
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
