// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	gone       = "gone" // "App Connection not found" or "App Connection revoked"
	notChecked = "App Connections could not be checked"
)

// outcomes are named by all that can be seen of a cell: what the user was told,
// and what is in state.
var outcomes = map[string]string{
	"create: set":                    "done",
	"create: error, absent":          "refused",
	"create: error, unsure":          "unsure",
	"update: set":                    "done",
	"update: error, kept":            "refused",
	"update: " + gone + ", kept":     "gone",
	"update: error, unsure":          "unsure",
	"read: kept":                     "kept",
	"read: " + notChecked + ", kept": "warned",
	"read: An App Connection could not be checked, kept": "odd",
	"read: Deliveries are paused, kept":                  "paused",
	"read: " + gone + ", set anew":                       "dropped",
	"delete: absent":                                     "done",
	"delete: The webhook was not deleted, absent":        "forgotten",
	"delete: error, kept":                                "failed",
	"delete: error, unsure":                              "unsure",
}

// outcome names what became of a cell. What has no name is shown as it is.
func (s *subject) outcome() string {
	var seen []string
	for _, d := range s.told {
		if d.Summary == "App Connection not found" || d.Summary == "App Connection revoked" {
			d.Summary = gone
		}
		switch {
		case d.Summary == gone && slices.Contains(seen, gone): // the apply plans again what is to be created anew
		case d.Summary == notChecked && s.operation != read: // the refresh before it had the same network
		case d.Severity == "error" && (d.Summary != gone || s.operation == create):
			seen = append(seen, "error")
		default:
			seen = append(seen, d.Summary)
		}
	}
	state := s.after.became(s.before, s.shown(s.url(1)), s.shown(s.finalURL()))
	switch {
	case s.operation == read && s.planned == "create" && (state == "set" || state == "kept"): // in the same second
		state = "set anew"
	case s.planned != map[string]string{create: "create", update: "update", remove: "delete"}[s.operation]:
		state += " though planned " + s.planned
	}
	text := fmt.Sprintf("%s: %s", s.operation, strings.Join(append(seen, state), ", "))
	if named := outcomes[text]; named != "" {
		return named
	}
	return fmt.Sprintf("%q", text)
}

// shown is what the state holds of a URL.
func (s *subject) shown(url string) string {
	if s.writeOnly() {
		return ""
	}
	return url
}

// about tells whether a diagnostic is about this cell. Terraform gives those of
// a Delete no address; they name the App Connection.
func (g *group) about(s *subject, d clitest.Diagnostic) bool {
	if s.operation == remove && d.Address == "" {
		id, _ := s.before.Attributes["id"].(string)
		return id != "" && strings.Contains(d.Detail, id)
	}
	if d.Address == s.address() {
		return true
	}
	// One warning stands for all probes of a process and is shown at whichever
	// webhook came first. A network that fails fails for all of them.
	return s.operation == read && network[s.fault] != "" && d.Summary == notChecked && slices.ContainsFunc(g.subjects, func(other *subject) bool {
		return other.process() == s.process() && other.address() == d.Address
	})
}

// heals checks what the next apply made of a cell: what the configuration says
// is there, and it was sent once where it was not there yet.
func (g *group) heals(s *subject, sent []fakeapi.Request, state *instance) (calls int, healed bool) {
	g.t.Helper()
	outcome, _, _ := strings.Cut(s.wanted, " ")
	sets, deletes := count(sent, s.token(), fakeapi.CallSet), count(sent, s.token(), fakeapi.CallDelete)
	saved, set := g.fakes[s.service].Webhook(s.token())
	if s.operation == remove {
		// Scripted, 603 and 604 leave a webhook that the service would not have.
		scripted := outcome == "forgotten" || strings.Contains(s.fault, "603") || strings.Contains(s.fault, "604")
		healed = state == nil && set == scripted && sets == 0 && deletes == oneIf(outcome == "failed" || outcome == "unsure")
	} else {
		shown := s.shown(s.finalURL())
		healed = state.became(nil, shown, shown) == "set" && set && saved.URL == s.finalURL() &&
			sets == oneIf(s.operation != read && outcome != "done") && deletes == 0
	}
	if !healed {
		g.t.Errorf("%s: not healed by the next apply: %d sets, %d deletes, the webhook is %q (%t), state %v", s, sets, deletes, saved.URL, set, state)
	}
	return sets + deletes, healed
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
