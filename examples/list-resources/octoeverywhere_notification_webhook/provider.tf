terraform {
  required_version = ">= 1.14"

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
  sensitive = true
}

provider "octoeverywhere" {
  app_tokens = var.app_tokens
}
