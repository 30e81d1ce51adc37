// SPDX-License-Identifier: MPL-2.0

// Package provider maps the OctoEverywhere App API to Terraform's lifecycle.
//
// Everything that knows Terraform is here; everything that knows HTTP is in
// internal/octoeverywhere. Data flows one way: provider configuration →
// [session] → resource, data source, action, list → client.
package provider

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

var (
	_ provider.Provider                  = (*octoProvider)(nil)
	_ provider.ProviderWithActions       = (*octoProvider)(nil)
	_ provider.ProviderWithFunctions     = (*octoProvider)(nil)
	_ provider.ProviderWithListResources = (*octoProvider)(nil)
)

// octoProvider is the provider as Terraform starts it: not configured yet.
type octoProvider struct {
	version string
	now     func() time.Time
	waits   octoeverywhere.Waits

	mu     sync.Mutex
	latest *session
}

// Option changes what a provider process takes from its surroundings. Tests
// use it; the released binary runs with none.
type Option func(*octoProvider)

// WithClock makes the provider read the time from now instead of the system.
// Renewal is decided by it, and how old an answer is.
func WithClock(now func() time.Time) Option {
	return func(p *octoProvider) { p.now = now }
}

// WithWaits replaces the waits between attempts of one call.
func WithWaits(waits octoeverywhere.Waits) Option {
	return func(p *octoProvider) { p.waits = waits }
}

// New returns what providerserver.Serve asks for: a constructor of the
// provider. version goes into the User-Agent.
func New(version string, options ...Option) func() provider.Provider {
	return func() provider.Provider {
		p := &octoProvider{version: version, now: time.Now}
		for _, option := range options {
			option(p)
		}
		return p
	}
}

func (p *octoProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "octoeverywhere"
	resp.Version = p.version
}

// Configure starts a session. Terraform configures once for each walk of the
// graph (a plan, an apply), so what one run must remember starts empty here.
func (p *octoProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	s := newSession(p, req.TerraformVersion, config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p.use(s)
	resp.ResourceData = s
	resp.DataSourceData = s
	resp.ActionData = s
	resp.ListResourceData = s
}

// use has a new session take the place of the one before, whose idle
// connections a process that lives on (-debug, tests) would keep.
func (p *octoProvider) use(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.latest != nil && p.latest.client != nil {
		p.latest.client.Close()
	}
	p.latest = s
}

// stop ends the calls of the session, and those to come.
func (p *octoProvider) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.latest != nil && p.latest.client != nil {
		p.latest.client.Stop()
	}
}

func (p *octoProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newWebhookResource}
}

func (p *octoProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newAppConnectionDataSource}
}

// Actions exist since Terraform 1.14; an older one, or OpenTofu, does not look.
func (p *octoProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{newTestNotificationAction}
}

// ListResources are for terraform query, since Terraform 1.14.
func (p *octoProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{newWebhookList}
}

func (p *octoProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{newCallbackURLFunction, newEventTypesFunction}
}
