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
	result any    // JSON; nil = none
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

// refusedFor is a refusal in the words of the status's meaning.
func refusedFor(status int) answer { return refused(status, meanings[status]) }

// envelope is what an answer comes in (DESIGN.md, "Envelope"). For which errors
// IsUserError is set is not documented; here for invalid input.
type envelope struct {
	Status      int
	Error       string
	IsUserError bool
	Result      any
}

// write sends an answer. The fields of a flat error are not documented. JSON is
// not escaped for HTML: the URL in it is to be read as it was given.
func (s *Server) write(w http.ResponseWriter, given answer) {
	var body any = envelope{given.status, given.words, given.status == http.StatusBadRequest, given.result}
	if s.options.Flat {
		body = given.result
		if given.words != "" {
			body = map[string]any{"Success": false, "Error": given.words}
		}
	}
	if body == nil {
		w.WriteHeader(given.status)
		return
	}
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(given.status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body)
}
