terraform {
  required_version = ">= 1.5"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
  }
}

# The token comes from the environment variable OCTOEVERYWHERE_APP_TOKEN.
provider "octoeverywhere" {}

variable "callback_url" {
  description = "URL that receives the notifications. Change it to yours."
  type        = string
  default     = "https://app.example.com/octo?printer=garage"
}

resource "octoeverywhere_notification_webhook" "printer" {
  callback_url = var.callback_url
  event_types  = ["print_complete", "print_failed", "error"]
}

output "expires_at" {
  description = "Time when notifications stop, unless you apply before."
  value       = octoeverywhere_notification_webhook.printer.expires_at
}
