// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	acctest "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"
)

// functionsOnly serves the provider's functions and nothing else, so that
// their tests need no API.
type functionsOnly struct{}

func (functionsOnly) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "octoeverywhere"
}
func (functionsOnly) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (functionsOnly) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}
func (functionsOnly) Resources(context.Context) []func() resource.Resource       { return nil }
func (functionsOnly) DataSources(context.Context) []func() datasource.DataSource { return nil }
func (functionsOnly) Functions(context.Context) []func() function.Function {
	return []func() function.Function{NewCallbackURLFunction, NewEventTypesFunction}
}

// functionTest runs steps through the real Terraform.
func functionTest(t *testing.T, steps ...acctest.TestStep) {
	t.Helper()

	acctest.UnitTest(t, acctest.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"octoeverywhere": providerserver.NewProtocol6WithError(functionsOnly{}),
		},
		Steps: steps,
	})
}

// wrapped matches text as Terraform prints it: broken into lines anywhere
// between words, each with a border in front.
func wrapped(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}

	return regexp.MustCompile(strings.Join(words, `[\s│]+`))
}
