// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"net/http"
)

// Edition is the API version that sets a webhook (DESIGN.md, "Editions"). They
// differ in Set only.
type Edition string

// The API versions, and the choice to find out which one the server serves.
const (
	EditionAuto          Edition = "auto"
	EditionNotifications Edition = "notifications"
	EditionAppConnection Edition = "appconnection"
)

func (e Edition) other() Edition {
	if e == EditionAppConnection {
		return EditionNotifications
	}
	return EditionAppConnection
}

// request is the edition's Set.
func (e Edition) request(webhook Webhook) request {
	if e == EditionAppConnection {
		body, _ := json.Marshal(struct { // strings and numbers can't fail
			CallbackURL string      `json:"WebhookUrl"`
			EventTypes  []EventType `json:"InclusiveEventTypesFilter,omitempty"`
		}(webhook))
		return request{http.MethodPost, "/api/appconnection/SetNotificationWebhook", body}
	}
	body, _ := json.Marshal(struct {
		CallbackURL string      `json:"CallbackUrl"`
		EventTypes  []EventType `json:"EventTypes,omitempty"`
	}(webhook))
	return request{http.MethodPost, "/api/notifications/setfromappconnection", body}
}

// conclude decides what an answer to the edition's Set means. One edition
// promises nothing but a 200, the other repeats what it saved.
func (e Edition) conclude(c *call, a answer, webhook Webhook) error {
	if e == EditionAppConnection {
		return c.concludeBare(a)
	}
	saved, ok := decodeEcho(a)
	if !ok || a.deniesSuccess() {
		return c.failed(a)
	}
	if !webhook.Equal(saved) {
		return c.otherSaved(a, webhook, saved)
	}
	return nil
}

// decodeEcho reads what EditionNotifications says it saved; false when the
// answer doesn't say it.
// Success may be left out of an envelope, whose Status says it; then the URL
// must be there.
func decodeEcho(a answer) (Webhook, bool) {
	var echo struct {
		Success     *bool
		CallbackURL *string `json:"CallbackUrl"`
		EventTypes  []integer
	}
	if !a.ok() || !a.decode(&echo) || echo.Success == nil && (!a.enveloped || echo.CallbackURL == nil) {
		return Webhook{}, false
	}
	var saved Webhook
	if echo.CallbackURL != nil {
		saved.CallbackURL = *echo.CallbackURL
	}
	for _, event := range echo.EventTypes {
		saved.EventTypes = append(saved.EventTypes, EventType(event))
	}
	return saved, true
}
