// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"strings"
)

// TestResult is what the service's test of a webhook gave.
//
// The API promises an object that carries the status the service got from the
// webhook URL, but not the field's name. So the status is the one field whose
// name has "status" or "code" in it, or, where no name has, the one whole
// number in the object. Anything else, and any number but 0 and 100 to 599, is
// not understood: nothing is better than a wrong status.
type TestResult struct {
	// Understood is false when the answer held no status that can be relied on.
	Understood bool
	// StatusCode is what the service got from the webhook URL; 0 = no answer.
	StatusCode int
}

func decodeTestResult(a answer) TestResult {
	var fields map[string]json.RawMessage
	_ = a.decode(&fields) // no object: no status
	var found, numbers []*integer
	for name, field := range fields {
		n := orZero[*integer](field)
		if name = strings.ToLower(name); strings.Contains(name, "status") || strings.Contains(name, "code") {
			found = append(found, n)
		} else if n != nil {
			numbers = append(numbers, n)
		}
	}
	if found == nil {
		found = numbers
	}
	if len(found) != 1 || found[0] == nil || *found[0] != 0 && (*found[0] < 100 || *found[0] > 599) {
		return TestResult{}
	}
	return TestResult{Understood: true, StatusCode: int(*found[0])}
}
