// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"fmt"
	"strings"
	"testing"
)

// legend explains the words of the matrix, here and in the printed figures.
const legend = `
done      it worked, as far as anybody can tell
refused   error; a create leaves no state, an update the prior one
unsure    error; nobody knows what is set: state with both times null, tainted after a create
gone      error; prior state, which the next refresh drops
kept      the refresh says nothing and keeps the state
warned    the refresh warns, once for all, that it could not ask or was told nothing of any App Connection, and keeps the state
odd       the refresh warns of an answer that says neither yes nor no, and keeps the state
paused    the refresh warns of 605 and keeps the state
dropped   the refresh drops the state, with a warning, and the apply sets the webhook anew
failed    error; the state is kept
forgotten gone from state, with a warning that the webhook was not deleted
`

// matrix has a line for each class of outcomes: what becomes of each operation,
// and how many requests the provider sends until then (it may retry twice),
// while one of the faults lasts. The edition is auto; what a pinned one makes of
// create and update is told beside it where it differs. In every cell the next
// apply, with the fault over, brings about what the configuration says, with no
// more requests than that takes.
//
// The first fault of each line runs in make test, all of them in make matrix.
const matrix = `
create    | read      | update    | delete      | notifications | appconnection | faults
done 1    | kept 1    | done 1    | done 1      |               |               | envelope, no Status; envelope, Status in digits
refused 1 | odd 1     | refused 1 | forgotten 1 |               |               | 400 in a 200; 400; 400 in a 200, Result
refused 1 | odd 1     | refused 1 | failed 1    |               |               | 606; 607; 608; 610; 611; 612; 613
refused 1 | warned 1  | refused 1 | failed 1    |               |               | envelope, Error alone; flat, Success false
refused 2 | warned 1  | refused 2 | failed 1    | refused 1     | refused 1     | 403; 401
refused 2 | kept 1    | refused 2 | forgotten 1 | refused 1     | refused 1     | 307 to another host; 301 to another host; 302 to another host; 308 to another host; 303 to another path; 404; 405; 501
refused 3 | warned 1  | refused 3 | failed 3    |               |               | 429; 609
unsure 3  | warned 1  | unsure 3  | unsure 3    |               |               | 500 in a 200; 500; 500 in a 200, Result; 408; 502; 503; 504; 520; 524; 600; cut off; reset before commit; reset after commit; hang before commit; hang after commit
unsure 3  | kept 1    | unsure 3  | unsure 3    |               |               | 602
unsure 1  | kept 1    | unsure 1  | unsure 1    |               |               | 601
refused 1 | dropped 1 | gone 1    | done 1      |               |               | 603 in a 200; 603; 603 in a 200, Result; 604; envelope, Status in digits, 604
refused 1 | paused 1  | refused 1 | failed 1    |               |               | 605 in a 200; 605; 605 in a 200, Result
unsure 1  | odd 1     | unsure 1  | unsure 1    |               |               | 614, not in the table
unsure 1  | warned 1  | unsure 1  | unsure 1    |               |               | envelope, absurd Status; 204
done 2    | warned 1  | done 2    | done 1      | unsure 1      | done 1        | flat, wrong types; empty; envelope, JSON cut off
unsure 1  | warned 1  | unsure 1  | done 1      |               | done 1        | envelope, wrong types; envelope, Result null; envelope, another webhook; flat, another webhook
unsure 2  | kept 1    | unsure 2  | forgotten 1 | unsure 1      | unsure 1      | HTML
refused 0 | warned 0  | refused 0 | failed 0    |               |               | refused connection; DNS failure; TLS with an unknown CA
`

// Columns: what Terraform does when the fault strikes, with the edition auto,
// and what a pinned edition makes of create and update.
const (
	create        = "create"
	read          = "read"
	update        = "update"
	remove        = "delete"
	notifications = "notifications"
	appConnection = "appconnection"

	auto = "auto"
)

// row is a fault and what is to come of it: a cell of the matrix for each
// column, an outcome and a number of requests such as "unsure 3".
type row struct {
	number  int
	fault   string
	service string
	cells   map[string]string
}

// rows reads the matrix: of each line the first fault, with -full all of them,
// and then with each service that may have them.
func rows(t *testing.T) []row {
	t.Helper()
	var found []row
	seen := map[string]bool{}
	once := func(what string) {
		if seen[what] {
			t.Fatalf("the matrix has %q twice", what)
		}
		seen[what] = true
	}
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	head := fields(lines[0], "|")
	last := len(head) - 1
	for _, line := range lines[1:] {
		told, cells := fields(line, "|"), map[string]string{}
		for i, column := range head[:last] {
			cells[column] = told[i]
		}
		once(strings.Join(told[:last], "|"))
		for i, name := range fields(told[last], ";") {
			once(name)
			services := servicesOf(name)
			switch {
			case faultNamed(name) == nil:
				t.Fatalf("there is no fault %q", name)
			case *full:
			case i > 0:
				continue
			default:
				services = services[:1]
			}
			for _, service := range services {
				found = append(found, row{len(found), name, service, cells})
			}
		}
	}
	for name := range faults {
		if !seen[name] {
			t.Fatalf("the matrix has no %q", name)
		}
	}
	return found
}

func fields(line, separator string) []string {
	split := strings.Split(line, separator)
	for i := range split {
		split[i] = strings.TrimSpace(split[i])
	}
	return split
}

func (r row) String() string {
	if service := servicesOf(r.fault)[0]; r.service != service {
		return fmt.Sprintf("%s (%s)", r.fault, r.service)
	}
	return r.fault
}

// want is the cell of an operation with an edition; told is false where a
// pinned edition makes nothing else of it than auto.
func (r row) want(edition, operation string) (cell string, told bool) {
	if pinned := r.cells[edition]; pinned != "" {
		return pinned, true
	}
	return r.cells[operation], edition == auto
}
