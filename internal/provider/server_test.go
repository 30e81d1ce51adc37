// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// TestServerOffersAll compares with the framework's server, in which plugin-go
// finds by type assertion what tfprotov6.ProviderServer has not.
func TestServerOffersAll(t *testing.T) {
	t.Parallel()
	framework := reflect.ValueOf(providerserver.NewProtocol6(New("test")())())
	ours := reflect.ValueOf(NewServer(New("test"))())
	for i := range framework.NumMethod() {
		name, theirs := framework.Type().Method(i).Name, framework.Method(i).Type()
		if method := ours.MethodByName(name); !method.IsValid() || method.Type() != theirs {
			t.Errorf("%s is hidden, or no %s", name, theirs)
		}
	}
	if framework.NumMethod() < 30 {
		t.Errorf("the framework's server has only %d methods: has it moved?", framework.NumMethod())
	}
}

// TestServerLetsGo: what a call's context holds can be collected after the
// call, although the framework keeps the context.
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

// TestInvokeActionIsTheCallersContext: an action runs while its events are
// read, with the caller's context, which is let go of afterwards; and it ends
// even when nobody reads on.
func TestInvokeActionIsTheCallersContext(t *testing.T) {
	t.Parallel()
	for _, listens := range []bool{true, false} {
		type key struct{}
		probe := &probingServer{key: key{}}
		ctx := context.WithValue(t.Context(), key{}, "value")
		s := &server{frameworkServer: probe}
		stream, err := s.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if got := probe.kept.Value(key{}); got != "value" {
			t.Errorf("before the action runs: value %v", got)
		}
		events := 0
		for range stream.Events {
			events++
			if !listens {
				break
			}
		}
		if want := map[bool]int{true: 3, false: 1}[listens]; events != want || probe.pushed != 3 {
			t.Errorf("%d events heard of %d", events, probe.pushed)
		}
		if probe.during != "value" {
			t.Errorf("while the action runs: value %v", probe.during)
		}
		if probe.kept.Value(key{}) != nil || probe.kept.Err() == nil {
			t.Errorf("afterwards: value %v, error %v", probe.kept.Value(key{}), probe.kept.Err())
		}
	}
}

// probingServer notes what an action sees of its context.
type probingServer struct {
	frameworkServer
	key    any
	kept   context.Context //nolint:containedctx // to see what is left of it
	during any
	pushed int
}

func (s *probingServer) InvokeAction(ctx context.Context, _ *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	s.kept = ctx
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		for s.pushed = 1; push(tfprotov6.InvokeActionEvent{}) && s.pushed < 3; s.pushed++ {
		}
		s.during = ctx.Value(s.key)
	}}, nil
}
