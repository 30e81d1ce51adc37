terraform {
  required_version = ">= 1.10"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = ">= 0.1"
    }
  }
}

# export TF_VAR_app_tokens='{"garage":"…","lab":"…"}'
variable "app_tokens" {
  type      = map(string)
  ephemeral = true # in no state and no plan file
  sensitive = true # in no output
}

provider "octoeverywhere" {
  app_tokens = var.app_tokens
}

# The names can't come from the ephemeral map: Terraform has to remember them.
resource "octoeverywhere_notification_webhook" "printer" {
  for_each = toset(["garage", "lab"])

  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${each.key}"
}
