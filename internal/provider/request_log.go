// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// logRequest writes what the client does to Terraform's log: a line for each
// request, and a warning for each wait, since waits make an apply take long.
// The client hands over neither tokens nor callback URLs.
func logRequest(ctx context.Context, e octoeverywhere.Event) {
	fields := map[string]any{
		"method":         e.Method,
		"path":           e.Path,
		"app_connection": e.Connection,
		"attempt":        e.Attempt,
	}
	if e.Waiting {
		fields["reason"] = e.Reason
		fields["wait_ms"] = e.Duration.Milliseconds()
		tflog.Warn(ctx, "Waiting before the request is sent again", fields)
		return
	}
	fields["duration_ms"] = e.Duration.Milliseconds()
	if e.Status != 0 {
		fields["status"] = e.Status
	}
	if e.Reason != "" {
		fields["error"] = e.Reason
	}
	tflog.Debug(ctx, "OctoEverywhere request", fields)
}
