// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"
)

// subject is one way to set a fleet's webhooks.
type subject string

const (
	floor    subject = "terraform_data"
	ours     subject = "octoeverywhere"
	filtered subject = "octoeverywhere, filtered by the data source"
	curl     subject = "terraform_data + curl"
)

// config is the subject's configuration for n webhooks. version is part of
// every callback URL, so that another one changes them all.
func (s subject) config(endpoint string, n, version int) string {
	url := fmt.Sprintf("https://app.example.com/octo?v=%d&printer=", version)
	switch s {
	case ours:
		return fmt.Sprintf(`%s
resource "octoeverywhere_notification_webhook" "printer" {
  count          = %d
  app_connection = "printer-${count.index}"
  callback_url   = "%s${count.index}"
  event_types    = ["print_complete", "print_failed", "error"]
}
`, provider(endpoint), n, url)
	case filtered:
		return fmt.Sprintf(`%s
locals {
  all   = toset([for i in range(%d) : "printer-${i}"])
  alive = toset([for name, connection in data.octoeverywhere_app_connection.printer : name if connection.valid])
}
data "octoeverywhere_app_connection" "printer" {
  for_each       = local.all
  app_connection = each.key
}
resource "octoeverywhere_notification_webhook" "printer" {
  for_each       = local.alive
  app_connection = each.key
  callback_url   = "%s${each.key}"
  event_types    = ["print_complete", "print_failed", "error"]
}
`, provider(endpoint), n, url)
	case curl:
		return fmt.Sprintf(`resource "terraform_data" "printer" {
  count            = %d
  input            = { url = "%s${count.index}", token = "bench-token-${count.index}" }
  triggers_replace = "%s${count.index}"
  provisioner "local-exec" {
    command = "curl -fsS -o /dev/null -H 'AppToken: ${self.input.token}' -H 'Content-Type: application/json' -d '{\"CallbackUrl\":\"${self.input.url}\",\"EventTypes\":[2,3,9]}' %s/api/notifications/setfromappconnection"
  }
  provisioner "local-exec" {
    when    = destroy
    command = "curl -fsS -o /dev/null -X POST -H 'AppToken: ${self.input.token}' %s/api/appconnection/DeleteNotificationWebhook"
  }
}
`, n, url, url, endpoint, endpoint)
	default:
		return fmt.Sprintf(`resource "terraform_data" "printer" {
  count = %d
  input = { url = "%s${count.index}", events = ["print_complete", "print_failed", "error"] }
}
`, n, url)
	}
}

func (s subject) isOurs() bool { return s == ours || s == filtered }

func provider(endpoint string) string {
	return fmt.Sprintf(`terraform {
  required_providers {
    octoeverywhere = { source = "octoeverywhere/octoeverywhere" }
  }
}
variable "app_tokens" {
  type      = map(string)
  sensitive = true
}
provider "octoeverywhere" {
  endpoint   = %q
  app_tokens = var.app_tokens
}
`, endpoint)
}

// tokenFile is the variables file with the App Connections' tokens.
func tokenFile(n int) string {
	var text strings.Builder
	text.WriteString("app_tokens = {\n")
	for i := range n {
		fmt.Fprintf(&text, "  printer-%d = %q\n", i, token(i))
	}
	text.WriteString("}\n")
	return text.String()
}

func token(i int) string { return fmt.Sprintf("bench-token-%d", i) }
