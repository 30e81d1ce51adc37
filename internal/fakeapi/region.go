// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// region is where a caller is sent first, "" when this is the place. Another
// path of the same host is told without the host.
func (s *Server) region(r *http.Request) string {
	host, path, target := s.options.RegionHost, s.options.RegionPath, r.URL.RequestURI()
	called := url.URL{Host: r.Host}
	here := strings.HasPrefix(r.URL.Path, path+"/")
	if !here {
		target = path + target
	}
	switch {
	case host != "" && called.Hostname() != host:
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		if port := called.Port(); port != "" {
			host = net.JoinHostPort(host, port)
		}
		return scheme + "://" + host + target
	case !here:
		return target
	}
	return ""
}
