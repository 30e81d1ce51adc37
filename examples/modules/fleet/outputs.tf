output "webhooks" {
  description = "The webhook of each printer, by name. callback_url is null if secret_query_version is set."
  value = {
    for name, webhook in octoeverywhere_notification_webhook.printer : name => {
      id           = webhook.id
      callback_url = webhook.callback_url
      event_types  = webhook.event_types
      expires_at   = webhook.expires_at
    }
  }
}
