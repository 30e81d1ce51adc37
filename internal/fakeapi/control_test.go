// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

func TestControl(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakeapi.Options{Control: true})
	w.AddConnection("token-lab", "the lab")
	w.AddConnection("token-attic", "attic")
	w.AddConnection("token-other", "attic")
	w.set(set, w.receiver.URL+"/?k=v&l=<1>", 2)
	w.ResetRequests()
	for _, tt := range []struct {
		request string
		status  int
		says    string
	}{
		{"GET /_fake/", 200, "POST /_fake/fire"},
		{"POST /_fake/fire?printer=garage&event=2&file=boat&progress=100", 200, `"status": 200`},
		{"POST /_fake/fire?printer=garage&event=3", 200, "filter"},
		{"POST /_fake/fire?printer=the+lab&event=2", 200, "no webhook"},
		{"POST /_fake/fire?printer=garage", 400, "event type"},
		{"POST /_fake/fire?printer=nobody&event=2", 404, `0 printers are called "nobody"`},
		{"POST /_fake/fire?printer=attic&event=2", 404, `2 printers are called "attic"`},
		{"POST /_fake/online?printer=garage&yes=false", 200, "done"},
		{"POST /_fake/supporter?printer=garage&yes=maybe", 400, "true or false"},
		{"POST /_fake/supporter?printer=the+lab&yes=false", 200, "done"},
		{"POST /_fake/revoke?printer=garage&status=600", 400, "603 or 604"},
		{"POST /_fake/revoke?printer=the%20lab&status=603", 200, "done"},
		{"GET /_fake/fire?printer=garage&event=2", 404, "control API"},
	} {
		if body := w.want(tt.status, tt.request, ""); !strings.Contains(body, tt.says) {
			t.Errorf("%s does not say %q: %s", tt.request, tt.says, body)
		}
	}
	if got := w.receiver.Received(); len(got) != 1 || got[0].Payload.FileName != "boat" || got[0].Payload.Progress != 100 {
		t.Errorf("arrived: %+v", got)
	}
	w.receiver.SetStatus(500)
	if body := w.want(200, "POST /_fake/fire?printer=garage&event=2", ""); !strings.Contains(body, "answered 500") {
		t.Errorf("a failed delivery: %s", body)
	}

	body := w.want(200, "GET /_fake/webhooks", "")
	listed := decode[[]object](t, body)
	lab := object{"Printer": "the lab", "Revoked": 603.0, "Supporter": false, "Online": true, "Webhook": nil}
	if len(listed) != 4 || listed[2]["Online"] != false || !reflect.DeepEqual(listed[3], lab) {
		t.Errorf("listed: %s", body)
	}
	if !strings.Contains(body, w.saved().URL) || strings.Contains(body, "token") {
		t.Errorf("the list lacks the URL as it is, or shows a token: %s", body)
	}
	if n := w.Count(""); n != 0 {
		t.Errorf("%d requests of people are in the API's log", n)
	}
}
