// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

func TestMain(m *testing.M) { os.Exit(clitest.Main(m)) }

// Callback URLs of the tests. Receivers keep secrets in the path as well as in
// the query.
const (
	urlOne = "https://app.example.com/octo?printer=garage&key=hush-hush"
	urlTwo = "https://app.example.com/octo?printer=garage&key=hush-hush&v=2"
)

// fixture is what a test has: a fake OctoEverywhere on loopback, a clock, and
// a provider that uses both.
type fixture struct {
	t     testing.TB
	api   *fakeapi.Server // nil: the real service (live_test.go), and nothing to look into
	url   string
	clock *clock

	mu       sync.Mutex
	warnings map[string]bool // summaries, since the last check
	changes  int             // length of the fake's log at the last check
}

// newFixture starts a fake with these App Connections, name → token.
func newFixture(t testing.TB, options fakeapi.Options, connections map[string]string) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, warnings: map[string]bool{}}
	if options.Now == nil {
		options.Now = f.clock.Now
	}
	options.Flat = clitest.FlatAnswers()
	f.api = fakeapi.New(options)
	for name, token := range connections {
		f.api.AddConnection(token, name)
	}
	running, err := f.api.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	f.url = running.URL
	return f
}

// tokenOf makes a token that is recognised wherever it leaks to.
func tokenOf(name string) string { return "tok-SECRET-" + name + "-0123456789abcdef" }

// connections makes App Connections of these names with their tokenOf.
func connections(names ...string) map[string]string {
	made := map[string]string{}
	for _, name := range names {
		made[name] = tokenOf(name)
	}
	return made
}

// fingerprintOf is the id that a token gives.
func fingerprintOf(t testing.TB, token string) string {
	t.Helper()
	parsed, err := octoeverywhere.NewToken(token)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Fingerprint()
}

// shortWaits keep retries from taking a test's time.
var shortWaits = octoeverywhere.Waits{Min: time.Millisecond, Max: 5 * time.Millisecond, RetryAfterMax: 10 * time.Millisecond, Budget: time.Minute}

// newProvider constructs the provider with the fixture's clock and short waits.
func (f *fixture) newProvider() func() fwprovider.Provider {
	if f.api == nil {
		return provider.New("test")
	}
	return provider.New("test", provider.WithClock(f.clock.Now), provider.WithWaits(shortWaits))
}

// testAccProtoV6ProviderFactories serve the fixture's provider in this process,
// and note the warnings that it returns.
func (f *fixture) testAccProtoV6ProviderFactories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"octoeverywhere": func() (tfprotov6.ProviderServer, error) {
			server, ok := provider.NewServer(f.newProvider())().(completeServer)
			if !ok {
				return nil, errors.New("the server lacks lists, actions or state stores")
			}
			return listeningServer{server, f.note}, nil
		},
	}
}

// providerConfig is a provider block for the fixture's fake. Its app_tokens are
// these App Connections, with their tokenOf.
func (f *fixture) providerConfig(names ...string) string {
	return fmt.Sprintf(`
provider "octoeverywhere" {
  endpoint   = %q
  app_tokens = %s
}
`, f.url, hclMap(connections(names...)))
}

// hclMap writes a map of strings.
func hclMap(values map[string]string) string {
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&text, "%q = %q, ", key, values[key])
	}
	return "{ " + text.String() + "}"
}

// webhook is the block of a webhook, with more lines at its end.
func webhook(name, connection, url string, more ...string) string {
	return fmt.Sprintf(`
resource "octoeverywhere_notification_webhook" %q {
  app_connection = %q
  callback_url   = %q
  %s
}
`, name, connection, url, strings.Join(more, "\n  "))
}

// address is the resource address of another webhook.
func address(name string) string { return "octoeverywhere_notification_webhook." + name }

// nowhere is a version that no CLI will have: OpenTofu has neither actions nor
// terraform query.
const nowhere = "999.0.0"

// printer is the webhook of most configurations.
const printer = "octoeverywhere_notification_webhook.printer"

// preApply are checks of a step's plan before it is applied.
func preApply(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: checks}
}

// set and del are the calls that tests speak of most.
const set, del = fakeapi.CallSet, fakeapi.CallDelete

// --- Checks of what the steps of an acceptance test did to the fake ---

// expect is a check of the fixture, in the place of a plan's or a state's. It
// returns what is wrong.
type expect func() error

var (
	_ plancheck.PlanCheck   = expect(nil)
	_ statecheck.StateCheck = expect(nil)
)

// CheckPlan is the check as a plan's.
func (e expect) CheckPlan(_ context.Context, _ plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	resp.Error = e()
}

// CheckState is the check as a state's.
func (e expect) CheckState(_ context.Context, _ statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	resp.Error = e()
}

// expectWebhook wants the fake to have this URL for a token; "" means none.
func (f *fixture) expectWebhook(token, url string) expect {
	return func() error {
		if f.api == nil {
			return nil
		}
		if saved, _ := f.api.Webhook(token); saved.URL != url {
			return fmt.Errorf("the App Connection's webhook is %q, want %q", saved.URL, url)
		}
		return nil
	}
}

// expectChanges wants these calls, in any order, to be all that changed or
// tested a webhook since the last such check.
func (f *fixture) expectChanges(wanted ...fakeapi.Call) expect {
	return func() error {
		if f.api == nil {
			return nil
		}
		requests := f.api.Requests()
		got := []fakeapi.Call{}
		for _, request := range requests[f.changes:] {
			if request.Call != fakeapi.CallInfo {
				got = append(got, request.Call)
			}
		}
		f.changes = len(requests)
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			return fmt.Errorf("calls %q, want %q", got, wanted)
		}
		return nil
	}
}

// expectWarnings wants warnings with these summaries, and no others, since the
// last such check.
func (f *fixture) expectWarnings(wanted ...string) expect {
	return func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		got := slices.Sorted(maps.Keys(f.warnings))
		clear(f.warnings)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			return fmt.Errorf("warnings %q, want %q", got, wanted)
		}
		return nil
	}
}

// checkDestroy wants the fake to have no webhook.
func (f *fixture) checkDestroy(*terraform.State) error {
	if f.api == nil {
		return nil
	}
	for _, request := range f.api.Requests() {
		if saved, found := f.api.Webhook(request.Token); found {
			return fmt.Errorf("an App Connection still has the webhook %q", saved.URL)
		}
	}
	return nil
}

// completeServer is all that the provider's server offers: the framework's
// optional parts are found by type assertion.
type completeServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// listeningServer hears the diagnostics of the calls that can warn. The steps
// of terraform-plugin-testing show errors only.
type listeningServer struct {
	completeServer
	hear func([]*tfprotov6.Diagnostic)
}

func (s listeningServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp, err := s.completeServer.ReadResource(ctx, req)
	s.hear(resp.Diagnostics)
	return resp, err
}

func (s listeningServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp, err := s.completeServer.PlanResourceChange(ctx, req)
	s.hear(resp.Diagnostics)
	return resp, err
}

func (s listeningServer) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp, err := s.completeServer.ApplyResourceChange(ctx, req)
	s.hear(resp.Diagnostics)
	return resp, err
}

func (s listeningServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	resp, err := s.completeServer.ReadDataSource(ctx, req)
	s.hear(resp.Diagnostics)
	return resp, err
}

// note keeps the summaries of warnings.
func (f *fixture) note(diagnostics []*tfprotov6.Diagnostic) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityWarning {
			f.warnings[d.Summary] = true
		}
	}
}

// clock is a time that only tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the clock's time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by whole days.
func (c *clock) Advance(days int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.AddDate(0, 0, days)
}
