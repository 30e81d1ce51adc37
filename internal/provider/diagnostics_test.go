// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/appconnection"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// choiceOf is the App Connection of these tests.
func choiceOf(t *testing.T) choice {
	t.Helper()
	token, err := octoeverywhere.NewToken(secretToken)
	if err != nil {
		t.Fatal(err)
	}
	return choice{token: token, at: path.Root("app_connection"), label: `App Connection "garage"`}
}

func failedWith(status int) error { return &octoeverywhere.Error{Status: status} }

func TestSentence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"no host": "No host.", "it is.": "It is.", "did you mean it?": "Did you mean it?"} {
		if got := sentence(errors.New(text)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestSetFailed is the table of everything that a Set can end in: what failed,
// what the service answered, what is there now, and what to do. "Nothing was
// changed" is said only where it is so.
func TestSetFailed(t *testing.T) {
	t.Parallel()
	const (
		unknown     = "Unknown whether the webhook was set"
		unavailable = "OctoEverywhere is temporarily unavailable"
	)
	ambiguous := &octoeverywhere.Error{Status: 500, Ambiguous: true}
	refusedLater := &octoeverywhere.Error{Status: 400, Ambiguous: true}
	for name, test := range map[string]struct {
		err       error
		worked    bool
		result    appconnection.Result
		summary   string
		attribute string
		facts     string // parts, separated by |
	}{
		"400":                         {failedWith(400), false, appconnection.Unchanged, "OctoEverywhere refused the webhook", "", "400|callback_url|event_types"},
		"603, new":                    {failedWith(603), false, appconnection.Gone, summaryNotFound, "app_connection", "603|complete appApiToken"},
		"603":                         {failedWith(603), true, appconnection.Gone, summaryNotFound, "app_connection", "603|connect your app again"},
		"604":                         {failedWith(604), false, appconnection.Gone, summaryRevoked, "app_connection", "604|connect your app again"},
		"605":                         {failedWith(605), false, appconnection.Unchanged, summaryNoPerks, "app_connection", "605|same token"},
		"606":                         {failedWith(606), false, appconnection.Unchanged, "App Connection token not accepted", "app_connection", "606|appApiToken"},
		"not served":                  {&octoeverywhere.Error{Status: 404, NotServed: true}, false, appconnection.Unchanged, "The server does not support this call", "", "404|endpoint|webhook_api"},
		"no API":                      {&octoeverywhere.Error{Status: 404, NotServed: true, NoAPI: true}, false, appconnection.Unchanged, "No OctoEverywhere API at this endpoint", "", "404|endpoint"},
		"610":                         {failedWith(610), false, appconnection.Unchanged, "OctoEverywhere refused the request", "", "610"},
		"429":                         {failedWith(429), false, appconnection.Unchanged, unavailable, "", "429|later"},
		"no answer":                   {failedWith(0), false, appconnection.Unchanged, "OctoEverywhere can't be reached", "", "network|endpoint"},
		"interrupted":                 {context.Canceled, false, appconnection.Unchanged, "Interrupted before the webhook was set", "", "Apply again"},
		"duplicate":                   {appconnection.ErrDuplicate, false, appconnection.Unchanged, summaryTwo, "app_connection", "Nothing was sent|-refresh=false"},
		"uncertain":                   {ambiguous, false, appconnection.Uncertain, unknown, "", "500|may or may not|Apply again"},
		"refused after a lost answer": {refusedLater, false, appconnection.Uncertain, unknown, "", "400|may or may not|Apply again"},
		"other saved":                 {&octoeverywhere.Error{Status: 200, Ambiguous: true, OtherSaved: true}, false, appconnection.Uncertain, "OctoEverywhere saved a different webhook", "", "If the answer is the same"},

		"429, kept":                  {failedWith(429), false, appconnection.Kept, unavailable, "", "is still set"},
		"429, put back":              {failedWith(429), false, appconnection.PutBack, unavailable, "", "then set it again"},
		"429, missing":               {failedWith(429), false, appconnection.Missing, unavailable, "", "no webhook is set now"},
		"429, the Delete's was lost": {failedWith(429), false, appconnection.MaybeMissing, unavailable, "", "there may be none now"},
		"429, putting back was lost": {failedWith(429), false, appconnection.Uncertain, unavailable, "", "got no clear answer"},
		"uncertain, put back":        {ambiguous, false, appconnection.PutBack, unavailable, "", "then set it again"},
		"interrupted after a Delete": {context.Canceled, false, appconnection.MaybeMissing, "Interrupted before the webhook was set", "", "there may be none now"},
	} {
		got := setFailed(choiceOf(t), test.result, test.err, test.worked)
		attribute := ""
		if with, ok := got.(diag.DiagnosticWithPath); ok {
			attribute = with.Path().String()
		}
		if got.Summary() != test.summary || attribute != test.attribute || got.Severity() != diag.SeverityError {
			t.Errorf("%s: %q at %q, want %q at %q", name, got.Summary(), attribute, test.summary, test.attribute)
		}
		facts := append(strings.Split(test.facts, "|"), `App Connection "garage"`)
		for _, fact := range facts {
			if !strings.Contains(got.Detail(), fact) {
				t.Errorf("%s: it does not say %q:\n%s", name, fact, got.Detail())
			}
		}
		if says := strings.Contains(got.Detail(), unchanged); says != (test.result == appconnection.Unchanged && !errors.Is(test.err, appconnection.ErrDuplicate)) {
			t.Errorf("%s: that nothing was changed is said: %v", name, says)
		}
		if bad := regexp.MustCompile(`\.\.|  |\. \.|[^.]$`).FindString(got.Detail()); bad != "" {
			t.Errorf("%s: it is put together badly, see %q:\n%s", name, bad, got.Detail())
		}
	}
}
