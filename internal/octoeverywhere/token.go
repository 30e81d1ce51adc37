// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"unique"
)

// maxTokenBytes keeps a pasted file from being sent as a header.
const maxTokenBytes = 4096

// Token is the appApiToken of one App Connection: a high-entropy secret that
// stands one to one for the connection (DESIGN.md, "Who calls"). Tokens are
// equal (==) when their secrets are. The zero Token is no token.
//
// The secret sits behind a pointer, so that fmt's reflection can't print it
// even from an unexported field, where it calls no String method.
type Token struct {
	secret      unique.Handle[string]
	fingerprint string
}

// NewToken checks that s can be sent as the AppToken header: 1 to 4096 bytes
// of visible ASCII (0x21-0x7E), not in quotes. The error never contains s.
func NewToken(s string) (Token, error) {
	if s == "" {
		return Token{}, errors.New("the app token is empty")
	}
	if len(s) > maxTokenBytes {
		return Token{}, fmt.Errorf("the app token is %d bytes long; at most %d can be sent", len(s), maxTokenBytes)
	}
	if first, last := s[0], s[len(s)-1]; first == last && (first == '"' || first == '\'') {
		return Token{}, errors.New("the app token is in quotes; give it without the quotes")
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r < 0x21 || r > 0x7e }); i >= 0 {
		return Token{}, fmt.Errorf("byte %d of the app token's %d is a space, a line break or another character that isn't visible ASCII; it may have been pasted with something around it", i+1, len(s))
	}
	const domain = "octoeverywhere app connection\x00"
	sum := sha256.Sum256([]byte(domain + s))
	return Token{unique.Make(s), hex.EncodeToString(sum[:fingerprintBytes])}, nil
}

// IsZero reports whether t is no token.
func (t Token) IsZero() bool { return t == Token{} }

// reveal is the secret itself: for the header and for redaction, nothing else.
func (t Token) reveal() string {
	if t.IsZero() {
		return ""
	}
	return t.secret.Value()
}

// Fingerprint names the App Connection without giving its token away: the
// first 20 hex digits (10 bytes) of a domain-separated SHA-256. It is the
// resource's id (DESIGN.md, "Tokens"). "" for the zero Token.
func (t Token) Fingerprint() string { return t.fingerprint }

// fingerprintBytes is the length of a fingerprint, which is twice as many digits.
const fingerprintBytes = 10

// IsFingerprint reports whether s is written like a fingerprint.
func IsFingerprint(s string) bool {
	return len(s) == 2*fingerprintBytes && strings.Trim(s, "0123456789abcdef") == ""
}

// MAC is the hex HMAC-SHA256 of message keyed with the token. It lets a
// write-only callback URL notice its own change (DESIGN.md, "Write-only"):
// without the token, which is a high-entropy secret, the message can't be
// guessed from it.
func (t Token) MAC(message string) string {
	mac := hmac.New(sha256.New, []byte(t.reveal()))
	_, _ = io.WriteString(mac, "octoeverywhere callback url\x00"+message) // a hash.Hash can't fail
	return hex.EncodeToString(mac.Sum(nil))
}

// Format shows the fingerprint, never the token, whatever the verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "Token("+t.Fingerprint()+")") }
