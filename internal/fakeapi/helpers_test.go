// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	token = "token-garage"

	set  = "POST /api/notifications/setfromappconnection"
	next = "POST /api/appconnection/SetNotificationWebhook"
	del  = "POST /api/appconnection/DeleteNotificationWebhook"
	test = "GET /api/appconnection/TestWebhook"
	info = "GET /api/appconnection/info"

	someURL  = "https://app.example.com/octo?a=1"
	setBody  = `{"CallbackUrl":"` + someURL + `"}`
	nextBody = `{"WebhookUrl":"` + someURL + `"}`
	lifetime = 180 * 24 * time.Hour
)

// object is a JSON object.
type object = map[string]any

// bodies are all calls of both editions, with what is sent.
var bodies = map[string]string{set: setBody, next: nextBody, del: "", test: "", info: ""}

// world is a listening fake with one App Connection, and a receiver that it
// trusts.
type world struct {
	*fakeapi.Server
	t        *testing.T
	url      string
	receiver *fakeapi.Receiver
	client   *http.Client
	now      atomic.Pointer[time.Time]
}

// newWorld starts a fake; without a DeliveryClient it is the receiver's.
func newWorld(t *testing.T, options fakeapi.Options) *world {
	t.Helper()
	w := &world{t: t, receiver: fakeapi.NewReceiver()}
	w.at(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	options.Now = func() time.Time { return *w.now.Load() }
	if options.DeliveryClient == nil {
		options.DeliveryClient = w.receiver.Client()
	}
	w.Server = fakeapi.New(options)
	w.AddConnection(token, "garage")
	w.listen()
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	w.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		w.receiver.Close()
	})
	return w
}

// listen serves the fake, and has it called there.
func (w *world) listen() *fakeapi.Running {
	w.t.Helper()
	running, err := w.Listen("127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = running.Close() })
	w.url = running.URL
	return running
}

func (w *world) at(now time.Time)         { w.now.Store(&now) }
func (w *world) advance(by time.Duration) { w.at(w.now.Load().Add(by)) }
func (w *world) saved() fakeapi.Webhook   { saved, _ := w.Webhook(token); return saved }
func (w *world) fire(t int) fakeapi.Delivery {
	return w.Fire(w.t.Context(), token, fakeapi.Event{Type: t})
}

// reply is what a client gets; of an answer that breaks off, what was there.
type reply struct {
	status int // 0 = no answer
	header http.Header
	body   string
	err    error
}

// ask sends a call, such as "GET /path", as the App Connection, and reads at
// most 1 MB.
func (w *world) ask(call, body string) reply {
	return w.send(w.t.Context(), call, token, body, 1e6)
}

func (w *world) send(ctx context.Context, call, token, body string, limit int64) reply {
	method, path, _ := strings.Cut(call, " ")
	request, err := http.NewRequestWithContext(ctx, method, w.url+path, strings.NewReader(body))
	if err != nil {
		return reply{err: err}
	}
	if token != "" {
		request.Header.Set("AppToken", token)
	}
	response, err := w.client.Do(request)
	if err != nil {
		return reply{err: err}
	}
	defer response.Body.Close()
	read, err := io.ReadAll(io.LimitReader(response.Body, limit))
	return reply{response.StatusCode, response.Header, string(read), err}
}

// want is ask that must have this status.
func (w *world) want(status int, call, body string) string {
	w.t.Helper()
	got := w.ask(call, body)
	if got.status != status || got.err != nil {
		w.t.Errorf("%s %s answered %d %s (%v), want %d", call, body, got.status, got.body, got.err, status)
	}
	return got.body
}

// set sets the webhook, in the edition of the call.
func (w *world) set(call, url string, events ...int) {
	w.t.Helper()
	body, err := json.Marshal(map[string]object{
		set:  {"CallbackUrl": url, "EventTypes": events},
		next: {"WebhookUrl": url, "InclusiveEventTypesFilter": events},
	}[call])
	if err != nil {
		w.t.Fatal(err)
	}
	w.want(200, call, string(body))
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

var errNobody = errors.New("nobody is there")

// refuses is a receiver that can't be reached.
func refuses(*http.Request) (*http.Response, error) { return nil, errNobody }

// decode reads JSON; "" is null.
func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var into T
	if err := json.Unmarshal([]byte(text), &into); err != nil && text != "" {
		t.Fatalf("no such JSON: %v\n%s", err, text)
	}
	return into
}
