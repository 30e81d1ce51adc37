// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/appconnection"
	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// session is one configured provider: what all resources, data sources, actions
// and lists of one run share.
type session struct {
	client   *octoeverywhere.Client // nil while the provider's configuration is not known
	tokens   appconnection.Tokens
	statuses *appconnection.Statuses
	webhooks *appconnection.Webhooks
	now      func() time.Time
	private  bool // the host keeps private state, as Terraform and OpenTofu do
}

// versionNumber is how the version begins that Terraform and OpenTofu configure a
// provider with. Pulumi's bridge and Crossplane's upjet send words (DESIGN.md,
// "Other hosts").
var versionNumber = regexp.MustCompile(`^\d+\.\d+`)

func newSession(p *octoProvider, terraformVersion string, config providerModel, diags *diag.Diagnostics) *session {
	terraform := versionNumber.MatchString(terraformVersion)
	s := &session{
		client:   newClient(p, terraformVersion, config, diags),
		tokens:   newTokens(config, os.Getenv(envAppToken), diags),
		webhooks: appconnection.NewWebhooks(terraform),
		now:      p.now,
		private:  terraform,
	}
	s.statuses = appconnection.NewStatuses(s.client, p.now)
	return s
}

// newClient makes the API client; nil while something of the configuration is
// not known. Terraform configures the provider again before it applies.
func newClient(p *octoProvider, terraformVersion string, config providerModel, diags *diag.Diagnostics) *octoeverywhere.Client {
	if config.Endpoint.IsUnknown() || config.WebhookAPI.IsUnknown() || config.MaxRetries.IsUnknown() || config.RequestTimeout.IsUnknown() {
		return nil
	}
	settings := octoeverywhere.Config{
		Endpoint:       endpoint(config, diags),
		Edition:        octoeverywhere.Edition(config.WebhookAPI.ValueString()),
		MaxRetries:     octoeverywhere.DefaultMaxRetries,
		RequestTimeout: octoeverywhere.DefaultRequestTimeout,
		UserAgent:      fmt.Sprintf("terraform-provider-octoeverywhere/%s (Terraform/%s)", p.version, terraformVersion),
		Log:            logRequest,
		Waits:          p.waits,
	}
	if !config.MaxRetries.IsNull() {
		settings.MaxRetries = int(whole(config.MaxRetries))
	}
	if !config.RequestTimeout.IsNull() {
		settings.RequestTimeout, _ = time.ParseDuration(config.RequestTimeout.ValueString()) // its validator parsed it
	}
	if diags.HasError() {
		return nil
	}
	client, err := octoeverywhere.New(settings)
	if err != nil {
		diags.AddError("Invalid provider configuration", sentence(err))
	}
	return client
}

// endpoint returns the base URL: argument, else environment, else the public
// service. The argument itself was checked by its validator.
func endpoint(config providerModel, diags *diag.Diagnostics) string {
	if !config.Endpoint.IsNull() {
		return config.Endpoint.ValueString()
	}
	fromEnv := os.Getenv(envEndpoint)
	if fromEnv == "" {
		return octoeverywhere.DefaultEndpoint
	}
	if err := octoeverywhere.ValidateEndpoint(fromEnv); err != nil {
		diags.AddAttributeError(path.Root("endpoint"), "Invalid environment variable "+envEndpoint, sentence(err))
	}
	return fromEnv
}

// newTokens reads app_token and app_tokens. The environment's token stands in
// for a block that has neither.
func newTokens(config providerModel, fromEnv string, diags *diag.Diagnostics) appconnection.Tokens {
	tokens := appconnection.Tokens{ByName: map[string]octoeverywhere.Token{}, Open: config.AppTokens.IsUnknown()}
	add := func(name string, value types.String, at path.Path) {
		if value.IsUnknown() {
			tokens.ByName[name] = octoeverywhere.Token{}
			return
		}
		token, err := octoeverywhere.NewToken(value.ValueString())
		if err != nil {
			diags.Append(invalidToken(at, err))
			return
		}
		tokens.ByName[name] = token
	}
	for name, element := range config.AppTokens.Elements() {
		if value, ok := element.(types.String); ok {
			add(name, value, tokenPath(name))
		}
	}
	_, named := tokens.ByName[appconnection.Default]
	switch {
	case !config.AppToken.IsNull() && named:
		diags.AddAttributeError(path.Root("app_token"), "Two tokens for one App Connection",
			`The provider's app_token is the token of the App Connection "default", and app_tokens has a "default" too. Remove one of them.`)
	case !config.AppToken.IsNull():
		add(appconnection.Default, config.AppToken, path.Root("app_token"))
	case config.AppTokens.IsNull() && fromEnv != "":
		token, err := octoeverywhere.NewToken(fromEnv)
		if err != nil {
			diags.AddAttributeError(path.Root("app_token"), "Invalid environment variable "+envAppToken, sentence(err))
			break
		}
		tokens.ByName[appconnection.Default] = token
	}
	return tokens
}

// tokenPath is the place of a token in app_tokens, without a name that is not to
// be shown.
func tokenPath(name string) path.Path {
	root := path.Root("app_tokens")
	if appconnection.QuoteName(name) != fmt.Sprintf("%q", name) {
		return root
	}
	return root.AtMapKey(name)
}

// choice is the App Connection that a configuration chooses.
type choice struct {
	token octoeverywhere.Token // zero: not known yet, or err
	err   error                // why there is no token
	at    path.Path            // the argument that chooses
	label string               // the App Connection, for a person
}

// known tells whether the token is; without one and without err it is not known
// yet.
func (c choice) known() bool { return !c.token.IsZero() }

// choose finds the App Connection that a resource, a data source or an action
// chooses with its arguments.
func (s *session) choose(appToken, appConnection types.String) choice {
	c := choice{at: path.Root("app_connection"), label: "the App Connection"}
	switch {
	case !appToken.IsNull():
		c.at, c.label = path.Root("app_token"), "the App Connection of app_token"
		if !appToken.IsUnknown() {
			c.token, c.err = octoeverywhere.NewToken(appToken.ValueString())
		}
	case !appConnection.IsUnknown():
		name := appconnection.Default
		if !appConnection.IsNull() {
			name = appConnection.ValueString()
		}
		c.label = "App Connection " + appconnection.QuoteName(name)
		c.token, c.err = s.tokens.Get(name)
	}
	if c.known() {
		c.label = s.tokens.Label(c.token.Fingerprint())
	}
	return c
}

// ready is nil when the API can be called for an App Connection.
func (s *session) ready(c choice) diag.Diagnostic {
	switch {
	case c.err != nil:
		return noToken(c)
	case !c.known(), s.client == nil:
		return notKnownYet(c.label)
	}
	return nil
}

// sessionFrom unpacks what Configure of a resource, data source, action or list
// is handed. It is nil while Terraform validates.
func sessionFrom(providerData any, diags *diag.Diagnostics) *session {
	if providerData == nil {
		return nil
	}
	s, ok := providerData.(*session)
	if !ok {
		diags.AddError("Internal error of the provider", fmt.Sprintf("It was configured with %T. Please report this.", providerData))
	}
	return s
}
