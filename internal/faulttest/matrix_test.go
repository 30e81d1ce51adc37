// SPDX-License-Identifier: MPL-2.0

package faultmatrix_test

import (
	"fmt"
	"hash/crc32"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	// rowsAtOnce bounds how many provider processes one Terraform starts.
	rowsAtOnce = 12
	// timeout ends an attempt that nothing else ends.
	timeout = "2s"
	// longest is how long a run in which calls hang may take: far more than
	// three timeouts and the waits between them, far less than for ever.
	longest = 2 * time.Minute
	// peakMiB bounds the memory of Terraform with dozens of providers, and of
	// each of these. An endless body, were it read, would be gigabytes.
	peakMiB = 500
)

// TestFaultMatrix puts every fault to every operation, through the real
// Terraform and the provider's binary, with all logs at TRACE, while every
// answer repeats the secrets (issue 5, lines 1 and 3). Each cell has a webhook
// of its own. Cells that could tell each other which edition is served, or that
// probing is no use, have a provider process of their own.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	rows := parseMatrix(t)
	var (
		mu       sync.Mutex
		measured total
	)
	seen := map[string]map[string]string{} // fault → column → what it came to
	t.Run("rows", func(t *testing.T) {
		for group := range slices.Chunk(rows, rowsAtOnce) {
			name := fmt.Sprintf("%02d-%02d", group[0].number, group[len(group)-1].number)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				g := newGroup(t, group)
				g.play()
				mu.Lock()
				defer mu.Unlock()
				measured.add(g.total)
				maps.Copy(seen, g.seen)
			})
		}
	})

	figures.add("Fault matrix: outcome, requests until it + requests of the next apply, which heals\n\n%s", printed(rows, seen))
	figures.add("%d faults x 4 operations, with the pinned editions %d cells: %d healed by the next apply.", len(rows), measured.cells, measured.healed)
	figures.add("%d requests sent, %d of them met a fault, %d reached the host that redirects name; %d MiB at most in Terraform or any provider process; longest faulted apply %s.",
		measured.requests, measured.faulted, measured.elsewhere, measured.peakMiB, measured.longest.Round(100*time.Millisecond))
	figures.add("%.1f MiB of logs at TRACE, output, state and plans hold no secret.\n", float64(measured.scanned)/(1<<20))
}

// printed is the matrix as it came out.
func printed(rows []row, seen map[string]map[string]string) string {
	var text strings.Builder
	columns := []string{string(create), string(read), string(update), string(remove), notifications, appConnection}
	fmt.Fprintf(&text, "%-23s", "fault")
	for _, column := range columns {
		fmt.Fprintf(&text, " | %-13s", column)
	}
	for _, r := range rows {
		fmt.Fprintf(&text, "\n%-23s", r.fault)
		for _, column := range columns {
			fmt.Fprintf(&text, " | %-13s", seen[r.fault][column])
		}
	}
	lines := strings.Split(text.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// total is what groups have to report.
type total struct {
	cells, healed, requests, faulted, elsewhere, peakMiB, scanned int
	longest                                                       time.Duration
}

func (t *total) add(other total) {
	t.cells += other.cells
	t.healed += other.healed
	t.requests += other.requests
	t.faulted += other.faulted
	t.elsewhere += other.elsewhere
	t.scanned += other.scanned
	t.peakMiB = max(t.peakMiB, other.peakMiB)
	t.longest = max(t.longest, other.longest)
}

// group is rows that share a workspace and a fake.
type group struct {
	t         *testing.T
	api       *fakeapi.Server
	elsewhere *fakeapi.Server // where redirects point
	urls      struct{ api, unknownCA, elsewhere string }
	ws        *acctest.Workspace
	subjects  []*subject
	out       strings.Builder // all that Terraform said
	struck    atomic.Int64    // requests that met a fault

	total total
	seen  map[string]map[string]string
}

// subject is one cell's webhook.
type subject struct {
	row       row
	edition   string
	operation operation
	want      cell
	process   string // provider alias

	before, after *instance
	told          []acctest.Diagnostic // of the faulted run
	planned       string
	requests      int
}

func (s *subject) name() string {
	return fmt.Sprintf("r%02d_%s_%s", s.row.number, s.edition, s.operation)
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

// network tells whether the fault is none of the server's.
func (s *subject) network() bool {
	_, yes := networkFaults("")[s.row.fault]
	return yes
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

func newGroup(t *testing.T, rows []row) *group {
	t.Helper()
	g := &group{t: t, api: fakeapi.New(fakeapi.Options{Flat: true}), elsewhere: fakeapi.New(fakeapi.Options{Flat: true}), seen: map[string]map[string]string{}}
	listen := func(api *fakeapi.Server) string {
		running, err := api.Listen("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = running.Close() })
		return running.URL
	}
	g.urls.api = listen(g.api)
	g.urls.elsewhere = strings.Replace(listen(g.elsewhere), "127.0.0.1", "localhost", 1)
	unknownCA := httptest.NewUnstartedServer(g.api)
	unknownCA.Config.ErrorLog = discardLog
	unknownCA.StartTLS()
	t.Cleanup(unknownCA.Close)
	g.urls.unknownCA = unknownCA.URL

	for _, r := range rows {
		g.seen[r.fault] = map[string]string{}
		for _, edition := range []string{auto, notifications, appConnection} {
			for _, o := range []operation{create, update, remove, read} {
				want, told := r.expect(edition, o)
				if !told || (edition != auto && (o == remove || o == read)) {
					continue
				}
				if told := r.auto[o]; edition != auto && told.outcome == "gone" {
					want = told // a pinned cell says what create and update have in common
				}
				s := &subject{row: r, edition: edition, operation: o, want: want, process: fmt.Sprintf("r%02d_%s", r.number, edition)}
				if edition == auto && (o == update || o == read) {
					s.process += "_2"
				}
				g.api.AddConnection(s.token(), s.name())
				g.subjects = append(g.subjects, s)
			}
		}
	}
	g.ws = acctest.NewWorkspace(t)
	g.ws.UseBinary()
	g.ws.Setenv("NO_PROXY", "*") // names that don't exist are not a proxy's business
	return g
}

// play is the story of all cells: what is there before, the fault in the
// middle of it, the next run.
func (g *group) play() {
	g.configure(false, false)
	g.must(g.run("apply", "-auto-approve"))
	before := readState(g.t, g.ws)

	g.configure(true, true)
	quiet := g.ws.Env
	g.trace()
	g.strike()
	g.api.ResetRequests()
	refreshed := g.must(g.run("plan", "-out=faulted.tfplan"))
	g.show("faulted.tfplan")
	began := time.Now()
	applied := g.run("apply", "faulted.tfplan")
	g.total.longest = time.Since(began)
	if g.total.longest > longest {
		g.t.Errorf("the faulted apply took %s", g.total.longest)
	}
	after := readState(g.t, g.ws)
	sent := g.api.Requests()
	for _, s := range g.subjects {
		s.before, s.after = before[s.name()], after[s.name()]
		s.planned = refreshed.Planned[s.address()]
		for _, d := range append(refreshed.Diagnostics, applied.Diagnostics...) {
			if g.about(s, d) {
				s.told = append(s.told, d)
			}
		}
		s.requests = count(sent, s.token(), s.call())
		got := cell{s.outcome(), s.requests}
		if got != s.want {
			g.t.Errorf("%s, %s (%s): %s, want %s\n%v\nbefore %v\nafter %v", s.row.fault, s.operation, s.edition, got, s.want, s.told, s.before, s.after)
		}
	}
	g.show("")
	g.ws.Env = quiet

	g.api.ClearScript()
	g.total.faulted = int(g.struck.Load())
	g.total.requests += len(sent)
	g.api.ResetRequests()
	g.configure(true, false)
	g.must(g.run("apply", "-auto-approve"))
	sent = g.api.Requests()
	g.total.requests += len(sent)
	healed := readState(g.t, g.ws)
	for _, s := range g.subjects {
		g.wantHealed(s, sent, healed[s.name()])
	}
	if last := g.run("plan", "-detailed-exitcode"); last.ExitCode != 0 {
		g.t.Errorf("after the next apply there is still something to do: %v\n%s", last.Planned, last.Errors())
	}
	if g.total.elsewhere = len(g.elsewhere.Requests()); g.total.elsewhere > 0 {
		g.t.Errorf("%d requests followed a redirect to another host", g.total.elsewhere)
	}
	if g.total.peakMiB > peakMiB {
		g.t.Errorf("a process took %d MiB, want at most %d", g.total.peakMiB, peakMiB)
	}
	g.wantNoSecrets()
}

// configure writes the configuration of before the fault or after it;
// faulted is whether the network's own faults last.
func (g *group) configure(after, faulted bool) {
	g.t.Helper()
	tokens, urls, endpoints := map[string]map[string]string{}, map[string]string{}, map[string]string{}
	var text strings.Builder
	text.WriteString(acctest.RequiredProviders)
	for _, s := range g.subjects {
		if tokens[s.process] == nil {
			tokens[s.process] = map[string]string{}
			endpoints[s.process] = g.urls.api
			if endpoint, ok := networkFaults(g.urls.unknownCA)[s.row.fault]; ok && faulted {
				endpoints[s.process] = endpoint
			}
			requestTimeout := "30s"
			if takesTime[s.row.fault] {
				requestTimeout = timeout
			}
			fmt.Fprintf(&text, `
provider "octoeverywhere" {
  alias           = %[1]q
  endpoint        = jsondecode(file("endpoints.json")).%[1]s
  webhook_api     = %[2]q
  app_tokens      = jsondecode(file("tokens.json")).%[1]s
  max_retries     = 2
  request_timeout = %[3]q
}
`, s.process, s.edition, requestTimeout)
		}
		tokens[s.process][s.name()] = s.token()
		urls[s.name()] = s.url(1)
		if after {
			urls[s.name()] = s.finalURL()
			if s.operation == remove {
				continue
			}
		} else if s.operation == create {
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
`, s.name(), s.process, argument)
	}
	g.ws.Write("main.tf", text.String())
	writeJSON(g.ws, "tokens.json", tokens)
	writeJSON(g.ws, "urls.json", urls)
	writeJSON(g.ws, "endpoints.json", endpoints)
}

// strike scripts every cell's fault, which hits its own operation alone.
func (g *group) strike() {
	for _, s := range g.subjects {
		if s.network() {
			continue // struck by its endpoint
		}
		scripted := faults[s.row.fault](secrets{s.token(), s.finalURL()}, g.urls.elsewhere)
		scripted.Call, scripted.Token, scripted.Times = s.call(), s.token(), -1
		scripted.Before = func(fakeapi.Request) { g.struck.Add(1) }
		g.api.Script(scripted)
	}
}
