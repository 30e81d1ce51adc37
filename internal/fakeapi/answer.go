// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"encoding/json"
	"net/http"
)

// answer is what a call returns.
type answer struct {
	status int
	body   any // JSON; nil = none
}

// meanings are the API page's status codes that an answer explains.
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

// refusal is an error answer with the status's meaning, or the given detail.
// Its fields are not documented (API page, Status codes), so nothing may
// depend on their names.
func refusal(status int, detail ...string) answer {
	text := meanings[status]
	if len(detail) > 0 {
		text = detail[0]
	}
	return answer{status, map[string]any{"Success": false, "Status": status, "Error": text}}
}

// write sends an answer. JSON is not escaped for HTML: the URL in it is to be
// read as it was given.
func (a answer) write(w http.ResponseWriter) {
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(a.body)
}

// statusWriter tells the status of an answer before it is sent.
type statusWriter struct {
	http.ResponseWriter
	tell func(status int)
	told bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.told {
		w.told = true
		w.tell(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if !w.told {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets an http.ResponseController reach the writer itself.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
