// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer makes the protocol server of a provider, as tf6server.Serve asks
// for it.
func NewServer(factory func() provider.Provider) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		p := factory()
		framework := providerserver.NewProtocol6(p)().(frameworkServer) //nolint:forcetypeassert // TestServerOffersAll
		return &server{frameworkServer: framework, provider: p}
	}
}

// frameworkServer is all that the framework's server offers. plugin-go finds
// what tfprotov6.ProviderServer lacks by type assertion, so a server that
// embeds only that hides it (DESIGN.md, "Workarounds").
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// server is the framework's, except that a stop also ends the calls that come
// after it, and waits for the actions under way.
type server struct {
	frameworkServer
	provider provider.Provider
	invoking sync.RWMutex // read-locked by every action under way
}

// StopProvider stops the client, for the calls that come after: the framework
// ends only those that are running. It returns when the actions under way have
// ended: plugin-go drops what they say later, which Terraform takes for success
// (DESIGN.md, "Workarounds").
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	if p, ok := s.provider.(*octoProvider); ok {
		p.stop()
	}
	s.invoking.Lock()
	defer s.invoking.Unlock()
	return s.frameworkServer.StopProvider(ctx, req)
}

// InvokeAction returns before the action runs, which is while its events are
// read.
func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.frameworkServer.InvokeAction(ctx, req)
	if err != nil {
		return nil, err
	}
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		s.invoking.RLock()
		defer s.invoking.RUnlock()
		// Read to the end even when nobody listens any more: the framework
		// lets an action wait forever for its progress to be read.
		listening := true
		for event := range stream.Events {
			listening = listening && push(event)
		}
	}}, nil
}
