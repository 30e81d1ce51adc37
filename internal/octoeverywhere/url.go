// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DefaultEndpoint is the base URL of the service.
const DefaultEndpoint = "https://octoeverywhere.com"

// ValidateEndpoint checks a base URL: https, or http for a loopback host alone
// (a token must not cross a network in the clear); a host; no userinfo, query
// or fragment. A path prefix is allowed. The error never shows the URL, which
// may have been given a password.
func ValidateEndpoint(s string) error {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return errors.New("the endpoint is empty")
	case err != nil || !isGraphic(s) || strings.ContainsRune(s, ' '):
		// Not wrapped: url.Parse quotes the URL.
		return errors.New("the endpoint can't be parsed as a URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return errors.New("the endpoint must begin with https://")
	case u.Hostname() == "":
		return errors.New("the endpoint has no host; it must look like " + DefaultEndpoint)
	case u.User != nil:
		return errors.New("the endpoint must not have a user name or password")
	case strings.ContainsAny(s, "?#"):
		return errors.New("the endpoint must not have a query (?) or a fragment (#)")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return errors.New("the endpoint must begin with https://; plain http, which would send the app token readable, is for loopback hosts alone")
	}
	return validatePort(u)
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// ValidateCallbackURL checks that s is a URL the service can call (DESIGN.md,
// "Calls") and that can be sent to it byte for byte: https with a host, no
// spaces, control or invisible characters, a legal port, valid UTF-8 (JSON can
// carry nothing else). It changes nothing and refuses no query. The error never
// shows any of s, whose query and userinfo may be secret.
func ValidateCallbackURL(s string) error {
	if s == "" {
		return errors.New("the URL is empty")
	}
	if strings.TrimSpace(s) != s {
		return errors.New("the URL begins or ends with a space or line break, as a value read from a file does; trimspace(…) around it removes that")
	}
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			return errors.New("the URL has a space or line break in it; write a space as %20")
		case r == utf8.RuneError:
			return errors.New("the URL has bytes in it that are not UTF-8, or the character U+FFFD that stands for such bytes; write it as it was before, or percent-encode them (U+FFFD is %EF%BF%BD)")
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point):
			return fmt.Errorf("the URL has the invisible character U+%04X in it, as text copied from a page or chat may have; delete it, or write %s if it is meant", r, url.PathEscape(string(r)))
		}
	}
	u, err := url.Parse(s)
	if err != nil {
		// Not wrapped: url.Parse quotes the URL, or a piece of its password.
		return errors.New("the URL can't be parsed: look for a stray % in the host or path, a port that isn't a number, or an odd character in the host")
	}
	if u.Scheme != "https" {
		return errors.New("the URL must begin with https://")
	}
	if u.Hostname() == "" {
		return errors.New("the URL has no host; it must look like https://app.example.com/path")
	}
	return validatePort(u)
}

// validatePort refuses a port that no server can listen on, and the lone colon
// that url.Parse lets pass.
func validatePort(u *url.URL) error {
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	if given := u.Port() != "" || strings.HasSuffix(u.Host, ":"); given && (err != nil || n == 0) {
		return errors.New("the URL's port must be a number from 1 to 65535; without a port, the host has no colon after it")
	}
	return nil
}

// unshownURL stands for a URL of which nothing is safe to show.
const unshownURL = "(a URL that can't be shown)"

// displayURL shortens a callback URL to what may be shown: "https://host/…".
// Many receivers keep a secret in the path too.
func displayURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || !isGraphic(u.Host) {
		return unshownURL
	}
	return u.Scheme + "://" + u.Host + "/…"
}

// isGraphic reports whether s can be printed to a terminal as it is: a host
// may hide control and direction characters behind percent-encoding.
func isGraphic(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) })
}
