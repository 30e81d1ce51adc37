terraform {
  required_version = ">= 1.14.1"

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
  sensitive = true
}

provider "octoeverywhere" {
  app_tokens = var.app_tokens
}

resource "octoeverywhere_notification_webhook" "garage" {
  app_connection = "garage"
  callback_url   = "https://app.example.com/octo?printer=garage"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.octoeverywhere_test_notification.garage]
    }
  }
}

action "octoeverywhere_test_notification" "garage" {
  config {
    app_connection = "garage"
  }
}
