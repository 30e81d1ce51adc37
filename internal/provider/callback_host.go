// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// unreachableHost reports whether the host of a callback URL can't be reached
// from the internet, where OctoEverywhere calls it from, and says why: a clause
// that begins with the host, for the middle of a sentence (design.md, rule 10).
//
// It looks at the text of the host alone, never at the network: a plan must not
// depend on the resolver it runs beside. Of a name it knows only that some
// names never exist in the public DNS; the reason shows nothing of the URL but
// its host. A URL that can't be parsed is left to the validator.
func unreachableHost(rawURL string) (reason string, unreachable bool) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "", false
	}
	shown := u.Hostname()
	host := strings.ToLower(strings.TrimSuffix(shown, "."))
	if host == "" {
		return "", false
	}

	if addr, err := netip.ParseAddr(host); err == nil {
		reason = unreachableAddr(addr)
	} else {
		reason = unreachableName(host)
	}
	if reason == "" {
		return "", false
	}

	return strconv.Quote(shown) + " " + reason, true
}

// privateDomains never exist in the public DNS. Beside the names set aside by
// RFCs and ICANN these are what RFC 6762, appendix G, found home and office
// networks to use.
//
// The domain "example" is left out although it is reserved as well: people
// write it where a real name is to come.
var privateDomains = map[string]string{
	"localhost":   "always means the machine that asks, here OctoEverywhere's own (RFC 6761)",
	"local":       "is a name that only devices in the same local network understand (mDNS, RFC 6762)",
	"internal":    "is in the domain .internal, which is reserved for private networks",
	"home.arpa":   "is in the domain home.arpa, which is reserved for home networks (RFC 8375)",
	"test":        "is in the domain .test, which never exists on the internet (RFC 6761)",
	"invalid":     "is in the domain .invalid, which never exists on the internet (RFC 6761)",
	"onion":       "is in the domain .onion, which only Tor reaches (RFC 7686)",
	"intranet":    notDelegated("intranet"),
	"private":     notDelegated("private"),
	"corp":        notDelegated("corp"),
	"home":        notDelegated("home"),
	"lan":         notDelegated("lan"),
	"localdomain": notDelegated("localdomain"),
}

func notDelegated(domain string) string {
	return "is in the domain ." + domain + ", which exists in private networks alone"
}

// unreachableName returns why nobody outside can resolve name, a host in lower
// case without its trailing dot that is not an IP address; "" when they may.
func unreachableName(name string) string {
	for domain := name; domain != ""; _, domain, _ = strings.Cut(domain, ".") {
		if reason, found := privateDomains[domain]; found {
			return reason
		}
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	if isNumber(last) {
		// Some programs read 127.1 or 0x7f000001 as an address, none as a name.
		return "ends in a number, as no name on the internet does, and isn't an IP address written in full"
	}
	if last == name {
		return "is a single word, which only a local network can look up; the internet needs a full name such as printer.example.com"
	}

	return ""
}

// isNumber tells whether a host that ends in this label is read as an IPv4
// address by browsers (URL standard, "ends in a number checker").
func isNumber(label string) bool {
	digits := "0123456789"
	if hex, found := strings.CutPrefix(label, "0x"); found {
		label, digits = "0"+hex, digits+"abcdef"
	}

	return label != "" && strings.Trim(label, digits) == ""
}

// unreachableRanges are the special-purpose addresses of IANA's registries
// (RFC 6890 and its successors) that aren't globally reachable. The first that
// matches gives the reason.
var unreachableRanges = []struct {
	prefix netip.Prefix
	reason string
}{
	{netip.MustParsePrefix("0.0.0.0/32"), unspecified},
	{netip.MustParsePrefix("0.0.0.0/8"), reserved},
	{netip.MustParsePrefix("10.0.0.0/8"), private},
	{netip.MustParsePrefix("100.64.0.0/10"), "is an address inside a provider's network (carrier-grade NAT, RFC 6598)"},
	{netip.MustParsePrefix("127.0.0.0/8"), loopback},
	{netip.MustParsePrefix("169.254.0.0/16"), linkLocal},
	{netip.MustParsePrefix("172.16.0.0/12"), private},
	{netip.MustParsePrefix("192.0.0.0/24"), reserved},
	{netip.MustParsePrefix("192.0.2.0/24"), documentation},
	{netip.MustParsePrefix("192.168.0.0/16"), private},
	{netip.MustParsePrefix("198.18.0.0/15"), "is an address for benchmarks between networks (RFC 2544)"},
	{netip.MustParsePrefix("198.51.100.0/24"), documentation},
	{netip.MustParsePrefix("203.0.113.0/24"), documentation},
	{netip.MustParsePrefix("224.0.0.0/4"), multicast},
	{netip.MustParsePrefix("255.255.255.255/32"), "is the broadcast address of a local network"},
	{netip.MustParsePrefix("240.0.0.0/4"), reserved},

	{netip.MustParsePrefix("::/128"), unspecified},
	{netip.MustParsePrefix("::1/128"), loopback},
	{netip.MustParsePrefix("2001:db8::/32"), documentation},
	{netip.MustParsePrefix("3fff::/20"), documentation},
	{netip.MustParsePrefix("fc00::/7"), "is a private address, which only its own network reaches (RFC 4193)"},
	{netip.MustParsePrefix("fe80::/10"), linkLocal},
	{netip.MustParsePrefix("ff00::/8"), multicast},
}

const (
	loopback      = "always means the machine that asks, here OctoEverywhere's own"
	private       = "is a private address, which only its own network reaches (RFC 1918)"
	linkLocal     = "is a link-local address, which only devices on the same cable or Wi-Fi reach"
	unspecified   = "is the unspecified address, which belongs to no machine"
	multicast     = "is a multicast address, which belongs to no single machine"
	documentation = "is an address for examples in documentation, which belongs to no machine"
	reserved      = "is a reserved address, which belongs to no machine on the internet"
)

var (
	globalUnicast = netip.MustParsePrefix("2000::/3")
	// NAT64 (RFC 6052) and 6to4 (RFC 3056) addresses lead to the IPv4 address
	// they hold.
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
)

// unreachableAddr returns why addr isn't reachable from the internet, "" when
// it may be.
func unreachableAddr(addr netip.Addr) string {
	zone := addr.Zone()
	// No prefix contains an address with a zone.
	addr = addr.WithZone("").Unmap()
	bytes := addr.As16()
	switch {
	case nat64.Contains(addr):
		addr = netip.AddrFrom4([4]byte(bytes[12:16]))
	case sixToFour.Contains(addr):
		addr = netip.AddrFrom4([4]byte(bytes[2:6]))
	}

	for _, special := range unreachableRanges {
		if special.prefix.Contains(addr) {
			return special.reason
		}
	}
	switch {
	case zone != "":
		return "names a network interface of one machine"
	case addr.Is6() && !globalUnicast.Contains(addr):
		return reserved
	}

	return ""
}
