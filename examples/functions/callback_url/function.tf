terraform {
  required_version = ">= 1.8"

  required_providers {
    octoeverywhere = {
      source  = "octoeverywhere/octoeverywhere"
      version = "~> 0.1"
    }
  }
}

# https://app.example.com/octo?printer=garage&site=K%C3%B6ln%20%2F%20S%C3%BCd
output "garage" {
  value = provider::octoeverywhere::callback_url("https://app.example.com/octo", {
    printer = "garage"
    site    = "Köln / Süd"
  })
}

# https://app.example.com/octo?tenant=42&printer=lab
output "base_with_a_query" {
  value = provider::octoeverywhere::callback_url("https://app.example.com/octo?tenant=42", { printer = "lab" })
}
