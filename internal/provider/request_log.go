// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// requestLog writes what the client does to Terraform's log. The client hands
// over neither tokens nor callback URLs.
type requestLog struct{}

var _ octoeverywhere.Observer = requestLog{}

// Attempted logs one line a request.
func (requestLog) Attempted(ctx context.Context, a octoeverywhere.Attempt) {
	fields := map[string]any{
		"method":         a.Method,
		"path":           a.Path,
		"app_connection": a.Connection,
		"attempt":        a.Number,
		"duration_ms":    a.Duration.Milliseconds(),
	}
	if a.Status != 0 {
		fields["status"] = a.Status
	}
	if a.Err != "" {
		fields["error"] = a.Err
	}
	tflog.Debug(ctx, "OctoEverywhere request", fields)
}

// Waiting logs every wait, since it is why an apply takes long.
func (requestLog) Waiting(ctx context.Context, w octoeverywhere.Wait) {
	tflog.Warn(ctx, "Waiting before the request is sent again", map[string]any{
		"method":         w.Method,
		"path":           w.Path,
		"app_connection": w.Connection,
		"attempt":        w.Number,
		"reason":         w.Reason,
		"wait_ms":        w.Duration.Milliseconds(),
	})
}
