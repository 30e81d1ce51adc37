// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
)

func TestUnreachableHost(t *testing.T) {
	t.Parallel()

	for host, want := range map[string]string{
		"localhost":             "the machine that asks",
		"LOCALHOST.":            "the machine that asks",
		"octo.localhost":        "the machine that asks",
		"127.0.0.1":             "the machine that asks",
		"127.255.255.254":       "the machine that asks",
		"127.0.0.1.":            "the machine that asks",
		"[::1]":                 "the machine that asks",
		"[0:0:0:0:0:0:0:1]":     "the machine that asks",
		"[::ffff:127.0.0.1]":    "the machine that asks",
		"[::ffff:7f00:1]":       "the machine that asks",
		"0.0.0.0":               "unspecified",
		"[::]":                  "unspecified",
		"[::ffff:0.0.0.0]":      "unspecified",
		"0.1.2.3":               "reserved",
		"10.0.0.5":              "private",
		"172.16.0.1":            "private",
		"172.31.255.255":        "private",
		"192.168.1.20":          "private",
		"[::ffff:192.168.1.20]": "private",
		"[64:ff9b::10.0.0.5]":   "private",
		"[2002:c0a8:101::1]":    "private",
		"[fc00::1]":             "private",
		"[fd12:3456::1]":        "private",
		"100.64.0.1":            "carrier-grade NAT",
		"100.127.255.255":       "carrier-grade NAT",
		"169.254.169.254":       "link-local",
		"[fe80::1]":             "link-local",
		"[fe80::1%25eth0]":      "link-local",
		"[febf::1]":             "link-local",
		"[2600::1%25eth0]":      "network interface",
		"192.0.0.1":             "reserved",
		"192.0.2.1":             "documentation",
		"198.51.100.1":          "documentation",
		"203.0.113.255":         "documentation",
		"[2001:db8::1]":         "documentation",
		"[3fff:fff::1]":         "documentation",
		"198.19.255.255":        "benchmarks",
		"224.0.0.1":             "multicast",
		"239.255.255.255":       "multicast",
		"[ff02::1]":             "multicast",
		"240.0.0.1":             "reserved",
		"255.255.255.255":       "broadcast",
		"[100::1]":              "reserved",
		"[fec0::1]":             "reserved",
		"[64:ff9b:1::1]":        "reserved",
		"127.1":                 "ends in a number",
		"2130706433":            "ends in a number",
		"0x7f000001":            "ends in a number",
		"127.0.0.0x1":           "ends in a number",
		"0177.0.0.1":            "ends in a number",
		"300.1.1.1":             "ends in a number",
		"1.2.3.4.5":             "ends in a number",
		"octopi":                "single word",
		"Receiver":              "single word",
		"octopi.":               "single word",
		"com":                   "single word",
		"local":                 "local network",
		"octopi.local":          "same local network",
		"OctoPi.Local.":         "same local network",
		"a.b.c.local":           "same local network",
		"hooks.corp.internal":   ".internal",
		"nas.home.arpa":         "home.arpa",
		"app.test":              ".test",
		"app.invalid":           ".invalid",
		"abcdef.onion":          "Tor",
		"printer.lan":           ".lan",
		"printer.home":          ".home",
		"printer.localdomain":   ".localdomain",
		"hooks.corp":            ".corp",
		"hooks.private":         ".private",
		"hooks.intranet":        ".intranet",
	} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()

			for _, rawURL := range []string{
				"https://" + host,
				"https://" + host + ":8443/hidden?hidden#hidden",
				"https://hidden:hidden@" + host + "/",
			} {
				reason, unreachable := unreachableHost(rawURL)
				if !unreachable || !strings.Contains(reason, want) {
					t.Errorf("%s: got %q, %t; want %q", rawURL, reason, unreachable, want)
				}
				if strings.Contains(reason, "hidden") || strings.HasSuffix(reason, ".") || !strings.HasPrefix(reason, `"`) {
					t.Errorf("%s: the reason does not fit into a sentence, or tells too much: %s", rawURL, reason)
				}
			}
		})
	}
}

func TestReachableHost(t *testing.T) {
	t.Parallel()

	for _, rawURL := range []string{
		"https://example.com/",
		"https://app.example.com/octo?printer=10.0.0.5",
		"https://example.com./",
		"https://app.example/",
		"https://octopi.local.example.com/",
		"https://localhost.example.com/",
		"https://internal.example.com/",
		"https://home.example.com/",
		"https://notlocal.example.com/",
		"https://myhome.example.net/",
		"https://printer.thehome/",
		"https://arpa.home.arpa.example.com/",
		"https://10.0.0.5.example.com/",
		"https://10.0.0.5@app.example.com/",
		"https://app.example.com:127/#localhost",
		"https://xn--bcher-kva.example.com/",
		"https://bücher.example.com/",
		"https://web.ab12/",
		"https://8.8.8.8/",
		"https://1.1.1.1./",
		"https://9.255.255.255/",
		"https://11.0.0.0/",
		"https://100.63.255.255/",
		"https://100.128.0.0/",
		"https://126.255.255.255/",
		"https://128.0.0.1/",
		"https://172.15.255.255/",
		"https://172.32.0.0/",
		"https://192.167.255.255/",
		"https://192.169.0.0/",
		"https://223.255.255.255/",
		"https://[2606:4700:4700::1111]/",
		"https://[::ffff:8.8.8.8]/",
		"https://[64:ff9b::8.8.8.8]/",
		"https://[2002:808:808::1]/",
		"https://[2001:4860:4860::8888]:8443/",

		// Not for this check to judge.
		"",
		"https://",
		"https:///path",
		"https://./",
		"not a url",
		"https://[::1",
		"https://%zz/",
	} {
		if reason, unreachable := unreachableHost(rawURL); unreachable || reason != "" {
			t.Errorf("%s: got %q, want it reachable", rawURL, reason)
		}
	}
}
