# What the example beside this file needs to be a whole configuration.

terraform {
  required_version = ">= 1.5" # for the check block

  required_providers {
    octoeverywhere = {
      source = "octoeverywhere/octoeverywhere"
    }
  }
}

variable "app_tokens" {
  type      = map(string)
  sensitive = true
}

provider "octoeverywhere" {
  app_tokens = var.app_tokens
}
