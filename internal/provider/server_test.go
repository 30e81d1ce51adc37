// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// TestServerLetsGo: what a call's context holds can be collected after the
// call, although the framework keeps the context (issue 6, peak memory).
func TestServerLetsGo(t *testing.T) {
	t.Parallel()
	server := NewServer(New("test"))()
	const calls = 20
	collected := make(chan struct{}, calls)
	for range calls {
		type key struct{}
		held := new([1 << 16]byte)
		runtime.AddCleanup(held, func(struct{}) { collected <- struct{}{} }, struct{}{})
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, held))
		_, err := server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: "octoeverywhere_notification_webhook"})
		cancel()
		if err != nil {
			t.Fatal(err)
		}
	}
	// The last one may still stand on the stack.
	for range calls - 1 {
		runtime.GC()
		select {
		case <-collected:
		case <-time.After(20 * time.Second):
			t.Fatal("the contexts of finished calls are still held")
		}
	}
	runtime.KeepAlive(server)
}

// TestBrieflyIsTheCallersContext: during the call the context is the caller's,
// afterwards it is canceled.
func TestBrieflyIsTheCallersContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "value"))
	var kept context.Context
	_, err := briefly(ctx, 1, func(ctx context.Context, _ int) (int, error) {
		kept = ctx //nolint:fatcontext // to see what is left of it
		child, stop := context.WithCancel(ctx)
		defer stop()
		if ctx.Value(key{}) != "value" || ctx.Err() != nil {
			t.Errorf("value %v, error %v", ctx.Value(key{}), ctx.Err())
		}
		cancel(errors.New("interrupted"))
		<-child.Done() // the caller's end reaches what the call derived
		return 0, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
	if kept.Value(key{}) != nil || kept.Err() == nil {
		t.Errorf("afterwards: value %v, error %v", kept.Value(key{}), kept.Err())
	}
}
