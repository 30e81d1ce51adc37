// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// answer is what a call was answered with.
type answer struct {
	statusLine int // 0 = no answer
	body       []byte
	content    any            // the body, or what the envelope holds
	envelope   map[string]any // nil = none (DESIGN.md, "Envelope")
}

func (a *answer) open() {
	_ = json.Unmarshal(a.body, &a.content) // nil for what is no JSON
	fields, _ := a.content.(map[string]any)
	_, hasResult := fields["Result"]
	_, hasStatus := fields["Status"]
	_, hasError := fields["Error"]
	_, hasIsUserError := fields["IsUserError"]
	if hasResult && (hasStatus || hasError || hasIsUserError) || hasStatus && hasError {
		a.envelope, a.content = fields, fields["Result"]
	}
}

// status is the status line's, and the envelope's where it is another.
func status(_ *report, a answer) []string {
	found := strconv.Itoa(a.statusLine)
	if inner := fmt.Sprint(a.envelope["Status"]); a.envelope != nil && inner != found && slices.Contains([]string{"number", "text of digits"}, kindOf(a.envelope["Status"])) {
		found += ", in the envelope " + inner
	}
	if a.statusLine == http.StatusOK && isHTML(a) {
		found += " with an HTML page"
	}
	return []string{found}
}

func isHTML(a answer) bool { return strings.HasPrefix(strings.TrimSpace(string(a.body)), "<") }

// shape is the envelope's keys and their types.
func shape(r *report, a answer) []string {
	switch {
	case a.envelope != nil:
		outer := maps.Clone(a.envelope)
		if _, isObject := outer["Result"].(map[string]any); isObject {
			outer["Result"] = map[string]any{}
		}
		return r.types("", outer)
	case a.content != nil:
		return []string{"flat"}
	}
	return []string{"no JSON"}
}

// keys are those of what the envelope holds, and their types.
func keys(r *report, a answer) []string {
	if a.content == nil {
		return []string{"nothing"}
	}
	if _, isObject := a.content.(map[string]any); !isObject {
		return []string{kindOf(a.content)}
	}
	return r.types("", a.content)
}

// statusKeys counts what the client may take for the status that the URL
// answered: the keys named so, else all numbers (DESIGN.md, "Verification").
func statusKeys(_ *report, a answer) []string {
	named, numbers := 0, 0
	fields, isObject := a.content.(map[string]any)
	if !isObject {
		fields = map[string]any{"": a.content}
	}
	for key, value := range fields {
		isNumber := kindOf(value) == "number" || kindOf(value) == "text of digits"
		switch key = strings.ToLower(key); {
		case strings.Contains(key, "status") || strings.Contains(key, "code"):
			if named++; !isNumber {
				named++
			}
		case isNumber:
			numbers++
		}
	}
	if named == 1 || named == 0 && numbers == 1 {
		return []string{"one"}
	}
	return []string{"none or several"}
}

// types lists the names of a JSON value's keys, and the types of what they hold.
func (r *report) types(path string, value any) (found []string) {
	if path != "" {
		kind := kindOf(value)
		if value == r.callback {
			kind = "the URL"
		}
		found = append(found, path+" "+kind)
	}
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			found = append(found, r.types(strings.TrimPrefix(path+"."+r.shown(key), "."), value[key])...)
		}
	case []any:
		if len(value) > 0 {
			found = append(found, r.types(path+"[]", value[0])...)
		}
	}
	return found
}

var aTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

// kindOf is a JSON value's type, and never the value.
func kindOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return "bool"
	case float64:
		if value != float64(int64(value)) {
			return "fraction"
		}
		return "number"
	case []any:
		return "list"
	case string:
		_, err := strconv.Atoi(value)
		switch {
		case value == "":
			return "empty text"
		case err == nil:
			return "text of digits"
		case value == "0001-01-01T00:00:00":
			return ".NET's zero time"
		case aTime.MatchString(value):
			return "RFC 3339 time"
		}
		return "text"
	}
	return "object"
}
