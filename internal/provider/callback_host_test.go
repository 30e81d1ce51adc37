// SPDX-License-Identifier: MPL-2.0

package provider

import "testing"

func TestPrivateHost(t *testing.T) {
	t.Parallel()
	for _, private := range []string{
		"localhost", "LOCALHOST", "printer.localhost", "octopi.local", "octopi.local.", "nas.lan", "a.b.home.arpa", "octopi", "octopi.",
		"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.20", "169.254.1.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
		"[::1]", "[::]", "[fe80::1]", "[fe80::1%25eth0]", "[fd00::1]", "[ff02::1]", "[::ffff:192.168.1.20]",
	} {
		if host, found := privateHost("https://" + private + ":8443/octo?x=1#y"); !found || host == "" {
			t.Errorf("%s counts as reachable", private)
		}
	}
	for _, public := range []string{
		"app.example.com", "app.example", "example.com.", "local.example.com", "xn--bcher-kva.example", "9.9.9.9", "[2620:fe::fe]", "172.32.0.1", "mylocal.net",
	} {
		if _, found := privateHost("https://" + public + "/octo"); found {
			t.Errorf("%s counts as unreachable", public)
		}
	}
	for _, odd := range []string{"", "https://", "%zz", "https:///path"} {
		if _, found := privateHost(odd); found {
			t.Errorf("%q is for the validator", odd)
		}
	}
}
