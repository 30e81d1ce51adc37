variable "printers" {
  description = <<-EOT
    The printers, by the name of their App Connection in the provider's app_tokens.
    - query: parameters to add to this printer's callback URL, beside printer=<name>.
    - event_types: events for this printer, in place of the fleet's.
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
  description = "Where notifications go, without what tells printers apart. It must be https and within reach of the internet."
  type        = string

  validation {
    condition     = startswith(var.receiver_url, "https://")
    error_message = "OctoEverywhere calls https URLs only: receiver_url must begin with https://."
  }
}

variable "event_types" {
  description = "Events to be told of, by name or number. Null: all events."
  type        = set(string)
  default     = null

  validation {
    condition     = var.event_types == null ? true : length(var.event_types) > 0
    error_message = "event_types is empty. Leave it out to be told of all events, or name at least one."
  }
}

variable "triggers" {
  description = "Any values. When one changes, all webhooks are set again, for example after the receiver was down."
  type        = map(string)
  default     = null
}

variable "renew_before_days" {
  description = "How many days before the 180 days end a plan proposes to set a webhook again."
  type        = number
  default     = 30

  validation {
    condition     = var.renew_before_days >= 0 && var.renew_before_days <= 179
    error_message = "renew_before_days must be from 0 to 179: a webhook lasts 180 days."
  }
}

variable "verify_delivery" {
  description = "Have OctoEverywhere test each webhook after setting it, and fail the apply unless the receiver answers 200."
  type        = bool
  default     = false
}
