// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// The secrets of these tests: none may appear in a diagnostic.
const (
	secretToken = "tok-SECRET-0123456789"
	secretQuery = "hush-hush"
	secretURL   = "https://app.example.com/octo?key=" + secretQuery
)

// hostile repeats every secret in an answer's detail, as a server well may.
func hostile(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"Success":false,"Error":"no %s and no %s"}`, secretToken, secretURL)
	}
}

// answer answers with this body.
func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// clientOf makes a client of a server that answers so. Without a handler
// nobody listens there.
func clientOf(t *testing.T, handler http.HandlerFunc, edition octoeverywhere.Edition) *octoeverywhere.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	if handler == nil {
		server.Close()
	}
	client, err := octoeverywhere.New(octoeverywhere.Config{Endpoint: server.URL, Edition: edition, RequestTimeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func wantedOf(t *testing.T) setting {
	t.Helper()
	token, err := octoeverywhere.NewToken(secretToken)
	if err != nil {
		t.Fatal(err)
	}
	return setting{
		choice:  tokenChoice{token: token, at: path.Root("app_connection"), label: `App Connection "garage"`},
		webhook: octoeverywhere.Webhook{CallbackURL: secretURL},
	}
}

// explained is what a diagnostic must say.
type explained struct {
	summary   string
	attribute string // "" for none
	words     []string
}

// check holds a diagnostic against it, and against what holds for all.
func (want explained) check(t *testing.T, got diag.Diagnostic) {
	t.Helper()
	shown := fmt.Sprintf("%s: %s\n%s", got.Severity(), got.Summary(), got.Detail())
	attribute := ""
	if with, ok := got.(diag.DiagnosticWithPath); ok {
		attribute = with.Path().String()
	}
	if got.Summary() != want.summary || attribute != want.attribute {
		t.Errorf("got %q at %q, want %q at %q", got.Summary(), attribute, want.summary, want.attribute)
	}
	for _, word := range want.words {
		if !strings.Contains(got.Detail(), word) {
			t.Errorf("it does not say %q:\n%s", word, shown)
		}
	}
	for _, secret := range []string{secretToken, secretQuery} {
		if strings.Contains(shown, secret) {
			t.Errorf("it shows the secret %q:\n%s", secret, shown)
		}
	}
	// One style: a headline without full stop, then whole sentences.
	if strings.HasSuffix(got.Summary(), ".") || !strings.HasSuffix(got.Detail(), ".") {
		t.Errorf("a summary ends without a full stop, a detail with one:\n%s", shown)
	}
	if doubled := regexp.MustCompile(`\.\.|  |\. \.|(?m) $`).FindString(got.Detail()); doubled != "" {
		t.Errorf("it is put together badly, see %q:\n%s", doubled, shown)
	}
}

// TestSetFailed is the table of everything a Set can end in: what failed, what
// the service said, what to do, and what state makes of it.
func TestSetFailed(t *testing.T) {
	t.Parallel()
	const (
		nothing = unchanged
		again   = "apply again"
	)
	gone := []string{"never work again", "connect your app again", "portal"}
	pinned, auto := octoeverywhere.EditionNotifications, octoeverywhere.EditionAuto
	other := func(url string) http.HandlerFunc {
		return answer(200, "application/json", `{"Success":true,"CallbackUrl":"`+url+`","EventTypes":[1,2]}`)
	}
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices a client that leaves only once the body is read
		<-r.Context().Done()
	}
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		edition octoeverywhere.Edition
		timeout time.Duration // of the run; 0: none, below 0: over before it began
		want    explained
		maySet  bool
	}{
		"400": {hostile(400), pinned, 0, explained{"OctoEverywhere refused the webhook", "", []string{"400", nothing, "callback_url and event_types"}}, false},
		"603": {hostile(603), pinned, 0, explained{"The App Connection is gone for good", "app_connection", append(gone, "603")}, false},
		"604": {hostile(604), pinned, 0, explained{"The App Connection is gone for good", "app_connection", append(gone, "604")}, false},
		"605": {hostile(605), pinned, 0, explained{"The printer's owner is not a supporter", "app_connection", []string{"605", "Supporter Perks", "same token", again}}, false},
		"606": {hostile(606), pinned, 0, explained{"The App Connection's token is not accepted", "app_connection", []string{"606", "appApiToken"}}, false},

		"404, edition pinned": {hostile(404), pinned, 0, explained{"The server does not offer this call", "", []string{"404", nothing, "endpoint and webhook_api"}}, false},
		"404, both editions": {hostile(404), auto, 0, explained{"The server does not offer this call", "",
			[]string{"/api/notifications/setfromappconnection", "/api/appconnection/SetNotificationWebhook", "endpoint and webhook_api"}}, false},
		"redirect": {http.RedirectHandler("https://login.example.com/?"+secretQuery, 302).ServeHTTP, pinned, 0,
			explained{"The server does not offer this call", "", []string{"302", nothing, "endpoint"}}, false},
		"web page, both editions": {answer(200, "text/html", "<html>"), auto, 0, explained{"It is not known whether the webhook was set", "", []string{again}}, true},

		"401": {hostile(401), pinned, 0, explained{"OctoEverywhere did not accept the webhook", "", []string{"401", nothing}}, false},
		"607": {hostile(607), pinned, 0, explained{"OctoEverywhere did not accept the webhook", "", []string{"607", nothing}}, false},
		"610": {hostile(610), pinned, 0, explained{"OctoEverywhere did not accept the webhook", "", []string{"610", nothing}}, false},
		"429": {hostile(429), pinned, 0, explained{"OctoEverywhere can't take the webhook now", "", []string{"429", nothing, "later"}}, false},
		"609": {hostile(609), pinned, 0, explained{"OctoEverywhere can't take the webhook now", "", []string{"609", nothing, "later"}}, false},

		"500":           {hostile(500), pinned, 0, explained{"It is not known whether the webhook was set", "", []string{"500", "may have been saved or not", again}}, true},
		"600":           {hostile(600), pinned, 0, explained{"It is not known whether the webhook was set", "", []string{"600", again}}, true},
		"601":           {hostile(601), pinned, 0, explained{"It is not known whether the webhook was set", "", []string{"601", again}}, true},
		"614, unheard":  {hostile(614), pinned, 0, explained{"It is not known whether the webhook was set", "", []string{"614", again}}, true},
		"no answer":     {hang, pinned, 300 * time.Millisecond, explained{"It is not known whether the webhook was set", "", []string{again}}, true},
		"interrupted":   {hang, pinned, -1, explained{"Interrupted before the webhook was set", "", []string{nothing, "Apply again"}}, false},
		"nobody there":  {nil, pinned, 0, explained{"OctoEverywhere can't be reached", "", []string{"network", "endpoint", nothing}}, false},
		"success false": {hostile(200), pinned, 0, explained{"OctoEverywhere did not accept the webhook", "", []string{"200", "no success", nothing}}, false},

		"other URL":   {other("https://other.example.com/x"), pinned, 0, explained{"OctoEverywhere saved another webhook than was asked for", "", []string{"https://app.example.com/", "https://other.example.com/", "print_started", "sets it again"}}, true},
		"other query": {other("https://app.example.com/octo?key=other"), pinned, 0, explained{"OctoEverywhere saved another webhook than was asked for", "", []string{"not shown"}}, true},
		"token in it": {other("https://other.example.com/" + secretToken), pinned, 0, explained{"OctoEverywhere saved another webhook than was asked for", "", []string{"https://other.example.com/"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			switch {
			case test.timeout < 0:
				cancel()
			case test.timeout > 0:
				time.AfterFunc(test.timeout, cancel)
			}
			wanted := wantedOf(t)
			err := clientOf(t, test.handler, test.edition).SetWebhook(ctx, wanted.choice.token, wanted.webhook)
			if err == nil {
				t.Fatal("the Set succeeded")
			}
			if got := octoeverywhere.IsAmbiguous(err); got != test.maySet {
				t.Errorf("IsAmbiguous is %t, want %t: %v", got, test.maySet, err)
			}
			got := setFailed(wanted, untouched, err)
			test.want.words = append(test.want.words, `App Connection "garage"`)
			test.want.check(t, got)
			if got.Severity() != diag.SeverityError {
				t.Error("it is no error")
			}
		})
	}

	for name, test := range map[string]struct {
		was     before
		creates bool
		status  int
		words   []string
	}{
		"refused, put back":         {putBack, true, 429, []string{"has set it again as it was"}},
		"refused, lost":             {lost, true, 429, []string{"no webhook is set now"}},
		"uncertain, lost":           {lost, true, 500, []string{"there may be none now", "apply again"}},
		"gone, for a new resource":  {untouched, true, 603, []string{"First check that the token is the whole appApiToken, without quotes"}},
		"gone, for one that worked": {untouched, false, 603, []string{"This token will never work again"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wantedOf(t)
			s.creates = test.creates
			err := clientOf(t, hostile(test.status), pinned).SetWebhook(t.Context(), s.choice.token, s.webhook)
			got := setFailed(s, test.was, err)
			for _, word := range test.words {
				if !strings.Contains(got.Detail(), word) {
					t.Errorf("it does not say %q:\n%s", word, got.Detail())
				}
			}
			if strings.Contains(got.Detail(), unchanged) {
				t.Errorf("it says that nothing was changed:\n%s", got.Detail())
			}
		})
	}

	t.Run("second Set of a run", func(t *testing.T) {
		t.Parallel()
		wanted := wantedOf(t)
		explained{"Two webhooks for one App Connection", "app_connection",
			[]string{wanted.choice.token.Fingerprint(), "has one webhook", "Remove one of the two"}}.check(t, setFailed(wanted, untouched, errSecondSet))
	})
}

// TestOtherCallsFailed is the same for the calls besides Set.
func TestOtherCallsFailed(t *testing.T) {
	t.Parallel()
	verify := func(ctx context.Context, client *octoeverywhere.Client, wanted setting) diag.Diagnostic {
		_, err := client.TestWebhook(ctx, wanted.choice.token)
		return verifyFailed(wanted, err)
	}
	remove := func(ctx context.Context, client *octoeverywhere.Client, wanted setting) diag.Diagnostic {
		return deleteFailed(wanted.choice.token.Fingerprint(), client.DeleteWebhook(ctx, wanted.choice.token))
	}
	info := func(ctx context.Context, client *octoeverywhere.Client, wanted setting) diag.Diagnostic {
		_, err := client.Info(ctx, wanted.choice.token)
		return infoFailed(wanted.choice, err)
	}
	for name, test := range map[string]struct {
		explain func(context.Context, *octoeverywhere.Client, setting) diag.Diagnostic
		handler http.HandlerFunc
		over    bool // the run ended before the call
		want    explained
	}{
		"verify: 603": {verify, hostile(603), false, explained{"The App Connection is gone for good", "app_connection", []string{"is set, but", "603", "connect your app again"}}},
		"verify: 605": {verify, hostile(605), false, explained{"The printer's owner is not a supporter", "app_connection", []string{"is set, but", "605"}}},
		"verify: 500": {verify, hostile(500), false, explained{"Delivery could not be verified", "verify_delivery", []string{"is set, but", "500", "next apply"}}},

		"delete: 500":          {remove, hostile(500), false, explained{"The webhook was not deleted", "", []string{"500", "still in state", "Run the same again", "terraform state rm"}}},
		"delete: 429":          {remove, hostile(429), false, explained{"The webhook was not deleted", "", []string{"429", "still in state"}}},
		"delete: 606":          {remove, hostile(606), false, explained{"The webhook was not deleted", "", []string{"606", "terraform state rm"}}},
		"delete: 605":          {remove, hostile(605), false, explained{"The printer's owner is not a supporter", "", []string{"605", "Supporter Perks", "terraform state rm"}}},
		"delete: nobody there": {remove, nil, false, explained{"The webhook was not deleted", "", []string{"still in state"}}},
		"delete: interrupted":  {remove, hostile(500), true, explained{"Interrupted before the webhook was deleted", "", []string{"still in state", "Run the same again"}}},

		"info: 404":          {info, hostile(404), false, explained{"The server does not say whether App Connections are alive", "", []string{"404", "data source can't be used", "endpoint"}}},
		"info: web page":     {info, answer(200, "text/html", "<html>"), false, explained{"The server does not say whether App Connections are alive", "", []string{"endpoint"}}},
		"info: 606":          {info, hostile(606), false, explained{"The App Connection's token is not accepted", "app_connection", []string{"606", "appApiToken"}}},
		"info: 400":          {info, hostile(400), false, explained{"The App Connection's token is not accepted", "app_connection", []string{"400", "appApiToken"}}},
		"info: 500":          {info, hostile(500), false, explained{"OctoEverywhere could not be asked about the App Connection", "", []string{"500", "Try again later"}}},
		"info: not JSON":     {info, answer(200, "text/plain", "yes"), false, explained{"OctoEverywhere could not be asked about the App Connection", "", []string{"Try again later"}}},
		"info: nobody there": {info, nil, false, explained{"OctoEverywhere could not be asked about the App Connection", "", []string{"Try again later"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.over {
				cancel()
			}
			got := test.explain(ctx, clientOf(t, test.handler, octoeverywhere.EditionAuto), wantedOf(t))
			test.want.check(t, got)
			if got.Severity() != diag.SeverityError {
				t.Error("it is no error")
			}
		})
	}
}

// TestOtherMessages checks the messages that no failed call is behind, and the
// warnings.
func TestOtherMessages(t *testing.T) {
	t.Parallel()
	wanted := wantedOf(t)
	id := wanted.choice.token.Fingerprint()
	failure := func(status int) error {
		return clientOf(t, hostile(status), octoeverywhere.EditionAuto).DeleteWebhook(t.Context(), wanted.choice.token)
	}
	never, dated := webhookModel{ID: types.StringValue(id)}, webhookModel{ID: types.StringValue(id)}
	never.forgetTimes()
	dated.ExpiresAt = types.StringValue("2026-08-28T12:00:00Z")
	warning, failed := diag.SeverityWarning, diag.SeverityError

	for name, test := range map[string]struct {
		got      diag.Diagnostic
		severity diag.Severity
		want     explained
	}{
		"receiver said 500":     {notDelivered(wanted, 500), failed, explained{"The callback URL did not accept a test notification", "verify_delivery", []string{"status 500", "instead of 200", "10 seconds", "next apply"}}},
		"receiver said nothing": {notDelivered(wanted, 0), failed, explained{"The callback URL did not accept a test notification", "verify_delivery", []string{"no answer"}}},
		"not known yet":         {notKnownYet(wanted.choice.label), failed, explained{"The provider's configuration is not known", "", []string{`App Connection "garage"`, "nothing was sent", "-target"}}},
		"dropped":               {dropped(id, sentence(failure(603))), warning, explained{"The App Connection is gone for good", "", []string{id, "removed from state", "603", "connect your app again", "remove the resource"}}},
		"paused":                {paused(id), warning, explained{"Deliveries are paused", "", []string{id, "605", "supporter again"}}},
		"not checked":           {notChecked(failure(500)), warning, explained{"App Connections could not be checked", "", []string{"stands for all", "500"}}},
		"left behind":           {leftBehind(dated), warning, explained{"A webhook is left behind", "", []string{id, "until 2026-08-28T12:00:00Z", "more than 5 deliveries", "app_tokens (under any name)"}}},
		"left behind, no date":  {leftBehind(never), warning, explained{"A webhook is left behind", "", []string{id, "until 180 days after it was last set"}}},
		"not deletable":         {notDeletable(dated, failure(404)), warning, explained{"The webhook was not deleted", "", []string{"2026-08-28T12:00:00Z", "404"}}},
	} {
		t.Run(name, func(t *testing.T) {
			test.want.check(t, test.got)
			if test.got.Severity() != test.severity {
				t.Errorf("its severity is %s", test.got.Severity())
			}
		})
	}
}
