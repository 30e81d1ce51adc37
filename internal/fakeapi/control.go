// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// controlPrefix is where a person acts as the printer and its owner. It is no
// part of the API, is not logged, and is served with [Options.Control] only.
const controlPrefix = "/_fake/"

const controlHelp = `The fake's control API. Printers go by their names; tokens are never shown.

GET  /_fake/webhooks                                              list the App Connections and their webhooks
POST /_fake/fire?printer=NAME&event=2&file=boat.gcode&progress=99 an event happens, by the number of its type
POST /_fake/revoke?printer=NAME&status=604                        the owner revokes the App Connection (603 or 604)
`

// control serves the control API. What it doesn't understand it answers with its
// help.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	number := func(name string) int {
		n, _ := strconv.Atoi(query.Get(name)) // 0 when it is absent or no number
		return n
	}
	connections, token := s.list(query.Get("printer"))
	var result any
	switch command := r.Method + " " + strings.TrimPrefix(r.URL.Path, controlPrefix); {
	case command == "GET webhooks":
		result = connections
	case command == "POST fire" && token != "" && number("event") > 0:
		delivery := s.Fire(r.Context(), token, Event{Type: number("event"), FileName: query.Get("file"), Progress: number("progress")})
		outcome := map[string]any{"sent": delivery.Sent, "status": delivery.Status}
		if delivery.Err != nil {
			outcome["error"] = delivery.Err.Error()
		}
		result = outcome
	case command == "POST revoke" && token != "" && (number("status") == 603 || number("status") == 604):
		s.Revoke(token, number("status"))
		result = map[string]any{"revoked": number("status")}
	default:
		http.Error(w, controlHelp, http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", jsonType)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(result)
}

// list returns a copy of all App Connections, by their printers' names, and the
// token of this printer, "" for none.
func (s *Server) list(printer string) (all map[string]appConnection, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all = map[string]appConnection{}
	for t, c := range s.appConnections {
		if c.Printer == printer {
			token = t
		}
		listed := *c
		if c.Webhook != nil {
			listed.Webhook = new(*c.Webhook)
		}
		all[c.Printer] = listed
	}
	return all, token
}
