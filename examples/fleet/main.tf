terraform {
  required_version = ">= 1.11"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
  }
}

# export TF_VAR_app_tokens='{"garage":"…","lab":"…","attic":"…"}'
variable "app_tokens" {
  type      = map(string)
  ephemeral = true
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
