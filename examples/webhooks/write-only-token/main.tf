# What the example beside this file needs to be a whole configuration.

terraform {
  required_version = ">= 1.11"

  required_providers {
    octoeverywhere = {
      source = "octoeverywhere/octoeverywhere"
    }
  }
}

provider "octoeverywhere" {}
