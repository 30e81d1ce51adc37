// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"fmt"
	"hash/crc32"
	"io"
	"log"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	// rowsAtOnce bounds how many provider processes one Terraform starts.
	rowsAtOnce = 20
	// timeout ends an attempt that nothing else ends.
	timeout = "2s"
	// longest is how long a run in which calls hang may take: far more than
	// three timeouts and the waits between them, far less than for ever.
	longest = 2 * time.Minute
	// peakMiB bounds the memory of Terraform with dozens of providers, and of
	// each of these. An endless body, were it read, would be gigabytes.
	peakMiB = 500
)

// TestFaultMatrix puts faults to every operation, through the real Terraform
// and the provider's binary, with all logs at TRACE, while every answer repeats
// the secrets. Each cell has a webhook of its own.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	all := rows(t)
	r := &results{cells: map[string]string{}}
	t.Run("rows", func(t *testing.T) {
		for part := range slices.Chunk(all, rowsAtOnce) {
			t.Run(fmt.Sprint(part[0].number), func(t *testing.T) {
				t.Parallel()
				newGroup(t, part).play(r)
			})
		}
	})
	figure("Fault matrix: outcome, requests until it + requests of the next apply, which heals\n\n%s%s", r.table(all), legend)
	figure("%d cells, with the pinned editions: %d healed by the next apply. %d requests sent, none reached the host that redirects name.",
		r.played, r.healed, r.requests)
	figure("%d MiB at most in Terraform or any provider process; longest faulted apply %s. %.1f MiB of logs at TRACE, output, state and plans hold no secret.\n",
		r.peakMiB, r.longest.Round(100*time.Millisecond), float64(r.scanned)/(1<<20))
}

// results is what all groups have to report.
type results struct {
	sync.Mutex
	cells                                      map[string]string // row and column → what it came to
	played, healed, requests, peakMiB, scanned int
	longest                                    time.Duration
}

// table is the matrix as it came out.
func (r *results) table(all []row) string {
	var text strings.Builder
	line := func(first string, cell func(column string) string) {
		fmt.Fprintf(&text, "%-31s", first)
		for _, column := range []string{create, read, update, remove, notifications, appConnection} {
			fmt.Fprintf(&text, " | %-13s", cell(column))
		}
		text.WriteString("\n")
	}
	line("fault", func(column string) string { return column })
	for _, row := range all {
		line(row.String(), func(column string) string { return r.cells[fmt.Sprint(row.number, column)] })
	}
	return text.String()
}

// group is rows that share a workspace and the fakes.
type group struct {
	t         *testing.T
	fakes     map[string]*fakeapi.Server
	urls      map[string]string
	unknownCA string          // of the enveloped one, with a certificate that nobody signed
	elsewhere *fakeapi.Server // where redirects point, at
	otherHost string
	ws        *clitest.Workspace
	subjects  []*subject
	out       strings.Builder // all that Terraform said
	peakMiB   int
}

// subject is one cell's webhook.
type subject struct {
	row
	edition      string
	operation    string
	wanted, cell string // "unsure 3"

	before, after *instance
	told          []clitest.Diagnostic // of the faulted run
	planned       string
}

func (s *subject) String() string { return fmt.Sprintf("%s, %s (%s)", s.row, s.operation, s.edition) }

func (s *subject) column() string {
	if s.edition != auto {
		return s.edition
	}
	return s.operation
}

func (s *subject) name() string {
	return fmt.Sprintf("r%03d_%s_%s", s.number, s.edition, s.operation)
}
func (s *subject) address() string { return "octoeverywhere_notification_webhook." + s.name() }
func (s *subject) token() string   { return tokenMark + "-" + s.name() + "-0123456789abcdef" }

// writeOnly tells whether the URL is to be in no file at all. It changes in
// the update, where a plan and a state show it unless it is write-only.
func (s *subject) writeOnly() bool { return s.operation != update && knowsWriteOnly() }

func (s *subject) url(version int) string {
	mark := shownMark
	if s.writeOnly() {
		mark = hiddenMark
	}
	// Nothing of the token, by which alone the provider could know it.
	return fmt.Sprintf("https://app.example.com/octo/v%d?key=%s-%x&token=x", version, mark, crc32.ChecksumIEEE([]byte(s.name())))
}

// finalURL is what the configuration asks for after the faulted run.
func (s *subject) finalURL() string {
	if s.operation == update {
		return s.url(2)
	}
	return s.url(1)
}

func (s *subject) call() fakeapi.Call {
	switch s.operation {
	case read:
		return fakeapi.CallInfo
	case remove:
		return fakeapi.CallDelete
	}
	return fakeapi.CallSet
}

// process names the provider, a process of its own, of the cells that share it
// while the fault lasts: not those that could tell each other which edition is
// served, or that asking is no use. Before and after, a service has one for all
// but Deletes, which are left to the provider that they are in state with; they
// are the same in each edition.
func (s *subject) process() string {
	shared := s.edition
	switch {
	case s.operation == remove:
		shared = "delete"
	case s.edition == auto:
		shared = fmt.Sprintf("r%03d", s.number)
		if s.cells[notifications]+s.cells[appConnection] != "" && s.operation != create {
			shared += "_2"
		}
	}
	switch {
	case network[s.fault] != "":
		shared += fmt.Sprintf("_r%03d", s.number)
	case takesTime[s.fault]:
		shared += "_slow"
	}
	return s.service + "_" + shared
}

func newGroup(t *testing.T, rows []row) *group {
	t.Helper()
	g := &group{t: t, fakes: map[string]*fakeapi.Server{}, urls: map[string]string{}, elsewhere: fakeapi.New(fakeapi.Options{})}
	for service, options := range services {
		g.fakes[service] = fakeapi.New(options)
		g.urls[service] = listen(t, g.fakes[service])
	}
	g.otherHost = strings.Replace(listen(t, g.elsewhere), "127.0.0.1", "localhost", 1)
	unsigned := httptest.NewUnstartedServer(g.fakes["envelope"])
	unsigned.Config.ErrorLog = log.New(io.Discard, "", 0) // says that clients leave
	unsigned.StartTLS()
	t.Cleanup(unsigned.Close)
	g.unknownCA = unsigned.URL

	for _, r := range rows {
		for _, edition := range []string{auto, notifications, appConnection} {
			for _, o := range []string{create, update, remove, read} {
				wanted, told := r.want(edition, o)
				if edition != auto && (!told && !*full || o == remove || o == read) {
					continue
				}
				s := &subject{row: r, edition: edition, operation: o, wanted: wanted}
				g.fakes[r.service].AddConnection(s.token(), s.name())
				g.subjects = append(g.subjects, s)
			}
		}
	}
	g.ws = clitest.NewWorkspace(t)
	g.ws.UseBinary()
	g.ws.Setenv("NO_PROXY", "*") // names that don't exist are not a proxy's business
	tokens := map[string]string{}
	for _, s := range g.subjects {
		tokens[s.name()] = s.token()
	}
	writeJSON(g.ws, "tokens.json", tokens)
	return g
}

// play is the story of all cells: what is there before, the fault in the
// middle of it, the next run.
func (g *group) play(r *results) {
	g.configure(before)
	g.ws.Must(g.run("apply", "-auto-approve"))
	prior := readState(g.t, g.ws)

	g.configure(during)
	quiet := g.ws.Env
	g.trace()
	g.strike()
	g.requests()
	refreshed := g.ws.Must(g.run("plan", "-out=faulted.tfplan"))
	began := time.Now()
	planning := g.requests() // an apply may check once more what it creates
	applied := g.run("apply", "faulted.tfplan")
	took := time.Since(began)
	state, faulted := readState(g.t, g.ws), append(g.requests(), planning...)
	for _, s := range g.subjects {
		s.before, s.after = prior[s.name()], state[s.name()]
		s.planned = refreshed.Planned[s.address()]
		for _, d := range append(refreshed.Diagnostics, applied.Diagnostics...) {
			if g.about(s, d) {
				s.told = append(s.told, d)
			}
		}
		sent := faulted
		if s.operation == read {
			sent = planning
		}
		s.cell = fmt.Sprintf("%s %d", s.outcome(), count(sent, s.token(), s.call()))
		if s.cell != s.wanted {
			g.t.Errorf("%s: %s, want %s\n%v\nbefore %v\nafter %v", s, s.cell, s.wanted, s.told, s.before, s.after)
		}
	}
	g.ws.Env = quiet

	for _, fake := range g.fakes {
		fake.ClearScript()
	}
	g.configure(afterwards)
	g.ws.Must(g.run("apply", "-auto-approve"))
	healing := g.requests()
	state = readState(g.t, g.ws)
	if last := g.run("plan", "-detailed-exitcode"); last.ExitCode != 0 {
		g.t.Errorf("after the next apply there is still something to do: %v\n%s", last.Planned, last.Errors())
	}
	if followed := len(g.elsewhere.Requests()); followed > 0 {
		g.t.Errorf("%d requests followed a redirect to another host", followed)
	}
	if g.peakMiB > peakMiB || took > longest {
		g.t.Errorf("a process took %d MiB, want at most %d; the faulted apply took %s, want at most %s", g.peakMiB, peakMiB, took, longest)
	}

	r.Lock()
	defer r.Unlock()
	for _, s := range g.subjects {
		calls, healed := g.heals(s, healing, state[s.name()])
		r.cells[fmt.Sprint(s.number, s.column())] = fmt.Sprintf("%s+%d", s.cell, calls)
		r.played++
		r.healed += oneIf(healed)
	}
	r.requests += len(faulted) + len(healing)
	r.peakMiB, r.longest = max(r.peakMiB, g.peakMiB), max(r.longest, took)
	r.scanned += g.wantNoSecrets()
}

// requests are those since it was last asked.
func (g *group) requests() []fakeapi.Request {
	var sent []fakeapi.Request
	for _, fake := range g.fakes {
		sent = append(sent, fake.Requests()...)
		fake.ResetRequests()
	}
	return sent
}

// run runs Terraform with machine-readable output, and keeps all that it said.
func (g *group) run(args ...string) clitest.Result {
	g.t.Helper()
	args = append([]string{args[0], "-json", "-input=false", "-no-color", "-parallelism=200"}, args[1:]...)
	result := g.ws.Run(args...)
	g.peakMiB = max(g.peakMiB, result.PeakMiB)
	g.out.WriteString(result.Stdout + result.Stderr)
	return result
}

// trace logs all that can be logged from now on.
func (g *group) trace() {
	g.ws.Env = slices.Clone(g.ws.Env)
	g.ws.Setenv("TF_LOG", "TRACE")
	g.ws.Setenv("TF_LOG_PROVIDER", "TRACE")
	g.ws.Setenv("TF_LOG_PATH", filepath.Join(g.ws.Dir, "trace.log"))
}

// stage is when a configuration applies.
type stage int

const (
	before stage = iota
	during
	afterwards
)

func (g *group) configure(now stage) {
	g.t.Helper()
	urls, providers := map[string]string{}, map[string]bool{}
	var text strings.Builder
	text.WriteString(clitest.RequiredProviders)
	for _, s := range g.subjects {
		provider, edition, endpoint, requestTimeout := s.service, auto, g.urls[s.service], "30s"
		if now == during || s.operation == remove {
			provider, edition = s.process(), s.edition
		}
		if now == during && network[s.fault] != "" {
			endpoint = strings.Replace(network[s.fault], network[unknownCA], g.unknownCA, 1)
		}
		if now == during && takesTime[s.fault] {
			requestTimeout = timeout
		}
		if !providers[provider] {
			providers[provider] = true
			fmt.Fprintf(&text, `
provider "octoeverywhere" {
  alias           = %q
  endpoint        = %q
  webhook_api     = %q
  app_tokens      = jsondecode(file("tokens.json"))
  max_retries     = 2
  request_timeout = %q
}
`, provider, endpoint, edition, requestTimeout)
		}
		urls[s.name()] = s.url(1)
		if now != before {
			urls[s.name()] = s.finalURL()
		}
		if s.operation == create && now == before || s.operation == remove && now != before {
			continue
		}
		argument := "callback_url"
		if s.writeOnly() {
			argument = "callback_url_wo"
		}
		fmt.Fprintf(&text, `
resource "octoeverywhere_notification_webhook" %[1]q {
  provider       = octoeverywhere.%[2]s
  app_connection = %[1]q
  %[3]s = jsondecode(file("urls.json")).%[1]s
}
`, s.name(), provider, argument)
	}
	g.ws.Write("main.tf", text.String())
	writeJSON(g.ws, "urls.json", urls)
}

// strike scripts every cell's fault, which hits its own operation alone.
func (g *group) strike() {
	for _, s := range g.subjects {
		scripted := faultNamed(s.fault)(scene{s.token(), s.finalURL(), g.otherHost, s.service == "flat"})
		if !scripted.Drop && !scripted.Hang && scripted.Status == 0 && scripted.Body == "" {
			continue // the endpoint's or the service's own
		}
		scripted.Call, scripted.Token, scripted.Times = s.call(), s.token(), -1
		g.fakes[s.service].Script(scripted)
	}
}
