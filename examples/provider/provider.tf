terraform {
  required_providers {
    octoeverywhere = {
      source = "octoeverywhere/octoeverywhere"
    }
  }
}

# One token for each App Connection, under a name of your choice. Hand them in
# through the environment: export TF_VAR_app_tokens='{"garage":"…","lab":"…"}'
variable "app_tokens" {
  type      = map(string)
  sensitive = true
}

provider "octoeverywhere" {
  app_tokens = var.app_tokens
}
