// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"maps"
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
// fault. The last column is for make matrix.
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

// Marks by which one scan finds every secret.
const (
	tokenMark  = "tok-SECRET"
	hiddenMark = "hidden-QUERY" // of a write-only URL: in no file at all
	shownMark  = "shown-QUERY"  // of a plain URL: in state and plans alone
)

// cell is an operation and a fault, with a webhook and an App Connection of
// their own.
type cell struct {
	number           int
	fault, operation string
	wanted           string // name of the outcome
	before           *instance
	told             []clitest.Diagnostic
}

func (c *cell) provider() string { return fmt.Sprintf("p%d", c.number) } // a process, so that no fault is another's
func (c *cell) name() string     { return c.provider() + "_" + c.operation }
func (c *cell) address() string  { return "octoeverywhere_notification_webhook." + c.name() }
func (c *cell) token() string    { return tokenMark + "-" + c.name() + "-0123456789abcdef" }
func (c *cell) writeOnly() bool  { return c.operation != "update" }

// url is what an operation begins with, or is to end with: "" is no webhook.
func (c *cell) url(wanted bool) string {
	mark, version := hiddenMark, 1
	switch {
	case c.operation == "create" && !wanted, c.operation == "delete" && wanted:
		return ""
	case c.operation == "update":
		mark, version = shownMark, 1+oneIf(wanted)
	}
	// Nothing of the token, by which alone the provider could know it.
	return fmt.Sprintf("https://app.example.com/octo/v%d?key=%s-%x&token=x", version, mark, crc32.ChecksumIEEE([]byte(c.name())))
}

// scripted makes the fault, whose answers repeat the secrets.
func (c *cell) scripted() []fakeapi.Fault {
	call := map[string]fakeapi.Call{"read": fakeapi.CallInfo, "delete": fakeapi.CallDelete}[c.operation]
	words := fmt.Sprintf("AppToken: %s may not use %s", c.token(), cmp.Or(c.url(true), c.url(false)))
	first, second, two := strings.Cut(c.fault, ", then ")
	var faults []fakeapi.Fault
	if two {
		faults = append(faults, fakeapi.Fault{Status: number(first), TakeEffect: true})
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
		last.Body = "<!doctype html><html><body>" + words + "</body></html>"
	case "empty":
		last.Status, last.TakeEffect = http.StatusOK, true
	case "wrong echo":
		last.Body, last.TakeEffect = fmt.Sprintf(`{"Success": true, "CallbackUrl": "https://%s.example.org/", "EventTypes": [2], "IsOnline": %q}`, c.token(), words), true
	default:
		last.Body = fmt.Sprintf(`{"Status": %s, "Error": %q, "IsUserError": false, "Result": null}`, digits, words)
		last.TakeEffect = call == fakeapi.CallDelete && (digits == "603" || digits == "604") // has no webhook
		if !in200 {
			last.Status = number(digits)
		}
	}
	last.TakeEffect = last.TakeEffect || strings.HasSuffix(digits, " after")
	faults = append(faults, last)
	for i := range faults {
		faults[i].Call, faults[i].Token = cmp.Or(call, fakeapi.CallSet), c.token()
	}
	return faults
}

func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic("there is no fault " + digits)
	}
	return n
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
			for i, operation := range head[:4] {
				if fault != "" {
					all = append(all, &cell{number: len(all) / 4, fault: fault, operation: operation, wanted: operation + " " + row[i]})
				}
			}
		}
	}
	return all
}

// TestFaultMatrix puts faults to every operation, with all logs at TRACE. The
// next apply, without the fault, brings about what is configured.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	for part := range slices.Chunk(cells(), 12*4) { // each fault has a provider process
		t.Run(part[0].fault, func(t *testing.T) {
			t.Parallel()
			m := &matrixPart{t: t, cells: part, api: fakeapi.New(fakeapi.Options{Flat: clitest.FlatAnswers()}), ws: clitest.NewWorkspace(t)}
			m.run()
		})
	}
}

// matrixPart is a workspace with some cells.
type matrixPart struct {
	t        *testing.T
	cells    []*cell
	api      *fakeapi.Server
	endpoint string
	ws       *clitest.Workspace
	out      strings.Builder // all that Terraform said
}

func (m *matrixPart) run() {
	m.endpoint = listen(m.t, m.api)
	m.ws.UseBinary()
	for _, c := range m.cells {
		m.api.AddConnection(c.token(), c.name())
	}
	m.configure(false, "30s")
	m.ws.Must(m.terraform("apply", "-auto-approve"))
	before := readState(m.t, m.ws)

	quiet := slices.Clone(m.ws.Env)
	m.ws.Setenv("TF_LOG", "TRACE")
	m.ws.Setenv("TF_LOG_PATH", filepath.Join(m.ws.Dir, "trace.log"))
	m.configure(true, "2s")
	for _, c := range m.cells {
		m.api.Script(c.scripted()...)
	}
	planned := m.ws.Must(m.terraform("plan", "-out=faulted.tfplan"))
	applied := m.terraform("apply", "faulted.tfplan")
	m.api.ClearScript()
	m.ws.Env = quiet
	m.configure(true, "30s")
	next := m.ws.Must(m.terraform("plan"))

	state := readState(m.t, m.ws)
	for _, c := range m.cells {
		c.before = before[c.name()]
		for _, d := range append(planned.Diagnostics, applied.Diagnostics...) {
			if c.isAbout(d) {
				c.told = append(c.told, d)
			}
		}
		saved, _ := m.api.Webhook(c.token())
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
			m.t.Errorf("%s, %s: %+v, want %+v\n%v\nbefore %v\nafter %v", c.fault, c.wanted, seen, wanted, c.told, c.before, state[c.name()])
		}
		for _, w := range words {
			if said := fmt.Sprint(c.told); w.said.MatchString(said) && !w.isTrue(c.url(false), saved.URL) {
				m.t.Errorf("%s, %s: the service has %q and had %q: %s", c.fault, c.wanted, saved.URL, c.url(false), said)
			}
		}
		figure("%-14s %-16s %+v", c.fault, c.wanted, seen)
	}
	m.wantNoSecrets()

	m.ws.Must(m.terraform("apply", "-auto-approve"))
	if last := m.terraform("plan", "-detailed-exitcode"); last.ExitCode != 0 {
		m.t.Errorf("after the next apply there is still something to do: %v\n%s", last.Planned, last.Errors())
	}
	for _, c := range m.cells {
		saved, _ := m.api.Webhook(c.token())
		if saved.URL != c.url(true) && c.wanted != "delete unserved" {
			m.t.Errorf("%s, %s: after the next apply the webhook is %q", c.fault, c.wanted, saved.URL)
		}
	}
}

func (m *matrixPart) configure(wanted bool, timeout string) {
	m.t.Helper()
	text, tokens, urls, providers := clitest.RequiredProviders, map[string]string{}, map[string]string{}, map[string]bool{}
	for _, c := range m.cells {
		tokens[c.name()], urls[c.name()] = c.token(), c.url(wanted)
		if !providers[c.provider()] {
			providers[c.provider()] = true
			limit := "30s"
			if strings.HasPrefix(c.fault, "hang") {
				limit = timeout
			}
			text += fmt.Sprintf(`
provider "octoeverywhere" {
  alias           = %q
  endpoint        = %q
  app_tokens      = jsondecode(file("tokens.json"))
  max_retries     = 2
  request_timeout = %q
}
`, c.provider(), m.endpoint, limit)
		}
		if c.url(wanted) == "" {
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
`, c.name(), c.provider(), argument)
	}
	m.ws.Write("main.tf", text)
	writeJSON(m.ws, "tokens.json", tokens)
	writeJSON(m.ws, "urls.json", urls)
}

func (m *matrixPart) terraform(args ...string) clitest.Result {
	m.t.Helper()
	result := m.ws.Run(append([]string{args[0], "-json", "-input=false", "-no-color", "-parallelism=50"}, args[1:]...)...)
	m.out.WriteString(result.Stdout + result.Stderr)
	return result
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

// wantNoSecrets scans the log, the output, the state and the plan.
func (m *matrixPart) wantNoSecrets() {
	m.t.Helper()
	told := map[string]string{"(output)": m.out.String(), "trace.log": m.ws.Read("trace.log")}
	if log := told["trace.log"]; !strings.Contains(log, "[TRACE]") || !strings.Contains(log, "OctoEverywhere request") {
		m.t.Error("the log has no request, so scanning it shows nothing")
	}
	for name, text := range told {
		if strings.Contains(text, "panic: ") || strings.Contains(text, "plugin crashed") {
			m.t.Errorf("%s tells of a crash", name)
		}
	}
	clitest.WantAbsent(m.t, "a callback URL", shownMark, told)
	texts := m.ws.Left("tokens.json", "urls.json")
	maps.Copy(texts, told)
	clitest.WantAbsent(m.t, "a token", tokenMark, texts)
	clitest.WantAbsent(m.t, "a write-only callback URL", hiddenMark, texts)
}
