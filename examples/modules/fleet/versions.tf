terraform {
  required_version = ">= 1.8" # provider functions

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = ">= 0.1"
    }
  }
}
