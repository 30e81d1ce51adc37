terraform {
  required_version = ">= 1.5"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
  }
}

provider "octoeverywhere" {
  webhook_api = "appconnection"
}
