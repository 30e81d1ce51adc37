// SPDX-License-Identifier: MPL-2.0

package provider

import "context"

// stopping makes an interrupted session stay interrupted.
//
// When a person interrupts Terraform, it tells the provider to stop once, and
// the SDK ends the calls that are running then. Calls that Terraform makes a
// moment later (it had begun with their resources already) know nothing of it
// and would stall for as long as a timeout and its retries take. So the server
// stops the session (server.go), which ends its calls and all that come after.
type stopping struct {
	ctx  context.Context //nolint:containedctx // what it is for: it outlives each call
	stop context.CancelFunc
}

func newStopping() stopping {
	ctx, stop := context.WithCancel(context.Background())
	return stopping{ctx, stop}
}

// begin returns the context for what a call asks of the API; over must be
// called when that is done, before the call returns.
func (s stopping) begin(call context.Context) (ctx context.Context, over func()) {
	ctx, cancel := context.WithCancel(call)
	heed := context.AfterFunc(s.ctx, cancel)
	if s.ctx.Err() != nil {
		cancel() // at once, not when the other goroutine gets to it
	}
	return ctx, func() {
		heed()
		cancel()
	}
}
