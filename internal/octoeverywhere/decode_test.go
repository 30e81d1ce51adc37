// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestTestResult(t *testing.T) {
	for _, tt := range []struct {
		body       string
		understood bool
		status     int
	}{
		{`{"StatusCode":200}`, true, 200},
		{`{"HttpStatus":"503"}`, true, 503},
		{`{"status":204.0}`, true, 204},
		{`{"CODE":4.04e2}`, true, 404},
		{`{"webhookStatusCode":0}`, true, 0},
		{`{"StatusCode":-1}`, true, 0},
		{`{"StatusCode":599}`, true, 599},
		{`{"Result":{"StatusCode":500},"Success":true}`, true, 500},
		{`{"StatusCode":200,"Result":{"Code":"200"}}`, true, 200},
		{`{"StatusCode":500,"Duration":250}`, true, 500},
		{`{"Status":"ok","Answered":404}`, true, 404},
		{`{"Answered":404}`, true, 404},
		{`{"Answered":"404"}`, true, 404},
		{`{"A":{"Answered":404},"Id":7,"Ms":99}`, true, 404},
		{` {"StatusCode":200} `, true, 200},

		{`{"StatusCode":200,"Result":{"Code":500}}`, false, 0}, // they differ
		{`{"StatusCode":200,"StatusCode":500}`, false, 0},
		{`{"StatusCode":600}`, false, 0},
		{`{"StatusCode":700,"DurationMs":250}`, false, 0}, // a status was given: no guess
		{`{"StatusCode":200.5}`, false, 0},
		{`{"StatusCode":true}`, false, 0},
		{`{"StatusCode":null}`, false, 0},
		{`{"StatusCode":"2xx"}`, false, 0},
		{`{"StatusCode":1e999}`, false, 0},
		{`{"StatusCode":"99999999999999999999"}`, false, 0},
		{`{"A":200,"B":200}`, false, 0}, // no name tells which
		{`{"A":{"B":{"StatusCode":200}}}`, false, 0},
		{`{"Codes":[200]}`, false, 0},
		{`{"A":99}`, false, 0},
		{`{"A":600}`, false, 0},
		{`{}`, false, 0},
		{`[{"StatusCode":200}]`, false, 0},
		{`200`, false, 0},
		{`"200"`, false, 0},
		{`{"StatusCode":200`, false, 0},
		{`{"StatusCode":200}{}`, false, 0},
		{`OK`, false, 0},
		{``, false, 0},
		{strings.Repeat(`{"StatusCode":`, 9000), false, 0},
	} {
		got := decodeTestResult(answer{status: 200, body: []byte(tt.body)})
		if got.Understood != tt.understood || got.StatusCode != tt.status {
			t.Errorf("%.60s: %+v", tt.body, got)
		}
	}
	srv := newServer(t, answerWith(200, "text/html", "<html>"))
	if _, err := newClient(t, srv.URL).TestWebhook(t.Context(), token(t)); !IsNotServed(err) || StatusOf(err) != 200 {
		t.Error(err)
	}
}

func TestInfo(t *testing.T) {
	at := func(s string) *time.Time {
		parsed, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return &parsed
	}
	n := func(i int64) *int64 { return &i }
	for _, tt := range []struct {
		body string
		want AppConnection
		ok   bool
	}{
		{`{"PrinterName":"Ender3 ü","PrinterLocalIp":"192.168.1.5","IsOnline":true,
			"LastDisconnectTimeUtc":"2026-06-01T10:00:00Z","LastConnectionTimeUtc":"2026-06-01T12:00:00.5+02:00",
			"UserFacingPrinterUrl":"https://octoeverywhere.com/p","New":[1],
			"PrinterLimits":{"MaxDownloadFileSizeBytes":1099511627776,"MaxUploadFileSizeBytes":0,"MaxSingleWebcamStreamLengthSeconds":60}}`,
			AppConnection{"Ender3 ü", "192.168.1.5", "https://octoeverywhere.com/p", true,
				at("2026-06-01T10:00:00.5Z"), at("2026-06-01T10:00:00Z"), Limits{n(1 << 40), n(0), n(60)}}, true},
		{`{"IsOnline":false}`, AppConnection{}, true},
		{`{"IsOnline":true,"PrinterName":null,"PrinterLimits":null,"LastConnectionTimeUtc":null}`, AppConnection{Online: true}, true},
		{`{"IsOnline":true,"PrinterName":5,"PrinterLimits":[1],"LastConnectionTimeUtc":"yesterday","LastDisconnectTimeUtc":"0001-01-01T00:00:00Z"}`, AppConnection{Online: true}, true},
		{`{"IsOnline":true,"PrinterLimits":{"MaxUploadFileSizeBytes":"x","MaxDownloadFileSizeBytes":1.5,"MaxSingleWebcamStreamLengthSeconds":9}}`,
			AppConnection{Online: true, Limits: Limits{MaxWebcamStreamSeconds: n(9)}}, true},
		{`{}`, AppConnection{}, false},
		{`{"IsOnline":null}`, AppConnection{}, false},
		{`{"IsOnline":"true"}`, AppConnection{}, false},
		{`{"IsOnline":1}`, AppConnection{}, false},
		{`[]`, AppConnection{}, false},
		{`null`, AppConnection{}, false},
		{``, AppConnection{}, false},
		{`{"IsOnline":true`, AppConnection{}, false},
		{strings.Repeat(`{"IsOnline":`, 12000), AppConnection{}, false},
	} {
		srv := newServer(t, answerWith(200, "application/json", tt.body))
		got, err := newClient(t, srv.URL).Info(t.Context(), token(t))
		if (err == nil) != tt.ok || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%.80s: %+v, %v", tt.body, got, err)
		}
		if err != nil && (IsNotServed(err) || StatusOf(err) != 200) {
			t.Errorf("%.80s: %v", tt.body, err)
		}
	}
	srv := newServer(t, answerWith(200, "text/html", "<html>"))
	if _, err := newClient(t, srv.URL).Info(t.Context(), token(t)); !IsNotServed(err) {
		t.Error(err)
	}
}
