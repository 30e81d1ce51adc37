// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// session is one configured provider: what all resources, data sources, actions
// and lists of one run share.
type session struct {
	client *octoeverywhere.Client // nil while the provider's configuration is not known
	tokens tokenSet
	ledger *ledger
	now    func() time.Time
	stopping
	answers *answers
}

func newSession(p *octoProvider, terraformVersion string, config providerModel, diags *diag.Diagnostics) *session {
	s := &session{
		tokens:   newTokenSet(config, os.Getenv(envAppToken), diags),
		ledger:   newLedger(),
		now:      p.now,
		stopping: newStopping(),
	}
	s.answers = newAnswers(s)
	if config.Endpoint.IsUnknown() || config.WebhookAPI.IsUnknown() || config.MaxRetries.IsUnknown() || config.RequestTimeout.IsUnknown() {
		return s // a plan goes on without the API; Terraform configures again before it applies
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
		return s
	}
	client, err := octoeverywhere.New(settings)
	if err != nil {
		diags.AddError("The provider could not be configured", sentence(err))
		return s
	}
	s.client = client
	return s
}

// unusable says why no call can be made for an App Connection now; nil when it
// can.
func (s *session) unusable(choice tokenChoice) diag.Diagnostic {
	switch {
	case choice.missing != nil:
		return choice.missing
	case choice.unknown, s.client == nil:
		return notKnownYet(choice.label)
	}
	return nil
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
		diags.AddAttributeError(path.Root("endpoint"), "Environment variable "+envEndpoint+" is not a usable endpoint", sentence(err))
	}
	return fromEnv
}

// sessionFrom unpacks what Configure of a resource, data source, action or list
// is handed.
// It is nil while Terraform validates, before any provider is configured.
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
