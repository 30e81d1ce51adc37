// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"reflect"
	"testing"

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

// TestInvokeActionIsReadToTheEnd, even when nobody listens any more.
func TestInvokeActionIsReadToTheEnd(t *testing.T) {
	t.Parallel()
	for _, listens := range []bool{true, false} {
		events := &eventServer{}
		stream, err := (&server{frameworkServer: events}).InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{})
		if err != nil {
			t.Fatal(err)
		}
		heard := 0
		for range stream.Events {
			heard++
			if !listens {
				break
			}
		}
		if want := map[bool]int{true: 3, false: 1}[listens]; heard != want || events.pushed != 3 {
			t.Errorf("%d events heard of %d", heard, events.pushed)
		}
	}
}

// eventServer has an action with three events.
type eventServer struct {
	frameworkServer
	pushed int
}

func (s *eventServer) InvokeAction(context.Context, *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		for s.pushed = 1; push(tfprotov6.InvokeActionEvent{}) && s.pushed < 3; s.pushed++ {
		}
	}}, nil
}
