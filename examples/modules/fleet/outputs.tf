output "webhooks" {
  description = "What was set for each printer, and until when it lasts."
  value = {
    for name, webhook in octoeverywhere_notification_webhook.printer : name => {
      id           = webhook.id
      callback_url = webhook.callback_url
      event_types  = webhook.event_types
      expires_at   = webhook.expires_at
    }
  }
}
