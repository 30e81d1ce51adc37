// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

var (
	_ datasource.DataSourceWithConfigure        = (*appConnectionDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*appConnectionDataSource)(nil)
)

// appConnectionDataSource is octoeverywhere_app_connection: whether an App
// Connection is alive, and its printer.
type appConnectionDataSource struct {
	session *session
}

func newAppConnectionDataSource() datasource.DataSource { return &appConnectionDataSource{} }

// appConnectionModel is the data source's configuration and result.
type appConnectionModel struct {
	AppConnection types.String `tfsdk:"app_connection"`
	AppToken      types.String `tfsdk:"app_token"`

	ID                 types.String      `tfsdk:"id"`
	Status             types.String      `tfsdk:"status"`
	Valid              types.Bool        `tfsdk:"valid"`
	PrinterName        types.String      `tfsdk:"printer_name"`
	PrinterLocalIP     types.String      `tfsdk:"printer_local_ip"`
	PrinterURL         types.String      `tfsdk:"printer_url"`
	LastConnectedAt    timetypes.RFC3339 `tfsdk:"last_connected_at"`
	LastDisconnectedAt timetypes.RFC3339 `tfsdk:"last_disconnected_at"`
	Limits             *limitsModel      `tfsdk:"limits"`
}

type limitsModel struct {
	MaxDownloadFileSizeBytes types.Int64 `tfsdk:"max_download_file_size_bytes"`
	MaxUploadFileSizeBytes   types.Int64 `tfsdk:"max_upload_file_size_bytes"`
	MaxWebcamStreamSeconds   types.Int64 `tfsdk:"max_webcam_stream_seconds"`
}

func (d *appConnectionDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_connection"
}

func (d *appConnectionDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *appConnectionDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Whether an App Connection is alive, and what OctoEverywhere says of its printer. A dead connection is an answer, not an error.",
		Attributes: map[string]schema.Attribute{
			// Optional.
			"app_connection": schema.StringAttribute{
				MarkdownDescription: "Name of the App Connection in the provider's `app_tokens`. With neither this nor `app_token`, it is `default`.",
				Optional:            true,
			},
			"app_token": schema.StringAttribute{
				MarkdownDescription: "Token of the App Connection, kept in state.",
				Optional:            true,
				Sensitive:           true,
				Validators:          []validator.String{appTokenValidator{}},
			},

			// Computed.
			"id": schema.StringAttribute{
				MarkdownDescription: "Fingerprint of the App Connection, as in the `id` of its webhook.",
				Computed:            true,
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "`online`; `offline` (valid, but the printer can't be reached); `not_supporter` (valid, but paused until the owner has Supporter Perks again); " +
					"`not_found` or `revoked` (the token will never be valid again).",
				Computed: true,
			},
			"valid": schema.BoolAttribute{
				MarkdownDescription: "Whether the token is that of a living App Connection: false for `not_found` and `revoked` only.",
				Computed:            true,
			},
			"printer_name": schema.StringAttribute{
				MarkdownDescription: "The printer's name. Null, like all below, when the service did not say.",
				Computed:            true,
			},
			"printer_local_ip": schema.StringAttribute{
				MarkdownDescription: "The printer's address in its own network.",
				Computed:            true,
			},
			"printer_url": schema.StringAttribute{
				MarkdownDescription: "Where the user finds the printer at OctoEverywhere.",
				Computed:            true,
			},
			"last_connected_at": schema.StringAttribute{
				MarkdownDescription: "When the printer last connected, RFC 3339.",
				CustomType:          timetypes.RFC3339Type{},
				Computed:            true,
			},
			"last_disconnected_at": schema.StringAttribute{
				MarkdownDescription: "When the printer last disconnected, RFC 3339.",
				CustomType:          timetypes.RFC3339Type{},
				Computed:            true,
			},
			"limits": schema.SingleNestedAttribute{
				MarkdownDescription: "What the App Connection may transfer.",
				Computed:            true,
				Attributes: map[string]schema.Attribute{
					"max_download_file_size_bytes": schema.Int64Attribute{MarkdownDescription: "Largest download, in bytes.", Computed: true},
					"max_upload_file_size_bytes":   schema.Int64Attribute{MarkdownDescription: "Largest upload, in bytes.", Computed: true},
					"max_webcam_stream_seconds":    schema.Int64Attribute{MarkdownDescription: "Longest single webcam stream, in seconds.", Computed: true},
				},
			},
		},
	}
}

func (d *appConnectionDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.Conflicting(path.MatchRoot("app_connection"), path.MatchRoot("app_token")),
	}
}

// Read asks about the App Connection. Only a service that does not say is an
// error.
func (d *appConnectionDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model appConnectionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	choice := d.session.tokens.choose(tokenArguments{appToken: model.AppToken, appConnection: model.AppConnection})
	if resp.Diagnostics.Append(d.session.unusable(choice)); resp.Diagnostics.HasError() {
		return
	}
	got := d.session.answers.insist(ctx, d.session.client, choice.token)
	status := connectionStatus(got)
	if status == "" {
		resp.Diagnostics.Append(infoFailed(choice, got.err))
		return
	}
	model.ID = types.StringValue(choice.token.Fingerprint())
	model.Status = types.StringValue(status)
	model.Valid = types.BoolValue(!octoeverywhere.IsGone(got.err))
	model.fromAPI(got.info)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// connectionStatus names what the service said of an App Connection; "" when it
// said nothing of it.
func connectionStatus(got health) string {
	switch {
	case got.err == nil && got.info.Online:
		return "online"
	case got.err == nil, octoeverywhere.IsPrinterUnreachable(got.err):
		return "offline"
	case octoeverywhere.IsNotSupporter(got.err):
		return "not_supporter"
	case octoeverywhere.StatusOf(got.err) == 603:
		return "not_found"
	case octoeverywhere.StatusOf(got.err) == 604:
		return "revoked"
	}
	return ""
}

// fromAPI is the one place where info becomes attributes.
func (m *appConnectionModel) fromAPI(info octoeverywhere.Info) {
	m.PrinterName = stringOrNull(info.PrinterName)
	m.PrinterLocalIP = stringOrNull(info.PrinterLocalIP)
	m.PrinterURL = stringOrNull(info.PrinterURL)
	m.LastConnectedAt = timetypes.NewRFC3339TimePointerValue(info.LastConnected)
	m.LastDisconnectedAt = timetypes.NewRFC3339TimePointerValue(info.LastDisconnected)
	m.Limits = &limitsModel{
		MaxDownloadFileSizeBytes: types.Int64PointerValue(info.Limits.MaxDownloadFileSizeBytes),
		MaxUploadFileSizeBytes:   types.Int64PointerValue(info.Limits.MaxUploadFileSizeBytes),
		MaxWebcamStreamSeconds:   types.Int64PointerValue(info.Limits.MaxWebcamStreamSeconds),
	}
}

func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}
