// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// TestResult is what the service's test of a webhook gave.
//
// The api page promises a JSON object that carries the status the service got
// from the webhook URL, but not the field's name. So it is found like this:
//
//   - Fields are looked for in the object itself and in objects one level down.
//   - A candidate is a field with a whole number, or a string of digits, from
//     0 to 599; a negative number counts as 0, no answer.
//   - Those whose name contains "status" or "code", in any case, decide: when
//     all of them hold the same value, that is it.
//   - When no number's name is such, and exactly one field holds a whole number
//     from 100 to 599, that is it.
//   - Anything else is not understood: better no word than a wrong one.
type TestResult struct {
	// Understood is false when the answer held no status that can be relied on.
	Understood bool
	// StatusCode is what the service got from the webhook URL; 0 = no answer.
	StatusCode int
}

func decodeTestResult(a answer) TestResult {
	found, ok := leaves(a.body)
	if !ok || a.cut || !bytes.HasPrefix(bytes.TrimLeft(a.body, " \t\r\n"), []byte("{")) {
		return TestResult{}
	}
	var named, unnamed []int
	anyNamed := false
	for _, l := range found {
		n, isNumber := wholeNumber(l.value)
		if l.depth > 2 || l.name == "" || !isNumber {
			continue
		}
		lower := strings.ToLower(l.name)
		if strings.Contains(lower, "status") || strings.Contains(lower, "code") {
			anyNamed = true // even out of range, it forbids guessing below
			if n <= 599 {
				named = append(named, max(n, 0))
			}
		} else if n >= 100 && n <= 599 {
			unnamed = append(unnamed, n)
		}
	}
	switch {
	case len(named) > 0:
		for _, n := range named {
			if n != named[0] {
				return TestResult{}
			}
		}
		return TestResult{Understood: true, StatusCode: named[0]}
	case !anyNamed && len(unnamed) == 1:
		return TestResult{Understood: true, StatusCode: unnamed[0]}
	}
	return TestResult{}
}

// wholeNumber reads 200, 200.0, 2e2 and "200".
func wholeNumber(value any) (int, bool) {
	switch v := value.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil || f != math.Trunc(f) {
			return 0, false
		}
		return int(max(-1, min(f, 1e6))), true // beyond is out of range anyway
	case string:
		if v == "" || strings.Trim(v, "0123456789") != "" {
			return 0, false
		}
		n, err := strconv.Atoi(v)
		if err != nil {
			return 1e6, true
		}
		return n, true
	}
	return 0, false
}
