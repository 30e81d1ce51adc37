terraform {
  required_version = ">= 1.10"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
  }
}

# export TF_VAR_app_tokens='{"garage":"…","lab":"…"}'
variable "app_tokens" {
  type      = map(string)
  ephemeral = true # not stored in state or plan
  sensitive = true # not shown in output
}

provider "octoeverywhere" {
  app_tokens = var.app_tokens
}

resource "octoeverywhere_notification_webhook" "printer" {
  for_each = toset(["garage", "lab"])

  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${each.key}"
}
