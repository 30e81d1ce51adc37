terraform {
  required_version = ">= 1.11"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
  }
}

# export TF_VAR_app_tokens='{"garage":"…"}'
variable "app_tokens" {
  type      = map(string)
  ephemeral = true # not stored in state or plan
  sensitive = true # not shown in output
}

# export TF_VAR_receiver_key='…'
variable "receiver_key" {
  type      = string
  ephemeral = true
  sensitive = true
}

provider "octoeverywhere" {
  app_tokens = var.app_tokens
}

resource "octoeverywhere_notification_webhook" "garage" {
  app_connection = "garage"

  callback_url_wo = provider::octoeverywhere::callback_url("https://app.example.com/octo", {
    printer = "garage"
    key     = var.receiver_key
  })

  # Fail the apply unless the receiver answers a test notification with 200.
  verify_delivery = true
}
