# The key that the receiver checks. Ephemeral: in no state and no plan file.
variable "receiver_key" {
  type      = string
  ephemeral = true
  sensitive = true
}

variable "receiver_url" {
  type    = string
  default = "https://app.example.com/octo"
}

resource "octoeverywhere_notification_webhook" "garage" {
  app_connection = "garage"

  callback_url_wo = provider::octoeverywhere::callback_url(var.receiver_url, {
    printer = "garage"
    key     = var.receiver_key
  })

  # Fail the apply when the receiver doesn't answer a test notification with 200.
  verify_delivery = true
}
