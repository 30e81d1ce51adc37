// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// privateDomains never exist in the public DNS: those that RFC 2606, 6761,
// 6762 (and its appendix G), 7686 and 8375 and ICANN set aside. "example" is
// left out, since people write it where a real name is to come.
var privateDomains = []string{
	"localhost", "local", "internal", "home.arpa", "test", "invalid", "onion",
	"intranet", "private", "corp", "home", "lan", "localdomain",
}

// privateHost reports whether the host of a callback URL can't be reached from
// the internet. It looks at the text alone, never at the network: a plan must
// not depend on the resolver it runs beside. A URL that can't be parsed is left
// to the validator (DESIGN.md, "Host warnings").
func privateHost(rawURL string) (host string, private bool) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Hostname() == "" {
		return "", false
	}
	host = u.Hostname()
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if addr, err := netip.ParseAddr(name); err == nil {
		addr = addr.Unmap()
		return host, !addr.IsGlobalUnicast() || addr.IsPrivate()
	}
	return host, !strings.Contains(name, ".") || slices.ContainsFunc(privateDomains, func(domain string) bool {
		return strings.HasSuffix(name, "."+domain)
	})
}
