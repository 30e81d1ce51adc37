// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	acctest "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	cli "github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
)

// functionTest runs steps through the real Terraform. No step configures the
// provider: functions need no token and call nobody.
func functionTest(t *testing.T, steps ...acctest.TestStep) {
	t.Helper()
	cli.NeedsCLI(t)

	for i := range steps {
		steps[i].Config = cli.RequiredProviders + steps[i].Config
	}
	acctest.UnitTest(t, acctest.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"octoeverywhere": providerserver.NewProtocol6WithError(New("test")()),
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
