terraform {
  required_version = ">= 1.8"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = ">= 0.1"
    }
  }
}

# For a receiver that wants names where notifications carry numbers:
# {"1":"print_started","2":"print_complete", ...}
output "event_names" {
  value = jsonencode({ for name, number in provider::octoeverywhere::event_types() : number => name })
}

# One of them: 3
output "print_failed" {
  value = provider::octoeverywhere::event_types().print_failed
}
