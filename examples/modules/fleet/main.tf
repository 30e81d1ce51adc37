locals {
  query = { for name, printer in var.printers : name => merge({ printer = name }, printer.query) }
}

resource "octoeverywhere_notification_webhook" "printer" {
  for_each = var.printers

  app_connection = each.key
  event_types    = each.value.event_types == null ? var.event_types : each.value.event_types

  callback_url = (var.secret_query_version != null ? null :
  provider::octoeverywhere::callback_url(var.receiver_url, local.query[each.key]))
  callback_url_wo = (var.secret_query_version == null ? null :
  provider::octoeverywhere::callback_url(var.receiver_url, merge(local.query[each.key], var.secret_query)))
  callback_url_wo_version = var.secret_query_version

  triggers          = var.triggers
  renew_before_days = var.renew_before_days
  verify_delivery   = var.verify_delivery

  lifecycle {
    create_before_destroy = true # keep the old webhook until a new token has worked
  }
}
