variable "garage_token" {
  type      = string
  ephemeral = true
  sensitive = true
}

resource "octoeverywhere_notification_webhook" "garage" {
  app_token_wo = var.garage_token
  callback_url = "https://app.example.com/octo?printer=garage"

  lifecycle {
    create_before_destroy = true # another token is another App Connection
  }
}
