// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync/atomic"
	"time"
)

// briefContext stands in for the context of a call and is emptied when the call
// is over, since the framework never lets go of it: proto6server.Server keeps
// the cancel function of every call's context until the process ends
// (registerContext), and with it the context and its loggers, some 17 KiB a
// call. It can go when the framework forgets a call that is over.
type briefContext struct {
	current atomic.Pointer[context.Context]
}

func newBriefContext(ctx context.Context) *briefContext {
	brief := &briefContext{}
	brief.current.Store(&ctx)
	return brief
}

// empty makes it a canceled context without values.
func (c *briefContext) empty() { c.current.Store(&emptied) }

var emptied = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

func (c *briefContext) Deadline() (time.Time, bool) { return (*c.current.Load()).Deadline() }
func (c *briefContext) Done() <-chan struct{}       { return (*c.current.Load()).Done() }
func (c *briefContext) Err() error                  { return (*c.current.Load()).Err() }
func (c *briefContext) Value(key any) any           { return (*c.current.Load()).Value(key) }

// briefly makes a call with a context that holds nothing once it is over.
func briefly[Req, Resp any](ctx context.Context, req Req, call func(context.Context, Req) (Resp, error)) (Resp, error) {
	brief := newBriefContext(ctx)
	defer brief.empty()
	return call(brief, req)
}
