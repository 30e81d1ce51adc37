import {
  to       = octoeverywhere_notification_webhook.other["lab"]
  identity = { id = "85c72804e6010d68965b" } # fingerprint of the token
}
