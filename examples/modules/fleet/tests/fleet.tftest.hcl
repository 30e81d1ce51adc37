# The provider is mocked: these tests need neither the service nor a token.
mock_provider "octoeverywhere" {
  mock_resource "octoeverywhere_notification_webhook" {
    defaults = {
      id            = "0123456789abcdef0123"
      configured_at = "2026-03-01T12:00:00Z"
      expires_at    = "2026-08-28T12:00:00Z"
    }
  }
}

variables {
  # Terraform before 1.17 fails if an ephemeral variable has its default
  # (https://github.com/hashicorp/terraform/issues/38974).
  secret_query = {}

  receiver_url = "https://app.example.com/octo"
  event_types  = ["print_complete", "print_failed"]
  printers = {
    garage = {}
    lab    = { query = { site = "Köln" } }
    attic  = { event_types = ["error"] }
  }
}

run "each_printer_has_a_url_of_its_own" {
  assert {
    condition     = output.webhooks["garage"].callback_url == "https://app.example.com/octo?printer=garage"
    error_message = "garage has the URL ${output.webhooks["garage"].callback_url}."
  }
  assert {
    condition     = output.webhooks["lab"].callback_url == "https://app.example.com/octo?printer=lab&site=K%C3%B6ln"
    error_message = "lab has the URL ${output.webhooks["lab"].callback_url}."
  }
  assert {
    condition     = join(",", keys(output.webhooks)) == "attic,garage,lab"
    error_message = "There is not one webhook for each printer."
  }
}

run "a_printer_may_have_events_of_its_own" {
  assert {
    condition     = octoeverywhere_notification_webhook.printer["garage"].event_types == toset(["print_complete", "print_failed"])
    error_message = "garage does not have the fleet's events."
  }
  assert {
    condition     = octoeverywhere_notification_webhook.printer["attic"].event_types == toset(["error"])
    error_message = "attic does not have its own events."
  }
}

run "no_event_types_means_all_events" {
  variables {
    event_types = null
  }

  assert {
    condition     = octoeverywhere_notification_webhook.printer["garage"].event_types == null
    error_message = "garage has a filter, although event_types is null."
  }
}

run "the_receiver_must_be_https" {
  command = plan

  variables {
    receiver_url = "http://app.example.com/octo"
  }

  expect_failures = [var.receiver_url]
}

run "an_empty_filter_is_refused" {
  command = plan

  variables {
    event_types = []
  }

  expect_failures = [var.event_types]
}

run "a_printer_needs_a_name" {
  command = plan

  variables {
    printers = { "" = {} }
  }

  expect_failures = [var.printers]
}

run "renewal_stays_within_the_lifetime" {
  command = plan

  variables {
    renew_before_days = 180
  }

  expect_failures = [var.renew_before_days]
}

run "a_secret_makes_the_urls_write_only" {
  variables {
    secret_query         = { key = "secret" }
    secret_query_version = 1
  }

  assert {
    condition     = alltrue([for webhook in values(output.webhooks) : webhook.callback_url == null])
    error_message = "A URL with a secret is in the state."
  }
  assert {
    condition     = octoeverywhere_notification_webhook.printer["garage"].callback_url_wo_version == 1
    error_message = "The webhook doesn't have the version of the secret."
  }
}

run "a_secret_needs_a_version" {
  command = plan

  variables {
    secret_query = { key = "secret" }
  }

  expect_failures = [var.secret_query]
}
