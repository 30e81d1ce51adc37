list "octoeverywhere_notification_webhook" "fleet" {
  provider = octoeverywhere
  limit    = 1000 # of Terraform's own accord it lists 100
}
