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

var (
	pathEventTypes     = path.Root("event_types")
	pathVerifyDelivery = path.Root("verify_delivery")
)

// errSecondSet is the ledger's refusal of a second Set in one run.
var errSecondSet = errors.New("another instance of this run has set this App Connection's webhook")

// What to do about an App Connection that is gone (603, 604) or paused (605).
const (
	adviceGone = "This token will never work again, and trying again does not help. " +
		"The printer's owner must connect your app again in the OctoEverywhere App Connection portal, which hands out a new token; put it in place of the old one."
	adviceNotSupporter = "The printer's owner has no OctoEverywhere Supporter Perks now. " +
		"The App Connection stays valid and works again, with the same token, once they are a supporter again; then apply again."
	adviceCheckToken = "Check that the token is the appApiToken of this App Connection, whole and unchanged."
)

// mayHaveSet tells whether a failed Set leaves the webhook possibly changed.
func mayHaveSet(err error) bool {
	var echo *octoeverywhere.EchoError
	return octoeverywhere.IsAmbiguous(err) || errors.As(err, &echo)
}

// setFailed explains a Set that did not succeed.
func setFailed(wanted wantedWebhook, err error) diag.Diagnostic {
	what := told(wanted.choice, err)
	var echo *octoeverywhere.EchoError
	switch {
	case errors.Is(err, errSecondSet):
		return twoWebhooks(wanted.choice.at, wanted.choice.token.Fingerprint())
	case errors.As(err, &echo):
		return diag.NewErrorDiagnostic("OctoEverywhere saved another webhook than was asked for",
			what+" The next apply sets it again.")
	case octoeverywhere.IsGone(err):
		return at(wanted.choice, "The App Connection is gone for good", what+"\n\n"+adviceGone)
	case octoeverywhere.IsNotSupporter(err):
		return at(wanted.choice, "The printer's owner is not a supporter", what+"\n\n"+adviceNotSupporter)
	case octoeverywhere.IsInvalidCredentials(err):
		return at(wanted.choice, "The App Connection's token is not accepted", what+"\n\n"+adviceCheckToken)
	case octoeverywhere.IsInvalidInput(err):
		return diag.NewErrorDiagnostic("OctoEverywhere refused the webhook", what+
			"\n\nNothing was changed. Check callback_url and event_types: an event that the server does not know yet is refused too.")
	case octoeverywhere.IsNotServed(err) && !octoeverywhere.IsAmbiguous(err):
		return diag.NewErrorDiagnostic("The server does not offer this call", what+
			"\n\nNothing was changed. Check the provider's endpoint and webhook_api.")
	case mayHaveSet(err):
		return diag.NewErrorDiagnostic("It is not known whether the webhook was set", what+
			"\n\nThe webhook may have been saved or not. Setting is safe to repeat: apply again.")
	case ended(err):
		return diag.NewErrorDiagnostic("Interrupted before the webhook was set", what+"\n\nNothing was changed. Apply again.")
	case octoeverywhere.IsTemporary(err) && octoeverywhere.StatusOf(err) != 0:
		return diag.NewErrorDiagnostic("OctoEverywhere can't take the webhook now", what+
			"\n\nNothing was changed. Apply again later.")
	case octoeverywhere.IsTemporary(err):
		return diag.NewErrorDiagnostic("OctoEverywhere can't be reached", what+
			"\n\nNothing was changed. Check the network and the provider's endpoint, then apply again.")
	}
	return diag.NewErrorDiagnostic("OctoEverywhere did not accept the webhook", what+"\n\nNothing was changed.")
}

// verifyFailed explains a test of the webhook that could not be made.
func verifyFailed(wanted wantedWebhook, err error) diag.Diagnostic {
	what := "The webhook is set, but it could not be tested. " + told(wanted.choice, err)
	switch {
	case octoeverywhere.IsGone(err):
		return at(wanted.choice, "The App Connection is gone for good", what+"\n\n"+adviceGone)
	case octoeverywhere.IsNotSupporter(err):
		return at(wanted.choice, "The printer's owner is not a supporter", what+"\n\n"+adviceNotSupporter)
	}
	return diag.NewAttributeErrorDiagnostic(pathVerifyDelivery, "Delivery could not be verified",
		what+"\n\nThe next apply sets the webhook and tests it again.")
}

// notDelivered explains a test notification that the URL did not take.
func notDelivered(wanted wantedWebhook, status int) diag.Diagnostic {
	answer := fmt.Sprintf("got status %d", status)
	if status == 0 {
		answer = "got no answer"
	}
	return diag.NewAttributeErrorDiagnostic(pathVerifyDelivery, "The callback URL did not accept a test notification",
		fmt.Sprintf("The webhook of %s (fingerprint %s) is set, but when OctoEverywhere sent a test notification to its URL it %s instead of 200.\n\n"+
			"Make the receiver answer 200 within 10 seconds. The next apply sets the webhook and tests it again.",
			wanted.choice.label, wanted.choice.token.Fingerprint(), answer))
}

// twoWebhooks explains that one App Connection has one webhook.
func twoWebhooks(where path.Path, fingerprint string) diag.Diagnostic {
	return diag.WithPath(where, diag.NewErrorDiagnostic("Two webhooks for one App Connection",
		fmt.Sprintf("Another octoeverywhere_notification_webhook uses the same App Connection (fingerprint %s). "+
			"An App Connection has one webhook, and setting it replaces the one before. Nothing was sent for this one.\n\n"+
			"Remove one of the two, or give it the token of another App Connection.", fingerprint)))
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
		fmt.Sprintf("OctoEverywhere answered 605 for %s. %s", label, strings.TrimSuffix(adviceNotSupporter, "; then apply again.")+"."))
}

// oddAnswer warns that the service answered something that says neither that
// an App Connection is alive nor that it is gone.
func oddAnswer(label string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("An App Connection could not be checked",
		fmt.Sprintf("Whether %s is still alive can't be told from the answer, so this run takes what the state says. %s", label, sentence(err)))
}

// notChecked warns, once a run, that App Connections were not checked.
func notChecked(err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("App Connections could not be checked",
		"Whether App Connections are still alive could not be asked, so this run takes what the state says. This warning stands for all of them. "+sentence(err))
}

// leftBehind warns of a webhook that nobody can delete.
func leftBehind(state webhookModel) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A webhook is left behind",
		fmt.Sprintf("No token is at hand for App Connection %s: neither the state nor the provider has it. Terraform forgets the webhook without deleting it, and %s "+
			"To have it deleted, keep the token in the provider's app_tokens (under any name) until it is.", state.ID.ValueString(), deliveriesGoOn(state)))
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
		fmt.Sprintf("This server does not offer the call that deletes a webhook. Terraform forgets it, but unless it is set again, %s %s", deliveriesGoOn(state), sentence(err)))
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
			" To have Terraform forget it instead, use terraform state rm.")
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

// sentence makes an error's text one: a capital first, a full stop last.
func sentence(err error) string {
	return capital(strings.TrimSuffix(err.Error(), ".")) + "."
}

// capital makes the first letter one.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
