// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"golang.org/x/sync/errgroup"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// asking is a run's answers with a service that a test answers for.
type asking struct {
	*session
	asked   atomic.Int32
	respond func(token string) (status int, body string)
	clock   time.Time
}

const isOnline = `{"PrinterName":"p","IsOnline":true}`

func newAsking(t *testing.T, respond func(token string) (int, string)) *asking {
	t.Helper()
	a := &asking{respond: respond, clock: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	client, err := octoeverywhere.New(octoeverywhere.Config{
		Endpoint: "http://localhost", MaxRetries: 2, Transport: a,
		Waits: octoeverywhere.Waits{Min: time.Millisecond, Max: time.Millisecond, RetryAfterMax: time.Millisecond, Budget: time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.session = &session{client: client, stopping: newStopping(), now: func() time.Time { return a.clock }}
	a.answers = newAnswers(a.session)
	return a
}

// RoundTrip is the service.
func (a *asking) RoundTrip(req *http.Request) (*http.Response, error) {
	a.asked.Add(1)
	answered := make(chan *http.Response, 1)
	go func() {
		status, body := a.respond(req.Header["AppToken"][0]) //nolint:staticcheck // as the client spells it
		answered <- &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
		}
	}()
	select {
	case response := <-answered:
		return response, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

func (a *asking) ask(ctx context.Context, token string) (alive bool, diags diag.Diagnostics) {
	return a.answers.ask(ctx, a.client, newToken(token))
}

// quiet asks and tells whether nothing was said.
func (a *asking) quiet(ctx context.Context, token string) bool {
	alive, diags := a.ask(ctx, token)
	return alive && len(diags) == 0
}

// later is what f returns, once it does.
func later[T any](f func() T) <-chan T {
	returned := make(chan T, 1)
	go func() { returned <- f() }()
	return returned
}

func (a *asking) insist(ctx context.Context, token string) health {
	return a.answers.insist(ctx, a.client, newToken(token))
}

func (a *asking) wantAsked(t *testing.T, want int32) {
	t.Helper()
	if got := a.asked.Swap(0); got != want {
		t.Errorf("asked %d times, want %d", got, want)
	}
}

func newToken(text string) octoeverywhere.Token {
	token, err := octoeverywhere.NewToken(text)
	if err != nil {
		panic(err)
	}
	return token
}

// TestAnswersAreShared: whoever asks first, the others take the answer for a
// minute, a dead or paused one too; what failed is asked again.
func TestAnswersAreShared(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		dead   bool
		again  bool
	}{
		"online":        {status: 200, body: isOnline},
		"unplugged":     {status: 601},
		"revoked":       {status: 604, dead: true},
		"paused":        {status: 605},
		"not accepted":  {status: 606},
		"bad request":   {status: 400},
		"failed":        {status: 500, again: true},
		"passing":       {status: 600, again: true},
		"not served":    {status: 404, again: true},
		"another's API": {status: 200, body: `{"hello":1}`, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAsking(t, func(string) (int, string) { return test.status, test.body })
			for range 3 {
				if alive, _ := a.ask(t.Context(), "garage"); alive == test.dead {
					t.Errorf("alive is %v", alive)
				}
			}
			if test.again {
				a.asked.Store(0)
				if got := a.insist(t.Context(), "garage"); got.err == nil || !got.insisted || a.asked.Load() == 0 {
					t.Errorf("the data source did not ask for itself: %+v", got)
				}
				return
			}
			a.wantAsked(t, 1)
			a.clock = a.clock.Add(time.Minute - time.Nanosecond)
			if got := a.insist(t.Context(), "garage"); (test.status == 200) != (got.err == nil) || got.err != nil && octoeverywhere.StatusOf(got.err) != test.status {
				t.Errorf("the data source has %v", got.err)
			}
			a.wantAsked(t, 0)
			a.ask(t.Context(), "lab")
			a.wantAsked(t, 1)
			a.clock = a.clock.Add(time.Nanosecond)
			a.ask(t.Context(), "garage")
			a.wantAsked(t, 1)
		})
	}
}

// TestAnswersJoin holds the service while many ask about one App Connection: one
// question goes out, whoever leaves takes it from nobody, and it does not end
// with the one who asked first.
func TestAnswersJoin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		a := newAsking(t, func(string) (int, string) { <-held; return 604, "" })
		first, leave := context.WithCancel(t.Context())
		firstLeft := later(func() bool { return a.quiet(first, "garage") })
		synctest.Wait() // the question is the first one's
		var others sync.WaitGroup
		for range many {
			others.Go(func() {
				if alive, _ := a.ask(t.Context(), "garage"); alive {
					t.Error("it did not get the answer")
				}
			})
			others.Go(func() {
				if got := a.insist(t.Context(), "garage"); !octoeverywhere.IsGone(got.err) {
					t.Errorf("the data source got %v", got.err)
				}
			})
		}
		synctest.Wait()
		leave()
		if quiet := <-firstLeft; !quiet {
			t.Error("who left was told something")
		}
		close(held)
		others.Wait()
		a.wantAsked(t, 1)

		// Who has left already asks nothing.
		a.ask(first, "lab")
		synctest.Wait()
		a.wantAsked(t, 0)
	})
}

// TestAnswersInsist has a probe fail while a data source waits for it: the data
// source then asks for itself, with retries, and those who join get that.
func TestAnswersInsist(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		statuses := make(chan int)
		a := newAsking(t, func(string) (int, string) { return <-statuses, isOnline })
		probed := later(func() int {
			_, diags := a.ask(t.Context(), "garage")
			return diags.WarningsCount()
		})
		synctest.Wait()
		insisted := later(func() health { return a.insist(t.Context(), "garage") })
		synctest.Wait()

		statuses <- 503
		if warnings := <-probed; warnings != 1 {
			t.Errorf("the probe gave %d warnings", warnings)
		}
		statuses <- 503 // the data source's own, which it tries again
		joined := later(func() bool { return a.quiet(t.Context(), "garage") })
		statuses <- 200
		if got := <-insisted; got.err != nil || !got.info.Online {
			t.Errorf("the data source got %+v", got)
		}
		if fine := <-joined; !fine {
			t.Error("a resource that joined it was told something")
		}
		a.wantAsked(t, 3)
		if failed := a.answers.failures.Load(); failed != 1 {
			t.Errorf("%d failures", failed)
		}
	})
}

// TestAnswersStop: the session's end ends the questions under way and those to
// come, and says nothing of the service.
func TestAnswersStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		a := newAsking(t, func(string) (int, string) { <-held; return 500, "" })
		quiet := later(func() bool { return a.quiet(t.Context(), "garage") })
		insisted := later(func() health { return a.insist(t.Context(), "lab") })
		synctest.Wait()
		a.stop()
		if !<-quiet {
			t.Error("the resource was told something")
		}
		if got := <-insisted; !errors.Is(got.err, context.Canceled) {
			t.Errorf("the data source was told %v", got.err)
		}
		a.wantAsked(t, 2)
		if !a.quiet(t.Context(), "shed") {
			t.Error("who came later was told something")
		}
		a.wantAsked(t, 0)
		if a.answers.silent.Load() || a.answers.failures.Load() > 0 {
			t.Error("it counts against the service")
		}
		close(held)
	})
}

// TestAnswersUnderLoad has hundreds of probes fail at once: those under way end,
// none begins after three have failed, and one warning is given.
func TestAnswersUnderLoad(t *testing.T) {
	t.Parallel()
	a := newAsking(t, func(string) (int, string) { return 500, "" })
	var warnings atomic.Int32
	const abreast = 10 // Terraform's -parallelism
	var reads errgroup.Group
	reads.SetLimit(abreast)
	for i := range many {
		reads.Go(func() error {
			alive, diags := a.ask(t.Context(), fmt.Sprint("printer-", i))
			if !alive || diags.HasError() {
				t.Errorf("alive is %v, %v", alive, diags)
			}
			warnings.Add(int32(diags.WarningsCount())) //nolint:gosec // a few
			return nil
		})
	}
	_ = reads.Wait()
	if got := a.asked.Load(); got < failuresGivenUp || got >= failuresGivenUp+abreast {
		t.Errorf("asked %d times", got)
	}
	if warnings.Load() != 1 {
		t.Errorf("%d warnings", warnings.Load())
	}
}

// TestListIsBounded: a list has ten questions under way, and begins the next
// when one is answered.
func TestListIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answered := make(chan struct{})
		a := newAsking(t, func(string) (int, string) { <-answered; return 200, isOnline })
		var listed []listedConnection
		for i := range 25 {
			listed = append(listed, listedConnection{token: newToken(fmt.Sprint("printer-", i))})
		}
		l := &webhookList{webhookResource{session: a.session}}
		asked := l.askAll(t.Context(), listed)
		synctest.Wait()
		a.wantAsked(t, listedAtOnce)
		answered <- struct{}{}
		synctest.Wait()
		a.wantAsked(t, 1)
		close(answered)
		for _, got := range asked {
			if h := <-got; h.err != nil {
				t.Errorf("it got %v", h.err)
			}
		}
	})
}
