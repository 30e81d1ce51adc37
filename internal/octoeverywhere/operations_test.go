// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"slices"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestCalls: what each call sends, also under a path prefix, and that it
// understands the documented answers, in an envelope and flat.
func TestCalls(t *testing.T) {
	for _, flat := range []bool{false, true} {
		for _, op := range operations {
			fake := fakeapi.New(fakeapi.Options{Flat: flat})
			fake.AddConnection(secretToken, "Ender3")
			listening, err := fake.Listen("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			c := newClient(t, listening.URL, pinned(op.edition), retries(0))
			if err := set(t, c); err != nil {
				t.Fatal(err)
			}
			saved, _ := fake.Webhook(secretToken)
			if err := op.run(t.Context(), c, token(t)); err != nil || saved.URL != callbackURL || !slices.Equal(saved.EventTypes, []int{1, 2, 3}) {
				t.Errorf("flat %v, %s: %v, saved %+v", flat, op.name, err, saved)
			}
			c.Close()
			_ = listening.Close()
		}
	}
	for _, op := range operations {
		for _, prefix := range []string{"", "/prefix", "/prefix/"} {
			s := serve(t)
			c := newClient(t, s.url+prefix, pinned(op.edition), func(c *Config) { c.UserAgent = "terraform-provider-octoeverywhere/1.2.3" })
			_ = op.run(t.Context(), c, token(t))
			want := arrived{op.request.method, strings.TrimSuffix(prefix, "/") + op.request.path, secretToken, string(op.request.body), "terraform-provider-octoeverywhere/1.2.3"}
			if !slices.Equal(s.requests, []arrived{want}) {
				t.Errorf("%s sent %+v", op.name, s.requests)
			}
		}
	}
}

// TestEcho: what EditionNotifications must answer to be believed, flat and as
// the Result of an envelope.
func TestEcho(t *testing.T) {
	const good, other, broken = "ok", "other saved", "broken"
	u := `"CallbackUrl":"` + callbackURL + `"`
	for _, tt := range []struct {
		name, answer string
		asked        []EventType
		want         string
	}{
		{"same", `{"Success":true,` + u + `,"EventTypes":[1,2]}`, []EventType{1, 2}, good},
		{"digits", `{"Success":true,` + u + `,"EventTypes":["1","2"]}`, []EventType{1, 2}, good},
		{"all as absent", `{"Success":true,` + u + `}`, nil, good},
		{"escaped", `{"Success":true,"CallbackUrl":"` + strings.ReplaceAll(strings.ReplaceAll(callbackURL, "&", `\u0026`), "/", `\/`) + `"}`, nil, good},
		{"a filter lost", `{"Success":true,` + u + `}`, []EventType{1}, other},
		{"no URL", `{"Success":true,"EventTypes":[1]}`, []EventType{1}, other},
		{"another query", `{"Success":true,"CallbackUrl":"` + callbackURL + `&"}`, nil, other},
		{"a secret as host", `{"Success":true,"CallbackUrl":"https://Zm9vYmFyYmF6cXV4/"}`, nil, other},
		{"Success false", `{"Success":false,` + u + `}`, nil, broken},
		{"events as text", `{"Success":true,` + u + `,"EventTypes":["one"]}`, nil, broken},
		{"cut off", `{"Success":true,` + u, nil, broken},
		{"not UTF-8", `{"Success":true,` + u + `,"Note":"` + "\xff" + `"}`, nil, broken},
		{"two values", `{"Success":true,` + u + `}{}`, nil, broken},
	} {
		for shape, answer := range map[string]string{"flat": tt.answer, "envelope": `{"Status":200,"Error":"","Result":` + tt.answer + `}`} {
			s := serve(t, ok(answer))
			err := newClient(t, s.url, pinned(EditionNotifications)).SetWebhook(t.Context(), token(t), Webhook{callbackURL, tt.asked})
			if (err == nil) != (tt.want == good) || IsOtherSaved(err) != (tt.want == other) || err != nil && StatusOf(err) != 200 || s.count("") != 1 {
				t.Errorf("%s, %s: %d requests, %v", tt.name, shape, s.count(""), err)
			}
			if IsAmbiguous(err) == (tt.want == good || tt.name == "Success false") {
				t.Errorf("%s, %s: ambiguous %v", tt.name, shape, IsAmbiguous(err))
			}
			if err != nil {
				noSecret(t, err.Error())
			}
		}
	}
	// Success may be left out where Status says it, and nowhere else.
	for answer, works := range map[string]bool{
		`{"Status":200,"Error":"","Result":{` + u + `}}`: true,
		`{` + u + `}`: false,
		`{"Status":200,"Error":"","Success":false,"Result":{` + u + `}}`:   false,
		`{"Status":200,"Error":"odd","Result":{"Success":true,` + u + `}}`: true,
	} {
		s := serve(t, ok(answer))
		if err := newClient(t, s.url, pinned(EditionNotifications)).SetWebhook(t.Context(), token(t), Webhook{CallbackURL: callbackURL}); (err == nil) != works {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// TestOtherSaved: the error shows both webhooks, and no more of their URLs than
// the host.
func TestOtherSaved(t *testing.T) {
	for answer, says := range map[string]string{
		`"CallbackUrl":"https://other.example/x?y=1","EventTypes":[4]`: "sent were the events print_started, print_complete, print_failed to https://app.example.com/…, saved were the events print_paused to https://other.example/…",
		`"CallbackUrl":"` + callbackURL + `x"`:                         "saved were all events to https://app.example.com/…; the URLs differ in a part that is not shown",
		`"EventTypes":[` + strings.Repeat("1,", 5000) + `99]`:          "saved were the events print_started, 99 to no callback URL",
	} {
		s := serve(t, ok(`{"Success":true,`+answer+`}`))
		err := set(t, newClient(t, s.url))
		if !IsOtherSaved(err) || !IsAmbiguous(err) || IsTemporary(err) || !strings.Contains(err.Error(), says) {
			t.Errorf("%.80s: %v", answer, err)
		}
		noSecret(t, err.Error())
	}
}

// TestBareAnswers: where no body is promised, only a page or a denial fails.
func TestBareAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, contentType, body string
		works                   bool
	}{
		{"JSON", "application/json", `{"Success":true}`, true},
		{"text", "text/plain", "OK", true},
		{"envelope", "application/json", `{"Status":200,"Error":"","IsUserError":false,"Result":null}`, true},
		{"Success false", "application/json", `{"Success":false,"Error":"printer says no"}`, false},
		{"error", "application/json", `{"Error":"printer says no"}`, false},
		{"no beside the result", "application/json", `{"Success":false,"Status":200,"Error":"printer says no","Result":null}`, false},
		{"page", "text/html; charset=utf-8", "hello", false},
		{"page by content", "text/plain", "\ufeff\r\n <!DOCTYPE html>", false},
	} {
		for _, op := range operations[1:3] {
			s := serve(t, reply{contentType: tt.contentType, body: tt.body})
			err := op.run(t.Context(), newClient(t, s.url, pinned(op.edition)), token(t))
			isPage := strings.HasPrefix(tt.name, "page")
			if (err == nil) != tt.works || IsNotServed(err) != isPage || IsAmbiguous(err) {
				t.Errorf("%s, %s: %v", op.name, tt.name, err)
			}
			if err != nil && !isPage && !strings.Contains(err.Error(), "printer says no") {
				t.Errorf("%s, %s: no words in %v", op.name, tt.name, err)
			}
		}
	}
}

// TestRefusedBeforeSending: no token, a URL that can't be sent exactly, or
// settings that can't work. No predicate holds of such an error, nor of none.
func TestRefusedBeforeSending(t *testing.T) {
	s := serve(t)
	c := newClient(t, s.url)
	var errs []error
	for _, op := range operations {
		errs = append(errs, op.run(t.Context(), c, Token{}))
	}
	for _, u := range []string{"", "http://x.example/", "https://x.example/?\xff", "https://x.example/?a b"} {
		errs = append(errs, c.SetWebhook(t.Context(), token(t), Webhook{CallbackURL: u}))
	}
	for _, config := range []Config{{}, {Endpoint: "http://octoeverywhere.com"}, {Endpoint: DefaultEndpoint, Edition: "both"}} {
		_, err := New(config)
		errs = append(errs, err)
	}
	for i, err := range append(errs, nil) {
		if (err == nil) != (i == len(errs)) || StatusOf(err) != 0 || s.count("") != 0 {
			t.Errorf("%d requests, %v", s.count(""), err)
		}
		for j, is := range []func(error) bool{IsGone, IsNotSupporter, IsInvalidInput, IsInvalidCredentials, IsPrinterUnreachable, IsTemporary, IsNotServed, IsAmbiguous, IsOtherSaved} {
			if is(err) {
				t.Errorf("predicate %d of %v", j, err)
			}
		}
	}
}
