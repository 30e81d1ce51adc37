// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

// TestOpen: what is an envelope, and what is in it.
func TestOpen(t *testing.T) {
	flat := func(body string) answer { return answer{status: 200, body: []byte(body)} }
	enveloped := func(status int, said, body string) answer {
		a := answer{status: status, serviceError: said, enveloped: true}
		if body != "" {
			a.body = []byte(body)
		}
		return a
	}
	for body, want := range map[string]answer{
		`{"Status":200,"Error":"","IsUserError":false,"Result":{"A":1}}`: enveloped(200, "", `{"A":1}`),
		`{"Status":200,"Error":"","Result":null}`:                        enveloped(200, "", ""),
		`{"Status":400,"Error":"Invalid Id"}`:                            enveloped(400, "Invalid Id", ""),
		`{"Status":"604","Error":"gone","Result":{}}`:                    enveloped(604, "gone", `{}`),
		`{"Status":null,"Error":"","Result":{}}`:                         enveloped(200, "", `{}`),
		`{"Status":200}`:                                                 flat(`{"Status":200}`),
		`{"Result":{"Status":1}}`:                                        flat(`{"Result":{"Status":1}}`),
		`{"Status":"fine","Error":"x"}`:                                  flat(`{"Status":"fine","Error":"x"}`),
		`{"Error":"x","IsUserError":true}`:                               flat(`{"Error":"x","IsUserError":true}`),
		`{"Status":200,"Error":"","Result":`:                             flat(`{"Status":200,"Error":"","Result":`),
		``:                                                               flat(``),
		"{\"Status\":603,\"Error\":\"\xff\",\"Result\":null}":            flat("{\"Status\":603,\"Error\":\"\xff\",\"Result\":null}"),
	} {
		if got := fmt.Sprintf("%+v", flat(body).open()); got != fmt.Sprintf("%+v", want) {
			t.Errorf("%.80s: %s", body, got)
		}
	}
	for _, status := range []int{204, 302, 404, 503, 605} { // the status line counts
		got := answer{status: status, body: []byte(`{"Status":200,"Error":"words","Result":{}}`)}.open()
		if got.status != status || got.serviceError != "words" {
			t.Errorf("%d: %+v", status, got)
		}
	}
	for _, status := range []string{"0", "-1", "1", "199", "1000", `"0"`, "99999999999"} { // no status: neither success nor refusal
		got := flat(`{"Status":` + status + `,"Error":"","Result":{"Success":true}}`).open()
		if err := newClient(t, DefaultEndpoint).newCall(token(t)).concludeBare(got); !IsAmbiguous(err) || StatusOf(err) != 200 || IsTemporary(err) {
			t.Errorf("%s: %+v, %v", status, got, err)
		}
	}
}

// bothShapes is a flat body, and the same as the Result of an envelope.
func bothShapes(body string) []answer {
	return []answer{
		answer{status: 200, body: []byte(body)}.open(),
		answer{status: 200, body: []byte(`{"Status":200,"Error":"","IsUserError":false,"Result":` + body + `}`)}.open(),
	}
}

func TestTestResult(t *testing.T) {
	none := TestResult{}
	got := func(status int) TestResult { return TestResult{true, status} }
	for body, want := range map[string]TestResult{
		`{"StatusCode":200}`:                   got(200),
		`{"webhookStatusCode":0}`:              got(0),
		`{"StatusCode":500,"Duration":250}`:    got(500),
		`{"Answered":404}`:                     got(404),
		`200`:                                  none,
		`{"StatusCode":200,"ErrorCode":0}`:     none, // which?
		`{"StatusCode":600}`:                   none,
		`{"StatusCode":null,"DurationMs":250}`: none,
		`{"StatusCode":200.5}`:                 none,
		`{"A":200,"B":200}`:                    none,
		`{}`:                                   none, // the envelope's own Status is none of the receiver's
		``:                                     none,
	} {
		for _, a := range bothShapes(body) {
			if got := decodeTestResult(a); got != want {
				t.Errorf("%.60s, %v: %+v", body, a.enveloped, got)
			}
		}
	}
}

func TestInfo(t *testing.T) {
	at := func(s string) *time.Time {
		parsed, _ := time.Parse(time.RFC3339, s)
		return &parsed
	}
	n := func(i int64) *int64 { return &i }
	for _, tt := range []struct {
		body string
		want Info
		ok   bool
	}{
		{`{"PrinterName":"Ender3 ü","PrinterLocalIp":"192.168.1.5","IsOnline":true,
			"LastDisconnectTimeUtc":"2026-06-01T10:00:00Z","LastConnectionTimeUtc":"2026-06-01T12:00:00.5+02:00",
			"UserFacingPrinterUrl":"https://octoeverywhere.com/p","New":[1],
			"PrinterLimits":{"MaxDownloadFileSizeBytes":1099511627776,"MaxUploadFileSizeBytes":0,"MaxSingleWebcamStreamLengthSeconds":60}}`,
			Info{"Ender3 ü", "192.168.1.5", "https://octoeverywhere.com/p", true,
				at("2026-06-01T10:00:00.5Z"), at("2026-06-01T10:00:00Z"), Limits{n(1 << 40), n(0), n(60)}}, true},
		{`{"IsOnline":true,"LastConnectionTimeUtc":"2026-02-04T09:51:17.6144047Z","LastDisconnectTimeUtc":"0001-01-01T00:00:00",
			"PrinterLimits":{"MaxDownloadFileSizeBytes":"524288000","MaxUploadFileSizeBytes":null,"MaxSingleWebcamStreamLengthSeconds":"120"}}`,
			Info{Online: true, LastConnected: at("2026-02-04T09:51:17.6144047Z"), Limits: Limits{MaxDownloadFileSizeBytes: n(524288000), MaxWebcamStreamSeconds: n(120)}}, true},
		{`{"IsOnline":true,"LastConnectionTimeUtc":"2026-02-04T09:51:17.6144047","LastDisconnectTimeUtc":"0001-01-01T00:00:00Z"}`,
			Info{Online: true, LastConnected: at("2026-02-04T09:51:17.6144047Z")}, true},
		{`{"IsOnline":false}`, Info{}, true},
		{`{"IsOnline":true,"PrinterName":5,"PrinterLimits":[1],"LastConnectionTimeUtc":"yesterday"}`, Info{Online: true}, true},
		{`{"IsOnline":true,"PrinterLimits":{"MaxUploadFileSizeBytes":"x","MaxDownloadFileSizeBytes":1.5,"MaxSingleWebcamStreamLengthSeconds":9}}`,
			Info{Online: true, Limits: Limits{MaxWebcamStreamSeconds: n(9)}}, true},
		{`{}`, Info{}, false},
		{`{"IsOnline":"true"}`, Info{}, false},
		{``, Info{}, false},
	} {
		for _, a := range bothShapes(tt.body) {
			if got, ok := decodeInfo(a); ok != tt.ok || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%.80s, %v: %+v", tt.body, a.enveloped, got)
			}
		}
	}
	for _, answer := range []string{page.body, `{"Status":200,"Error":"","Result":null}`, `{"IsOnline":"yes"}`} {
		s := serve(t, ok(answer))
		if _, err := newClient(t, s.url).Info(t.Context(), token(t)); err == nil || IsNotServed(err) != (answer == page.body) || StatusOf(err) != 200 {
			t.Errorf("%s: %v", answer, err)
		}
	}
}
