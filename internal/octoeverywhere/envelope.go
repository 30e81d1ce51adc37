// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"strconv"
	"strings"
)

// open takes an answer out of the envelope that the service's documentation
// leaves out, and leaves anything else as it is (DESIGN.md, "Envelope"):
//
//	{"Status": 200, "Error": "", "IsUserError": false, "Result": {…}}
func (a answer) open() answer {
	var envelope struct{ Status, Error, IsUserError, Success, Result json.RawMessage }
	if !a.decode(&envelope) {
		return a
	}
	status := orZero[*integer](envelope.Status)
	beside := envelope.Status != nil || envelope.Error != nil || envelope.IsUserError != nil
	a.enveloped = envelope.Result != nil && beside || status != nil && envelope.Error != nil
	if !a.enveloped {
		return a
	}
	a.serviceError = orZero[string](envelope.Error)
	a.body = envelope.Result
	if string(a.body) == "null" {
		a.body = nil
	}
	if a.status != 200 {
		return a
	}
	success := orZero[*bool](envelope.Success)
	switch {
	case status == nil: // then only Error can tell of a failure
		a.denied = a.serviceError != "" && a.body == nil
	case *status >= 200 && *status <= 999:
		a.status = int(*status)
	default:
		a.invalidStatus = true
	}
	a.denied = a.denied || success != nil && !*success
	return a
}

// integer is a whole number, which the service may write as a string of digits.
type integer int64

// UnmarshalJSON implements json.Unmarshaler.
func (i *integer) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(text), `"`), 10, 64)
	*i = integer(n)
	return err
}

// orZero decodes a field; the zero value where it is absent or of another type.
func orZero[T any](field json.RawMessage) T {
	var value, zero T
	if json.Unmarshal(field, &value) != nil {
		return zero
	}
	return value
}
