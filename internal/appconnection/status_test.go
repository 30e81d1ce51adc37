// SPDX-License-Identifier: MPL-2.0

package appconnection

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

	"golang.org/x/sync/errgroup"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// service is a run's statuses, with a service that a test answers for.
type service struct {
	*Statuses
	client   *octoeverywhere.Client
	requests atomic.Int32
	respond  func(token string) (status int, body string)
	clock    time.Time
}

const isOnline = `{"PrinterName":"p","IsOnline":true}`

func newService(t *testing.T, respond func(token string) (int, string)) *service {
	t.Helper()
	s := &service{respond: respond, clock: earlier}
	client, err := octoeverywhere.New(octoeverywhere.Config{
		Endpoint: "http://localhost", MaxRetries: 2, Transport: s,
		Waits: octoeverywhere.Waits{Min: time.Millisecond, Max: time.Millisecond, RetryAfterMax: time.Millisecond, Budget: time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.client = client
	s.Statuses = NewStatuses(client, func() time.Time { return s.clock })
	return s
}

// RoundTrip is the service.
func (s *service) RoundTrip(req *http.Request) (*http.Response, error) {
	s.requests.Add(1)
	answered := make(chan *http.Response, 1)
	go func() {
		status, body := s.respond(req.Header["AppToken"][0]) //nolint:staticcheck // as the client spells it
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

func (s *service) wantRequests(t *testing.T, want int32) {
	t.Helper()
	if got := s.requests.Swap(0); got != want {
		t.Errorf("%d requests, want %d", got, want)
	}
}

func newToken(text string) octoeverywhere.Token {
	token, err := octoeverywhere.NewToken(text)
	if err != nil {
		panic(err)
	}
	return token
}

// in runs f and hands over what it returns.
func in[T any](f func() T) <-chan T {
	returned := make(chan T, 1)
	go func() { returned <- f() }()
	return returned
}

// TestStatusIsShared: the status of the first check serves the others for a
// minute; what failed is checked again.
func TestStatusIsShared(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		want   string // Status.Name
		gone   bool
		again  bool
	}{
		"online":        {status: 200, body: isOnline, want: "online"},
		"not connected": {status: 200, body: `{"IsOnline":false}`, want: "offline"},
		"unplugged":     {status: 601, want: "offline"},
		"not found":     {status: 603, want: "not_found", gone: true},
		"revoked":       {status: 604, want: "revoked", gone: true},
		"paused":        {status: 605, want: "not_supporter"},
		"not accepted":  {status: 606},
		"bad request":   {status: 400},
		"failed":        {status: 500, again: true},
		"temporary":     {status: 600, again: true},
		"not served":    {status: 404, again: true},
		"another's API": {status: 200, body: `{"hello":1}`, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t, func(string) (int, string) { return test.status, test.body })
			for range 3 {
				if got, checked := s.Check(t.Context(), newToken("garage")); checked && (got.Name() != test.want || got.Gone() != test.gone) {
					t.Errorf("status %q, gone %v", got.Name(), got.Gone())
				}
			}
			if test.again {
				s.requests.Store(0)
				if got := s.CheckRetrying(t.Context(), newToken("garage")); got.Err == nil || s.requests.Load() == 0 {
					t.Errorf("it made no check of its own: %+v", got)
				}
				return
			}
			s.wantRequests(t, 1)
			s.clock = s.clock.Add(time.Minute - time.Nanosecond)
			if got := s.CheckRetrying(t.Context(), newToken("garage")); got.Name() != test.want {
				t.Errorf("then %q", got.Name())
			}
			s.wantRequests(t, 0)
			s.Check(t.Context(), newToken("lab"))
			s.wantRequests(t, 1)
			s.clock = s.clock.Add(time.Nanosecond)
			s.Check(t.Context(), newToken("garage"))
			s.wantRequests(t, 1)
		})
	}
}

// TestChecksJoin holds the service while many check one App Connection: one
// request goes out, and it doesn't end with the caller that came first.
func TestChecksJoin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		s := newService(t, func(string) (int, string) { <-held; return 604, "" })
		first, leave := context.WithCancel(t.Context())
		left := in(func() Status { status, _ := s.Check(first, newToken("garage")); return status })
		synctest.Wait()
		var others sync.WaitGroup
		for range many {
			others.Go(func() {
				if got, _ := s.Check(t.Context(), newToken("garage")); !got.Gone() {
					t.Errorf("it got %v", got.Err)
				}
			})
			others.Go(func() {
				if got := s.CheckRetrying(t.Context(), newToken("garage")); !got.Gone() {
					t.Errorf("with retries it got %v", got.Err)
				}
			})
		}
		synctest.Wait()
		leave()
		if got := <-left; !errors.Is(got.Err, context.Canceled) {
			t.Errorf("who left got %v", got.Err)
		}
		close(held)
		others.Wait()
		s.Check(first, newToken("lab")) // who has left sends nothing
		s.wantRequests(t, 1)
	})
}

// TestCheckRetrying has a check without retries fail while one with retries waits
// for it: that one then makes its own.
func TestCheckRetrying(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		statuses := make(chan int)
		s := newService(t, func(string) (int, string) { return <-statuses, isOnline })
		checked := in(func() Status { status, _ := s.Check(t.Context(), newToken("garage")); return status })
		synctest.Wait()
		retrying := in(func() Status { return s.CheckRetrying(t.Context(), newToken("garage")) })
		synctest.Wait()
		statuses <- 503
		if got := <-checked; got.Err == nil {
			t.Error("a check without retries was retried")
		}
		statuses <- 503
		statuses <- 200
		if got := <-retrying; got.Name() != "online" {
			t.Errorf("with retries it got %v", got.Err)
		}
		s.wantRequests(t, 3)
	})
}

// TestChecksEnd has hundreds of checks fail at once: those under way end, none
// begins after three have failed. It is the same after End, where a status that
// is known is still taken.
func TestChecksEnd(t *testing.T) {
	t.Parallel()
	status := 500
	s := newService(t, func(string) (int, string) { return status, isOnline })
	const abreast = 10 // Terraform's -parallelism
	var reads errgroup.Group
	reads.SetLimit(abreast)
	for i := range many {
		reads.Go(func() error {
			s.Check(t.Context(), newToken(fmt.Sprint("printer-", i)))
			return nil
		})
	}
	_ = reads.Wait()
	if got := s.requests.Load(); got < failuresAllowed || got >= failuresAllowed+abreast {
		t.Errorf("%d requests", got)
	}

	status = 200
	s = newService(t, s.respond)
	s.Check(t.Context(), newToken("garage"))
	s.End()
	if got, checked := s.Check(t.Context(), newToken("garage")); !checked || got.Name() != "online" {
		t.Error("a known status is forgotten")
	}
	if _, checked := s.Check(t.Context(), newToken("lab")); checked {
		t.Error("an apply checks")
	}
	s.wantRequests(t, 1)
}
