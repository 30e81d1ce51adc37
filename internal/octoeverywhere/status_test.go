// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// retryable are the statuses that are tried again.
var retryable = []int{408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 600, 602, 609}

// TestEveryStatus: what a status costs and what it is called, for every call,
// flat, in an envelope, and inside a 200 as a number or digits.
func TestEveryStatus(t *testing.T) {
	statuses := append([]int{201, 202, 206, 226, 300, 301, 303, 304, 307, 402, 410, 418, 422, 451, 499, 505, 511, 525, 530, 599, 614, 799, 999}, retryable...)
	for status := 400; status <= 406; status++ {
		statuses = append(statuses, status, status+101, status+201, status+207) // to 406, 507, 607 and 613
	}
	ways := map[string]struct {
		line bool // whether the status stands on the status line
		body string
	}{
		"flat":                {true, `{"Error":"about %[1]d","Token":"` + secretToken + `"}`},
		"envelope":            {true, `{"Status":200,"Error":"about %[1]d","Result":{"Success":true,"IsOnline":true}}`},
		"inside a 200":        {false, `{"Status":%[1]d,"Error":"about %[1]d"}`},
		"digits inside a 200": {false, `{"Status":"%[1]d","Error":"about %[1]d","Result":{"Success":true,"IsOnline":true}}`},
	}
	for name, way := range ways {
		for _, op := range operations {
			s := serve(t)
			for _, status := range statuses {
				answer := always(ok(fmt.Sprintf(way.body, status)))
				if way.line {
					answer.status = status
				}
				s.then(answer)
				const retry = 1
				err := op.run(t.Context(), newClient(t, s.url, pinned(op.edition), retries(retry)), token(t))
				name := fmt.Sprintf("%s, %s, %d", name, op.name, status)

				want := 1
				if slices.Contains(retryable, status) {
					want += retry
				}
				if s.count("") != want {
					t.Errorf("%s: %d requests, want %d", name, s.count(""), want)
				}
				if err == nil || StatusOf(err) != status {
					t.Errorf("%s: %v", name, err)
					continue
				}
				noSecret(t, err.Error())
				if words := "about " + strconv.Itoa(status); status != 304 && !strings.Contains(err.Error(), words) {
					t.Errorf("%s: %q is missing in %q", name, words, err)
				}
				for predicate, got := range map[string][2]bool{
					"IsGone":               {IsGone(err), slices.Contains([]int{603, 604}, status)},
					"IsNotSupporter":       {IsNotSupporter(err), status == 605},
					"IsInvalidInput":       {IsInvalidInput(err), status == 400},
					"IsInvalidCredentials": {IsInvalidCredentials(err), status == 606},
					"IsPrinterUnreachable": {IsPrinterUnreachable(err), slices.Contains([]int{601, 602}, status)},
					"IsTemporary":          {IsTemporary(err), slices.Contains(retryable, status) || status == 601},
					"IsNotServed":          {IsNotServed(err), slices.Contains([]int{404, 405, 501}, status) || status/100 == 3},
					"IsAmbiguous": {IsAmbiguous(err), status/100 == 2 || status == 408 || status/100 == 5 && status != 501 ||
						slices.Contains([]int{600, 601, 602}, status) || status >= 614},
				} {
					if got[0] != got[1] {
						t.Errorf("%s: %s = %v", name, predicate, got[0])
					}
				}
			}
		}
	}
}
