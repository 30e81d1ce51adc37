// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"
)

// subject is one way to set a fleet's webhooks.
type subject string

const (
	floor subject = "terraform_data"
	ours  subject = "octoeverywhere"
	curl  subject = "terraform_data + curl"
)

// config is the subject's configuration for n webhooks. version is part of
// every callback URL, so that another one changes them all.
func (s subject) config(endpoint string, n, version int) string {
	url := fmt.Sprintf("https://app.example.com/octo?v=%d&printer=", version)
	count := fmt.Sprintf("count = %d", n)
	switch s {
	case ours:
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
resource "octoeverywhere_notification_webhook" "printer" {
  %s
  app_connection = "printer-${count.index}"
  callback_url   = "%s${count.index}"
  event_types    = ["print_complete", "print_failed", "error"]
}
`, endpoint, count, url)
	case curl:
		return fmt.Sprintf(`resource "terraform_data" "printer" {
  %s
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
`, count, url, url, endpoint, endpoint)
	default:
		return fmt.Sprintf("resource \"terraform_data\" \"printer\" {\n  %s\n  input = { url = \"%s${count.index}\", events = [\"print_complete\", \"print_failed\", \"error\"] }\n}\n", count, url)
	}
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
