terraform {
  required_version = ">= 1.10"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
    vault = {
      source  = "hashicorp/vault"
      version = "~> 5.0"
    }
  }
}

# To store the tokens: vault kv put -mount=secret octoeverywhere garage=… lab=…
ephemeral "vault_kv_secret_v2" "tokens" {
  mount = "secret"
  name  = "octoeverywhere"
}

provider "octoeverywhere" {
  app_tokens = ephemeral.vault_kv_secret_v2.tokens.data
}

resource "octoeverywhere_notification_webhook" "printer" {
  for_each = toset(["garage", "lab"])

  app_connection = each.key
  callback_url   = "https://app.example.com/octo?printer=${each.key}"
}
