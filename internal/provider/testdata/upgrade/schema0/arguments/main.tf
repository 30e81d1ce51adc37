# The configuration that state.json beside it was made from.

terraform {
  required_providers {
    octoeverywhere = { source = "octoeverywhere/octoeverywhere" }
  }
}

variable "endpoint" {
  type = string
}

provider "octoeverywhere" {
  endpoint    = var.endpoint
  max_retries = 0
  app_token   = "tok-SECRET-default-0123456789abcdef"
  app_tokens = {
    for name in ["plain", "one", "two", "tainted", "lost_update", "gone", "imported"] : name => "tok-SECRET-${name}-0123456789abcdef"
  }
}

resource "octoeverywhere_notification_webhook" "plain" {
  app_connection = "plain"
  callback_url   = "https://app.example.com/octo?printer=plain&a=%2F&b=<ü>"
  event_types    = ["print_complete", 3, "16"]
}

resource "octoeverywhere_notification_webhook" "fleet" {
  for_each       = toset(["one", "two"])
  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${each.key}"
}

resource "octoeverywhere_notification_webhook" "own" {
  app_token         = "tok-SECRET-own-0123456789abcdef"
  callback_url      = "https://app.example.com/octo?printer=own"
  event_types       = ["error"]
  renew_before_days = 7
  triggers          = { resumed = "once", again = "twice" }
}

resource "octoeverywhere_notification_webhook" "default" {
  callback_url      = "https://app.example.com/octo?printer=default"
  renew_before_days = 0
  verify_delivery   = false
}

# Its first Set got no answer: tainted, both times null.
resource "octoeverywhere_notification_webhook" "tainted" {
  app_connection = "tainted"
  callback_url   = "https://app.example.com/octo?printer=tainted"
}

# An update got no answer, and its configuration was taken back: both times null.
resource "octoeverywhere_notification_webhook" "lost_update" {
  app_connection = "lost_update"
  callback_url   = "https://app.example.com/octo?printer=lost_update"
}

# An update was told 604: marked in private state.
resource "octoeverywhere_notification_webhook" "gone" {
  app_connection = "gone"
  callback_url   = "https://app.example.com/octo?printer=gone"
}

# Imported, and not applied since.
resource "octoeverywhere_notification_webhook" "imported" {
  app_connection = "imported"
  callback_url   = "https://app.example.com/octo?printer=imported"
}
