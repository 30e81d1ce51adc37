terraform {
  required_version = ">= 1.11"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = ">= 0.1"
    }
  }
}

# export TF_VAR_garage_token='…'
variable "garage_token" {
  type      = string
  ephemeral = true # in no state and no plan file
  sensitive = true # in no output
}

provider "octoeverywhere" {}

resource "octoeverywhere_notification_webhook" "garage" {
  app_token_wo = var.garage_token
  callback_url = "https://app.example.com/octo?printer=garage"
}
