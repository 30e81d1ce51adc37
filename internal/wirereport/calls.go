// SPDX-License-Identifier: MPL-2.0

package main

import "crypto/rand"

// call is a request, and what its answer is to show. The first fact is the
// status; the others count only where that is as assumed.
type call struct {
	name, method, path string
	header, token      string // no header: no token is sent
	body               any
	facts              []fact
}

// fact is a row of the report.
type fact struct {
	heading, mark string // where DESIGN.md, "The API", says it, and how sure it is of it
	about         string
	assumed       []string // what look may find; nil = anything
	look          func(*report, answer) []string
}

const (
	documented, seen, assumed, notDocumented = "documented", "seen", "assumed", "not documented"
)

var (
	notServed = []string{"404", "405", "200 with an HTML page"}
	refusal   = []string{"Status number", "Error text", "IsUserError bool", "Result null"}
	enveloped = append([]string{"Error null", "Result object"}, refusal...)
	nothing   = []string{"nothing"}
	infoKeys  = []string{
		"PrinterName text", "PrinterLocalIp text", "IsOnline bool", "LastConnectionTimeUtc RFC 3339 time",
		"LastDisconnectTimeUtc RFC 3339 time", "LastDisconnectTimeUtc .NET's zero time", "UserFacingPrinterUrl text", "PrinterLimits object",
		"PrinterLimits.MaxDownloadFileSizeBytes number", "PrinterLimits.MaxUploadFileSizeBytes number",
		"PrinterLimits.MaxSingleWebcamStreamLengthSeconds number", "PrinterLimits.MaxTotalWebcamStreamTimePerTimeWindowSeconds null",
		"PrinterLimits.WebcamStreamTimeWindow null",
	}
	setKeys = []string{"Success bool", "CallbackUrl the URL", "EventTypes list", "EventTypes[] number"}
)

const deletePath = "/api/appconnection/DeleteNotificationWebhook"

func deletion(name, token string, facts ...fact) call {
	return call{name, "POST", deletePath, "AppToken", token, nil, facts}
}

func is(alternatives ...string) []string { return alternatives }

// calls are in this order: what may be refused, what sets the webhook, then
// what uses it and takes it away.
func (r *report) calls() []call {
	const info, test = "/api/appconnection/info", "/api/appconnection/TestWebhook"
	random := rand.Text()
	calls := []call{
		{"info", "GET", info, "AppToken", r.token, nil, []fact{
			{"Who calls", seen, "token in the header `AppToken`", is("200"), status},
			{"Envelope", seen, "shape of info", enveloped, shape},
			{"Info", seen, "keys of info", infoKeys, keys},
		}},
		{"apptoken", "GET", info, "apptoken", r.token, nil, []fact{{"Who calls", assumed, "header spelt `apptoken`", is("200"), status}}},
		{"random info", "GET", info, "AppToken", random, nil, []fact{
			{"Statuses", documented, "info, token of random letters", is("603"), status},
			{"Envelope", seen, "shape of a refusal", refusal, shape},
		}},
		deletion("random Delete", random, fact{"Statuses", documented, "Delete, token of random letters", is("603"), status}),
		{"no token", "GET", info, "", "", nil, []fact{{"Statuses", seen, "info, no token", is("400", "401"), status}}},
		{"no path", "GET", "/api/appconnection/NoSuchCall", "", "", nil, []fact{{"Calls", assumed, "path that isn't served", notServed, status}}},
		{"POST info", "POST", info, "", "", nil, []fact{{"Calls", assumed, "info by POST", notServed, status}}},
	}
	for _, e := range []struct {
		name, path, url, events, mark string
		keys                          []string
	}{
		{"notifications", "/api/notifications/setfromappconnection", "CallbackUrl", "EventTypes", assumed, setKeys},
		{"appconnection", "/api/appconnection/SetNotificationWebhook", "WebhookUrl", "InclusiveEventTypesFilter", documented, nothing},
	} {
		set := func(name, url string, events []int, facts ...fact) {
			calls = append(calls, call{name + " " + e.name, "POST", e.path, "AppToken", r.token, map[string]any{e.url: url, e.events: events}, facts})
		}
		edition := ", edition " + e.name
		set("event 17", r.callback, []int{17}, fact{"Event types", notDocumented, "Set, event 17" + edition, is("400"), status})
		// Without what the URL carries: it may be stored, and called in the clear.
		set("http", "http://"+r.callbackHost+"/", []int{2}, fact{"Calls", documented, "Set, http URL" + edition, is("400"), status})
		set("no events", r.callback, []int{}, fact{"Calls", e.mark, "Set, empty filter" + edition, is("200"), status})
		set("Set", r.callback, []int{2, 16},
			fact{"Calls", e.mark, "Set" + edition, is("200"), status},
			fact{"Envelope", assumed, "shape of Set" + edition, enveloped, shape},
			fact{"Calls", documented, "keys of Set" + edition, e.keys, keys},
		)
	}
	return append(calls,
		call{"TestWebhook", "GET", test, "AppToken", r.token, nil, []fact{
			{"Calls", documented, "TestWebhook", is("200"), status},
			{"Envelope", assumed, "shape of TestWebhook", enveloped, shape},
			{"Calls", notDocumented, "keys of TestWebhook", nil, keys}, // one tells the status that the URL answered
		}},
		deletion("Delete", r.token,
			fact{"Calls", documented, "Delete with a webhook", is("200"), status},
			fact{"Envelope", assumed, "shape of Delete", enveloped, shape},
			fact{"Calls", documented, "keys of Delete", nothing, keys},
		),
		deletion("Delete again", r.token, fact{"Calls", notDocumented, "Delete again, without a webhook", is("200"), status}),
		call{"TestWebhook again", "GET", test, "AppToken", r.token, nil, []fact{{"Calls", notDocumented, "TestWebhook without a webhook", is("400"), status}}},
	)
}
