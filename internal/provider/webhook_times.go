// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

const (
	day          = 24 * time.Hour
	lifetimeDays = 180 // how long a webhook lasts after the last Set (DESIGN.md, "Delivery")
)

// setAt records a successful Set.
func (m *webhookModel) setAt(now time.Time) {
	now = now.UTC().Truncate(time.Second)
	m.ConfiguredAt = types.StringValue(now.Format(time.RFC3339))
	m.ExpiresAt = types.StringValue(now.Add(lifetimeDays * day).Format(time.RFC3339))
}

// forgetTimes records that nobody knows which webhook is there. A null
// expires_at makes every later plan Set (DESIGN.md, "Nobody knows").
func (m *webhookModel) forgetTimes() {
	m.ConfiguredAt = types.StringNull()
	m.ExpiresAt = types.StringNull()
}

// planTimes marks both times as known after apply: whenever a Set is planned,
// or the clock moving between plan and apply would make Terraform call the
// final plan inconsistent (DESIGN.md, "Renewal").
func (m *webhookModel) planTimes() {
	m.ConfiguredAt = types.StringUnknown()
	m.ExpiresAt = types.StringUnknown()
}

// renewalDue tells whether the webhook has renew_before_days or less to go, or
// nobody knows how long: there is no time in state, none that can be read, or
// one further away than a webhook lasts.
func (m *webhookModel) renewalDue(now time.Time) bool {
	expires, err := time.Parse(time.RFC3339, m.ExpiresAt.ValueString())
	if err != nil || expires.After(now.Add((lifetimeDays+1)*day)) {
		return true
	}
	return !now.Before(expires.Add(-time.Duration(whole(m.RenewBeforeDays)) * day))
}
