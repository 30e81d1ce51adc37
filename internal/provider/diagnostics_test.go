// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// settingOf is what a failed Set was to bring about.
func settingOf(t *testing.T) setting {
	t.Helper()
	return setting{
		choice:  tokenChoice{token: mustToken(t, secretToken), at: path.Root("app_connection"), label: `App Connection "garage"`},
		webhook: octoeverywhere.Webhook{CallbackURL: secretURL},
	}
}

// explained is what a diagnostic must say: the facts, not the sentences.
type explained struct {
	summary   string
	attribute string // "" for none
	facts     []string
}

func (want explained) check(t *testing.T, got diag.Diagnostic, severity diag.Severity) {
	t.Helper()
	shown := fmt.Sprintf("%s: %s\n%s", got.Severity(), got.Summary(), got.Detail())
	attribute := ""
	if with, ok := got.(diag.DiagnosticWithPath); ok {
		attribute = with.Path().String()
	}
	if got.Summary() != want.summary || attribute != want.attribute || got.Severity() != severity {
		t.Errorf("got %q at %q, want %q at %q", got.Summary(), attribute, want.summary, want.attribute)
	}
	for _, fact := range want.facts {
		if !strings.Contains(got.Detail(), fact) {
			t.Errorf("it does not say %q:\n%s", fact, shown)
		}
	}
	checkStyle(t, got)
}

// checkStyle: a headline without full stop, then whole sentences.
func checkStyle(t *testing.T, got diag.Diagnostic) {
	t.Helper()
	if strings.HasSuffix(got.Summary(), ".") || !strings.HasSuffix(got.Detail(), ".") {
		t.Errorf("a summary ends without a full stop, a detail with one: %s\n%s", got.Summary(), got.Detail())
	}
	if doubled := regexp.MustCompile(`\.\.|  |\. \.|(?m) $`).FindString(got.Detail()); doubled != "" {
		t.Errorf("it is put together badly, see %q:\n%s", doubled, got.Detail())
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"no host": "No host.", "it is.": "It is.", "did you mean it?": "Did you mean it?"} {
		if got := sentence(errors.New(text)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// answered is a call that got a status. Which status is what is the client's
// business; here it is what a person is told of each kind.
func answered(status int) *octoeverywhere.Error {
	return &octoeverywhere.Error{
		Status: status,
	}
}

// TestSetFailed is the table of everything a Set can end in: what failed, what
// the service said, what is there now, and what to do.
func TestSetFailed(t *testing.T) {
	t.Parallel()
	const (
		notTaken = "OctoEverywhere can't take the webhook now"
		unknown  = "It is not known whether the webhook was set"
	)
	ambiguous := answered(500)
	ambiguous.Ambiguous = true
	notServed := answered(404)
	notServed.NotServed = true
	otherSaved := answered(200)
	otherSaved.Ambiguous, otherSaved.OtherSaved = true, true
	for name, test := range map[string]struct {
		err     error
		creates bool
		was     before
		want    explained
	}{
		"400":         {answered(400), false, untouched, explained{"OctoEverywhere refused the webhook", "", []string{"400", unchanged, "callback_url", "event_types"}}},
		"603":         {answered(603), false, untouched, explained{goneForGood, "app_connection", []string{"603", "connect your app again"}}},
		"603, new":    {answered(603), true, untouched, explained{goneForGood, "app_connection", []string{"603", "appApiToken, without quotes"}}},
		"605":         {answered(605), false, untouched, explained{"The printer's owner is not a supporter", "app_connection", []string{"605", unchanged, "Supporter Perks", "same token"}}},
		"606":         {answered(606), false, untouched, explained{"The App Connection's token is not accepted", "app_connection", []string{"606", unchanged, "appApiToken"}}},
		"not served":  {notServed, false, untouched, explained{"The server does not offer this call", "", []string{"404", unchanged, "endpoint", "webhook_api"}}},
		"610":         {answered(610), false, untouched, explained{"OctoEverywhere did not accept the webhook", "", []string{"610", unchanged}}},
		"429":         {answered(429), false, untouched, explained{notTaken, "", []string{"429", unchanged, "later"}}},
		"no answer":   {answered(0), false, untouched, explained{"OctoEverywhere can't be reached", "", []string{unchanged, "network", "endpoint"}}},
		"uncertain":   {ambiguous, false, untouched, explained{unknown, "", []string{"500", "may have been saved or not", "apply again"}}},
		"echo":        {otherSaved, false, untouched, explained{"OctoEverywhere saved another webhook than was asked for", "", []string{"200"}}},
		"interrupted": {context.Canceled, false, untouched, explained{"Interrupted before the webhook was set", "", []string{unchanged, "Apply again"}}},
		"second Set":  {errSecondSet, false, untouched, explained{"Two webhooks for one App Connection", "app_connection", []string{settingOf(t).choice.token.Fingerprint(), "-refresh=false"}}},

		"429, passed on":  {answered(429), true, passedOn, explained{notTaken, "", []string{"is still set"}}},
		"429, put back":   {answered(429), true, putBack, explained{notTaken, "", []string{"set it again"}}},
		"429, lost":       {answered(429), true, lost, explained{notTaken, "", []string{"no webhook is set now"}}},
		"uncertain, lost": {ambiguous, true, lost, explained{unknown, "", []string{"there may be none now"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settingOf(t)
			s.creates = test.creates
			got := setFailed(s, test.was, test.err)
			test.want.facts = append(test.want.facts, `App Connection "garage"`)
			test.want.check(t, got, diag.SeverityError)
			if test.was != untouched && strings.Contains(got.Detail(), unchanged) {
				t.Errorf("it says that nothing was changed:\n%s", got.Detail())
			}
		})
	}
}

const goneForGood = "The App Connection is gone for good"

// TestOtherMessages is the same for the other calls, and for what no failed
// call is behind.
func TestOtherMessages(t *testing.T) {
	t.Parallel()
	s := settingOf(t)
	id := s.choice.token.Fingerprint()
	never, dated := webhookModel{ID: types.StringValue(id)}, webhookModel{ID: types.StringValue(id), ExpiresAt: types.StringValue("2026-08-28T12:00:00Z")}
	never.forgetTimes()
	notServed := answered(404)
	notServed.NotServed = true
	const (
		failed, warning = diag.SeverityError, diag.SeverityWarning
		notSupporter    = "The printer's owner is not a supporter"
		notVerified     = "Delivery could not be verified"
		notTaken        = "The callback URL did not accept a test notification"
		notDeleted      = "The webhook was not deleted"
		notAsked        = "OctoEverywhere could not be asked about the App Connection"
		notAccepted     = "The App Connection's token is not accepted"
	)
	for name, test := range map[string]struct {
		got      diag.Diagnostic
		severity diag.Severity
		want     explained
	}{
		"verify: 603":         {verifyFailed(s, answered(603)), failed, explained{goneForGood, "app_connection", []string{"is set, but", "603", "connect your app again"}}},
		"verify: 605":         {verifyFailed(s, answered(605)), failed, explained{notSupporter, "app_connection", []string{"is set, but", "605"}}},
		"verify: 500":         {verifyFailed(s, answered(500)), failed, explained{notVerified, "verify_delivery", []string{"is set, but", "500", "next apply"}}},
		"receiver: 500":       {notDelivered(s, 500), failed, explained{notTaken, "verify_delivery", []string{"status 500", "instead of 200", "10 seconds", "next apply"}}},
		"receiver: no answer": {notDelivered(s, 0), failed, explained{notTaken, "verify_delivery", []string{"no answer"}}},

		"delete: 500":          {deleteFailed(id, answered(500)), failed, explained{notDeleted, "", []string{"500", "still in state", "terraform state rm"}}},
		"delete: 605":          {deleteFailed(id, answered(605)), failed, explained{notSupporter, "", []string{"605", "Supporter Perks", "terraform state rm"}}},
		"delete: interrupted":  {deleteFailed(id, context.Canceled), failed, explained{"Interrupted before the webhook was deleted", "", []string{"still in state"}}},
		"not deletable":        {notDeletable(dated, notServed), warning, explained{notDeleted, "", []string{"2026-08-28T12:00:00Z", "404"}}},
		"left behind":          {leftBehind(dated), warning, explained{"A webhook is left behind", "", []string{id, "until 2026-08-28T12:00:00Z", "more than 5 deliveries", "app_tokens"}}},
		"left behind, undated": {leftBehind(never), warning, explained{"A webhook is left behind", "", []string{id, "180 days after"}}},

		"info: not served": {infoFailed(s.choice, notServed), failed, explained{"The server does not say whether App Connections are alive", "", []string{"404", "endpoint"}}},
		"info: 606":        {infoFailed(s.choice, answered(606)), failed, explained{notAccepted, "app_connection", []string{"606", "appApiToken"}}},
		"info: 400":        {infoFailed(s.choice, answered(400)), failed, explained{notAccepted, "app_connection", []string{"400", "appApiToken"}}},
		"info: 500":        {infoFailed(s.choice, answered(500)), failed, explained{notAsked, "", []string{"500", "Try again later"}}},
		"dropped":          {dropped(id, sentence(answered(603))), warning, explained{goneForGood, "", []string{id, "removed from state", "603", "connect your app again"}}},
		"paused":           {paused(id), warning, explained{"Deliveries are paused", "", []string{id, "605", "supporter again"}}},
		"not checked":      {notChecked(answered(500)), warning, explained{"App Connections could not be checked", "", []string{"all of them", "500"}}},
		"not known yet":    {notKnownYet(s.choice.label), failed, explained{"The provider's configuration is not known", "", []string{s.choice.label, "nothing was sent", "-target"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.want.check(t, test.got, test.severity)
		})
	}
	for _, got := range []diag.Diagnostic{
		heldTwice(id), leftToAnother(id), leftAsItIs(id), notRefreshed(id), giveBackFailed(id, answered(500)),
		oddAnswer("App Connection "+id, answered(699)), otherConnection(s.choice, id), ignoredURL(),
	} {
		checkStyle(t, got)
	}
}
