// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"golang.org/x/sync/singleflight"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

const (
	// answerKept is how long an answer is taken as it is.
	answerKept = time.Minute
	// failuresGivenUp is how many failed questions make a run stop probing: a
	// plan must not wait 5 s for each printer of a fleet.
	failuresGivenUp = 3
)

// answers is what a run has heard of its App Connections, so that each is asked
// about once, whoever wants to know (DESIGN.md, "Asking").
type answers struct {
	begin func(context.Context) (context.Context, func()) // the session's: its end ends every question
	now   func() time.Time
	label func(fingerprint string) string // how to name an App Connection to a person

	underWay singleflight.Group // by fingerprint

	mu    sync.Mutex
	known map[string]health // by fingerprint

	failures atomic.Int32 // questions that got no answer
	silent   atomic.Bool  // the server answers nothing about any App Connection
	warned   atomic.Bool
}

func newAnswers(s *session) *answers {
	return &answers{begin: s.begin, now: s.now, label: s.tokens.label, known: map[string]health{}}
}

// health is the outcome of one question.
type health struct {
	info     octoeverywhere.Info
	err      error
	at       time.Time
	insisted bool // the client tried it as often as it is set to
}

// isOfConnection tells whether the service spoke of the App Connection. It does
// so with 200, 400 and its own statuses from 600 on; but for 600 and 609, which
// pass. Every other status is HTTP's and comes from the server as such or from
// something in front of it, whichever App Connection was asked about.
func (h health) isOfConnection() bool {
	status := octoeverywhere.StatusOf(h.err)
	switch {
	case h.err == nil, octoeverywhere.IsPrinterUnreachable(h.err):
		return true
	case octoeverywhere.IsNotServed(h.err), octoeverywhere.IsTemporary(h.err):
		return false
	}
	return status == 400 || status >= 600
}

// ask has a resource or an import ask whether its App Connection is alive. It
// is unless the service says that it is gone for good; every doubt counts for
// it. The question is a probe, and none once the run has given up.
func (a *answers) ask(ctx context.Context, client *octoeverywhere.Client, token octoeverywhere.Token) (alive bool, diags diag.Diagnostics) {
	got, asked := a.probe(ctx, client, token)
	if !asked {
		return true, nil
	}
	label := a.label(token.Fingerprint())
	switch err := got.err; {
	case err == nil, octoeverywhere.IsPrinterUnreachable(err), ended(err), octoeverywhere.IsNotServed(err):
	case octoeverywhere.IsGone(err):
		diags.Append(dropped(label, sentence(err)))
		return false, diags
	case octoeverywhere.IsNotSupporter(err):
		diags.Append(paused(label))
	default:
		diags.Append(a.doubt(label, got))
	}
	return true, diags
}

// doubt warns of an answer that says neither that an App Connection is alive nor
// that it is gone. That the service does not answer is said once a run.
func (a *answers) doubt(label string, got health) diag.Diagnostic {
	switch {
	case got.isOfConnection():
		return oddAnswer(label, got.err)
	case a.warned.CompareAndSwap(false, true):
		return notChecked(got.err)
	}
	return nil
}

// probe asks once, for at most 5 s; asked is false when the run has given up
// and does not know.
func (a *answers) probe(ctx context.Context, client *octoeverywhere.Client, token octoeverywhere.Token) (got health, asked bool) {
	if a.givenUp() {
		return a.recall(token.Fingerprint())
	}
	return a.question(ctx, token, client.Probe, false), true
}

// insist asks as often as the client is set to. A probe that it finds under way
// serves it when it brings an answer, and is followed by its own question
// otherwise.
func (a *answers) insist(ctx context.Context, client *octoeverywhere.Client, token octoeverywhere.Token) health {
	for {
		got := a.question(ctx, token, client.Info, true)
		if got.insisted || got.isOfConnection() || ctx.Err() != nil {
			return got
		}
	}
}

// survey is insist for a report on a whole fleet: it gives up as probes do, with
// errGivenUp.
func (a *answers) survey(ctx context.Context, client *octoeverywhere.Client, token octoeverywhere.Token) health {
	if a.givenUp() {
		if known, fresh := a.recall(token.Fingerprint()); fresh {
			return known
		}
		return health{err: errGivenUp}
	}
	return a.insist(ctx, client, token)
}

var errGivenUp = errors.New("it was not asked, since the service did not answer others")

func (a *answers) givenUp() bool { return a.silent.Load() || a.failures.Load() >= failuresGivenUp }

// question answers from what is known, else joins a question about the same App
// Connection, else asks. A joined question belongs to no caller: the one whose
// context ends leaves, the others get their answer.
func (a *answers) question(ctx context.Context, token octoeverywhere.Token,
	ask func(context.Context, octoeverywhere.Token) (octoeverywhere.Info, error), insists bool,
) health {
	if ctx.Err() != nil {
		return health{err: ctx.Err()}
	}
	fingerprint := token.Fingerprint()
	answered := a.underWay.DoChan(fingerprint, func() (any, error) {
		if known, fresh := a.recall(fingerprint); fresh {
			return known, nil
		}
		during, over := a.begin(context.WithoutCancel(ctx))
		defer over()
		info, err := ask(during, token)
		got := health{info: info, err: err, at: a.now(), insisted: insists}
		a.learn(fingerprint, got)
		return got, nil
	})
	select {
	case result := <-answered:
		got, _ := result.Val.(health)
		return got
	case <-ctx.Done():
		return health{err: ctx.Err()}
	}
}

// recall is an answer that is young enough.
func (a *answers) recall(fingerprint string) (known health, fresh bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known, found := a.known[fingerprint]
	return known, found && a.now().Sub(known.at) < answerKept
}

func (a *answers) learn(fingerprint string, got health) {
	switch {
	case got.isOfConnection():
		a.mu.Lock()
		defer a.mu.Unlock()
		a.known[fingerprint] = got
	case ended(got.err):
	case octoeverywhere.IsTemporary(got.err) && !octoeverywhere.IsNotServed(got.err):
		a.failures.Add(1)
	default:
		a.silent.Store(true)
	}
}
