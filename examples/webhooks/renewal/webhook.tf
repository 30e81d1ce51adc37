resource "octoeverywhere_notification_webhook" "printer" {
  callback_url = "https://app.example.com/octo?printer=garage"

  # Any plan in the last 60 of the 180 days proposes to set the webhook again.
  renew_before_days = 60
}
