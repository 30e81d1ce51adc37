// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// answer is what a call was answered with.
type answer struct {
	statusLine int
	location   *url.URL // of a redirect that wasn't followed
	body       string
	content    any            // the body, or what the envelope holds
	envelope   map[string]any // nil = none (DESIGN.md, "Envelope")
}

func (a *answer) open() {
	_ = json.Unmarshal([]byte(a.body), &a.content) // nil for what is no JSON
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
func status(r *report, a answer) []string {
	found := strconv.Itoa(a.statusLine)
	inner, isNumber := a.envelope["Status"].(float64)
	switch {
	case a.location != nil:
		found += " to " + r.shown(a.location.Hostname())
	case isNumber && inner < 1000 && int(inner) != a.statusLine:
		found += fmt.Sprintf(", in the envelope %.0f", inner)
	case found == "200" && strings.HasPrefix(strings.TrimSpace(a.body), "<"):
		found += " with an HTML page"
	}
	return []string{found}
}

// shape is the envelope's keys and their types.
func shape(r *report, a answer) []string {
	switch {
	case a.envelope != nil:
		return r.types("", a.envelope, false)
	case a.content != nil:
		return []string{"flat"}
	}
	return []string{"no JSON"}
}

// keys are those of what the envelope holds, and their types.
func keys(r *report, a answer) []string {
	fields, isObject := a.content.(map[string]any)
	switch {
	case a.content == nil || isObject && len(fields) == 0:
		return []string{"nothing"}
	case !isObject:
		return []string{r.typeOf(a.content)}
	}
	return r.types("", fields, true)
}

// types lists an object's keys and the types of what they hold.
func (r *report) types(path string, object map[string]any, nested bool) (found []string) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		name, value := path+r.shown(key), object[key]
		found = append(found, name+" "+r.typeOf(value))
		if list, _ := value.([]any); len(list) > 0 {
			name, value = name+"[]", list[0]
			found = append(found, name+" "+r.typeOf(value))
		}
		if fields, _ := value.(map[string]any); nested {
			found = append(found, r.types(name+".", fields, nested)...)
		}
	}
	return found
}

// typeOf is a JSON value's type, and never the value.
func (r *report) typeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return "bool"
	case float64:
		return "number"
	case []any:
		return "list"
	case string:
		_, err := time.Parse(time.RFC3339, value)
		switch {
		case value == r.callback:
			return "the URL"
		case value == "0001-01-01T00:00:00":
			return ".NET's zero time"
		case err == nil:
			return "RFC 3339 time"
		}
		return "text"
	}
	return "object"
}

// harmless is what a key or a host may consist of, and urlPart a piece of the
// callback URL that a service may echo by itself.
var (
	harmless = regexp.MustCompile(`^[A-Za-z0-9][\w.-]{0,79}$`)
	urlPart  = regexp.MustCompile(`[^/?&=:@#\s]+`)
)

// shown is a key or a host that the service gave: the only thing from outside
// that the report shows as it is, unless a secret is in it.
func (r *report) shown(name string) string {
	unescaped, _ := url.PathUnescape(r.callback)
	private := append(urlPart.FindAllString(r.callback+" "+unescaped, -1), r.token, r.printer)
	if !harmless.MatchString(name) || slices.ContainsFunc(private, func(text string) bool {
		return strings.EqualFold(name, text) || len(text) > 3 && strings.Contains(strings.ToLower(name), strings.ToLower(text))
	}) {
		return "(withheld)"
	}
	return name
}
