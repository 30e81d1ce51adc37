// SPDX-License-Identifier: MPL-2.0

// Package appconnection is what one configured provider knows of its App
// Connections: their tokens (tokens.go), whether they are valid (status.go), and
// what is planned and done with the webhook of each (webhooks.go). It is plain
// Go; internal/provider makes diagnostics of its errors.
package appconnection

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// Default is the name of the App Connection that is used where none is named.
const Default = "default"

// Tokens are the tokens of a provider block, by the name of their App
// Connection. A zero token is one that is not known yet.
type Tokens struct {
	ByName map[string]octoeverywhere.Token
	// Open tells that other names may turn up: app_tokens is not known yet.
	Open bool
}

// Unknown reports whether some token is not known yet.
func (t Tokens) Unknown() bool {
	return t.Open || slices.Contains(slices.Collect(maps.Values(t.ByName)), octoeverywhere.Token{})
}

// NameError is a name that the provider has no token for.
type NameError struct {
	Name    string
	Known   []string // sorted, fit to be shown
	Nearest string   // what was probably meant; "" for nothing
}

// Error lists the names that can be used.
func (e *NameError) Error() string {
	if len(e.Known) == 0 {
		return "the provider has no App Connections"
	}
	text := fmt.Sprintf("the provider has no App Connection named %s, but it has %s", QuoteName(e.Name), some(e.Known))
	if e.Nearest != "" {
		text += fmt.Sprintf("; did you mean %s?", QuoteName(e.Nearest))
	}
	return text
}

// Get returns the token of an App Connection, a zero one while it is not known;
// the error is a *NameError.
func (t Tokens) Get(name string) (octoeverywhere.Token, error) {
	token, found := t.ByName[name]
	if found || t.Open {
		return token, nil
	}
	err := &NameError{Name: name, Nearest: octoeverywhere.Nearest(name, slices.Sorted(maps.Keys(t.ByName)))}
	for _, known := range slices.Sorted(maps.Keys(t.ByName)) {
		err.Known = append(err.Known, QuoteName(known))
	}
	return octoeverywhere.Token{}, err
}

// Find returns the token with a fingerprint: own, which may be "" or no token at
// all, or one of the provider's, whatever its name (DESIGN.md, "Tokens"); else
// the zero token.
func (t Tokens) Find(fingerprint, own string) octoeverywhere.Token {
	if token, err := octoeverywhere.NewToken(own); err == nil && token.Fingerprint() == fingerprint {
		return token
	}
	if names := t.Names(fingerprint); len(names) > 0 {
		return t.ByName[names[0]]
	}
	return octoeverywhere.Token{}
}

// Names are the names of the App Connection with a fingerprint, sorted.
func (t Tokens) Names(fingerprint string) []string {
	var names []string
	for name, token := range t.ByName {
		if !token.IsZero() && token.Fingerprint() == fingerprint {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Label names an App Connection to a person: by its names, where the provider
// has some, and by its fingerprint.
func (t Tokens) Label(fingerprint string) string {
	names := t.Names(fingerprint)
	if len(names) == 0 {
		return "App Connection " + fingerprint
	}
	for i := range names {
		names[i] = QuoteName(names[i])
	}
	return fmt.Sprintf("App Connection %s (%s)", some(names), fingerprint)
}

// Connection is an App Connection whose token is known.
type Connection struct {
	Names []string // sorted, at least one
	Token octoeverywhere.Token
}

// Connections are the App Connections whose tokens are known, by their first
// names.
func (t Tokens) Connections() []Connection {
	var all []Connection
	for _, name := range slices.Sorted(maps.Keys(t.ByName)) {
		token := t.ByName[name]
		if token.IsZero() {
			continue
		}
		if names := t.Names(token.Fingerprint()); names[0] == name {
			all = append(all, Connection{names, token})
		}
	}
	return all
}

// some lists names for a message, but no more than a person reads.
func some(names []string) string {
	const most = 10
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

var lettersAndDigits = regexp.MustCompile(`[0-9].*[A-Za-z]|[A-Za-z].*[0-9]`)

// QuoteName quotes an App Connection's name for a message, unless it may be a
// token that was pasted where a name belongs.
func QuoteName(name string) string {
	if len(name) > 40 || len(name) >= 20 && !strings.Contains(name, " ") && lettersAndDigits.MatchString(name) {
		return "(a name that is not shown, since it looks like a token)"
	}
	return strconv.Quote(name)
}
