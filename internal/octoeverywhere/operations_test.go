// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestCalls: what each call sends, and that it understands the service in
// every shape, also under a path prefix.
func TestCalls(t *testing.T) {
	for shape, options := range shapes {
		for _, op := range operations {
			s := serve(t, options)
			c := newClient(t, s.url, pinned(op.edition), retries(0), func(c *Config) { c.UserAgent = "terraform-provider-octoeverywhere/1.2.3" })
			if op.request.path == requestTest.path {
				if err := set(t, c); err != nil {
					t.Fatal(err)
				}
				s.ResetRequests()
			}
			if err := op.run(t.Context(), c, token(t)); err != nil {
				t.Errorf("%s, %s: %v", shape, op.name, err)
			}
			r := s.Requests()[0]
			if r.Method != op.request.method || r.Path != op.request.path || r.Token != secretToken ||
				r.Body != string(op.request.body) || r.UserAgent != "terraform-provider-octoeverywhere/1.2.3" {
				t.Errorf("%s sent %+v", op.name, r)
			}
		}
	}
	s := serve(t, fakeapi.Options{})
	prefixed := handler(t, http.StripPrefix("/prefix", s.Server).ServeHTTP)
	for _, suffix := range []string{"/prefix", "/prefix/"} {
		if err := set(t, newClient(t, prefixed+suffix)); err != nil {
			t.Errorf("%s: %v", suffix, err)
		}
	}
}

// TestEventTypesSent: the filter under each edition's name, absent for all.
func TestEventTypesSent(t *testing.T) {
	for edition, key := range map[Edition]string{EditionNotifications: "EventTypes", EditionAppConnection: "InclusiveEventTypesFilter"} {
		for _, events := range [][]EventType{nil, {}, {2}, {3, 1, 2, 99}} {
			var sent map[string]json.RawMessage
			_ = json.Unmarshal(edition.request(Webhook{callbackURL, events}).body, &sent)
			var got []EventType
			if _ = json.Unmarshal(sent[key], &got); !slices.Equal(got, events) || (sent[key] != nil) != (len(events) > 0) {
				t.Errorf("%s: %v sent as %s", edition, events, sent[key])
			}
		}
	}
}

// TestEcho: what the commissioned edition must answer to be believed, flat and
// as the Result of an envelope.
func TestEcho(t *testing.T) {
	const ok, wrong, broken = "ok", "echo", "broken"
	u := `"CallbackUrl":"` + callbackURL + `"`
	for _, tt := range []struct {
		name, answer string
		asked        []EventType
		want         string
	}{
		{"same", `{"Success":true,` + u + `,"EventTypes":[1,2]}`, []EventType{1, 2}, ok},
		{"digits", `{"Success":true,` + u + `,"EventTypes":["1","2"]}`, []EventType{1, 2}, ok},
		{"all as absent", `{"Success":true,` + u + `}`, nil, ok},
		{"all as null", `{"Success":true,` + u + `,"EventTypes":null}`, nil, ok},
		{"escaped", `{"Success":true,"CallbackUrl":"` + strings.ReplaceAll(strings.ReplaceAll(callbackURL, "&", `\u0026`), "/", `\/`) + `"}`, nil, ok},
		{"a filter lost", `{"Success":true,` + u + `}`, []EventType{1}, wrong},
		{"no URL", `{"Success":true,"EventTypes":[1]}`, []EventType{1}, wrong},
		{"another query", `{"Success":true,"CallbackUrl":"` + callbackURL + `&"}`, nil, wrong},
		{"the token as host", `{"Success":true,"CallbackUrl":"https://` + secretToken + `/"}`, nil, wrong},
		{"a secret as host", `{"Success":true,"CallbackUrl":"https://Zm9vYmFyYmF6cXV4/"}`, nil, wrong},
		{"Success false", `{"Success":false,` + u + `}`, nil, broken},
		{"Success a number", `{"Success":1,` + u + `}`, nil, broken},
		{"events as text", `{"Success":true,` + u + `,"EventTypes":["one"]}`, nil, broken},
		{"truncated", `{"Success":true,` + u, nil, broken},
		{"not UTF-8", `{"Success":true,` + u + `,"Note":"` + "\xff" + `"}`, nil, broken},
		{"two values", `{"Success":true,` + u + `}{}`, nil, broken},
		{"nested deep", strings.Repeat("[", 20000) + strings.Repeat("]", 20000), nil, broken},
	} {
		for shape, answer := range map[string]string{"flat": tt.answer, "envelope": `{"Status":200,"Error":"","Result":` + tt.answer + `}`} {
			s := faulty(t, always(json200(answer)))
			err := newClient(t, s.url, pinned(EditionNotifications)).SetWebhook(t.Context(), token(t), Webhook{callbackURL, tt.asked})
			_, isEcho := errors.AsType[*EchoError](err)
			if (err == nil) != (tt.want == ok) || isEcho != (tt.want == wrong) || (StatusOf(err) == 200) != (tt.want == broken) || s.Count("") != 1 {
				t.Errorf("%s, %s: %d requests, %v", tt.name, shape, s.Count(""), err)
			}
			if err != nil {
				noSecret(t, err.Error())
			}
		}
	}
	// Success may be left out where Status says it, and nowhere else.
	for answer, works := range map[string]bool{
		`{"Status":200,"Error":"","Result":{` + u + `}}`:       true,
		`{"Status":"200","Result":{` + u + `,"Success":null}}`: true,
		`{"Result":{` + u + `},"IsUserError":false}`:           true,
		`{` + u + `}`: false,
		`{"Status":200,"Error":"","Result":null}`:                          false,
		`{"Status":200,"Error":"","Success":false,"Result":{` + u + `}}`:   false,
		`{"Status":"ok","Error":"","Result":{"Success":true,` + u + `}}`:   true,
		`{"status":200,"error":"","result":{"success":true,` + u + `}}`:    true,
		`{"Status":200,"Error":"odd","Result":{"Success":true,` + u + `}}`: true,
	} {
		s := faulty(t, always(json200(answer)))
		if err := newClient(t, s.url, pinned(EditionNotifications)).SetWebhook(t.Context(), token(t), Webhook{CallbackURL: callbackURL}); (err == nil) != works {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// TestBareAnswers: the successor's Set and Delete are promised no body, so only
// a page or a no fails.
func TestBareAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, contentType, body string
		works                   bool
	}{
		{"JSON", "application/json", `{"Success":true}`, true},
		{"text", "text/plain", "OK", true},
		{"envelope", "application/json", `{"Status":200,"Error":"","IsUserError":false,"Result":null}`, true},
		{"envelope called a page", "text/html", `{"Status":200,"Error":"","Result":null}`, true},
		{"Success false", "application/json", `{"Success":false,"Error":"printer says no"}`, false},
		{"error", "application/json", `{"Error":"printer says no"}`, false},
		{"no in an envelope", "application/json", `{"Status":200,"Error":"printer says no","Result":{"Success":false}}`, false},
		{"no beside the result", "application/json", `{"Success":false,"Status":200,"Error":"printer says no","Result":null}`, false},
		{"page", "text/html; charset=utf-8", "hello", false},
		{"page by content", "text/plain", "\ufeff\r\n <!DOCTYPE html>", false},
	} {
		for _, op := range operations[1:3] {
			s := faulty(t, always(typed(200, tt.contentType, tt.body)))
			err := op.run(t.Context(), newClient(t, s.url, pinned(op.edition)), token(t))
			page := strings.HasPrefix(tt.name, "page")
			if (err == nil) != tt.works || IsNotServed(err) != page || IsAmbiguous(err) != page {
				t.Errorf("%s, %s: %v", op.name, tt.name, err)
			}
			if err != nil && !page && !strings.Contains(err.Error(), "printer says no") {
				t.Errorf("%s, %s: no words in %v", op.name, tt.name, err)
			}
		}
	}
}

// TestRefusedBeforeSending: no token, or a URL that can't be sent exactly.
func TestRefusedBeforeSending(t *testing.T) {
	s := serve(t, fakeapi.Options{})
	c := newClient(t, s.url)
	for _, op := range operations {
		if err := op.run(t.Context(), c, Token{}); err == nil || IsTemporary(err) || IsAmbiguous(err) {
			t.Errorf("%s without a token: %v", op.name, err)
		}
	}
	for _, u := range []string{"", "http://x.example/", "https://x.example/?\xff", "https://x.example/?a b"} {
		if err := c.SetWebhook(t.Context(), token(t), Webhook{CallbackURL: u}); err == nil || IsTemporary(err) || IsAmbiguous(err) {
			t.Errorf("%q: %v", u, err)
		}
	}
	if s.Count("") != 0 {
		t.Errorf("%d requests", s.Count(""))
	}
}

// TestNewRefuses settings that can't work.
func TestNewRefuses(t *testing.T) {
	for name, config := range map[string]Config{
		"endpoint":   {},
		"http":       {Endpoint: "http://octoeverywhere.com"},
		"edition":    {Endpoint: DefaultEndpoint, Edition: "both"},
		"retries":    {Endpoint: DefaultEndpoint, MaxRetries: -1},
		"timeout":    {Endpoint: DefaultEndpoint, RequestTimeout: -1},
		"user agent": {Endpoint: DefaultEndpoint, UserAgent: "a\r\nb"},
	} {
		if c, err := New(config); err == nil || c != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
