// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects is how many redirects are followed in a row.
const maxRedirects = 3

// base is where calls go: to the endpoint, or to where it redirected an earlier
// call, so that a fleet isn't sent around for each webhook (DESIGN.md,
// "Redirects").
func (c *Client) base() (base string, learned bool) {
	if region := c.region.Load(); region != nil {
		return *region, true
	}
	return c.endpoint.String(), false
}

// forget has calls go to the endpoint again, unless another has learned a newer
// region meanwhile.
func (c *Client) forget(base string) {
	if region := c.region.Load(); region != nil && *region == base {
		c.region.CompareAndSwap(region, nil)
	}
}

// doubtsRegion reports whether an answer from a learned region is not to be
// believed before the endpoint was asked again: a region that moved away gives
// none, or does not serve the call. Nor does one that another call was sent to
// have the last word on an App Connection being gone for good.
func (a answer) doubtsRegion() bool {
	return a.err != nil || a.isUnknownPath() || a.isRedirect() || a.status == 603 || a.status == 604
}

// follow says where a redirect inside the service leads; "" for any other
// answer. Where only the base changed, later calls go there at once.
func (c *Client) follow(from string, a answer) string {
	next := c.inside(from, a)
	if base, ok := strings.CutSuffix(next, a.asked.path); ok {
		c.region.Store(&base)
	}
	return next
}

// inside is the URL that a redirect inside the service leads to, else "". The
// request goes on unchanged, app token included, also on 301 and 302, since
// every call may be repeated; 303 asks for another request.
func (c *Client) inside(from string, a answer) string {
	switch a.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return ""
	}
	here, err := url.Parse(from)
	if err != nil || a.location == "" {
		return ""
	}
	there, err := here.Parse(a.location)
	if err != nil || !c.owns(there) {
		return ""
	}
	there.Fragment = ""
	return there.String()
}

// owns reports whether a URL is the service's own: https (or http as the
// endpoint, which is then a loopback host), the endpoint's port, and its host
// or one below it.
func (c *Client) owns(u *url.URL) bool {
	host, home := strings.ToLower(u.Hostname()), strings.ToLower(c.endpoint.Hostname())
	return (u.Scheme == "https" || u.Scheme == c.endpoint.Scheme) &&
		u.User == nil && portOf(u) == portOf(c.endpoint) && isGraphicASCII(host) &&
		(host == home || strings.HasSuffix(host, "."+home))
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}
