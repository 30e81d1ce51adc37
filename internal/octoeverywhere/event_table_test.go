// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestFakeKnowsTheSameEvents finds an event that was added in one place only.
func TestFakeKnowsTheSameEvents(t *testing.T) {
	known := KnownEventTypes()
	if last := known[len(known)-1]; known[0] != 1 || len(known) != int(last) || last != fakeapi.LastEventType {
		t.Errorf("events 1 to %d here, to %d in the fake", last, fakeapi.LastEventType)
	}
}
