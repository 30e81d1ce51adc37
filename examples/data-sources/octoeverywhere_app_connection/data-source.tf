terraform {
  required_version = ">= 1.5"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
  }
}

# export TF_VAR_app_tokens='{"garage":"…","lab":"…","attic":"…"}'
variable "app_tokens" {
  type      = map(string)
  sensitive = true
}

provider "octoeverywhere" {
  app_tokens = var.app_tokens
}

locals {
  printers = toset(["garage", "lab", "attic"])
}

data "octoeverywhere_app_connection" "printer" {
  for_each = local.printers

  app_connection = each.key
}

# Only for valid App Connections, so that an invalid one doesn't fail the apply.
resource "octoeverywhere_notification_webhook" "printer" {
  for_each = toset([for name, connection in data.octoeverywhere_app_connection.printer : name if connection.valid])

  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${each.key}"
}

# Every plan and apply warns about the invalid ones.
check "app_connections" {
  assert {
    condition = alltrue([for connection in data.octoeverywhere_app_connection.printer : connection.valid])
    error_message = format("Invalid App Connections: %s.",
    join(", ", [for name, connection in data.octoeverywhere_app_connection.printer : name if !connection.valid]))
  }
}

output "printers" {
  value = {
    for name, connection in data.octoeverywhere_app_connection.printer :
    name => "${coalesce(connection.printer_name, "unnamed")}: ${connection.status}"
  }
}
