// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// redactor removes from a text what a call must keep secret: its token and
// what its callback URL carries. A server may repeat either in any words and
// any encoding, so this works in two steps: known spellings are replaced; then
// the text is searched again in all the ways it can be decoded, and if anything
// secret is still there, it is withheld altogether.
//
// One is made only for a call that failed.
type redactor struct {
	token       string
	callbackURL string
}

const (
	// minPiece is the length from which a part of a URL counts as a secret of
	// its own: nobody hides anything in "p=42", and a message without the
	// digits would be unreadable.
	minPiece = 4
	// window is how much of a longer secret may not appear either: half a
	// token in a message is a hint nobody should get.
	window = 8
	// secretSegment is the length from which a segment of the path counts:
	// many receivers keep a key there.
	secretSegment = 16
	// decodings is how many layers of encoding are looked through.
	decodings = 5
)

// clean makes a text from outside fit to be shown: one line, nothing that
// steers a terminal, no secret, at most maxDetail runes.
func (r redactor) clean(text string) string {
	text = hideQueries(r.replace(plain(text)))
	if r.reveals(text) || encodesURL(text) {
		return detailWithheld
	}
	return capRunes(text)
}

// location shows where a redirect points.
func (r redactor) location(value string) string {
	if u, err := url.Parse(value); err == nil && u.Host == "" {
		return "another path"
	}
	shown := DisplayURL(value, true)
	if r.reveals(shown) {
		return unshownURL
	}
	return capRunes(shown)
}

// pieces lists what must not be shown, the longest first.
func (r redactor) pieces() []string {
	pieces := []string{r.token}
	add := func(piece string, least int) {
		if len(piece) >= least {
			pieces = append(pieces, piece)
		}
	}
	if u, err := url.Parse(r.callbackURL); err == nil && r.callbackURL != "" {
		add(r.callbackURL, minPiece)
		add(u.RawQuery, 1)
		add(u.EscapedFragment(), minPiece)
		add(u.User.Username(), minPiece)
		if password, ok := u.User.Password(); ok {
			add(password, minPiece)
		}
		for _, segment := range strings.Split(u.EscapedPath(), "/") {
			add(segment, secretSegment)
		}
		for _, pair := range strings.FieldsFunc(u.RawQuery, func(c rune) bool { return c == '&' || c == ';' }) {
			name, value, ok := strings.Cut(pair, "=")
			if !ok {
				value = name
			}
			add(value, minPiece)
		}
	}
	pieces = slices.DeleteFunc(pieces, func(piece string) bool { return piece == "" })
	slices.SortStableFunc(pieces, func(a, b string) int { return len(b) - len(a) })
	return pieces
}

// replace puts a word in the place of each secret in its usual spellings.
func (r redactor) replace(text string) string {
	for _, piece := range r.pieces() {
		if len(piece) < minPiece {
			continue // left to reveals: it would replace single letters
		}
		word := "[hidden]"
		switch piece {
		case r.token:
			word = "[app token]"
		case r.callbackURL:
			word = "[callback URL]"
		}
		for _, spelling := range spellings(piece) {
			text = replaceFold(text, spelling, word)
		}
	}
	return text
}

// spellings are the ways in which a service is likely to repeat a secret.
func spellings(secret string) []string {
	forms := []string{secret}
	if decoded, err := url.QueryUnescape(secret); err == nil {
		forms = append(forms, decoded)
	}
	if decoded, err := url.PathUnescape(secret); err == nil {
		forms = append(forms, decoded)
	}
	for _, form := range slices.Clone(forms) {
		quoted, _ := json.Marshal(form) // a string can't fail
		forms = append(forms, url.QueryEscape(form), url.PathEscape(form), html.EscapeString(form),
			strings.ReplaceAll(form, "/", `\/`), string(quoted[1:len(quoted)-1]))
	}
	slices.Sort(forms)
	forms = slices.Compact(forms)
	forms = slices.DeleteFunc(forms, func(form string) bool { return len(form) < minPiece })
	slices.SortStableFunc(forms, func(a, b string) int { return len(b) - len(a) })
	return forms
}

// replaceFold replaces without regard to the case of ASCII letters: percent-
// encoding comes in both.
func replaceFold(text, secret, word string) string {
	lowText, lowSecret := lowerASCII(text), lowerASCII(secret)
	var out strings.Builder
	for {
		i := strings.Index(lowText, lowSecret)
		if i < 0 {
			break
		}
		out.WriteString(text[:i])
		out.WriteString(word)
		text, lowText = text[i+len(secret):], lowText[i+len(secret):]
	}
	if out.Len() == 0 {
		return text
	}
	out.WriteString(text)
	return out.String()
}

// lowerASCII keeps every byte in its place, as strings.ToLower does not.
func lowerASCII(s string) string {
	low := []byte(s)
	for i, b := range low {
		if b >= 'A' && b <= 'Z' {
			low[i] = b + 'a' - 'A'
		}
	}
	return string(low)
}

// reveals reports whether a secret, or a window of one, can be read out of
// text by decoding it and looking past punctuation and case.
func (r redactor) reveals(text string) bool {
	pieces := r.pieces()
	if len(pieces) == 0 || text == "" {
		return false
	}
	layers, ok := decodedLayers(text)
	if !ok {
		return true // encoded deeper than anything honest
	}
	var whole []string
	windows := map[string]bool{}
	for _, piece := range pieces {
		if strings.Contains(text, piece) {
			return true
		}
		forms, _ := decodedLayers(piece)
		for _, form := range forms {
			form = bare(form)
			switch {
			case len(form) < minPiece:
			case len(form) < window || strings.Contains(piece, "=") || piece == r.callbackURL:
				// A query or a whole URL has ordinary words in it. Its
				// values are pieces of their own.
				whole = append(whole, form)
			default:
				for i := range len(form) - window + 1 {
					windows[form[i:i+window]] = true
				}
			}
		}
	}
	for _, layer := range layers {
		layer = bare(layer)
		for _, form := range whole {
			if strings.Contains(layer, form) {
				return true
			}
		}
		for i := range len(layer) - window + 1 {
			if windows[layer[i:i+window]] {
				return true
			}
		}
	}
	return false
}

// decodedLayers is the text, and the text decoded once, twice…, until nothing
// changes any more. false: it still changed at the end.
func decodedLayers(text string) ([]string, bool) {
	layers := []string{text}
	for range decodings {
		next := html.UnescapeString(unescapeJSON(unescapePercent(text)))
		if next == text {
			return layers, true
		}
		layers = append(layers, next)
		text = next
	}
	return layers, false
}

// unescapePercent decodes every %XX and leaves whatever is none.
func unescapePercent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, ok := hexValue(s[i+1 : i+3]); ok {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

// unescapeJSON decodes every \uXXXX. The other escapes only add backslashes,
// which bare drops.
func unescapeJSON(s string) string {
	if !strings.Contains(s, `\u`) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+5 < len(s) && s[i+1] == 'u' {
			if n, ok := hexValue(s[i+2 : i+6]); ok {
				out = append(out, string(n)...)
				i += 5
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

func hexValue(digits string) (rune, bool) {
	var n rune
	for _, d := range []byte(digits) {
		switch {
		case d >= '0' && d <= '9':
			n = n<<4 | rune(d-'0')
		case d|0x20 >= 'a' && d|0x20 <= 'f':
			n = n<<4 | rune(d|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// bare is the text's letters and digits in lower case.
func bare(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, s)
}

// plain makes one line of a text: terminal sequences and invisible characters
// are dropped, white space becomes one space.
func plain(s string) string {
	s = dropSequences(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.IsGraphic(c):
			return c
		}
		return -1
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// dropSequences drops ANSI control sequences (ESC [ … letter) as a whole; of
// any others plain drops the escape character.
func dropSequences(s string) string {
	for {
		i := strings.Index(s, "\x1b[")
		if i < 0 {
			return s
		}
		end := i + 2
		for end < len(s) && s[end] >= 0x20 && s[end] <= 0x3f {
			end++
		}
		if end < len(s) && s[end] >= 0x40 && s[end] <= 0x7e {
			end++
		}
		s = s[:i] + s[end:]
	}
}

// encodesURL reports whether there is a URL in text that shows only when it is
// decoded. hideQueries can't shorten it, and a call that sent no callback URL
// knows none to look for, while the service may well repeat the one it has.
func encodesURL(text string) bool {
	layers, _ := decodedLayers(text)
	for _, layer := range layers[1:] {
		if strings.Count(layer, "://") > strings.Count(text, "://") {
			return true
		}
	}
	return false
}

// hideQueries shortens every URL in a text as DisplayURL does: an answer may
// tell of an earlier callback URL, whose secrets nobody here knows.
func hideQueries(text string) string {
	text = strings.ReplaceAll(text, `:\/\/`, "://") // as PHP writes it in JSON
	words := strings.Split(text, " ")
	for i, word := range words {
		at := strings.Index(word, "://")
		if at < 0 {
			if path, query, found := strings.Cut(word, "?"); found && strings.Contains(query, "=") {
				words[i] = path + "?…" // a URL without its beginning
			}
			continue
		}
		start := at
		for start > 0 && word[start-1]|0x20 >= 'a' && word[start-1]|0x20 <= 'z' {
			start--
		}
		words[i] = word[:start] + DisplayURL(strings.TrimRight(word[start:], `"'.,:;)]}>`), false)
	}
	return strings.Join(words, " ")
}
