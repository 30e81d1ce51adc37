// SPDX-License-Identifier: MPL-2.0

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestTakesWhatOctoEverywhereDelivers has the fake's delivery engine call the
// receiver over HTTPS, as the service would.
func TestTakesWhatOctoEverywhereDelivers(t *testing.T) {
	jobs := make(chan job, 1)
	https := httptest.NewTLSServer(receiver("a key+&", jobs))
	t.Cleanup(https.Close)
	api := fakeapi.New(fakeapi.Options{DeliveryClient: https.Client()})
	api.AddConnection("token-garage", "Prusa in the garage")

	setWebhook(t, api, "token-garage", https.URL+"/octo?printer=garage&key=a+key%2B%26")
	delivery := api.Fire(t.Context(), "token-garage", fakeapi.Event{Type: 2, FileName: "boat.gcode", Progress: 100})
	if !delivery.Sent || delivery.Status != http.StatusOK {
		t.Fatalf("delivery: %+v", delivery)
	}
	got := <-jobs
	if got.printer != "garage" || got.EventType != 2 || got.FileName != "boat.gcode" || got.PrinterName != "Prusa in the garage" {
		t.Errorf("received %+v", got)
	}
}

// TestRefuses covers requests that are no notifications of OctoEverywhere.
func TestRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		method, target, body string
		want                 int
	}{
		"no key":             {"POST", "/octo?printer=garage", `{"EventType":2}`, http.StatusForbidden},
		"another key":        {"POST", "/octo?printer=garage&key=b", `{"EventType":2}`, http.StatusForbidden},
		"not a notification": {"POST", "/octo?printer=garage&key=a", `<html>`, http.StatusBadRequest},
		"another path":       {"POST", "/?key=a", `{"EventType":2}`, http.StatusNotFound},
		"another method":     {"GET", "/octo?key=a", ``, http.StatusMethodNotAllowed},
	} {
		t.Run(name, func(t *testing.T) {
			jobs := make(chan job, 1)
			w := httptest.NewRecorder()
			receiver("a", jobs).ServeHTTP(w, httptest.NewRequest(test.method, test.target, strings.NewReader(test.body)))
			if w.Code != test.want {
				t.Errorf("answered %d, not %d", w.Code, test.want)
			}
			if len(jobs) != 0 {
				t.Error("took the notification all the same")
			}
		})
	}
}

// TestTakesFractions: no page promises whole numbers.
func TestTakesFractions(t *testing.T) {
	jobs := make(chan job, 1)
	w := httptest.NewRecorder()
	body := `{"EventType":6,"Progress":99.5,"DurationSec":60.25,"TimeRemainingSec":0.5}`
	receiver("a", jobs).ServeHTTP(w, httptest.NewRequest("POST", "/octo?key=a", strings.NewReader(body)))
	if w.Code != http.StatusOK || len(jobs) != 1 {
		t.Fatalf("answered %d and took %d notifications", w.Code, len(jobs))
	}
	if got := <-jobs; got.Progress != 99.5 || got.DurationSec != 60.25 || got.TimeRemainingSec != 0.5 {
		t.Errorf("received %+v", got)
	}
}

// TestAnswersEvenWhenBusy: a full queue is no failed delivery.
func TestAnswersEvenWhenBusy(t *testing.T) {
	w := httptest.NewRecorder()
	receiver("a", nil).ServeHTTP(w, httptest.NewRequest("POST", "/octo?key=a", strings.NewReader(`{"EventType":99,"New":{}}`)))
	if w.Code != http.StatusOK {
		t.Errorf("answered %d", w.Code)
	}
}

// setWebhook calls the fake as the provider does.
func setWebhook(t *testing.T, api http.Handler, token, url string) {
	t.Helper()
	r := httptest.NewRequest("POST", "/api/notifications/setfromappconnection", strings.NewReader(`{"CallbackUrl":"`+url+`"}`))
	r.Header.Set("AppToken", token)
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		text, _ := io.ReadAll(w.Body)
		t.Fatalf("setting the webhook: %d %s", w.Code, text)
	}
}
