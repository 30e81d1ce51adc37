// SPDX-License-Identifier: MPL-2.0

package faultmatrix_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// outcome names what became of a cell, by all that can be seen of it: what the
// user was told, and what is in state. What has no name is shown as it is.
func (s *subject) outcome() string {
	var errors, warnings []string
	for _, d := range s.told {
		switch {
		case d.Severity == "error":
			errors = append(errors, d.Summary)
		case d.Summary == notChecked && s.operation != read: // the refresh before it had the same network
		default:
			warnings = append(warnings, d.Summary)
		}
	}
	var (
		kept = reflect.DeepEqual(s.before, s.after)
		quit = len(errors) == 0 && len(warnings) == 0
		fail = len(errors) == 1 && len(warnings) == 0
		warn = len(errors) == 0 && len(warnings) == 1
	)
	switch s.operation {
	case create:
		switch {
		case quit && s.after.is(s.finalShown(), timed, whole):
			return "done"
		case fail && s.after == nil:
			return "refused"
		case fail && s.after.is(s.finalShown(), untimed, tainted) && errors[0] != gone:
			return "unsure"
		}
	case update:
		switch {
		case quit && s.after.is(s.finalShown(), timed, whole):
			return "done"
		case fail && kept && errors[0] == gone:
			return "gone"
		case fail && kept:
			return "refused"
		case fail && s.after.is(s.url(1), untimed, whole):
			return "unsure"
		}
	case read:
		switch {
		case quit && kept && s.planned == "":
			return "kept"
		case warn && kept && s.planned == "" && warnings[0] == notChecked:
			return "warned"
		case warn && kept && s.planned == "" && warnings[0] == "An App Connection could not be checked":
			return "odd"
		case warn && kept && s.planned == "" && warnings[0] == "Deliveries are paused":
			return "paused"
		case warn && warnings[0] == gone && s.planned == "create" && s.after.is(s.finalShown(), timed, whole):
			return "dropped"
		}
	case remove:
		switch {
		case quit && s.after == nil:
			return "done"
		case warn && s.after == nil && warnings[0] == "The webhook was not deleted":
			return "unserved"
		case fail && kept:
			return "failed"
		case fail && s.after.is(s.finalShown(), untimed, whole):
			return "unsure"
		}
	}
	return fmt.Sprintf("%q %q, kept %t, planned %q:", errors, warnings, kept, s.planned)
}

// about tells whether a diagnostic is about this cell. Terraform gives those of
// a Delete no address; they name the App Connection.
func (g *group) about(s *subject, d acctest.Diagnostic) bool {
	if s.operation == remove && d.Address == "" {
		id, _ := s.before.Attributes["id"].(string)
		return id != "" && strings.Contains(d.Detail, id)
	}
	if d.Address == s.address() {
		return true
	}
	// One warning stands for all probes of a process and is shown at whichever
	// webhook came first. A network that fails fails for all of them.
	return s.operation == read && s.network() && d.Summary == notChecked && slices.ContainsFunc(g.subjects, func(other *subject) bool {
		return other.process == s.process && other.address() == d.Address
	})
}

const (
	gone       = "The App Connection is gone for good"
	notChecked = "App Connections could not be checked"
)

// finalShown is the URL that the state holds once it is set.
func (s *subject) finalShown() string {
	if s.writeOnly() {
		return ""
	}
	return s.finalURL()
}

// wantHealed checks what the next apply made of a cell: what the configuration
// says is there, and it was sent once where it was not there yet.
func (g *group) wantHealed(s *subject, sent []fakeapi.Request, state *instance) {
	g.t.Helper()
	sets, deletes := count(sent, s.token(), fakeapi.CallSet), count(sent, s.token(), fakeapi.CallDelete)
	var healed bool
	saved, set := g.api.Webhook(s.token())
	if s.operation == remove {
		// Scripted, 603 and 604 leave a webhook that the service would not have.
		scripted := s.want.outcome == "unserved" || strings.HasPrefix(s.row.fault, "603") || strings.HasPrefix(s.row.fault, "604")
		healed = state == nil && sets == 0 && deletes == oneIf(s.want.outcome == "failed" || s.want.outcome == "unsure") && set == scripted
	} else {
		toSet := s.operation != read && s.want.outcome != "done"
		tainted := s.operation == create && s.want.outcome == "unsure" // deleted first
		healed = state.is(s.finalShown(), timed, whole) && sets == oneIf(toSet) && deletes <= oneIf(tainted) && set && saved.URL == s.finalURL()
	}
	g.total.cells++
	column := string(s.operation)
	if s.edition != auto {
		column = s.edition
	}
	g.seen[s.row.fault][column] = fmt.Sprintf("%s %d+%d", s.outcome(), s.requests, sets+deletes)
	if !healed {
		g.t.Errorf("%s, %s (%s): not healed by the next apply: %d sets, %d deletes, the webhook is %q (%t), state %v",
			s.row.fault, s.operation, s.edition, sets, deletes, saved.URL, set, state)
		return
	}
	g.total.healed++
}

func oneIf(condition bool) int {
	if condition {
		return 1
	}
	return 0
}

func count(sent []fakeapi.Request, token string, call fakeapi.Call) int {
	n := 0
	for _, r := range sent {
		if r.Token == token && r.Call == call {
			n++
		}
	}
	return n
}
