list "octoeverywhere_notification_webhook" "fleet" {
  provider = octoeverywhere
  limit    = 1000 # default: 100
}
