// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	token    = "fake-token-garage"
	callback = "https://hooks.example.com/fake-path/octo?key=fake-key"
	printer  = "Printer-MK4"
)

// change alters an answer of the fake.
type change func(*httptest.ResponseRecorder)

// service is the fake, with changes by the names of the report's calls.
type service struct {
	*fakeapi.Server
	report  *report
	names   []string
	changes map[string]change

	mu    sync.Mutex
	calls int
}

func newService(t *testing.T, options fakeapi.Options, changes map[string]change) *service {
	t.Helper()
	receiver := fakeapi.NewReceiver()
	t.Cleanup(receiver.Close)
	options.DeliveryClient = receiver.Client()
	s := &service{Server: fakeapi.New(options), changes: changes}
	s.AddConnection(token, printer)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	var err error
	if s.report, err = newReport(token, callback, server.URL); err != nil {
		t.Fatal(err)
	}
	for _, c := range s.report.calls() {
		s.names = append(s.names, c.name)
	}
	s.names = append(s.names, "the last Delete")
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	recorder := httptest.NewRecorder()
	s.Server.ServeHTTP(recorder, r)
	if alter := s.changes[s.names[s.calls]]; alter != nil {
		alter(recorder)
	}
	s.calls++
	maps.Copy(w.Header(), recorder.Header())
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes())
}

// run returns the report, and what the rows are about that have this last column.
func (s *service) run(t *testing.T, differs string) (text string, rows []string) {
	t.Helper()
	if err := s.report.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	text = s.report.String()
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, " | "); len(cells) == 6 && strings.HasPrefix(cells[5], differs) {
			rows = append(rows, cells[2])
		}
	}
	return text, rows
}

func answers(code int, body string) change {
	return func(r *httptest.ResponseRecorder) {
		r.Code = code
		r.Body.Reset()
		r.Body.WriteString(body)
	}
}

func refuses(code int) change { return answers(code, fmt.Sprintf(`{"Status":%d,"Error":"no"}`, code)) }

func replaces(pattern, with string) change {
	return func(r *httptest.ResponseRecorder) {
		answers(r.Code, regexp.MustCompile(pattern).ReplaceAllString(r.Body.String(), with))(r)
	}
}

// flat takes the envelope off.
func flat(r *httptest.ResponseRecorder) {
	var envelope struct{ Result json.RawMessage }
	_ = json.Unmarshal(r.Body.Bytes(), &envelope)
	answers(r.Code, string(envelope.Result))(r)
}

func redirects(status int, target string) change {
	return func(r *httptest.ResponseRecorder) {
		r.Code = status
		r.Header().Set("Location", target)
	}
}

// TestNoDifference: the fake does all that is assumed; a flat one differs in the
// rows about the envelope alone.
func TestNoDifference(t *testing.T) {
	t.Parallel()
	text, found := newService(t, fakeapi.Options{}, nil).run(t, "no")
	if !strings.Contains(text, "\nDifferences: 0. Not found out: 0.") || len(found) != strings.Count(text, "\n|")-1 {
		t.Errorf("the report of the fake:\n%s", text)
	}
	text, found = newService(t, fakeapi.Options{Flat: true}, nil).run(t, "**yes**")
	if want := regexp.MustCompile(`(?m)^\| Envelope `).FindAllString(text, -1); len(found) != len(want) || strings.Count(strings.Join(found, " "), "shape of") != len(want) {
		t.Errorf("flat answers differ in %q:\n%s", found, text)
	}
}

// TestEachFact changes one answer of the fake for each row, and the report finds
// that row and no other.
func TestEachFact(t *testing.T) {
	t.Parallel()
	someKey := replaces(`"Result":null`, `"Result":{"Saved":true}`)
	type eachCase struct {
		call  string
		alter change
		want  string
	}
	cases := []eachCase{
		{"info", refuses(605), "token in the header `AppToken`"},
		{"info", flat, "shape of info"},
		{"info", replaces(`"IsOnline"`, `"Online"`), "keys of info"},
		{"info", replaces(`Z"`, ` GMT"`), "keys of info"},
		{"apptoken", refuses(400), "header spelt `apptoken`"},
		{"random info", refuses(401), "info, token of random letters"},
		{"random info", replaces(`"Error":"[^"]*"`, `"Error":null`), "shape of a refusal"},
		{"random Delete", answers(200, `{"Status":603,"Error":"no","Result":null}`), "Delete, token of random letters"},
		{"no token", answers(400, `{"Status":603,"Error":"no"}`), "info, no token"},
		{"no path", answers(200, "{}"), "path that isn't served"},
		{"POST info", refuses(501), "info by POST"},
		{"Set notifications", flat, "shape of Set, edition notifications"},
		{"Set appconnection", answers(200, ""), "shape of Set, edition appconnection"},
		{"Set notifications", replaces(`fake-path/octo`, `fake-path/octo/`), "keys of Set, edition notifications"},
		{"Set appconnection", someKey, "keys of Set, edition appconnection"},
		{"TestWebhook", refuses(600), "TestWebhook"},
		{"TestWebhook", flat, "shape of TestWebhook"},
		{"Delete", refuses(404), "Delete with a webhook"},
		{"Delete", answers(200, ""), "shape of Delete"},
		{"Delete", someKey, "keys of Delete"},
		{"Delete again", refuses(400), "Delete again, without a webhook"},
		{"TestWebhook again", answers(200, `{"StatusCode":0}`), "TestWebhook without a webhook"},
	}
	for _, edition := range []string{"notifications", "appconnection"} {
		for name, what := range map[string]string{"event 17": "Set, event 17", "http": "Set, http URL", "no events": "Set, empty filter", "Set": "Set"} {
			cases = append(cases, eachCase{name + " " + edition, refuses(501), what + ", edition " + edition})
		}
	}
	covered := []string{"redirects inside the service", "keys of TestWebhook"} // rows without an assumption
	for _, c := range cases {
		s := newService(t, fakeapi.Options{}, map[string]change{c.call: c.alter})
		if _, found := s.run(t, "**yes**"); !slices.Equal(found, []string{c.want}) {
			t.Errorf("another answer to %q: the report finds %q, want %q", c.call, found, c.want)
		}
		covered = append(covered, c.want)
	}
	_, all := newService(t, fakeapi.Options{}, nil).run(t, "")
	for _, about := range all[2:] { // but the head
		if !slices.Contains(covered, about) {
			t.Errorf("no case for the row %q", about)
		}
	}
}

// TestRowsAreOfDesign: each section that marks something as seen or assumed
// (DESIGN.md, "The API") has a row, and each row's heading is there.
func TestRowsAreOfDesign(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := newService(t, fakeapi.Options{}, nil).run(t, "")
	for _, row := range regexp.MustCompile(`(?m)^\| ([A-Z][\w ]+) \| [a-z]`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(string(content), "\n### "+row[1]+"\n") {
			t.Errorf("DESIGN.md has no heading %q", row[1])
		}
	}
	_, api, _ := strings.Cut(string(content), "\n## The API\n")
	api, _, _ = strings.Cut(api, "\n### Sources\n")
	for _, section := range strings.Split(api, "\n### ")[1:] {
		heading, facts, _ := strings.Cut(section, "\n")
		if regexp.MustCompile(`(?i)\b(seen|assumed)\b`).MatchString(facts) && !strings.Contains(text, "\n| "+heading+" |") {
			t.Errorf("no row for what DESIGN.md marks as seen or assumed under %q", heading)
		}
	}
}

// TestNoSecrets: a service that echoes what it was sent, and the printer's name,
// in everything that the report shows.
func TestNoSecrets(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{token, callback, "fake-path", "fake-key", "hooks.example.com", printer} {
		echo := func(r *httptest.ResponseRecorder) {
			answers(r.Code, fmt.Sprintf(`{"Status":%d,"Error":%q,"a|b":1,%q:"x","Result":{%[2]q:%[2]q,%[3]q:1,"Harmless":[{%[3]q:1}]}}`, r.Code, secret, "My"+strings.ToUpper(secret)))(r)
		}
		changes := map[string]change{"no path": redirects(http.StatusFound, "https://"+secret+".example.net/")}
		for _, name := range []string{"random info", "Set notifications", "Set appconnection", "TestWebhook", "Delete"} {
			changes[name] = echo
		}
		report, _ := newService(t, fakeapi.Options{}, changes).run(t, "")
		if !strings.Contains(report, " Harmless[] object") || !strings.Contains(report, "(withheld)") {
			t.Errorf("the report shows neither what it may nor that it withholds something:\n%s", report)
		}
		if strings.Contains(strings.ToLower(report), strings.ToLower(secret)) || strings.Contains(report, "a|b") {
			t.Errorf("the report shows %q:\n%s", secret, report)
		}
	}
}

// TestRedirects: the token follows within the service and nowhere else, and the
// report says where it was to go.
func TestRedirects(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the token left the service") }))
	defer elsewhere.Close()
	for _, c := range []struct {
		status       int
		target, want string
	}{
		{307, "/api/appconnection/info", "| 1 followed, 307 to 127.0.0.1 | no |"},
		{303, "/api/appconnection/info", "| **303 to 127.0.0.1** | **yes** |"},
		{307, elsewhere.URL, "| **307 to 127.0.0.1** | **yes** |"},
		{302, "http://elsewhere.invalid/", "| **302 to elsewhere.invalid** | **yes** |"},
	} {
		s := newService(t, fakeapi.Options{}, map[string]change{"apptoken": redirects(c.status, c.target)})
		if strings.Contains(c.want, "followed") {
			s.names = slices.Insert(s.names, 2, "followed")
		}
		if text, _ := s.run(t, ""); !strings.Contains(text, c.want) {
			t.Errorf("%d to %s:\n%s", c.status, c.target, text)
		}
	}
}

// TestEndsWithoutWebhook: interrupted at any call, or with its Delete refused,
// the report leaves no webhook, and says so where it can't help it.
func TestEndsWithoutWebhook(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"event 17 notifications", "Set notifications", "TestWebhook", "Delete"} {
		ctx, cancel := context.WithCancel(t.Context())
		s := newService(t, fakeapi.Options{}, map[string]change{name: func(*httptest.ResponseRecorder) { cancel() }})
		s.names = slices.Insert(s.names, slices.Index(s.names, name)+1, "the last Delete")
		if err := s.report.run(ctx); err == nil {
			t.Errorf("interrupted at %s: no error", name)
		}
		if _, found := s.Webhook(token); found {
			t.Errorf("interrupted at %s: a webhook is left", name)
		}
		cancel()
	}
	refused := map[string]change{"Delete": refuses(500), "Delete again": refuses(500), "the last Delete": refuses(500)}
	if err := newService(t, fakeapi.Options{}, refused).report.run(t.Context()); err == nil || !strings.Contains(err.Error(), "NOT be deleted") {
		t.Errorf("no Delete works: %v", err)
	}
}
