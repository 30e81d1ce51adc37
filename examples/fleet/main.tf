terraform {
  required_version = ">= 1.8"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
  }
}

# export TF_VAR_app_tokens='{"garage":"…","lab":"…","attic":"…"}'
# From Terraform 1.10 and OpenTofu 1.11 on, add ephemeral = true: it keeps the
# tokens out of saved plans too.
variable "app_tokens" {
  type      = map(string)
  sensitive = true
}

variable "receiver_url" {
  type    = string
  default = "https://app.example.com/octo"
}

provider "octoeverywhere" {
  app_tokens = var.app_tokens
}

module "fleet" {
  source = "../modules/fleet"

  receiver_url = var.receiver_url
  event_types  = ["print_complete", "print_failed", "error"]

  printers = {
    garage = {}
    lab    = { query = { site = "Köln" } }
    attic  = { event_types = ["print_failed"] }
  }
}

output "webhooks" {
  value = module.fleet.webhooks
}
