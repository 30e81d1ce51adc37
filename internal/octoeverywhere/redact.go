// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// withheld stands for words of the service that aren't repeated.
const withheld = "(not shown: it may hold the app token or a callback URL)"

const (
	maxShown = 300 // runes of the service's words in an error
	// minSecret is the length from which a part of a URL counts as a secret:
	// nobody hides anything in "p=42", and an answer with "42" in it is to be
	// shown.
	minSecret = 4
	// minSecretSegment is the length from which a segment of the path counts:
	// many receivers keep a key there.
	minSecretSegment = 16
)

var (
	// escape is what percent-encoding, JSON and HTML write for a character, or
	// what is left of one that couldn't be read.
	escape        = regexp.MustCompile(`(?i)%u?[0-9a-f]{2}|\\|&[#a-z]|\x{FFFD}`)
	percentEscape = regexp.MustCompile(`(?i)(%[0-9a-f]{2})+`)
	// partOfURL is a scheme, a query, or a host with a path.
	partOfURL = regexp.MustCompile(`://|\S\?\S*=|\w\.\w+(:\d+)?/`)
)

// show makes a text from outside fit to be shown: one line of at most maxShown
// runes. A text that holds a secret, any URL or an escape is withheld: what an
// escape stands for need not be worked out, and a call may be told a callback
// URL that it didn't send (DESIGN.md, "Secrets").
func (c *call) show(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if partOfURL.MatchString(text) || c.mayHoldSecret(text) {
		return withheld
	}
	if runes := []rune(text); len(runes) > maxShown {
		return string(runes[:maxShown-1]) + "…"
	}
	return text
}

// showURL is displayURL of a URL from outside, whose host may be any text.
func (c *call) showURL(s string) string {
	if shown := displayURL(s); !c.mayHoldSecret(shown) {
		return shown
	}
	return unshownURL
}

// mayHoldSecret reports whether a text has a secret of the call in it, in
// whatever case, or something that could hide one.
func (c *call) mayHoldSecret(text string) bool {
	folded := fold(text)
	return !isGraphic(text) || escape.MatchString(text) ||
		slices.ContainsFunc(c.secrets(), func(secret string) bool { return strings.Contains(folded, secret) })
}

// secrets are what an answer may repeat and nobody may read, decoded and folded:
// the token, and of the callback URL what it carries beside a host and a short
// path. A text with one that isn't decoded has an escape in it.
func (c *call) secrets() []string {
	secrets := []string{fold(c.token.reveal())}
	u, err := url.Parse(c.callbackURL)
	if err != nil {
		return secrets
	}
	add := func(part string, least int) {
		if secret := fold(decode(part)); len(part) >= least && len(secret) >= minSecret {
			secrets = append(secrets, secret)
		}
	}
	password, _ := u.User.Password()
	for _, part := range []string{u.RawQuery, u.EscapedFragment(), u.User.Username(), password} {
		add(part, minSecret)
	}
	for _, pair := range strings.FieldsFunc(u.RawQuery, func(r rune) bool { return r == '&' || r == ';' }) {
		add(pair[strings.IndexByte(pair, '=')+1:], minSecret)
	}
	for _, segment := range strings.Split(u.EscapedPath(), "/") {
		add(segment, minSecretSegment)
	}
	return secrets
}

// decode undoes percent-encoding until nothing is left of it.
func decode(s string) string {
	for percentEscape.MatchString(s) {
		s = percentEscape.ReplaceAllStringFunc(s, func(escaped string) string {
			decoded, _ := url.PathUnescape(escaped) // nothing but %XX: can't fail
			return decoded
		})
	}
	return s
}

// fold makes spellings equal that differ in case, in white space, or in a plus
// for a space.
func fold(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(s, "+", " ")), " "))
}
