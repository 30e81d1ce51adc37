// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestControl(t *testing.T) {
	t.Parallel()
	receiver, options := receiver(t)
	options.Control = true
	w := newWorld(t, options)
	w.api.AddConnection("token-lab", "the lab")
	w.set(receiver.URL+"/?k=v", 2)
	w.api.ResetRequests()

	if status, body := w.call("GET", "/_fake/", "", ""); status != 200 || !strings.Contains(body, "POST /_fake/fire") {
		t.Errorf("help: %d %s", status, body)
	}
	for _, test := range []struct {
		request string
		status  int
		says    string
	}{
		{"POST /_fake/fire?printer=garage&event=2&file=boat&progress=100", 200, `"status": 200`},
		{"POST /_fake/fire?printer=garage&event=3", 200, "filter"},
		{"POST /_fake/fire?printer=the+lab&event=2", 200, "no webhook"},
		{"POST /_fake/fire?printer=garage", 400, "event type"},
		{"POST /_fake/fire?printer=nobody&event=2", 404, "nobody"},
		{"POST /_fake/fire", 404, "webhooks"},
		{"POST /_fake/online?printer=garage&yes=false", 200, "done"},
		{"POST /_fake/supporter?printer=garage&yes=maybe", 400, "true or false"},
		{"POST /_fake/supporter?printer=garage&yes=false", 200, "done"},
		{"POST /_fake/revoke?printer=garage&status=600", 400, "603 or 604"},
		{"POST /_fake/revoke?printer=the%20lab&status=603", 200, "done"},
		{"GET /_fake/fire?printer=garage&event=2", 404, "control API"},
		{"POST /_fake/webhooks", 404, "control API"},
	} {
		method, path, _ := strings.Cut(test.request, " ")
		status, body := w.call(method, path, "", "")
		if status != test.status || !strings.Contains(body, test.says) {
			t.Errorf("%s: %d, want %d with %q: %s", test.request, status, test.status, test.says, body)
		}
	}
	if got := receiver.Received(); len(got) != 1 || got[0].Payload.FileName != "boat" || got[0].Payload.Progress != 100 {
		t.Errorf("arrived: %+v", got)
	}
	receiver.SetStatus(500)
	w.api.SetSupporter(token, true)
	if _, body := w.call("POST", "/_fake/fire?printer=garage&event=2", "", ""); !strings.Contains(body, "answered 500") {
		t.Errorf("a failed delivery: %s", body)
	}

	status, body := w.call("GET", "/_fake/webhooks", "", "")
	var listed []struct {
		Printer           string
		Revoked           int
		Supporter, Online bool
		Webhook           *struct {
			URL        string
			EventTypes []int
			Failures   int
		}
	}
	if err := json.Unmarshal([]byte(body), &listed); err != nil || status != 200 {
		t.Fatalf("%d %v: %s", status, err, body)
	}
	if len(listed) != 2 || listed[0].Printer != "garage" || listed[0].Online || listed[0].Webhook == nil ||
		listed[0].Webhook.URL != receiver.URL+"/?k=v" || listed[0].Webhook.Failures != 1 || listed[1].Revoked != 603 || listed[1].Webhook != nil {
		t.Errorf("listed: %s", body)
	}
	if strings.Contains(body, token) {
		t.Error("the list shows a token")
	}
	if n := w.api.Count(""); n != 0 {
		t.Errorf("%d requests of people are in the API's log", n)
	}

	w.api.AddConnection("token-other", "garage")
	if status, _ := w.call("POST", "/_fake/fire?printer=garage&event=2", "", ""); status != 404 {
		t.Errorf("two printers of one name: answered %d", status)
	}
}
