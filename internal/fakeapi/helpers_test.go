// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	token = "token-garage"

	setOld = "POST /api/notifications/setfromappconnection"
	setNew = "POST /api/appconnection/SetNotificationWebhook"
	del    = "POST /api/appconnection/DeleteNotificationWebhook"
	test   = "GET /api/appconnection/TestWebhook"
	info   = "GET /api/appconnection/info"

	someURL = "https://app.example.com/octo?a=1"
	oldBody = `{"CallbackUrl":"` + someURL + `"}`
	newBody = `{"WebhookUrl":"` + someURL + `"}`
)

// bodies are all calls of both editions, with what is sent.
var bodies = map[string]string{setOld: oldBody, setNew: newBody, del: "", test: "", info: ""}

type object = map[string]any

// fixture is a listening fake with one App Connection, and a receiver that it
// trusts.
type fixture struct {
	*fakeapi.Server
	*fakeapi.Running
	t        *testing.T
	receiver *fakeapi.Receiver
	now      time.Time // no call may be under way when it changes
}

func newFixture(t *testing.T, options fakeapi.Options) *fixture {
	t.Helper()
	f := &fixture{t: t, receiver: fakeapi.NewReceiver(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	t.Cleanup(f.receiver.Close)
	options.Now = func() time.Time { return f.now }
	options.DeliveryClient = cmp.Or(options.DeliveryClient, f.receiver.Client())
	f.Server = fakeapi.New(options)
	f.AddConnection(token, "garage")
	var err error
	if f.Running, err = f.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func (f *fixture) saved() fakeapi.Webhook { saved, _ := f.Webhook(token); return saved }

// send sends a call, such as "GET /path", and returns the answer and as much of
// its body as came.
func (f *fixture) send(call, token, body string) (*http.Response, string, error) {
	method, path, _ := strings.Cut(call, " ")
	request, err := http.NewRequestWithContext(f.t.Context(), method, f.URL+path, strings.NewReader(body))
	if err != nil {
		return &http.Response{}, "", err
	}
	request.Header.Set("AppToken", token)
	response, err := (&http.Client{Timeout: time.Minute}).Do(request)
	if err != nil {
		return &http.Response{}, "", err
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	return response, string(read), err
}

// want sends a call as the App Connection, and expects this status. It returns
// the body, and what JSON it is.
func (f *fixture) want(status int, call, body string) (text string, value any) {
	f.t.Helper()
	response, text, err := f.send(call, token, body)
	if response.StatusCode != status || err != nil {
		f.t.Errorf("%s %s answered %d %s (%v), want %d", call, body, response.StatusCode, text, err, status)
	}
	_ = json.Unmarshal([]byte(text), &value)
	return text, value
}
