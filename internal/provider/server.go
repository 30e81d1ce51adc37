// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer makes the protocol server of a provider, as tf6server.Serve asks
// for it.
func NewServer(factory func() provider.Provider) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		p := factory()
		return &server{providerserver.NewProtocol6(p)(), p}
	}
}

// server is the framework's, but lets go of what its calls leave behind: the
// framework keeps the cancel function of every call's context until the
// process ends (proto6server.registerContext), and with it the context and all
// its loggers, some 17 KiB a call: most of the memory that a large fleet took.
// The calls that Terraform makes for every instance are therefore given a
// context that is emptied when they are over.
type server struct {
	tfprotov6.ProviderServer
	provider provider.Provider
}

// StopProvider tells the session too, for the calls that come after: the
// framework ends only those that are running.
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	if p, ok := s.provider.(*octoProvider); ok {
		p.interrupt()
	}
	return s.ProviderServer.StopProvider(ctx, req)
}

func (s *server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return briefly(ctx, req, s.ProviderServer.ValidateResourceConfig)
}

func (s *server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return briefly(ctx, req, s.ProviderServer.UpgradeResourceState)
}

func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return briefly(ctx, req, s.ProviderServer.ReadResource)
}

func (s *server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return briefly(ctx, req, s.ProviderServer.PlanResourceChange)
}

func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return briefly(ctx, req, s.ProviderServer.ApplyResourceChange)
}

func (s *server) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return briefly(ctx, req, s.ProviderServer.ValidateDataResourceConfig)
}

func (s *server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return briefly(ctx, req, s.ProviderServer.ReadDataSource)
}

func (s *server) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	return briefly(ctx, req, s.ProviderServer.CallFunction)
}

// briefly makes a call with a context that holds nothing once it is over.
func briefly[Req, Resp any](ctx context.Context, req Req, call func(context.Context, Req) (Resp, error)) (Resp, error) {
	brief := &briefContext{}
	brief.during.Store(&ctx)
	defer brief.during.Store(&over)
	return call(brief, req)
}

// briefContext is another context until it is emptied.
type briefContext struct {
	during atomic.Pointer[context.Context]
}

// over is what a context is once its call is over: canceled.
var over = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

func (c *briefContext) Deadline() (time.Time, bool) { return (*c.during.Load()).Deadline() }
func (c *briefContext) Done() <-chan struct{}       { return (*c.during.Load()).Done() }
func (c *briefContext) Err() error                  { return (*c.during.Load()).Err() }
func (c *briefContext) Value(key any) any           { return (*c.during.Load()).Value(key) }
