// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"encoding/json"
	"net/http"
)

const jsonType = "application/json; charset=utf-8"

// answer is what a call returns.
type answer struct {
	status int
	words  string // why it is refused
	result any    // sent as JSON; nil = none
}

// meanings are the status codes that an answer explains
// (DESIGN.md, "Statuses").
var meanings = map[int]string{
	http.StatusBadRequest:          "Invalid input parameters.",
	http.StatusInternalServerError: "Internal server error.",

	600: "Unknown or server error.",
	601: "The printer is not connected to OctoEverywhere.",
	602: "The connection to the plugin timed out.",
	603: "The App Connection was not found. This App API token will never be valid again.",
	604: "The App Connection expired or was revoked. This App API token will never be valid again.",
	605: "The owner of the printer is no longer a supporter.",
	606: "The App Connection credentials are invalid.",
	607: "The download limit was exceeded.",
	608: "The upload limit was exceeded.",
	609: "The webcam limit was exceeded.",
	610: "The plugin must be updated.",
	611: "The user has no beta access.",
	612: "The plugin reported an error.",
	613: "There is no active print.",
}

func refused(status int, words string) answer { return answer{status: status, words: words} }

// write sends an answer in the envelope, or flat (DESIGN.md, "Envelope"). Not
// documented: which errors have IsUserError (invalid input here), and the fields
// of a flat error. URLs are not escaped for HTML.
func (s *Server) write(w http.ResponseWriter, a answer) {
	body := any(map[string]any{"Status": a.status, "Error": a.words, "IsUserError": a.status == http.StatusBadRequest, "Result": a.result})
	if s.options.Flat {
		body = a.result
		if a.words != "" {
			body = map[string]any{"Success": false, "Error": a.words}
		}
	}
	if body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(a.status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body)
}
