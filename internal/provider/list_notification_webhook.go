// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

var _ list.ListResourceWithConfigure = (*webhookList)(nil)

// listedAtOnce is how many App Connections a list asks about at a time: as many
// as Terraform reads at a time by default.
const listedAtOnce = 10

// webhookList is the list resource octoeverywhere_notification_webhook: the App
// Connections whose tokens the provider holds, each with its health. Whether one
// has a webhook nobody can say (DESIGN.md, "What Terraform takes for granted").
type webhookList struct {
	webhookResource // for its name and session
}

func newWebhookList() list.ListResource { return &webhookList{} }

func (l *webhookList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The App Connections whose tokens the provider holds, one result for each, with its health: a report on a fleet that needs no state.",
	}
}

// List streams the results by name, each as soon as it and those before it are
// there. A question without an answer is a warning: Terraform shows nothing of
// a list with an error.
func (l *webhookList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	listed, diags := l.session.tokens.listed()
	if l.session.client == nil {
		diags.Append(notKnownYet("an App Connection"))
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	if limit := int(req.Limit); limit > 0 && limit < len(listed) {
		listed = listed[:limit]
	}
	stream.Results = func(push func(list.ListResult) bool) {
		if len(diags) > 0 && !push(list.ListResult{Diagnostics: diags}) {
			return
		}
		asking, leave := context.WithCancel(ctx)
		defer leave()
		for i, asked := range l.askAll(asking, listed) {
			if !push(l.result(ctx, req, listed[i], <-asked)) {
				return
			}
		}
	}
}

// askAll asks about all of them, some at a time and in their order. Each answer
// can be received once.
func (l *webhookList) askAll(ctx context.Context, listed []listedConnection) []chan health {
	asked := make([]chan health, len(listed))
	for i := range asked {
		asked[i] = make(chan health, 1)
	}
	go func() {
		var asking errgroup.Group
		asking.SetLimit(listedAtOnce)
		for i, connection := range listed {
			asking.Go(func() error {
				asked[i] <- l.session.answers.survey(ctx, l.session.client, connection.token)
				return nil
			})
		}
	}()
	return asked
}

// result is an App Connection's line.
func (l *webhookList) result(ctx context.Context, req list.ListRequest, connection listedConnection, got health) list.ListResult {
	result := req.NewListResult(ctx)
	status := connectionStatus(got)
	if status == "" {
		status = "not known"
		result.Diagnostics.Append(l.session.answers.doubt(l.session.tokens.label(connection.token.Fingerprint()), got))
	}
	result.DisplayName = fmt.Sprintf("%s (%s)", connection.shown(), status)
	id := types.StringValue(connection.token.Fingerprint())
	identifyNew(ctx, result.Identity, id, &result.Diagnostics)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("id"), id)...)
		if name := connection.names[0]; name != defaultConnection {
			result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("app_connection"), name)...)
		}
	}
	return result
}

// listedConnection is an App Connection with the names that the provider has
// for it, sorted.
type listedConnection struct {
	names []string
	token octoeverywhere.Token
}

// shown are its names for a person, but for one that may be a token.
func (c listedConnection) shown() string {
	var names []string
	for _, name := range c.names {
		names = append(names, strings.Trim(quoteName(name), `"`))
	}
	return strings.Join(names, ", ")
}

// listed are the App Connections whose tokens are known, by name; an error when
// there is none, a warning when there may be more.
func (s tokenSet) listed() (listed []listedConnection, diags diag.Diagnostics) {
	at := map[octoeverywhere.Token]int{}
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		token := s.byName[name]
		if i, twice := at[token]; twice {
			listed[i].names = append(listed[i].names, name)
		} else if !token.IsZero() {
			at[token] = len(listed)
			listed = append(listed, listedConnection{[]string{name}, token})
		}
	}
	switch {
	case len(listed) == 0 && s.unknown():
		diags.Append(notKnownYet("an App Connection"))
	case len(listed) == 0:
		diags.AddError("There is no App Connection to list", s.names())
	case s.unknown():
		diags.AddWarning("Some App Connections are not listed",
			"The tokens of some App Connections come from something that Terraform does not know yet. Apply what they come from first, for example with -target.")
	}
	return listed, diags
}
