# By the App Connection's name in the provider's app_tokens:
terraform import octoeverywhere_notification_webhook.garage garage

# The App Connection of the provider's app_token is named default:
terraform import octoeverywhere_notification_webhook.printer default
