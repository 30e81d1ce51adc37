// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-octoeverywhere is the Terraform and OpenTofu
// provider for OctoEverywhere App Connection notification webhooks.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// version is stamped in by the release build (-X main.version=1.2.3).
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger such as delve, and print how to attach Terraform")
	flag.Parse()

	silenceUnreadSDKLogs()

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/octoeverywhere/octoeverywhere",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// silenceUnreadSDKLogs turns the SDK's own trace lines off when nobody asked
// for a log: it formats them all the same, for a third of the provider's CPU
// time (design, HTTP rules).
func silenceUnreadSDKLogs() {
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "TF_LOG") {
			return
		}
	}
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"} {
		os.Setenv(name, "off") //nolint:errcheck // a name this plain can't be refused
	}
}
