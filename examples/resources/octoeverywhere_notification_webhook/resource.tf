resource "octoeverywhere_notification_webhook" "garage" {
  app_connection = "garage" # a name in the provider's app_tokens
  callback_url   = "https://app.example.com/octo?printer=garage"
  event_types    = ["print_complete", "print_failed", "error"]
}

# One for each printer of a fleet, whatever happens there.
resource "octoeverywhere_notification_webhook" "lab" {
  for_each = toset(["lab-1", "lab-2"])

  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${urlencode(each.key)}"
}
