// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// maxDepth is deeper than any sensible answer nests; what lies below is not visited.
const maxDepth = 32

// leaf is a string, number, boolean or null in a JSON document.
type leaf struct {
	name  string // the field that holds it; "" in an array or alone
	depth int    // objects and arrays around it
	value any    // string, json.Number, bool or nil
}

// leaves lists the leaves of a JSON document in its order, fields that come
// twice included. false: body is no JSON.
func leaves(body []byte) ([]leaf, bool) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, false
	}
	type level struct {
		object bool
		name   string // of the field whose value comes next
		inName bool
	}
	var (
		found   []leaf
		levels  = []level{{}}
		decoder = json.NewDecoder(bytes.NewReader(body))
	)
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil { // the end: the document is valid
			return found, true
		}
		at := &levels[len(levels)-1]
		if delim, ok := token.(json.Delim); ok {
			if delim == '}' || delim == ']' {
				levels = levels[:len(levels)-1]
				continue
			}
			at.inName = false
			if len(levels) > maxDepth {
				return found, true
			}
			levels = append(levels, level{object: delim == '{'})
			continue
		}
		if at.object && !at.inName {
			at.name, _ = token.(string) // in an object's place for a name there is nothing else
			at.inName = true
			continue
		}
		at.inName = false
		found = append(found, leaf{name: at.name, depth: len(levels) - 1, value: token})
	}
}
