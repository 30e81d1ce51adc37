import {
  to = octoeverywhere_notification_webhook.garage
  id = "garage"
}
