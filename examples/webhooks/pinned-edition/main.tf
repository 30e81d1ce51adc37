terraform {
  required_providers {
    octoeverywhere = {
      source = "octoeverywhere/octoeverywhere"
    }
  }
}

provider "octoeverywhere" {
  webhook_api = "appconnection"
}
