// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNewToken(t *testing.T) {
	for _, s := range []string{"a", secretToken, "!~", `"a`, `'a"`, strings.Repeat("x", 4096)} {
		made, err := NewToken(s)
		if err != nil || made.reveal() != s || made.IsZero() {
			t.Errorf("%.20q: %v", s, err)
		}
	}
	for _, s := range []string{
		"", " " + secretToken, secretToken + "\n", "tok\x00en", "tok\x7fen", secretToken + "é", `"` + secretToken + `"`, "'" + secretToken + "'", strings.Repeat("x", 4097),
	} {
		made, err := NewToken(s)
		if err == nil || !made.IsZero() {
			t.Errorf("%.20q is taken", s)
			continue
		}
		if s != "" && strings.Contains(err.Error(), strings.TrimSpace(s)) || strings.Contains(err.Error(), secretToken) {
			t.Errorf("the error repeats it: %v", err)
		}
		if quoted := strings.HasPrefix(s, `"`) || strings.HasPrefix(s, "'"); quoted != strings.Contains(err.Error(), "without the quotes") {
			t.Errorf("%.20q: %v", s, err)
		}
	}
}

// TestTokenDigests pins both: a change would replace every resource.
func TestTokenDigests(t *testing.T) {
	made := token(t)
	fingerprint, mac := made.Fingerprint(), made.MAC("https://example.com/?a=b")
	if fingerprint != "ef1d372ca4009cd289c9" || mac != "ce50e2c72aa65f40fac5a2c3351b4cd8434e4123c95a0e58e5860f6d7ae69baa" || (Token{}).Fingerprint() != "" {
		t.Errorf("fingerprint %s, MAC %s", fingerprint, mac)
	}
	again, _ := NewToken(secretToken)
	other, _ := NewToken(secretToken + "x")
	if made != again || made == other || made.MAC("x") == other.MAC("x") {
		t.Error("tokens are compared wrongly")
	}
}

// TestNeverShown: whatever prints a token, also by reflection, or a webhook.
func TestNeverShown(t *testing.T) {
	made := token(t)
	hidden := struct {
		inner struct{ t Token }
		list  []Token
		byKey map[Token]*Token
	}{struct{ t Token }{made}, []Token{made}, map[Token]*Token{made: &made}}
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p"} {
		_, _ = fmt.Fprintf(&shown, verb+verb+verb, made, &made, hidden)
	}
	_, _ = fmt.Fprintf(&shown, "%v %+v %#v %s %q", hook, &hook, hook, hook, hook)
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("x", "token", made, "hidden", hidden)
	noSecret(t, shown.String())
	if strings.Contains(strings.ToLower(shown.String()), fmt.Sprintf("%x", secretToken)) {
		t.Error("the token is shown in hexadecimal")
	}
	if !strings.Contains(shown.String(), made.Fingerprint()) || !strings.Contains(shown.String(), "app.example.com") {
		t.Error("nothing names the token or the webhook")
	}
}
