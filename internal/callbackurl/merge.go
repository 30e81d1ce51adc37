// SPDX-License-Identifier: MPL-2.0

// Package callbackurl merges query parameters into a callback URL without
// touching a byte of what is already there: the service stores and calls the
// URL exactly as given (DESIGN.md, "Calls"), so nothing may be normalised.
//
// It is text in, text out, and knows neither Terraform nor the API.
package callbackurl

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Merge returns base with the pairs of query added to its query, in the byte
// order of their keys. Path, existing query and fragment of base are kept byte
// for byte; an empty query returns base itself.
//
// Every byte of a key or value outside RFC 3986's unreserved set is
// percent-encoded (a space is %20, never '+'), so all parsers read the result
// the same way.
//
// Errors are always about query, and name its keys but none of the values: a
// key that is empty, or one that base has already. Keys of base are compared
// decoded; one with a '%' that begins no escape stands for itself.
//
// base is not validated here.
func Merge(base string, query map[string]string) (string, error) {
	if len(query) == 0 {
		return base, nil
	}
	if _, found := query[""]; found {
		return "", errors.New("a key is empty; give every query parameter a name")
	}

	rest, fragment := base, ""
	if i := strings.IndexByte(base, '#'); i >= 0 {
		rest, fragment = base[:i], base[i:]
	}
	_, existing, hasQuery := strings.Cut(rest, "?")

	if taken := sharedKeys(existing, query); len(taken) > 0 {
		return "", fmt.Errorf("the base URL's query already has %s, and receivers differ in which of two values they read; "+
			"write each key in one place, the base URL or the map", strings.Join(taken, ", "))
	}

	var merged strings.Builder
	merged.WriteString(rest)
	separator := "&"
	switch {
	case !hasQuery:
		separator = "?"
	case existing == "" || strings.HasSuffix(existing, "&"):
		separator = ""
	}
	for _, key := range slices.Sorted(maps.Keys(query)) {
		merged.WriteString(separator)
		merged.WriteString(escape(key))
		merged.WriteByte('=')
		merged.WriteString(escape(query[key]))
		separator = "&"
	}
	merged.WriteString(fragment)

	return merged.String(), nil
}

// sharedKeys returns, quoted, sorted and each once, the keys of query that the
// raw query string existing has too.
func sharedKeys(existing string, query map[string]string) []string {
	var shared []string
	for pair := range strings.SplitSeq(existing, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(key); err == nil { // else it stands for itself, as in "100%"
			key = decoded
		}
		if _, found := query[key]; found {
			shared = append(shared, strconv.Quote(key))
		}
	}
	slices.Sort(shared)
	return slices.Compact(shared)
}

// escape percent-encodes everything but letters, digits and "-._~".
func escape(s string) string {
	// QueryEscape encodes a literal '+' as %2B: each '+' it leaves is a space.
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
