# What the example beside this file needs to be a whole configuration.

terraform {
  required_providers {
    octoeverywhere = {
      source = "octoeverywhere/octoeverywhere"
    }
  }
}

# The token comes from the environment variable OCTOEVERYWHERE_APP_TOKEN.
provider "octoeverywhere" {}
