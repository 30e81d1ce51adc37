// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"encoding/json"
	"fmt"
	"net/http"
)

const jsonType = "application/json; charset=utf-8"

// answer is what a call returns.
type answer struct {
	status int
	words  string // why it is refused
	result any    // sent as JSON; nil = none
}

// isError is whether a status is an error of the API (DESIGN.md, "Statuses").
func isError(status int) bool {
	return status == 400 || status == 500 || status >= 600 && status <= 613
}

func refused(status int) answer {
	return answer{status: status, words: fmt.Sprintf("This is error %d.", status)}
}

func invalid(words string) answer { return answer{status: http.StatusBadRequest, words: words} }

// write sends an answer in the envelope, or flat (DESIGN.md, "Envelope"). Not
// documented: which errors have IsUserError (invalid input here), and the fields
// of a flat error.
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
	_ = json.NewEncoder(w).Encode(body)
}
