variable "printers" {
  description = <<-EOT
    The printers, by the name of their App Connection in the provider's app_tokens.
    - query: parameters to add to the printer's callback URL, in addition to printer=<name>.
    - event_types: event types of this printer, instead of those of the fleet.
  EOT
  type = map(object({
    query       = optional(map(string), {})
    event_types = optional(set(string))
  }))

  validation {
    condition     = alltrue([for name in keys(var.printers) : length(trimspace(name)) > 0])
    error_message = "A printer has an empty name. Use the name of its App Connection in the provider's app_tokens."
  }
}

variable "receiver_url" {
  description = "The https URL that receives the notifications, without the parameters of a printer."
  type        = string

  validation {
    condition     = startswith(var.receiver_url, "https://")
    error_message = "receiver_url must begin with https://, because OctoEverywhere calls only https URLs."
  }
}

variable "secret_query" {
  description = "Secret parameters to add to every callback URL, such as a key. Requires secret_query_version. The URLs are then not stored in state or plan."
  type        = map(string)
  default     = {}
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = length(var.secret_query) == 0 || var.secret_query_version != null
    error_message = "Set secret_query_version, too: it makes the URLs write-only, and tells Terraform when secret_query has changed."
  }
}

variable "secret_query_version" {
  description = "Version of secret_query, a whole number. Change it with secret_query to set the new URLs."
  type        = number
  default     = null
}

variable "event_types" {
  description = "Event types to send, by name or number. Null: all."
  type        = set(string)
  default     = null

  validation {
    condition     = var.event_types == null ? true : length(var.event_types) > 0
    error_message = "event_types is empty. Remove it to send all event types, or add at least one."
  }
}

variable "triggers" {
  description = "Arbitrary values. Changing one sets all webhooks again, for example after the receiver was down."
  type        = map(string)
  default     = null
}

variable "renew_before_days" {
  description = "Number of days before the webhooks expire from which a plan proposes a renewal."
  type        = number
  default     = 30

  validation {
    condition     = var.renew_before_days >= 0 && var.renew_before_days <= 179
    error_message = "renew_before_days must be from 0 to 179, because a webhook expires after 180 days."
  }
}

variable "verify_delivery" {
  description = "Whether to send a test notification each time a webhook is set. If the receiver doesn't answer 200, the apply fails."
  type        = bool
  default     = false
}
