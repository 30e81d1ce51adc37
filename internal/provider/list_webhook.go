// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/appconnection"
)

var _ list.ListResourceWithConfigure = (*webhookList)(nil)

// checksAtOnce is how many App Connections a list checks at a time: as many as
// Terraform reads at a time by default.
const checksAtOnce = 10

// webhookList is the list resource octoeverywhere_notification_webhook: the App
// Connections whose tokens the provider has, each with its status. Whether one
// has a webhook nobody can say (DESIGN.md, "What Terraform takes for granted").
type webhookList struct {
	webhookResource // for its name and session
}

func newWebhookList() list.ListResource { return &webhookList{} }

func (l *webhookList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the App Connections whose tokens the provider has, with their status. It needs no state.",
	}
}

// List streams the results by name, each as soon as it and those before it are
// there. A check that says no status is a warning: Terraform shows nothing of a
// list with an error.
func (l *webhookList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	connections, diags := l.connections()
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	if limit := int(req.Limit); limit > 0 && limit < len(connections) {
		connections = connections[:limit]
	}
	stream.Results = func(push func(list.ListResult) bool) {
		if len(diags) > 0 && !push(list.ListResult{Diagnostics: diags}) {
			return
		}
		checking, leave := context.WithCancel(ctx)
		defer leave()
		for i, status := range l.checkAll(checking, connections) {
			if !push(l.result(ctx, req, connections[i], <-status)) {
				return
			}
		}
	}
}

// checkAll checks all App Connections, some at a time and in their order. Each
// status can be received once.
func (l *webhookList) checkAll(ctx context.Context, connections []appconnection.Connection) []chan appconnection.Status {
	statuses := make([]chan appconnection.Status, len(connections))
	for i := range statuses {
		statuses[i] = make(chan appconnection.Status, 1)
	}
	go func() {
		var checks errgroup.Group
		checks.SetLimit(checksAtOnce)
		for i, connection := range connections {
			checks.Go(func() error {
				statuses[i] <- l.session.statuses.CheckRetrying(ctx, connection.Token)
				return nil
			})
		}
	}()
	return statuses
}

// result is an App Connection's line.
func (l *webhookList) result(ctx context.Context, req list.ListRequest, connection appconnection.Connection, status appconnection.Status) list.ListResult {
	result := req.NewListResult(ctx)
	name := status.Name()
	if name == "" {
		name = "not known"
		result.Diagnostics.Append(l.session.notChecked(l.session.tokens.Label(connection.Token.Fingerprint()), status))
	}
	var names []string
	for _, name := range connection.Names {
		names = append(names, strings.Trim(appconnection.QuoteName(name), `"`))
	}
	result.DisplayName = fmt.Sprintf("%s (%s)", strings.Join(names, ", "), name)
	id := types.StringValue(connection.Token.Fingerprint())
	identifyNew(ctx, result.Identity, id, &result.Diagnostics)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("id"), id)...)
		if name := connection.Names[0]; name != appconnection.Default {
			result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("app_connection"), name)...)
		}
	}
	return result
}

// connections are the App Connections whose tokens are known: an error when
// there is none, a warning when there may be more.
func (l *webhookList) connections() (connections []appconnection.Connection, diags diag.Diagnostics) {
	connections = l.session.tokens.Connections()
	unknown := l.session.tokens.Unknown()
	switch {
	case l.session.client == nil, len(connections) == 0 && unknown:
		diags.Append(notKnownYet("an App Connection"))
	case len(connections) == 0:
		diags.Append(noToken(choice{err: &appconnection.NameError{}}))
	case unknown:
		diags.AddWarning("Some App Connections are not listed",
			"Some tokens depend on a resource that has not been applied yet. Apply it first, for example with -target.")
	}
	return connections, diags
}
