// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-octoeverywhere is the Terraform and OpenTofu
// provider for OctoEverywhere App Connection notification webhooks.
package main

import (
	"flag"
	"log"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

// address is the provider's in the registry.
const address = "registry.terraform.io/octoeverywhere/octoeverywhere"

// version is stamped in by the release build (-X main.version=1.2.3).
var version = "dev"

func main() {
	attach := flag.Bool("debug", false, "serve for a debugger such as delve, and print how to attach Terraform")
	flag.Parse()

	silenceUnreadSDKLogs()

	var options []tf6server.ServeOpt
	if *attach {
		options = append(options, tf6server.WithManagedDebug())
	}
	if err := tf6server.Serve(address, provider.NewServer(provider.New(version)), options...); err != nil {
		log.Fatal(err)
	}
}

// silenceUnreadSDKLogs turns the SDK's own trace lines off when nobody asked
// for a log: it formats them all the same, for a third of the provider's CPU
// time (DESIGN.md, "Workarounds").
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
