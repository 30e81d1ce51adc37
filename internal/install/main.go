// SPDX-License-Identifier: MPL-2.0

// Command install builds the provider and lays it out in bin/ as a filesystem
// mirror, with a CLI configuration that has terraform init and tofu init take it
// from there. Run it from the repository's top.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
)

func main() { cli.Main("install", install) }

func install(ctx context.Context) error {
	bin, err := filepath.Abs("bin")
	if err != nil {
		return err
	}
	mirror := cli.Mirror(filepath.Join(bin, "mirror"))
	if err := mirror.Build(ctx); err != nil {
		return err
	}
	configuration := filepath.Join(bin, "install.tfrc")
	if err := os.WriteFile(configuration, []byte(mirror.Configuration()), 0o600); err != nil {
		return err
	}
	fmt.Printf(`Installed %s %s. In the shell where you run terraform or tofu:

    export TF_CLI_CONFIG_FILE=%s

then run 'terraform init' as always. While it is set, this file stands in for
your own CLI configuration (~/.terraformrc or ~/.tofurc).
To install a change to the code: run 'make install' again, remove
.terraform.lock.hcl, which holds the old build's checksum, and run
'terraform init' again.
`, cli.ProviderAddress, cli.Version, configuration)
	return nil
}
