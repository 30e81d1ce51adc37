// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
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
		MarkdownDescription: "Reads whether an App Connection is valid and what OctoEverywhere knows about its printer. An App Connection that doesn't exist or was revoked is a result, not an error.",
		Attributes: map[string]schema.Attribute{
			// Optional.
			"app_connection": schema.StringAttribute{
				MarkdownDescription: "Name of the App Connection, a key of the provider's `app_tokens`. If neither `app_connection` nor `app_token` is set, it is `default`.",
				Optional:            true,
			},
			"app_token": schema.StringAttribute{
				MarkdownDescription: "Token (`appApiToken`) of the App Connection. It is stored in the state; prefer `app_connection`.",
				Optional:            true,
				Sensitive:           true,
				Validators:          []validator.String{appToken},
			},

			// Computed.
			"id": schema.StringAttribute{
				MarkdownDescription: "Fingerprint of the App Connection, the same as the `id` of its webhook.",
				Computed:            true,
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "`online`, `offline` (the printer is not connected), `not_supporter` (paused until the owner has Supporter Perks again), " +
					"`not_found` or `revoked` (the token will never be valid again).",
				Computed: true,
			},
			"valid": schema.BoolAttribute{
				MarkdownDescription: "Whether the App Connection is valid: `false` if `status` is `not_found` or `revoked`.",
				Computed:            true,
			},
			"printer_name": schema.StringAttribute{
				MarkdownDescription: "Name of the printer. This and all following attributes are null if the service doesn't provide them.",
				Computed:            true,
			},
			"printer_local_ip": schema.StringAttribute{
				MarkdownDescription: "IP address of the printer in its local network.",
				Computed:            true,
			},
			"printer_url": schema.StringAttribute{
				MarkdownDescription: "URL of the printer's page at OctoEverywhere, for its user.",
				Computed:            true,
			},
			"last_connected_at": schema.StringAttribute{
				MarkdownDescription: "Time when the printer last connected (RFC 3339).",
				CustomType:          timetypes.RFC3339Type{},
				Computed:            true,
			},
			"last_disconnected_at": schema.StringAttribute{
				MarkdownDescription: "Time when the printer last disconnected (RFC 3339).",
				CustomType:          timetypes.RFC3339Type{},
				Computed:            true,
			},
			"limits": schema.SingleNestedAttribute{
				MarkdownDescription: "Limits for transfers over the App Connection.",
				Computed:            true,
				Attributes: map[string]schema.Attribute{
					"max_download_file_size_bytes": schema.Int64Attribute{MarkdownDescription: "Maximum size of a download, in bytes.", Computed: true},
					"max_upload_file_size_bytes":   schema.Int64Attribute{MarkdownDescription: "Maximum size of an upload, in bytes.", Computed: true},
					"max_webcam_stream_seconds":    schema.Int64Attribute{MarkdownDescription: "Maximum length of one webcam stream, in seconds.", Computed: true},
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

// Read checks the App Connection. Only a service that doesn't say its status is
// an error.
func (d *appConnectionDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model appConnectionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := d.session.choose(model.AppToken, model.AppConnection)
	if resp.Diagnostics.Append(d.session.ready(c)); resp.Diagnostics.HasError() {
		return
	}
	status := d.session.statuses.CheckRetrying(ctx, c.token)
	if status.Name() == "" {
		resp.Diagnostics.Append(statusFailed(c, status.Err))
		return
	}
	model.ID = types.StringValue(c.token.Fingerprint())
	model.Status = types.StringValue(status.Name())
	model.Valid = types.BoolValue(!status.Gone())
	model.fromAPI(status.Info)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// statusFailed is the error of a check that said no status.
func statusFailed(c choice, err error) diag.Diagnostic {
	if octoeverywhere.IsInvalidInput(err) {
		return diag.NewAttributeErrorDiagnostic(c.at, "App Connection token not accepted", join(answered(c, err), adviceCheckToken))
	}
	advice := ""
	if octoeverywhere.IsNotServed(err) {
		advice = "The data source needs this call. Check the provider's endpoint."
	}
	return failed(c, err, "", advice)
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
