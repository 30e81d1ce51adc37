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
// embeds that alone hides it.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// server is the framework's with two differences: a stop holds for calls to come
// and lets actions have their say; and the calls that Terraform makes for every
// instance leave nothing behind (brief_context.go).
type server struct {
	frameworkServer
	provider provider.Provider
	invoking sync.RWMutex // read-locked by every action that runs
}

// StopProvider tells the session too, for the calls that come after: the
// framework ends only those that are running. It returns when the actions under
// way have said how they ended: afterwards plugin-go drops what they say, which
// Terraform takes for success (DESIGN.md, "Workarounds").
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	if p, ok := s.provider.(*octoProvider); ok {
		p.interrupt()
	}
	s.invoking.Lock()
	defer s.invoking.Unlock()
	return s.frameworkServer.StopProvider(ctx, req)
}

func (s *server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return briefly(ctx, req, s.frameworkServer.ValidateResourceConfig)
}

func (s *server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return briefly(ctx, req, s.frameworkServer.UpgradeResourceState)
}

func (s *server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return briefly(ctx, req, s.frameworkServer.UpgradeResourceIdentity)
}

func (s *server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return briefly(ctx, req, s.frameworkServer.ImportResourceState)
}

func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return briefly(ctx, req, s.frameworkServer.ReadResource)
}

func (s *server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return briefly(ctx, req, s.frameworkServer.PlanResourceChange)
}

func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return briefly(ctx, req, s.frameworkServer.ApplyResourceChange)
}

func (s *server) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return briefly(ctx, req, s.frameworkServer.ValidateDataResourceConfig)
}

func (s *server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return briefly(ctx, req, s.frameworkServer.ReadDataSource)
}

func (s *server) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	return briefly(ctx, req, s.frameworkServer.CallFunction)
}

func (s *server) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	return briefly(ctx, req, s.frameworkServer.ValidateActionConfig)
}

func (s *server) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return briefly(ctx, req, s.frameworkServer.PlanAction)
}

// InvokeAction returns before the action runs: that is while its events are read.
func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	brief := newBriefContext(ctx)
	stream, err := s.frameworkServer.InvokeAction(brief, req)
	if err != nil {
		brief.empty()
		return nil, err
	}
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		defer brief.empty()
		s.invoking.RLock()
		defer s.invoking.RUnlock()
		// Read to the end even when nobody listens any more: the framework
		// lets an action wait forever for its progress to be read.
		heard := true
		for event := range stream.Events {
			heard = heard && push(event)
		}
	}}, nil
}
