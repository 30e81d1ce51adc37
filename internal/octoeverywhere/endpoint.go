// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
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
	case u.RawQuery != "" || u.ForceQuery:
		return errors.New("the endpoint must not have a query (?)")
	case strings.ContainsRune(s, '#'):
		return errors.New("the endpoint must not have a fragment (#)")
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
