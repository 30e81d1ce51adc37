// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// maxRedirects is how many redirects are followed in a row.
const maxRedirects = 3

// redirectTarget is the URL that a redirect inside the service leads to, else
// "" (DESIGN.md, "Redirects"). The request goes on unchanged, app token
// included, also on 301 and 302, since every call may be repeated; 303 asks for
// another request.
func (c *Client) redirectTarget(a answer) string {
	switch a.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return ""
	}
	if a.location == nil || !c.owns(a.location) {
		return ""
	}
	return a.location.String()
}

// owns reports whether a URL is the service's own: https (or http as the
// endpoint, which is then a loopback host), the endpoint's port, and its host
// or one below it.
func (c *Client) owns(u *url.URL) bool {
	host, home := strings.ToLower(u.Hostname()), strings.ToLower(c.url.Hostname())
	return (u.Scheme == "https" || u.Scheme == c.url.Scheme) &&
		u.User == nil && portOf(u) == portOf(c.url) && isASCII(host) &&
		(host == home || strings.HasSuffix(host, "."+home))
}

func portOf(u *url.URL) string {
	return cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
}

func isASCII(host string) bool {
	return !strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII })
}
