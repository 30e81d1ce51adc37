// SPDX-License-Identifier: MPL-2.0

package appconnection

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

const (
	// statusKept is how long a status is taken as it is.
	statusKept = time.Minute
	// failuresAllowed is how many failed checks end checking for the run: a plan
	// must not wait 5 s for each printer of a fleet.
	failuresAllowed = 3
)

// Statuses checks whether App Connections are valid, each once a run whoever
// wants to know (DESIGN.md, "Status checks").
type Statuses struct {
	client   *octoeverywhere.Client // nil while the provider's configuration is not known
	now      func() time.Time
	underWay singleflight.Group // by fingerprint

	mu       sync.Mutex
	known    map[string]Status // by fingerprint
	reported map[string]bool   // by what was reported, see FirstReport
	failures int               // checks that got no answer
	ended    bool              // no check without retries is made any more
}

// NewStatuses makes the statuses of a run.
func NewStatuses(client *octoeverywhere.Client, now func() time.Time) *Statuses {
	return &Statuses{client: client, now: now, known: map[string]Status{}, reported: map[string]bool{}}
}

// Status is the outcome of one check.
type Status struct {
	Info octoeverywhere.Info
	Err  error // of the client; nil: the App Connection is valid

	at      time.Time
	retried bool // the client retried as often as it is set to
}

// Name is the status in one word, "" where the service did not say it:
// "online", "offline", "not_supporter", "not_found" or "revoked".
func (s Status) Name() string {
	switch status := octoeverywhere.StatusOf(s.Err); {
	case s.Err == nil && s.Info.Online:
		return "online"
	case s.Err == nil, octoeverywhere.IsPrinterUnreachable(s.Err):
		return "offline"
	case octoeverywhere.IsNotSupporter(s.Err):
		return "not_supporter"
	case status == 603:
		return "not_found"
	case status == 604:
		return "revoked"
	}
	return ""
}

// Gone reports whether the App Connection will never be valid again.
func (s Status) Gone() bool { return octoeverywhere.IsGone(s.Err) }

// Specific reports whether the answer is about this App Connection. The service
// answers so with 200, 400 and its own statuses from 600 on, but for the
// temporary 600 and 609. Every other status is HTTP's, and comes from the server
// or something in front of it, whatever the App Connection.
func (s Status) Specific() bool {
	status := octoeverywhere.StatusOf(s.Err)
	switch {
	case s.Name() != "":
		return true
	case octoeverywhere.IsNotServed(s.Err), octoeverywhere.IsTemporary(s.Err):
		return false
	}
	return status == 400 || status >= 600
}

// Check makes one attempt of at most 5 s. checked is false when the run has
// ended such checks, since the service answers none, and the status is not
// known.
func (s *Statuses) Check(ctx context.Context, token octoeverywhere.Token) (status Status, checked bool) {
	if s.client == nil {
		return Status{}, false
	}
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	if ended {
		return s.recall(token.Fingerprint())
	}
	return s.share(ctx, token, false), true
}

// CheckRetrying makes as many attempts as the client is set to. Where it finds
// a check without retries under way, it is content with a specific answer.
func (s *Statuses) CheckRetrying(ctx context.Context, token octoeverywhere.Token) Status {
	for {
		status := s.share(ctx, token, true)
		if status.retried || status.Specific() || ctx.Err() != nil {
			return status
		}
	}
}

// End has Check ask no more: an apply, which is planned again resource by
// resource, learns what it needs from the calls that it makes.
func (s *Statuses) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

// FirstReport reports whether this is the first time that something is to be
// reported, so that a run says it once.
func (s *Statuses) FirstReport(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.reported[what]
	s.reported[what] = true
	return first
}

// share answers from what is known, else waits for a check of the same App
// Connection that is under way, else makes one. A shared check belongs to no
// caller: one whose context ends leaves, the others get the status.
func (s *Statuses) share(ctx context.Context, token octoeverywhere.Token, retry bool) Status {
	fingerprint := token.Fingerprint()
	if ctx.Err() != nil {
		return Status{Err: ctx.Err()}
	}
	shared := s.underWay.DoChan(fingerprint, func() (any, error) {
		if known, fresh := s.recall(fingerprint); fresh {
			return known, nil
		}
		check := s.client.Probe
		if retry {
			check = s.client.Info
		}
		status := Status{retried: retry}
		status.Info, status.Err = check(context.WithoutCancel(ctx), token) // the client's Stop ends it
		s.learn(fingerprint, status)
		return status, nil
	})
	select {
	case result := <-shared:
		status, _ := result.Val.(Status)
		return status
	case <-ctx.Done():
		return Status{Err: ctx.Err()}
	}
}

// recall is a status that is young enough.
func (s *Statuses) recall(fingerprint string) (known Status, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, found := s.known[fingerprint]
	return known, found && s.now().Sub(known.at) < statusKept
}

func (s *Statuses) learn(fingerprint string, status Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case status.Specific():
		status.at = s.now()
		s.known[fingerprint] = status
	case errors.Is(status.Err, context.Canceled):
	default:
		s.failures++
		temporary := octoeverywhere.IsTemporary(status.Err) && !octoeverywhere.IsNotServed(status.Err)
		s.ended = s.ended || !temporary || s.failures >= failuresAllowed
	}
}
