// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	token     = "token-garage"
	setPath   = "/api/notifications/setfromappconnection"
	nextPath  = "/api/appconnection/SetNotificationWebhook"
	delPath   = "/api/appconnection/DeleteNotificationWebhook"
	testPath  = "/api/appconnection/TestWebhook"
	infoPath  = "/api/appconnection/info"
	someURL   = "https://app.example.com/octo?a=1"
	setBody   = `{"CallbackUrl":"` + someURL + `"}`
	nextBody  = `{"WebhookUrl":"` + someURL + `"}`
	longAfter = 180 * 24 * time.Hour
)

// world is a listening fake with one App Connection, and a client.
type world struct {
	t      *testing.T
	api    *fakeapi.Server
	url    string
	client *http.Client
	clock  *clock
	flat   bool
}

// inBothShapes runs a test that reads answers in the envelope, and flat.
func inBothShapes(t *testing.T, options fakeapi.Options, test func(*testing.T, *world)) {
	t.Helper()
	for _, flat := range []bool{false, true} {
		t.Run(map[bool]string{false: "envelope", true: "flat"}[flat], func(t *testing.T) {
			t.Parallel()
			shaped := options
			shaped.Flat = flat
			test(t, newWorld(t, shaped))
		})
	}
}

func newWorld(t *testing.T, options fakeapi.Options) *world {
	t.Helper()
	w := &world{t: t, flat: options.Flat, clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	options.Now = w.clock.Now
	w.api = fakeapi.New(options)
	w.api.AddConnection(token, "garage")
	running, err := w.api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.url = running.URL
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	w.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = running.Close()
	})
	return w
}

// newRequest makes a request; with a token it has the AppToken header.
func newRequest(ctx context.Context, t *testing.T, method, url, token, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("AppToken", token)
	}
	return request
}

// ask sends a request.
func (w *world) ask(method, path, token, body string) (*http.Response, error) {
	return w.client.Do(newRequest(w.t.Context(), w.t, method, w.url+path, token, body))
}

// status is ask for nothing but the status; 0 = no answer.
func (w *world) status(method, path, token, body string) int {
	response, err := w.ask(method, path, token, body)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// call is ask that must be answered in full.
func (w *world) call(method, path, token, body string) (int, string) {
	w.t.Helper()
	response, err := w.ask(method, path, token, body)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return response.StatusCode, string(read)
}

// fire lets an event of this type happen.
func (w *world) fire(eventType int) fakeapi.Delivery {
	return w.api.Fire(w.t.Context(), token, fakeapi.Event{Type: eventType})
}

// set sets the webhook in the commissioned edition.
func (w *world) set(url string, events ...int) {
	w.t.Helper()
	w.must(setPath, map[string]any{"CallbackUrl": url, "EventTypes": events})
}

// setNext sets it in the successor edition.
func (w *world) setNext(url string, events ...int) {
	w.t.Helper()
	w.must(nextPath, map[string]any{"WebhookUrl": url, "InclusiveEventTypesFilter": events})
}

func (w *world) must(path string, fields map[string]any) {
	w.t.Helper()
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		w.t.Fatal(err)
	}
	if status, answered := w.call("POST", path, token, body.String()); status != 200 {
		w.t.Fatalf("POST %s answered %d: %s", path, status, answered)
	}
}

// result is call that must be answered 200, with the Result.
func (w *world) result(method, path, body string) any {
	w.t.Helper()
	status, answered := w.call(method, path, token, body)
	if status != 200 {
		w.t.Fatalf("%s %s answered %d: %s", method, path, status, answered)
	}
	if w.flat {
		if answered == "" {
			return nil
		}
		return decode[any](w.t, answered)
	}
	opened := decode[map[string]any](w.t, answered)
	if len(opened) != 4 || opened["Status"] != 200.0 || opened["Error"] != "" || opened["IsUserError"] != false {
		w.t.Errorf("the envelope is %s", answered)
	}
	return opened["Result"]
}

// testStatus is what TestWebhook tells.
func (w *world) testStatus() any {
	w.t.Helper()
	told, _ := w.result("GET", testPath, "").(map[string]any)
	return told["StatusCode"]
}

// receiver starts a receiver, and tells the options of a fake that trusts it.
func receiver(t *testing.T) (*fakeapi.Receiver, fakeapi.Options) {
	t.Helper()
	r := fakeapi.NewReceiver()
	t.Cleanup(r.Close)
	return r, fakeapi.Options{DeliveryClient: r.Client()}
}

// decode reads JSON.
func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var into T
	if err := json.Unmarshal([]byte(text), &into); err != nil {
		t.Fatalf("no such JSON: %v\n%s", err, text)
	}
	return into
}

// clock is a time that only tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}
