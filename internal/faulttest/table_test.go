// SPDX-License-Identifier: MPL-2.0

package faultmatrix_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// matrix says what each fault makes of each operation: the outcome, and how
// many requests the provider sends until then (it may retry twice). The fault
// lasts for the whole run; auto is the edition, and a Set's that is pinned is
// told beside it where it differs.
//
//	done      it worked, as far as anybody can tell
//	refused   error; a create leaves no state, an update the prior one
//	unsure    error; nobody knows what is set: state with both times null, tainted after a create
//	gone      error; prior state, which the next refresh drops
//	kept      the refresh says nothing and keeps the state
//	warned    the refresh warns, once for all, that it could not ask or was told nothing of any App Connection, and keeps the state
//	odd       the refresh warns of an answer that says neither yes nor no, and keeps the state
//	paused    the refresh warns of 605 and keeps the state
//	dropped   the refresh drops the state, with a warning, and the apply sets the webhook anew
//	failed    error; the state is kept
//	unserved  gone from state, with a warning that deliveries go on
//
// After each of them the next apply, with the fault over, brings about what
// the configuration says, with no more requests than that takes.
const matrix = `
fault                   | create    | read      | update    | delete     | notifications | appconnection
400                     | refused 1 | odd 1     | refused 1 | failed 1   |               |
401                     | refused 2 | warned 1  | refused 2 | failed 1   | refused 1     | refused 1
403                     | refused 2 | warned 1  | refused 2 | failed 1   | refused 1     | refused 1
404                     | refused 2 | kept 1    | refused 2 | unserved 1 | refused 1     | refused 1
405                     | refused 2 | kept 1    | refused 2 | unserved 1 | refused 1     | refused 1
429                     | refused 3 | warned 1  | refused 3 | failed 3   |               |
500                     | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
501                     | refused 2 | kept 1    | refused 2 | unserved 1 | refused 1     | refused 1
502                     | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
503                     | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
504                     | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
600                     | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
601                     | unsure 1  | kept 1    | unsure 1  | unsure 1   |               |
602                     | unsure 3  | kept 1    | unsure 3  | unsure 3   |               |
603                     | refused 1 | dropped 1 | gone 1    | done 1     |               |
604                     | refused 1 | dropped 1 | gone 1    | done 1     |               |
605                     | refused 1 | paused 1  | refused 1 | failed 1   |               |
606                     | refused 1 | odd 1     | refused 1 | failed 1   |               |
607                     | refused 1 | odd 1     | refused 1 | failed 1   |               |
608                     | refused 1 | odd 1     | refused 1 | failed 1   |               |
609                     | refused 3 | warned 1  | refused 3 | failed 3   |               |
610                     | refused 1 | odd 1     | refused 1 | failed 1   |               |
611                     | refused 1 | odd 1     | refused 1 | failed 1   |               |
612                     | refused 1 | odd 1     | refused 1 | failed 1   |               |
613                     | refused 1 | odd 1     | refused 1 | failed 1   |               |
614, not in the table   | unsure 1  | odd 1     | unsure 1  | unsure 1   |               |
301 to another host     | refused 2 | kept 1    | refused 2 | unserved 1 | refused 1     | refused 1
302 to another host     | refused 2 | kept 1    | refused 2 | unserved 1 | refused 1     | refused 1
307 to another host     | refused 2 | kept 1    | refused 2 | unserved 1 | refused 1     | refused 1
308 to another host     | refused 2 | kept 1    | refused 2 | unserved 1 | refused 1     | refused 1
204                     | unsure 1  | warned 1  | unsure 1  | unsure 1   |               |
200, empty              | done 2    | warned 1  | done 2    | done 1     | unsure 1      | done 1
200, HTML               | unsure 2  | kept 1    | unsure 2  | unserved 1 | unsure 1      | unsure 1
200, truncated          | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
200, wrong types        | done 2    | warned 1  | done 2    | done 1     | unsure 1      | done 1
200, nested deeply      | done 2    | warned 1  | done 2    | done 1     | unsure 1      | done 1
200, endless            | done 2    | warned 1  | done 2    | done 1     | unsure 1      | done 1
200, Success false      | refused 1 | warned 1  | refused 1 | failed 1   |               | refused 1
200, another webhook    | unsure 1  | warned 1  | unsure 1  | done 1     |               | done 1
reset before commit     | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
reset after commit      | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
hang before commit      | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
hang after commit       | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
slow drip               | unsure 3  | warned 1  | unsure 3  | unsure 3   |               |
DNS failure             | refused 0 | warned 0  | refused 0 | failed 0   |               |
refused connection      | refused 0 | warned 0  | refused 0 | failed 0   |               |
TLS with an unknown CA  | refused 0 | warned 0  | refused 0 | failed 0   |               |
`

// operation is a column: what Terraform does when the fault strikes.
type operation string

const (
	create operation = "create"
	read   operation = "read"
	update operation = "update"
	remove operation = "delete"
)

// Columns that say what a pinned edition makes of create and update.
const (
	auto          = "auto"
	notifications = "notifications"
	appConnection = "appconnection"
)

// cell is an outcome and the number of requests until it.
type cell struct {
	outcome  string
	requests int
}

func (c cell) String() string { return fmt.Sprintf("%s %d", c.outcome, c.requests) }

// row is a line of the matrix.
type row struct {
	number int
	fault  string
	auto   map[operation]cell
	pinned map[string]cell // of Set, by edition; absent: as auto
}

// parseMatrix reads the matrix.
func parseMatrix(t *testing.T) []row {
	t.Helper()
	var rows []row
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	head := fields(lines[0])
	for number, line := range lines[1:] {
		r := row{number: number, auto: map[operation]cell{}, pinned: map[string]cell{}}
		for i, text := range fields(line) {
			if i == 0 {
				r.fault = text
				continue
			}
			outcome, count, found := strings.Cut(text, " ")
			requests, err := strconv.Atoi(count)
			switch {
			case text == "":
			case !found || err != nil:
				t.Fatalf("the cell %q of the row %q is none", text, r.fault)
			case head[i] == notifications || head[i] == appConnection:
				r.pinned[head[i]] = cell{outcome, requests}
			default:
				r.auto[operation(head[i])] = cell{outcome, requests}
			}
		}
		if faults[r.fault] == nil {
			t.Fatalf("there is no fault %q", r.fault)
		}
		rows = append(rows, r)
	}
	if len(rows) != len(faults) {
		t.Fatalf("%d rows for %d faults", len(rows), len(faults))
	}
	return rows
}

func fields(line string) []string {
	split := strings.Split(line, "|")
	for i := range split {
		split[i] = strings.TrimSpace(split[i])
	}
	return split
}

// expect is what an operation of this row comes to with an edition; false when
// the row has nothing to say of it that auto does not.
func (r row) expect(edition string, o operation) (cell, bool) {
	if edition == auto {
		return r.auto[o], true
	}
	if pinned, told := r.pinned[edition]; told {
		return pinned, true
	}
	return r.auto[o], *full
}
