resource "octoeverywhere_notification_webhook" "printer" {
  callback_url = "https://app.example.com/octo?printer=garage"

  # Any change sets the webhook again, which makes OctoEverywhere call again.
  triggers = {
    receiver_back_since = "2026-03-01T09:30:00Z"
  }
}
