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
  endpoint   = var.endpoint
  app_tokens = { secret_url = "tok-SECRET-secret_url-0123456789abcdef" }
}

# The URL's MAC is in private state.
resource "octoeverywhere_notification_webhook" "secret_url" {
  app_connection  = "secret_url"
  callback_url_wo = "https://app.example.com/octo?printer=secret_url&key=hush-hush"
}

resource "octoeverywhere_notification_webhook" "secret_token" {
  app_token_wo = "tok-SECRET-secret_token-0123456789abcdef"
  callback_url = "https://app.example.com/octo?printer=secret_token"
}

resource "octoeverywhere_notification_webhook" "secret_both" {
  app_token_wo    = "tok-SECRET-secret_both-0123456789abcdef"
  callback_url_wo = "https://app.example.com/octo?printer=secret_both&key=hush-hush"
  event_types     = ["print_failed"]
}
