// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestURLsArriveExactly: in both editions, in the bytes of the body too as far
// as JSON has a say, and back again through the echo.
func TestURLsArriveExactly(t *testing.T) {
	for _, edition := range []Edition{EditionNotifications, EditionAppConnection} {
		for _, u := range exactURLs {
			srv := newServer(t, editions(echo, bareOK))
			c := newClient(t, srv.URL, pinned(edition), func(c *Config) { c.UserAgent = "terraform-provider-octoeverywhere/1.2.3 (Terraform/1.15.0)" })
			if err := c.SetWebhook(t.Context(), token(t), Webhook{CallbackURL: u}); err != nil {
				t.Errorf("%.80q: %v", u, err)
				continue
			}
			r := srv.log()[0]
			var sent map[string]any
			if err := json.Unmarshal([]byte(r.body), &sent); err != nil {
				t.Fatal(err)
			}
			key := map[Edition]string{EditionNotifications: "CallbackUrl", EditionAppConnection: "WebhookUrl"}[edition]
			if sent[key] != u || len(sent) != 1 {
				t.Errorf("%.80q arrived as %.80q", u, sent)
			}
			if strings.ContainsAny(u, "&<>") && strings.Contains(r.body, `\u003`) && !strings.Contains(u, `\u003`) || strings.Contains(r.body, `\u0026`) && !strings.Contains(u, `\u0026`) {
				t.Errorf("%.80q is escaped in %.80q", u, r.body)
			}
			if r.method != "POST" || r.path != edition.setPath() || r.token != secretToken || r.contentType != "application/json" ||
				r.userAgent != "terraform-provider-octoeverywhere/1.2.3 (Terraform/1.15.0)" {
				t.Errorf("request %+v", r)
			}
		}
	}
}

// TestEventTypesSent: the filter under each edition's name, absent for all.
func TestEventTypesSent(t *testing.T) {
	for edition, key := range map[Edition]string{EditionNotifications: "EventTypes", EditionAppConnection: "InclusiveEventTypesFilter"} {
		for _, events := range [][]EventType{nil, {}, {2}, {3, 1, 2, 99}} {
			srv := newServer(t, editions(echo, bareOK))
			if err := newClient(t, srv.URL, pinned(edition)).SetWebhook(t.Context(), token(t), Webhook{callbackURL, events}); err != nil {
				t.Fatal(err)
			}
			var sent map[string]json.RawMessage
			_ = json.Unmarshal([]byte(srv.log()[0].body), &sent)
			if len(events) == 0 {
				if _, there := sent[key]; there {
					t.Errorf("%s: no filter is sent as %s", edition, sent[key])
				}
				continue
			}
			var got []EventType
			if json.Unmarshal(sent[key], &got) != nil || !slices.Equal(got, events) {
				t.Errorf("%s: %v sent as %s", edition, events, sent[key])
			}
		}
	}
}

// TestEcho: what the commissioned edition must answer to be believed.
func TestEcho(t *testing.T) {
	const ok, wrong, broken = "ok", "echo", "broken"
	all := `[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]`
	u := `"CallbackUrl":"` + callbackURL + `"`
	for _, tt := range []struct {
		name, answer string
		asked        []EventType
		want         string
	}{
		{"same", `{"Success":true,` + u + `,"EventTypes":[1,2]}`, []EventType{1, 2}, ok},
		{"another order", `{"EventTypes":[2,1,2],` + u + `,"Success":true,"New":{}}`, []EventType{1, 2}, ok},
		{"all as absent", `{"Success":true,` + u + `}`, nil, ok},
		{"all as null", `{"Success":true,` + u + `,"EventTypes":null}`, nil, ok},
		{"all as empty", `{"Success":true,` + u + `,"EventTypes":[]}`, nil, ok},
		{"all spelt out", `{"Success":true,` + u + `,"EventTypes":` + all + `}`, nil, ok},
		{"all asked, absent", `{"Success":true,` + u + `}`, KnownEventTypes(), ok},
		{"escaped", `{"Success":true,"CallbackUrl":"` + strings.ReplaceAll(strings.ReplaceAll(callbackURL, "&", `\u0026`), "/", `\/`) + `"}`, nil, ok},
		{"a filter lost", `{"Success":true,` + u + `}`, []EventType{1}, wrong},
		{"a filter gained", `{"Success":true,` + u + `,"EventTypes":[1]}`, nil, wrong},
		{"one event less", `{"Success":true,` + u + `,"EventTypes":[1]}`, []EventType{1, 2}, wrong},
		{"one event more", `{"Success":true,` + u + `,"EventTypes":[1,2,3]}`, []EventType{1, 2}, wrong},
		{"no URL", `{"Success":true,"EventTypes":[1]}`, []EventType{1}, wrong},
		{"null URL", `{"Success":true,"CallbackUrl":null}`, nil, wrong},
		{"another query", `{"Success":true,"CallbackUrl":"` + callbackURL + `&"}`, nil, wrong},
		{"another case", `{"Success":true,"CallbackUrl":"` + strings.ToUpper(callbackURL) + `"}`, nil, wrong},
		{"the token as host", `{"Success":true,"CallbackUrl":"https://` + secretToken + `/"}`, nil, wrong},
		{"a secret as host", `{"Success":true,"CallbackUrl":"https://Zm9vYmFyYmF6cXV4/"}`, nil, wrong},
		{"Success false", `{"Success":false,` + u + `}`, nil, broken},
		{"Success null", `{"Success":null,` + u + `}`, nil, broken},
		{"Success missing", `{` + u + `}`, nil, broken},
		{"Success a number", `{"Success":1,` + u + `}`, nil, broken},
		{"Success a string", `{"Success":"true",` + u + `}`, nil, broken},
		{"URL a number", `{"Success":true,"CallbackUrl":5}`, nil, broken},
		{"events as text", `{"Success":true,` + u + `,"EventTypes":["1"]}`, nil, broken},
		{"events as an object", `{"Success":true,` + u + `,"EventTypes":{}}`, nil, broken},
		{"truncated", `{"Success":true,` + u, nil, broken},
		{"not UTF-8", `{"Success":true,` + u + `,"Note":"` + "\xff" + `"}`, nil, broken},
		{"two values", `{"Success":true,` + u + `}{}`, nil, broken},
		{"array", `[{"Success":true,` + u + `}]`, nil, broken},
		{"nested deep", strings.Repeat("[", 30000) + strings.Repeat("]", 30000), nil, broken},
		{"nested too deep to open", strings.Repeat(`{"a":`, 12000), nil, broken},
		{"empty", ``, nil, broken},
		{"a page", `<html>` + secretToken, nil, broken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := newServer(t, answerWith(200, "application/json", tt.answer))
			err := newClient(t, srv.URL, pinned(EditionNotifications)).SetWebhook(t.Context(), token(t), Webhook{callbackURL, tt.asked})
			_, isEcho := errors.AsType[*EchoError](err)
			_, isError := errors.AsType[*Error](err)
			if (err == nil) != (tt.want == ok) || isEcho != (tt.want == wrong) || isError != (tt.want == broken) {
				t.Errorf("%v", err)
			}
			if len(srv.log()) != 1 {
				t.Errorf("%d requests", len(srv.log()))
			}
			if err != nil {
				noSecret(t, err.Error())
				if len(err.Error()) > 2000 {
					t.Errorf("%d bytes of error", len(err.Error()))
				}
			}
		})
	}
}

// TestSuccessorAnswers: no body is promised, so only a page or a no fails.
func TestSuccessorAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, contentType, body string
		works                   bool
	}{
		{"empty", "", "", true},
		{"JSON", "application/json", `{"Success":true}`, true},
		{"other JSON", "application/json", `{"Result":[]}`, true},
		{"text", "text/plain", "OK", true},
		{"Success false", "application/json", `{"Success":false,"Error":"printer says no"}`, false},
		{"page", "text/html; charset=utf-8", "hello", false},
		{"page by content", "text/plain", "\ufeff\r\n <!DOCTYPE html>", false},
	} {
		for _, op := range []operation{operations[1], operations[2]} {
			srv := newServer(t, answerWith(200, tt.contentType, tt.body))
			err := op.call(t.Context(), newClient(t, srv.URL, pinned(op.edition)), token(t))
			if (err == nil) != tt.works || IsNotServed(err) != strings.HasPrefix(tt.name, "page") {
				t.Errorf("%s/%s: %v", op.name, tt.name, err)
			}
		}
	}
}

// TestRefusedBeforeSending: no token, or a URL that can't be sent exactly.
func TestRefusedBeforeSending(t *testing.T) {
	srv := newServer(t, bareOK)
	for _, op := range operations {
		if err := op.call(t.Context(), newClient(t, srv.URL, pinned(op.edition)), Token{}); err == nil || IsTemporary(err) || IsAmbiguous(err) {
			t.Errorf("%s without a token: %v", op.name, err)
		}
	}
	c := newClient(t, srv.URL)
	for _, u := range []string{"", "http://x.example/", "https://x.example/?\xff", "https://x.example/?a b"} {
		if err := c.SetWebhook(t.Context(), token(t), Webhook{CallbackURL: u}); err == nil || IsTemporary(err) || IsAmbiguous(err) {
			t.Errorf("%q: %v", u, err)
		}
	}
	if _, err := c.Probe(t.Context(), Token{}); err == nil {
		t.Error("a probe without a token")
	}
	if len(srv.log()) != 0 {
		t.Errorf("%d requests", len(srv.log()))
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

// TestPathPrefix of an endpoint, with or without its slash.
func TestPathPrefix(t *testing.T) {
	srv := newServer(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r) })
	for _, suffix := range []string{"/prefix", "/prefix/"} {
		if err := newClient(t, srv.URL+suffix).SetWebhook(t.Context(), token(t), hook); err != nil {
			t.Error(err)
		}
	}
	if srv.count("/prefix"+oldPath) != 2 {
		t.Errorf("%+v", srv.log())
	}
}
