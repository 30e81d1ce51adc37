// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"slices"
	"strings"
)

// What stands for words of the service that are not repeated.
const (
	detailHTML     = "(a web page, not shown)"
	detailTooLong  = "(an answer longer than 64 KiB, not shown)"
	detailWithheld = "(not shown: it repeats the app token or the callback URL)"
)

// maxDetail bounds the service's words in an error, in runes.
const maxDetail = 300

// detail is what the service said about a failure, fit to be shown.
func (r redactor) detail(a answer) string {
	switch {
	case len(a.body) == 0:
		return ""
	case a.isHTML():
		return detailHTML
	case a.cut:
		return detailTooLong
	}
	if found, ok := leaves(a.body); ok {
		return r.clean(tell(found))
	}
	return r.clean(string(a.body))
}

// tell picks the words out of a JSON answer. The fields of error answers are
// not documented (api page, "Status codes"): those that are named like a
// message come first, else any text will do.
func tell(found []leaf) string {
	const most = 8
	var messages, others []string
	for _, l := range found {
		text, ok := l.value.(string)
		if !ok || strings.TrimSpace(text) == "" {
			continue
		}
		if isMessageName(l.name) {
			messages = append(messages, text)
		} else {
			others = append(others, text)
		}
	}
	if len(messages) == 0 {
		messages = others
	}
	var said []string
	for _, text := range messages {
		if len(said) < most && !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	return strings.Join(said, "; ")
}

func isMessageName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"error", "message", "detail", "reason", "description", "title"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// capRunes cuts what is too long. It comes after redaction: cut first, and half
// a secret would no longer be recognised.
func capRunes(s string) string {
	if len(s) <= maxDetail {
		return s
	}
	runes := []rune(s)
	if len(runes) <= maxDetail {
		return s
	}
	return string(runes[:maxDetail-1]) + "…"
}
