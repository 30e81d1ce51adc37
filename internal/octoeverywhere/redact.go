// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// detailWithheld stands for words of the service that are not repeated.
const detailWithheld = "(not shown: it may hold the app token or a callback URL)"

const (
	maxDetail = 300 // runes of the service's words in an error
	// minSecret is the length from which a part of a URL counts as a secret:
	// nobody hides anything in "p=42", and words without these digits would
	// be unreadable.
	minSecret = 4
	// secretSegment is the length from which a segment of the path counts:
	// many receivers keep a key there.
	secretSegment = 16
	decodings     = 4 // layers of encoding that are looked through
)

// secrets are what an answer to a call may repeat and nobody may read: the
// token, and of the callback URL what it carries beside a host and a short
// path. The threat is a service that carelessly echoes what it was sent
// (DESIGN.md, "Secrets").
type secrets struct {
	folded  []string
	literal *regexp.Regexp // any of them, as it is
}

// secrets are collected once, when something is to be said.
func (c *call) secrets() *secrets {
	if c.hidden != nil {
		return c.hidden
	}
	var found []string
	add := func(part string, least int) {
		if len(part) >= least {
			found = append(found, part)
		}
	}
	add(c.token.reveal(), 1)
	if u, err := url.Parse(c.callbackURL); err == nil {
		password, _ := u.User.Password()
		for _, part := range []string{u.RawQuery, u.EscapedFragment(), u.User.Username(), password} {
			add(part, minSecret)
		}
		for _, pair := range strings.FieldsFunc(u.RawQuery, func(r rune) bool { return r == '&' || r == ';' }) {
			add(pair[strings.IndexByte(pair, '=')+1:], minSecret)
		}
		for _, segment := range strings.Split(u.EscapedPath(), "/") {
			add(segment, secretSegment)
		}
	}
	for _, part := range slices.Clone(found) { // a server may repeat it as it understood it
		decoded, _ := layers(part)
		for _, form := range decoded[1:] {
			add(plain(form), minSecret)
		}
	}
	slices.SortFunc(found, func(a, b string) int { return len(b) - len(a) })
	c.hidden = &secrets{}
	quoted := make([]string, len(found))
	for i, secret := range found {
		quoted[i] = regexp.QuoteMeta(secret)
		c.hidden.folded = append(c.hidden.folded, fold(secret))
	}
	c.hidden.literal = regexp.MustCompile(strings.Join(quoted, "|"))
	return c.hidden
}

// clean makes a text from outside fit to be shown: one line, nothing that
// steers a terminal, URLs without what they carry, at most maxDetail runes. A
// secret that stands there as it is becomes "[hidden]". If one, or another
// URL, can be decoded from what is left, nothing is shown.
func (s *secrets) clean(text string) string {
	text = s.literal.ReplaceAllLiteralString(plain(text), "[hidden]")
	text = wholeURL.ReplaceAllStringFunc(text, func(found string) string {
		return displayURL(strings.TrimRight(found, `"'.,:;)]}>`))
	})
	text = urlTail.ReplaceAllString(text, "$1?…")
	decoded, ok := layers(text)
	for _, layer := range decoded {
		ok = ok && !s.in(layer) && countURLs(layer) <= countURLs(text)
	}
	if !ok {
		return detailWithheld
	}
	if runes := []rune(text); len(runes) > maxDetail {
		return string(runes[:maxDetail-1]) + "…"
	}
	return text
}

var (
	wholeURL = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://\S*`)
	urlTail  = regexp.MustCompile(`(\S)\?\S*=\S*`) // a query, after a URL without its beginning
)

func countURLs(text string) int {
	return len(wholeURL.FindAllString(text, -1)) + len(urlTail.FindAllString(text, -1))
}

// in reports whether a text holds a secret, in whatever case.
func (s *secrets) in(text string) bool {
	text = fold(text)
	return slices.ContainsFunc(s.folded, func(secret string) bool { return strings.Contains(text, secret) })
}

func fold(s string) string { return strings.ToLower(plain(strings.ReplaceAll(s, "+", " "))) }

// layers is a text, and the text decoded step by step until nothing changes any
// more. false: it still changed at the end.
func layers(text string) ([]string, bool) {
	all := []string{text}
	for range decodings {
		before := text
		for _, decode := range []func(string) string{unescape, html.UnescapeString} {
			if decoded := decode(text); decoded != text {
				all, text = append(all, decoded), decoded
			}
		}
		if text == before {
			return all, true
		}
	}
	return all, false
}

// escapes are those of percent-encoding or JSON, as many as belong together.
var escapes = regexp.MustCompile(`(?i)(%[0-9a-f]{2})+|(\\u[0-9a-f]{4})+|\\["\\/]`)

func unescape(text string) string {
	return escapes.ReplaceAllStringFunc(text, func(found string) string {
		if found[0] == '%' {
			decoded, _ := url.PathUnescape(found) // nothing but %XX: can't fail
			return decoded
		}
		var decoded string
		_ = json.Unmarshal([]byte(`"`+found+`"`), &decoded) // a JSON escape: can't fail
		return decoded
	})
}

// plain makes one line of a text: invisible characters are dropped, white
// space becomes one space.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsGraphic(r):
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}
