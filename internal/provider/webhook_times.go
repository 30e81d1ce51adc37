// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
)

const (
	day          = 24 * time.Hour
	lifetimeDays = 180 // how long a webhook lasts after the last Set (api page, Calls)
)

// setAt records a successful Set.
func (m *webhookModel) setAt(now time.Time) {
	now = now.UTC().Truncate(time.Second)
	m.ConfiguredAt = timetypes.NewRFC3339TimeValue(now)
	m.ExpiresAt = timetypes.NewRFC3339TimeValue(now.Add(lifetimeDays * day))
}

// forgetTimes records that nobody knows which webhook is there. A null
// expires_at makes every later plan Set (design, rule 4).
func (m *webhookModel) forgetTimes() {
	m.ConfiguredAt = timetypes.NewRFC3339Null()
	m.ExpiresAt = timetypes.NewRFC3339Null()
}

// share marks an object whose webhook belongs to another object of the same App
// Connection as well (design, rule 6): when it was set is known, when it ends
// is not. As always, the latter has the next plan Set.
func (m *webhookModel) share() {
	if m.ConfiguredAt.IsNull() {
		m.ConfiguredAt = timetypes.NewRFC3339TimeValue(time.Unix(0, 0).UTC())
	}
	m.ExpiresAt = timetypes.NewRFC3339Null()
}

// shared tells whether share marked the object.
func (m *webhookModel) shared() bool { return !m.ConfiguredAt.IsNull() && m.ExpiresAt.IsNull() }

// planTimes marks both times as known after apply: whenever a Set is planned,
// or the clock moving between plan and apply would make Terraform call the
// final plan inconsistent (design, rule 8).
func (m *webhookModel) planTimes() {
	m.ConfiguredAt = timetypes.NewRFC3339Unknown()
	m.ExpiresAt = timetypes.NewRFC3339Unknown()
}

// renewalDue tells whether the webhook has renew_before_days or less to go,
// or nobody knows how long.
func (m *webhookModel) renewalDue(now time.Time) bool {
	expires, diags := m.ExpiresAt.ValueRFC3339Time()
	if m.ExpiresAt.IsNull() || diags.HasError() {
		return true
	}
	return !now.Before(expires.Add(-time.Duration(m.RenewBeforeDays.ValueInt64()) * day))
}
