# Sets webhooks at a fake of OctoEverywhere, which must know these tokens.
# README.md in the folder above says how to run it.
variables {
  app_tokens = {
    garage = "fake-token-garage"
    lab    = "fake-token-lab"
    attic  = "fake-token-attic"
  }
}

run "sets_the_fleet" {
  assert {
    condition     = alltrue([for webhook in values(output.webhooks) : timecmp(webhook.expires_at, plantimestamp()) > 0])
    error_message = "A webhook was not set."
  }
  assert {
    condition     = length(distinct([for webhook in values(output.webhooks) : webhook.id])) == 3
    error_message = "Two printers share an App Connection."
  }
}

run "moves_it_to_another_receiver_in_place" {
  variables {
    receiver_url = "https://new.example.com/octo"
  }

  assert {
    condition     = alltrue([for webhook in values(output.webhooks) : startswith(webhook.callback_url, "https://new.example.com/octo?printer=")])
    error_message = "A webhook still calls the old receiver."
  }
}
