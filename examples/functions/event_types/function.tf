terraform {
  required_version = ">= 1.8"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
  }
}

# All names by number, for a receiver:
# {"1":"print_started","2":"print_complete", ...}
output "event_names" {
  value = jsonencode({ for name, number in provider::octoeverywhere::event_types() : number => name })
}

# 3
output "print_failed" {
  value = provider::octoeverywhere::event_types().print_failed
}
