// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/appconnection"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// The diagnostics of this provider that several files use, or that say what
// became of a webhook. None holds a token or the query of a callback URL: they
// are made of names, fingerprints and the client's errors. Summaries don't vary,
// so that the CLI folds the warnings of a fleet.

const (
	adviceCheckToken = "Check that the token is the complete appApiToken of this App Connection, without quotes or spaces."
	adviceReconnect  = "The printer's owner must connect your app again in the App Connection portal; then replace the token with the new one."
	adviceSupporter  = "The App Connection works again, with the same token, when the printer's owner has Supporter Perks."
	unchanged        = "Nothing was changed at OctoEverywhere."

	summaryNotFound  = "App Connection not found"
	summaryRevoked   = "App Connection revoked"
	summaryNoPerks   = "The printer's owner has no Supporter Perks"
	summaryTwo       = "Two webhooks for one App Connection"
	summaryUndeleted = "The webhook was not deleted"
	summaryUnknown   = "Unknown App Connection"
)

// explain is the meaning of a call's failure and what to do about it. worked
// tells whether the token is known to have worked before.
func explain(err error, worked bool) (summary, advice string) {
	switch status := octoeverywhere.StatusOf(err); {
	case status == 603 && worked:
		return summaryNotFound, adviceReconnect
	case status == 603:
		return summaryNotFound, "Check that the token is the complete appApiToken. If it is, it is no longer valid. " + adviceReconnect
	case status == 604:
		return summaryRevoked, adviceReconnect
	case octoeverywhere.IsNotSupporter(err):
		return summaryNoPerks, adviceSupporter
	case octoeverywhere.IsInvalidCredentials(err):
		return "App Connection token not accepted", adviceCheckToken
	case octoeverywhere.IsNoAPI(err):
		return "No OctoEverywhere API at this endpoint", "Check the provider's endpoint."
	case octoeverywhere.IsNotServed(err):
		return "The server does not support this call", "Check the provider's endpoint and webhook_api."
	case interrupted(err):
		return "Interrupted", "Run the command again."
	case octoeverywhere.IsTemporary(err) && status != 0:
		return "OctoEverywhere is temporarily unavailable", "Try again later."
	case octoeverywhere.IsTemporary(err):
		return "OctoEverywhere can't be reached", "Check the network, the proxy settings and the provider's endpoint."
	}
	return "OctoEverywhere refused the request", ""
}

// failed is the error of a call for the App Connection of c, with what is true
// afterwards and what to do. An advice replaces that of explain.
func failed(c choice, err error, now, advice string) diag.Diagnostic {
	summary, meant := explain(err, false)
	if advice == "" {
		advice = meant
	}
	return aboutToken(c, err, diag.NewErrorDiagnostic(summary, join(answered(c, err), now, advice)))
}

// aboutToken puts a diagnostic on the argument that chose the App Connection,
// where the failure is about that.
func aboutToken(c choice, err error, d diag.Diagnostic) diag.Diagnostic {
	if octoeverywhere.IsGone(err) || octoeverywhere.IsNotSupporter(err) || octoeverywhere.IsInvalidCredentials(err) {
		return diag.WithPath(c.at, d)
	}
	return d
}

// answered is what the service answered, with the App Connection that it was
// about: the client knows only fingerprints.
func answered(c choice, err error) string { return capital(c.label) + ": " + clause(err) + "." }

// setFailed is the error of a Set: what the service answered, and what is there
// now. worked tells whether the token is known to have worked before.
func setFailed(c choice, result appconnection.Result, err error, worked bool) diag.Diagnostic {
	now := map[appconnection.Result]string{
		appconnection.Unchanged:    unchanged,
		appconnection.Kept:         "The previous webhook is still set.",
		appconnection.PutBack:      "This run deleted the previous webhook and then set it again.",
		appconnection.Missing:      "This run deleted the previous webhook and could not set it again: no webhook is set now.",
		appconnection.MaybeMissing: "This run may have deleted the previous webhook, so there may be none now.",
		appconnection.Uncertain:    "The webhook may or may not have been set.",
	}[result]
	if result == appconnection.Uncertain && !octoeverywhere.IsAmbiguous(err) {
		now = "This run deleted the previous webhook. Setting it again got no clear answer, so there may be none now."
	}
	summary, advice := explain(err, worked)
	switch {
	case errors.Is(err, appconnection.ErrDuplicate):
		return duplicate(c)
	case octoeverywhere.IsOtherSaved(err):
		summary, now = "OctoEverywhere saved a different webhook", ""
		advice = "Apply again. If the answer is the same, change callback_url or event_types to what OctoEverywhere saved, or report it with the provider's log."
	case octoeverywhere.IsGone(err):
	case octoeverywhere.IsAmbiguous(err) && result == appconnection.Uncertain:
		summary, advice = "Unknown whether the webhook was set", "Apply again: setting a webhook twice is safe."
	case interrupted(err):
		summary, advice = "Interrupted before the webhook was set", "Apply again."
	case octoeverywhere.IsInvalidInput(err):
		summary, advice = "OctoEverywhere refused the webhook", "Check callback_url and event_types; the server also refuses event types that it does not know."
	}
	return aboutToken(c, err, diag.NewErrorDiagnostic(summary, join(answered(c, err), now, advice)))
}

// notTaken is the error of a test notification that the URL did not answer with
// 200; status 0 is no answer. now says what is true, and what happens next.
func notTaken(label string, status int, now string) diag.Diagnostic {
	did := fmt.Sprintf("the URL answered %d instead of 200", status)
	if status == 0 {
		did = "the URL did not answer"
	}
	return diag.NewErrorDiagnostic("The callback URL did not accept the test notification", join(
		fmt.Sprintf("OctoEverywhere sent a test notification to the webhook of %s; %s.", label, did),
		"Make the receiver answer 200 within 10 seconds.", now))
}

// duplicate is the refusal of a second webhook for one App Connection.
func duplicate(c choice) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(c.at, summaryTwo, fmt.Sprintf(
		"%s is already used by another octoeverywhere_notification_webhook, and an App Connection has only one webhook. Nothing was sent. "+
			"Remove one of the two resources or choose another App Connection; if a destroy stops here, use -refresh=false.", capital(c.label)))
}

// noToken is why a configuration chooses no token.
func noToken(c choice) diag.Diagnostic {
	name := (*appconnection.NameError)(nil)
	switch {
	case !errors.As(c.err, &name):
		return invalidToken(c.at, c.err)
	case len(name.Known) == 0:
		return diag.NewErrorDiagnostic("No App Connection token",
			"Set the environment variable "+envAppToken+" or the provider's app_token; for several printers, set app_tokens and app_connection.")
	case name.Name == appconnection.Default:
		return diag.NewErrorDiagnostic(summaryUnknown, join(sentence(c.err), "Choose one of these names with app_connection, or set the provider's app_token."))
	}
	return diag.NewAttributeErrorDiagnostic(c.at, summaryUnknown, sentence(c.err))
}

// invalidToken is the error of a token that can't be one; err never holds it.
func invalidToken(at path.Path, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invalid App Connection token", sentence(err))
}

// notKnownYet is the error of a call that needs what is not known yet.
func notKnownYet(label string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The provider's configuration is unknown", fmt.Sprintf(
		"The token of %s or the endpoint depends on a resource that has not been applied yet. Nothing was sent. Apply that resource first, for example with -target.", label))
}

// gone is the summary and detail about an App Connection that is gone for good.
func gone(label string, err error, worked bool, now string) (summary, detail string) {
	summary, advice := explain(err, worked)
	return summary, join(capital(label)+" is not valid: "+clause(err)+".", now, advice)
}

// paused warns that nothing is delivered while the owner has no Supporter Perks.
func paused(label string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Deliveries are paused", fmt.Sprintf(
		"OctoEverywhere answered 605 for %s: the printer's owner has no Supporter Perks. %s", label, adviceSupporter))
}

// notChecked warns of a check that said nothing of this App Connection, or, once
// a run, of any.
func (s *session) notChecked(label string, status appconnection.Status) diag.Diagnostic {
	switch {
	case status.Specific():
		return diag.NewWarningDiagnostic("An App Connection could not be checked", fmt.Sprintf(
			"OctoEverywhere's answer doesn't say whether %s is still valid, so the state is not changed. %s", label, sentence(status.Err)))
	case s.statuses.FirstReport("not checked"):
		return diag.NewWarningDiagnostic("App Connections could not be checked", join(
			"The provider could not check whether App Connections are still valid, so the state is not changed.",
			"This warning is shown once for all of them.", sentence(status.Err)))
	}
	return nil
}

// deliveriesGoOn says how long a webhook that is not deleted is called.
func deliveriesGoOn(state webhookModel) string {
	until := "180 days after it was last set"
	if !state.ExpiresAt.IsNull() {
		until = state.ExpiresAt.ValueString()
	}
	return "OctoEverywhere calls its URL until " + until + "."
}

// interrupted tells whether Terraform ended the run.
func interrupted(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// join makes one text of sentences; empty ones are left out.
func join(sentences ...string) string {
	var kept []string
	for _, sentence := range sentences {
		if sentence != "" {
			kept = append(kept, sentence)
		}
	}
	return strings.Join(kept, " ")
}

// clause is an error's text without its full stop.
func clause(err error) string { return strings.TrimSuffix(err.Error(), ".") }

// sentence makes an error's text one.
func sentence(err error) string {
	text := capital(clause(err))
	if strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// capital makes the first letter one.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
