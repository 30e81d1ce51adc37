terraform {
  required_version = ">= 1.11" # write-only arguments

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = ">= 0.1"
    }
  }
}
