// SPDX-License-Identifier: MPL-2.0

package main

import "fmt"

// subject is one way to set a fleet's webhooks.
type subject string

const (
	provider  subject = "this provider"
	terraform subject = "terraform_data"
	curl      subject = "with curl"
)

var subjects = []subject{provider, terraform, curl}

// configuration has n webhooks at an endpoint. version is part of every
// callback URL, so that another one changes them all.
func (s subject) configuration(endpoint string, n, version int) string {
	url := fmt.Sprintf("https://app.example.com/octo?v=%d&printer=${count.index}", version)
	switch s {
	case provider:
		return fmt.Sprintf(`terraform {
  required_providers {
    octoeverywhere = { source = "octoeverywhere/octoeverywhere" }
  }
}
provider "octoeverywhere" {
  endpoint   = %q
  app_tokens = { for i in range(%d) : "printer-${i}" => "bench-token-${i}" }
}
resource "octoeverywhere_notification_webhook" "printer" {
  count          = %[2]d
  app_connection = "printer-${count.index}"
  callback_url   = "%[3]s"
  event_types    = ["print_complete", "print_failed", "error"]
}
`, endpoint, n, url)
	case curl:
		return fmt.Sprintf(`resource "terraform_data" "printer" {
  count            = %d
  input            = { url = "%s", token = "bench-token-${count.index}" }
  triggers_replace = "%[2]s"
  provisioner "local-exec" {
    command = "curl -fsS -o /dev/null -H 'AppToken: ${self.input.token}' -H 'Content-Type: application/json' -d '{\"CallbackUrl\":\"${self.input.url}\",\"EventTypes\":[2,3,9]}' %[3]s/api/notifications/setfromappconnection"
  }
  provisioner "local-exec" {
    when    = destroy
    command = "curl -fsS -o /dev/null -X POST -H 'AppToken: ${self.input.token}' %[3]s/api/appconnection/DeleteNotificationWebhook"
  }
}
`, n, url, endpoint)
	default:
		return fmt.Sprintf(`resource "terraform_data" "printer" {
  count = %d
  input = { url = "%s", events = ["print_complete", "print_failed", "error"] }
}
`, n, url)
	}
}

func token(i int) string { return fmt.Sprintf("bench-token-%d", i) }
