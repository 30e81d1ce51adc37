// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// controlPrefix is where people play the printer and its owner. It is no part
// of the API, is not logged, and is off but for [Options.Control].
const controlPrefix = "/_fake/"

const controlHelp = `The fake's control API: printers go by their names, tokens are never shown.

GET  /_fake/webhooks                                    what is set
POST /_fake/fire?printer=NAME&event=2&file=F&progress=P an event happens
POST /_fake/revoke?printer=NAME&status=604              the owner revokes, for good (603 or 604)
POST /_fake/supporter?printer=NAME&yes=false            Supporter Perks end, or begin again
POST /_fake/online?printer=NAME&yes=false               the printer goes, or comes back
`

// control answers one request of a person: with JSON, or with a text of what to
// do instead.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	status, told := s.play(r)
	if text, ok := told.(string); ok {
		http.Error(w, text, status)
		return
	}
	w.Header().Set("Content-Type", jsonType)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(told)
}

// play does what a person asks for, and returns what to tell them.
func (s *Server) play(r *http.Request) (int, any) {
	what := r.Method + " " + strings.TrimPrefix(r.URL.Path, controlPrefix)
	switch what {
	case "GET ":
		return http.StatusOK, controlHelp
	case "GET webhooks":
		return http.StatusOK, s.overview()
	case "POST fire", "POST revoke", "POST supporter", "POST online":
	default:
		return http.StatusNotFound, controlHelp
	}
	query := r.URL.Query()
	token, err := s.tokenOf(query.Get("printer"))
	if err != nil {
		return http.StatusNotFound, err.Error()
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(query.Get(name)) // 0 for what is none
		return n
	}
	yes, yesErr := strconv.ParseBool(query.Get("yes"))
	switch {
	case what == "POST fire":
		event := Event{Type: number("event"), FileName: query.Get("file"), Progress: number("progress")}
		if event.Type < 1 {
			return http.StatusBadRequest, "event is the number of an event type, such as 2 for Print Complete"
		}
		given := s.Fire(r.Context(), token, event)
		told := map[string]any{"sent": given.Sent, "reason": given.Reason, "status": given.Status}
		if given.Err != nil {
			told["error"] = given.Err.Error()
		}
		return http.StatusOK, told
	case what == "POST revoke":
		status := number("status")
		if !endsForGood(status) {
			return http.StatusBadRequest, "status is 603 or 604"
		}
		s.Revoke(token, status)
	case yesErr != nil:
		return http.StatusBadRequest, "yes is true or false"
	case what == "POST supporter":
		s.SetSupporter(token, yes)
	default:
		s.SetOnline(token, yes)
	}
	return http.StatusOK, map[string]any{"done": true}
}

// tokenOf finds the one App Connection of a printer's name.
func (s *Server) tokenOf(printerName string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var tokens []string
	for token, c := range s.appConnections {
		if c.printerName == printerName {
			tokens = append(tokens, token)
		}
	}
	if len(tokens) != 1 {
		return "", fmt.Errorf("%d printers are called %q; GET %swebhooks tells the names", len(tokens), printerName, controlPrefix)
	}
	return tokens[0], nil
}

// controlEntry is an App Connection as people see it.
type controlEntry struct {
	Printer   string
	Revoked   int `json:",omitempty"`
	Supporter bool
	Online    bool
	Webhook   *Webhook // null = none
}

func (s *Server) overview() []controlEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	entries := make([]controlEntry, 0, len(s.appConnections))
	for _, c := range s.appConnections {
		entry := controlEntry{Printer: c.printerName, Revoked: c.revoked, Supporter: c.supporter, Online: c.online}
		if c.webhook != nil {
			saved := *c.webhook
			entry.Webhook = &saved
		}
		entries = append(entries, entry)
	}
	slices.SortFunc(entries, func(a, b controlEntry) int { return strings.Compare(a.Printer, b.Printer) })
	return entries
}
