// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// matrix is what becomes of each operation while each answer to its call is a
// fault. The last column is for make matrix. Where the fault is interrupted,
// Terraform is, once all calls of the apply hang or wait to be sent again
// (DESIGN.md, "Interruption").
const matrix = `
create  | read    | update  | delete   | faults                                                 | more
refused | warned  | refused | failed   | 429; 606; 607 in a 200                                 | 401; 403; 605; 608; 609; 610; 611; 612; 613; 605 in a 200
unsure  | warned  | unsure  | unsure   | 503; dropped; dropped after; hang after; 504, then 606 | 204; 408; 500; 502; 504; 520; 524; 600; 614; 500 in a 200; hang; cut off; 504, then 403; 600, then 605
refused | dropped | gone    | done     | 603                                                    | 604; 603 in a 200; 604 in a 200
unsure  | warned  | unsure  | done     | wrong echo                                             |
done    | warned  | done    | done     |                                                        | empty
refused | kept    | refused | unserved | HTML                                                   | 404; 405; 501
refused | warned  | refused | unserved |                                                        | 400; 400 in a 200
unsure  | kept    | unsure  | unsure   |                                                        | 601; 602
refused |         | refused | failed   | 429 interrupted                                        |
unsure  |         | unsure  | unsure   | 503 interrupted; hang interrupted                      | hang after interrupted
`

// outcome is all that can be seen of an operation: what the user is told, what
// the state says, what the next plan proposes, and which webhook the service
// has. None of the four may contradict another.
type outcome struct{ told, state, plan, service string }

var outcomes = map[string]outcome{
	"create done":     {"", "set", "", "new"},
	"create refused":  {"error", "absent", "create", "old"},
	"create unsure":   {"error", "tainted", "replace", "either"},
	"read kept":       {"", "kept", "", "old"},
	"read warned":     {"warning", "kept", "", "old"},
	"read dropped":    {"warning", "set", "", "new"},
	"update done":     {"", "set", "", "new"},
	"update refused":  {"error", "kept", "update", "old"},
	"update gone":     {"error", "kept", "create", "old"},
	"update unsure":   {"error", "unsure", "update", "either"},
	"delete done":     {"", "absent", "", "new"},
	"delete failed":   {"error", "kept", "delete", "old"},
	"delete unsure":   {"error", "unsure", "delete", "either"},
	"delete unserved": {"warning", "absent", "", "old"},
}

// cell is an operation and a fault, with a webhook and an App Connection of
// their own.
type cell struct {
	fault, operation string
	wanted           string // name of the outcome
	provider         string // a process for each fault, so that none is another's
	before           *instance
	told             []clitest.Diagnostic
}

func (c *cell) name() string      { return c.provider + "_" + c.operation }
func (c *cell) address() string   { return "octoeverywhere_notification_webhook." + c.name() }
func (c *cell) writeOnly() bool   { return c.operation != "update" }
func (c *cell) interrupted() bool { return strings.HasSuffix(c.fault, " interrupted") }
func (c *cell) hangs() bool       { return strings.HasPrefix(c.fault, "hang") }

// url is what an operation begins with, or is to end with: "" is no webhook.
func (c *cell) url(wanted bool) string {
	version := 1
	switch {
	case c.operation == "create" && !wanted, c.operation == "delete" && wanted:
		return ""
	case c.operation == "update" && wanted:
		version = 2
	}
	return fmt.Sprintf("https://app.example.com/octo/v%d?key=%x&token=x", version, crc32.ChecksumIEEE([]byte(c.name())))
}

// scripted makes the fault.
func (c *cell) scripted() []fakeapi.Fault {
	call := map[string]fakeapi.Call{"read": fakeapi.CallInfo, "delete": fakeapi.CallDelete}[c.operation]
	first, second, two := strings.Cut(strings.TrimSuffix(c.fault, " interrupted"), ", then ")
	var faults []fakeapi.Fault
	if two {
		status, _ := strconv.Atoi(first)
		faults = append(faults, fakeapi.Fault{Status: status, TakeEffect: true})
	}
	digits, in200 := strings.CutSuffix(cmp.Or(second, first), " in a 200")
	last := fakeapi.Fault{Times: -1}
	switch digits {
	case "dropped", "dropped after":
		last.Drop = true
	case "hang", "hang after":
		last.Hang = true
	case "cut off":
		last.Header, last.Body, last.TakeEffect = http.Header{"Content-Length": {"100000"}}, `{"Success": true`, true
	case "HTML":
		last.Body = "<!doctype html><html><body>Welcome</body></html>"
	case "empty":
		last.Status, last.TakeEffect = http.StatusOK, true
	case "wrong echo":
		last.Body, last.TakeEffect = `{"Success": true, "CallbackUrl": "https://other.example.org/", "EventTypes": [2]}`, true
	default:
		last.Body = fmt.Sprintf(`{"Status": %s, "Error": "No.", "IsUserError": false, "Result": null}`, digits)
		last.TakeEffect = call == fakeapi.CallDelete && (digits == "603" || digits == "604") // has no webhook
		if !in200 {
			last.Status, _ = strconv.Atoi(digits)
		}
	}
	if c.interrupted() {
		last.Header = http.Header{"Retry-After": {"60"}}
	}
	last.TakeEffect = last.TakeEffect || strings.HasSuffix(digits, " after")
	faults = append(faults, last)
	for i := range faults {
		faults[i].Call, faults[i].Token = cmp.Or(call, fakeapi.CallSet), token(c.name())
	}
	return faults
}

func cells() (all []*cell) {
	split := func(line, separator string) (parts []string) {
		for part := range strings.SplitSeq(line, separator) {
			parts = append(parts, strings.TrimSpace(part))
		}
		return parts
	}
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	head := split(lines[0], "|")
	for _, line := range lines[1:] {
		row := split(line, "|")
		faults := split(row[4], ";")
		if *full {
			faults = append(faults, split(row[5], ";")...)
		}
		for _, fault := range faults {
			provider := fmt.Sprintf("p%d", len(all))
			for i, operation := range head[:4] {
				if fault != "" && row[i] != "" {
					all = append(all, &cell{fault: fault, operation: operation, wanted: operation + " " + row[i], provider: provider})
				}
			}
		}
	}
	return all
}

// TestFaultMatrix puts faults to every operation. The next apply, without the
// fault, brings about what is configured.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	all := cells()
	first := slices.IndexFunc(all, (*cell).interrupted)
	for part := range slices.Chunk(all[:first], 12*4) {
		t.Run(part[0].fault, func(t *testing.T) {
			t.Parallel()
			matrixPart{newFixture(t), part}.run(func(f fixture) clitest.Result { return f.ws.Apply("-parallelism=50", "faulted.tfplan") })
		})
	}
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		matrixPart{newFixture(t), all[first:]}.run(func(f fixture) clitest.Result {
			waits := len(slices.DeleteFunc(slices.Clone(all[first:]), (*cell).hangs))
			f.ws.Setenv("TF_LOG_PROVIDER", "WARN")
			f.ws.Setenv("TF_LOG_PATH", filepath.Join(f.ws.Dir, "warn.log"))
			sent := func() int { return f.api.Count(fakeapi.CallSet) + f.api.Count(fakeapi.CallDelete) }
			f.api.ResetRequests()
			result := f.applyUntil(func() bool {
				return sent() == len(all[first:]) && strings.Count(f.ws.Read("warn.log"), "Waiting before the request is sent again") == waits
			}, ctrlC, "-parallelism=50", "faulted.tfplan")
			if n := sent(); n != len(all[first:]) {
				t.Errorf("%d requests were sent, want %d: one for each call", n, len(all[first:]))
			}
			return result
		})
	})
}

// matrixPart is a workspace with some cells.
type matrixPart struct {
	fixture
	cells []*cell
}

// run has the operations carried out by apply, which applies faulted.tfplan.
func (m matrixPart) run(apply func(fixture) clitest.Result) {
	var names []string
	for _, c := range m.cells {
		names = append(names, c.name())
	}
	m.connect(names...)
	m.configure(false, "30s")
	m.ws.Must(m.ws.Apply("-parallelism=50"))
	before := m.state()

	m.configure(true, "2s")
	for _, c := range m.cells {
		m.api.Script(c.scripted()...)
	}
	planned := m.ws.Must(m.ws.Plan("-parallelism=50", "-out=faulted.tfplan"))
	applied := apply(m.fixture)
	m.api.ClearScript()
	m.configure(true, "30s")
	next := m.ws.Must(m.ws.Plan("-parallelism=50"))

	state := m.state()
	for _, c := range m.cells {
		c.before = before[c.name()]
		for _, d := range append(planned.Diagnostics, applied.Diagnostics...) {
			if c.isAbout(d) {
				c.told = append(c.told, d)
			}
		}
		saved, _ := m.api.Webhook(token(c.name()))
		seen := outcome{c.severity(), state[c.name()].became(c.before, c.shown(c.url(false)), c.shown(c.url(true))), next.Planned[c.address()], "another"}
		if c.operation == "read" && planned.Planned[c.address()] == "create" && seen.state == "kept" {
			seen.state = "set" // in the same second
		}
		wanted := outcomes[c.wanted]
		switch {
		case wanted.service == "either" || wanted.service == "new" && saved.URL == c.url(true) || wanted.service == "old" && saved.URL == c.url(false):
			seen.service = wanted.service
		case saved.URL == c.url(false):
			seen.service = "old"
		case saved.URL == c.url(true):
			seen.service = "new"
		}
		if seen != wanted {
			m.t.Errorf("%s, %s: %+v, want %+v\n%v\nbefore %+v\nafter %+v", c.fault, c.wanted, seen, wanted, c.told, c.before, state[c.name()])
		}
		for _, s := range sayings {
			if said := fmt.Sprint(c.told); s.said.MatchString(said) && !s.isTrue(c.url(false), saved.URL) {
				m.t.Errorf("%s, %s: the service has %q and had %q: %s", c.fault, c.wanted, saved.URL, c.url(false), said)
			}
		}
		m.t.Logf("%-22s %-16s %+v", c.fault, c.wanted, seen)
	}

	m.ws.Must(m.ws.Apply("-parallelism=50"))
	m.wantNothingToDo()
	for _, c := range m.cells {
		saved, _ := m.api.Webhook(token(c.name()))
		if saved.URL != c.url(true) && c.wanted != "delete unserved" {
			m.t.Errorf("%s, %s: after the next apply the webhook is %q", c.fault, c.wanted, saved.URL)
		}
	}
}

// configure bounds calls that hang and aren't interrupted by a time-out.
func (m matrixPart) configure(wanted bool, timeout string) {
	m.t.Helper()
	text, urls := clitest.RequiredProviders, map[string]string{}
	for i, c := range m.cells {
		if i == 0 || m.cells[i-1].provider != c.provider {
			limit := "120s"
			if c.hangs() && !c.interrupted() {
				limit = timeout
			}
			text += m.provider(fmt.Sprintf("max_retries = 2\n  request_timeout = %q\n  alias = %q", limit, c.provider))
		}
		if urls[c.name()] = c.url(wanted); c.url(wanted) == "" {
			continue
		}
		argument := "callback_url"
		if c.writeOnly() {
			argument = "callback_url_wo"
		}
		text += fmt.Sprintf(`
resource "octoeverywhere_notification_webhook" %[1]q {
  provider       = octoeverywhere.%[2]s
  app_connection = %[1]q
  %[3]s = jsondecode(file("urls.json")).%[1]s
}
`, c.name(), c.provider, argument)
	}
	m.ws.Write("main.tf", text)
	m.writeJSON("urls.json", urls)
}

// isAbout tells whether a diagnostic is about this cell. Those of a Delete have
// no address, but name the App Connection.
func (c *cell) isAbout(d clitest.Diagnostic) bool {
	if c.before != nil && d.Address == "" {
		id, _ := c.before.Attributes["id"].(string)
		return strings.Contains(d.Detail, id) || strings.Contains(d.Detail, strconv.Quote(c.name()))
	}
	return d.Address == c.address()
}

func (c *cell) severity() string {
	severity := ""
	for _, d := range c.told {
		if severity != "error" {
			severity = d.Severity
		}
	}
	return severity
}

// shown is what the state holds of a URL.
func (c *cell) shown(url string) string {
	if c.writeOnly() {
		return ""
	}
	return url
}
