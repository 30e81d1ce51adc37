// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import "fmt"

// Edition says which edition of the API sets a webhook (api page, "Calls").
// They differ in Set only.
type Edition string

// The editions, and the choice to find out which one the server serves.
const (
	EditionAuto          Edition = "auto"
	EditionNotifications Edition = "notifications"
	EditionAppConnection Edition = "appconnection"
)

// ParseEdition reads the value of the provider's webhook_api argument.
func ParseEdition(s string) (Edition, error) {
	switch e := Edition(s); e {
	case EditionAuto, EditionNotifications, EditionAppConnection:
		return e, nil
	}
	return "", fmt.Errorf("%s is not an edition of the webhook API: use %s, %s or %s",
		quoteShort(s), EditionAuto, EditionNotifications, EditionAppConnection)
}
