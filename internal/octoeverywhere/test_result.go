// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

// TestResult is what the service's test of a webhook gave.
type TestResult struct {
	// Understood is false when the answer held no status that can be relied on.
	Understood bool
	// StatusCode is what the service got from the webhook URL; 0 = no answer.
	StatusCode int
}
