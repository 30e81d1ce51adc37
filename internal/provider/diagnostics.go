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

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// The diagnostics of this provider, in one place. Each says what failed, what
// the service answered, and what to do. None holds a token or the query of a
// callback URL: they are made of names, fingerprints and the client's errors.

var pathVerifyDelivery = path.Root("verify_delivery")

// What to do about an App Connection that is gone (603, 604) or paused (605).
const (
	adviceReconnect = "The printer's owner must connect your app again in the OctoEverywhere App Connection portal, which hands out a new token; put it in place of the old one."
	// adviceGone is for a token that has worked before.
	adviceGone = "This token will never work again, and trying again does not help. " + adviceReconnect
	// adviceNeverWorked is for a token that is used for the first time.
	adviceNeverWorked = "First check that the token is the whole appApiToken, without quotes or anything else around it: a token that was cut or changed on the way is answered like this too. " +
		"If it is right, it will never work again. " + adviceReconnect
	adviceNotSupporter = "The printer's owner has no OctoEverywhere Supporter Perks now. " +
		"The App Connection stays valid and works again, with the same token, once they are a supporter again"
	adviceCheckToken = "Check that the token is the appApiToken of this App Connection, whole and unchanged."
	unchanged        = "Nothing was changed at OctoEverywhere."
)

// setFailed explains a Set that did not succeed, and what is there now.
func setFailed(s setting, was before, err error) diag.Diagnostic {
	what := told(s.choice, err)
	ambiguous := octoeverywhere.IsAmbiguous(err)
	now := unchanged
	switch {
	case was == passedOn && !ambiguous:
		now = "The webhook that was there before is still set."
	case was == putBack:
		now = "This run had deleted the webhook that was there before, and has set it again as it was."
	case was == lost && ambiguous:
		now = "This run had deleted the webhook that was there before, so there may be none now."
	case was == lost:
		now = "This run had deleted the webhook that was there before, and could not set it again: no webhook is set now."
	case ambiguous:
		now = "The webhook may have been saved or not."
	}
	switch {
	case errors.Is(err, errSecondSet):
		return twoWebhooks(s.choice, s.choice.token.Fingerprint())
	case octoeverywhere.IsOtherSaved(err):
		return diag.NewErrorDiagnostic("OctoEverywhere saved another webhook than was asked for",
			what+" The next apply sets it again.")
	case octoeverywhere.IsGone(err) && s.creates:
		return at(s.choice, "The App Connection is gone for good", what+"\n\n"+adviceNeverWorked)
	case octoeverywhere.IsGone(err):
		return at(s.choice, "The App Connection is gone for good", what+"\n\n"+adviceGone)
	case octoeverywhere.IsNotSupporter(err):
		return at(s.choice, "The printer's owner is not a supporter", what+"\n\n"+now+" "+adviceNotSupporter+"; then apply again.")
	case octoeverywhere.IsInvalidCredentials(err):
		return at(s.choice, "The App Connection's token is not accepted", what+"\n\n"+now+" "+adviceCheckToken)
	case octoeverywhere.IsInvalidInput(err):
		return diag.NewErrorDiagnostic("OctoEverywhere refused the webhook", what+
			"\n\n"+now+" Check callback_url and event_types: an event that the server does not know yet is refused too.")
	case octoeverywhere.IsNotServed(err) && !ambiguous:
		return diag.NewErrorDiagnostic("The server does not offer this call", what+
			"\n\n"+now+" Check the provider's endpoint and webhook_api.")
	case ambiguous:
		return diag.NewErrorDiagnostic("It is not known whether the webhook was set", what+
			"\n\n"+now+" Setting is safe to repeat: apply again.")
	case ended(err):
		return diag.NewErrorDiagnostic("Interrupted before the webhook was set", what+"\n\n"+now+" Apply again.")
	case octoeverywhere.IsTemporary(err) && octoeverywhere.StatusOf(err) != 0:
		return diag.NewErrorDiagnostic("OctoEverywhere can't take the webhook now", what+
			"\n\n"+now+" Apply again later.")
	case octoeverywhere.IsTemporary(err):
		return diag.NewErrorDiagnostic("OctoEverywhere can't be reached", what+
			"\n\n"+now+" Check the network and the provider's endpoint, then apply again.")
	}
	return diag.NewErrorDiagnostic("OctoEverywhere did not accept the webhook", what+"\n\n"+now)
}

// verifyFailed explains a test of the webhook that could not be made.
func verifyFailed(s setting, err error) diag.Diagnostic {
	what := "The webhook is set, but it could not be tested. " + told(s.choice, err)
	switch {
	case octoeverywhere.IsGone(err):
		return at(s.choice, "The App Connection is gone for good", what+"\n\n"+adviceGone)
	case octoeverywhere.IsNotSupporter(err):
		return at(s.choice, "The printer's owner is not a supporter", what+"\n\n"+adviceNotSupporter+"; then apply again.")
	}
	return diag.NewAttributeErrorDiagnostic(pathVerifyDelivery, "Delivery could not be verified", what+"\n\n"+s.testsAgain())
}

// notDelivered explains a test notification that the URL did not take.
func notDelivered(s setting, status int) diag.Diagnostic {
	return diag.WithPath(pathVerifyDelivery, notTaken(s.choice.label, status, "The webhook is set. "+s.testsAgain()))
}

// notTaken is the same for whoever sends one; then says how things stand.
func notTaken(label string, status int, then string) diag.Diagnostic {
	answer := fmt.Sprintf("status %d", status)
	if status == 0 {
		answer = "no answer"
	}
	return diag.NewErrorDiagnostic("The callback URL did not accept a test notification",
		fmt.Sprintf("OctoEverywhere sent a test notification to the webhook of %s and got %s instead of 200.\n\n"+
			"Make the receiver answer 200 within 10 seconds. %s", label, answer, then))
}

// testsAgain says how a webhook that failed its test gets another.
func (s setting) testsAgain() string {
	again := "The next apply sets the webhook and tests it again."
	if s.creates {
		again += " It replaces the resource, which is tainted now; where prevent_destroy forbids that, run terraform untaint first."
	}
	return again
}

// twoWebhooks explains that one App Connection has one webhook.
func twoWebhooks(choice tokenChoice, fingerprint string) diag.Diagnostic {
	return at(choice, "Two webhooks for one App Connection",
		fmt.Sprintf("Another octoeverywhere_notification_webhook uses the same App Connection as this one: %s (fingerprint %s). "+
			"An App Connection has one webhook, and setting it replaces the one before. Nothing was sent for this one.\n\n"+
			"Remove one of the two, or give it the token of another App Connection. A destroy that stops here goes on with -refresh=false.", choice.label, fingerprint))
}

// otherConnection explains an update that would reach another webhook.
func otherConnection(choice tokenChoice, id string) diag.Diagnostic {
	return at(choice, "The token is of another App Connection",
		fmt.Sprintf("The webhook in state belongs to App Connection %s, and the token of %s is that of App Connection %s now. Nothing was sent. Plan again.",
			id, choice.label, choice.token.Fingerprint()))
}

// ignoredURL explains a Set whose URL ignore_changes leaves out.
func ignoredURL() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("callback_url_wo"), "The callback URL to set is not known",
		"The webhook must be set again, but ignore_changes covers callback_url_wo, and the configuration holds another URL than the one last set, "+
			"which is stored nowhere. Nothing was sent. Take callback_url_wo out of ignore_changes, or put the old URL back.")
}

// notKnownYet explains that an apply came without what it needs.
func notKnownYet(label string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The provider's configuration is not known",
		fmt.Sprintf("The token of %s, or the provider's endpoint, comes from something that Terraform does not know yet, so nothing was sent. "+
			"Apply what it comes from first, for example with -target.", label))
}

// infoFailed explains an App Connection that could not be asked about.
func infoFailed(choice tokenChoice, err error) diag.Diagnostic {
	what := told(choice, err)
	switch {
	case octoeverywhere.IsNotServed(err):
		return diag.NewErrorDiagnostic("The server does not say whether App Connections are alive", what+
			"\n\nThis server does not offer the info call, so the data source can't be used with it. Check the provider's endpoint.")
	case octoeverywhere.IsInvalidCredentials(err), octoeverywhere.IsInvalidInput(err):
		return at(choice, "The App Connection's token is not accepted", what+"\n\n"+adviceCheckToken)
	}
	return diag.NewErrorDiagnostic("OctoEverywhere could not be asked about the App Connection", what+"\n\nTry again later.")
}

// dropped warns that a plan lost a resource.
func dropped(label, answer string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The App Connection is gone for good",
		fmt.Sprintf("%s is no longer valid, and its webhook went with it, so it is removed from state. %s\n\n"+
			"%s Or remove the resource from the configuration.", label, answer, adviceGone))
}

// paused warns that nothing is delivered while the owner is no supporter.
func paused(label string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Deliveries are paused",
		fmt.Sprintf("OctoEverywhere answered 605 for %s. %s.", label, adviceNotSupporter))
}

// oddAnswer warns that the service answered something that says neither that
// an App Connection is alive nor that it is gone.
func oddAnswer(label string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("An App Connection could not be checked",
		fmt.Sprintf("Whether %s is still alive can't be told from the answer, so the state stays as it is. %s", label, sentence(err)))
}

// notChecked warns, once a run, that App Connections were not checked.
func notChecked(err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("App Connections could not be checked",
		"Whether App Connections are still alive could not be asked, so the state stays as it is. This warning stands for all of them. "+sentence(err))
}

// leftBehind warns of a webhook that nobody can delete.
func leftBehind(state webhookModel) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A webhook is left behind",
		fmt.Sprintf("No token is at hand for App Connection %s: neither the state nor the provider has it. Terraform forgets the webhook without deleting it. Unless another resource sets it again, %s "+
			"To have it deleted, keep the token in the provider's app_tokens (under any name) until it is.", state.ID.ValueString(), deliveriesGoOn(state)))
}

// leftAsItIs warns of a webhook that stays because there would be none otherwise.
func leftAsItIs(fingerprint string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The webhook was left as it is",
		fmt.Sprintf("Another octoeverywhere_notification_webhook was to set the webhook of App Connection %s in this run, and was refused. "+
			"So that the App Connection is not left without one, destroying this resource deleted nothing. The next apply that succeeds sets the webhook as configured.", fingerprint))
}

// giveBackFailed explains an object that could not leave the webhook to its
// heir.
func giveBackFailed(fingerprint string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The webhook could not be left to another resource",
		fmt.Sprintf("Another octoeverywhere_notification_webhook has App Connection %s, so destroying this one was to set the other's webhook again. %s\n\n"+
			"This one is still in state. Run the same again.", fingerprint, sentence(err)))
}

// notRefreshed warns of a plan that saw two objects without reading them.
func notRefreshed(fingerprint string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Terraform holds two objects for one App Connection",
		fmt.Sprintf("The state has more than one octoeverywhere_notification_webhook for App Connection %s, and this plan destroys one of them without having read it. "+
			"If create_before_destroy left it over from an interrupted run, destroying it takes the webhook away from the other. Plan without -refresh=false.", fingerprint))
}

// leftToAnother warns of a webhook that had two objects in state, one of which
// is destroyed.
func leftToAnother(fingerprint string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The webhook was left to another resource",
		fmt.Sprintf("Another octoeverywhere_notification_webhook has the webhook of App Connection %s, so destroying this one left it there. "+
			"If the two had different arguments, set it anew with the -replace option, naming the one that stays.", fingerprint))
}

// heldTwice warns of several objects for one webhook.
func heldTwice(fingerprint string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Terraform holds two objects for one App Connection",
		fmt.Sprintf("The state has more than one octoeverywhere_notification_webhook for App Connection %s, as an interrupted run can leave it. "+
			"The ones that are destroyed leave the webhook to the one that stays.", fingerprint))
}

// notDeletable warns that the server has no call to delete a webhook.
func notDeletable(state webhookModel, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The webhook was not deleted",
		fmt.Sprintf("This server does not offer the call that deletes the webhook of App Connection %s. Terraform forgets it, but unless it is set again, %s %s",
			state.ID.ValueString(), deliveriesGoOn(state), sentence(err)))
}

// deliveriesGoOn says how long an abandoned webhook lives.
func deliveriesGoOn(state webhookModel) string {
	until := "180 days after it was last set"
	if !state.ExpiresAt.IsNull() {
		until = state.ExpiresAt.ValueString()
	}
	return "OctoEverywhere goes on calling its URL until " + until + ", or until the receiver has refused more than 5 deliveries in a row."
}

// deleteFailed explains a Delete to be tried again.
func deleteFailed(fingerprint string, err error) diag.Diagnostic {
	what := fmt.Sprintf("Deleting the webhook of App Connection %s failed. ", fingerprint)
	switch {
	case ended(err):
		return diag.NewErrorDiagnostic("Interrupted before the webhook was deleted", what+"It is still in state. Run the same again.")
	case octoeverywhere.IsNotSupporter(err):
		return diag.NewErrorDiagnostic("The printer's owner is not a supporter", what+sentence(err)+"\n\n"+adviceNotSupporter+
			"; then run the same again. To have Terraform forget it instead, use terraform state rm.")
	}
	return diag.NewErrorDiagnostic("The webhook was not deleted",
		what+sentence(err)+"\n\nIt is still in state. Run the same again; to have Terraform forget it instead, use terraform state rm.")
}

// told is what a call was told, under the name that the user knows the App
// Connection by: the client knows fingerprints only.
func told(choice tokenChoice, err error) string {
	return capital(choice.label) + ": " + strings.TrimSuffix(err.Error(), ".") + "."
}

// at puts an error on the argument that chose the App Connection.
func at(choice tokenChoice, summary, detail string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(choice.at, summary, detail)
}

// ended tells whether the run was interrupted.
func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// sentence makes an error's text one: a capital first, a full stop last, unless
// it asks.
func sentence(err error) string {
	text := capital(strings.TrimSuffix(err.Error(), "."))
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
