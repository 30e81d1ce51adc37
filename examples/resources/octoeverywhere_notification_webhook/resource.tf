terraform {
  required_version = ">= 1.5"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
  }
}

# Each token under a name of your choice:
# export TF_VAR_app_tokens='{"garage":"…","lab":"…","attic":"…"}'
variable "app_tokens" {
  type      = map(string)
  sensitive = true
}

provider "octoeverywhere" {
  app_tokens = var.app_tokens
}

resource "octoeverywhere_notification_webhook" "garage" {
  app_connection = "garage" # a key of app_tokens
  callback_url   = "https://app.example.com/octo?printer=garage"
  event_types    = ["print_complete", "print_failed", "error"]
}

# All events of the other printers.
resource "octoeverywhere_notification_webhook" "other" {
  for_each = toset(["lab", "attic"])

  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${each.key}"
}
