resource "octoeverywhere_notification_webhook" "printer" {
  for_each = var.printers

  app_connection = each.key
  callback_url   = provider::octoeverywhere::callback_url(var.receiver_url, merge({ printer = each.key }, each.value.query))
  event_types    = each.value.event_types == null ? var.event_types : each.value.event_types

  triggers          = var.triggers
  renew_before_days = var.renew_before_days
  verify_delivery   = var.verify_delivery

  lifecycle {
    # A new token is a new App Connection: set the new webhook before the old one goes.
    create_before_destroy = true
  }
}
