// SPDX-License-Identifier: MPL-2.0

package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// settings are what the flags say.
type settings struct {
	listen      string
	edition     string
	connections connections
	latency     time.Duration
	noInfo      bool
	flat        bool
	region      string
	ca          string
}

// pair is an App Connection to make.
type pair struct{ token, printer string }

type connections []pair

// String is empty: tokens are not for showing, not even a fake's.
func (*connections) String() string { return "" }

// Set takes token=printer name.
func (c *connections) Set(value string) error {
	token, printer, found := strings.Cut(value, "=")
	if !found || token == "" || printer == "" {
		return errors.New("want token=printer name")
	}
	for _, known := range *c {
		if known.token == token || known.printer == printer {
			return errors.New("the token or the printer's name is there already")
		}
	}
	*c = append(*c, pair{token, printer})
	return nil
}

var editions = map[string]fakeapi.Editions{
	"both":          fakeapi.EditionNotifications | fakeapi.EditionAppConnection,
	"notifications": fakeapi.EditionNotifications,
	"appconnection": fakeapi.EditionAppConnection,
}

func parse(args []string, output io.Writer) (*settings, error) {
	s := &settings{}
	flags := flag.NewFlagSet("fakeoctoeverywhere", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.StringVar(&s.listen, "listen", "127.0.0.1:8600", "loopback `address` to listen on; port 0 takes a free one")
	flags.StringVar(&s.edition, "edition", "both", "the `edition` served: both, notifications or appconnection")
	flags.Var(&s.connections, "connection", "an App Connection as `token=printer name`; may be repeated (default three printers)")
	flags.DurationVar(&s.latency, "latency", 0, "`time` before each answer, such as 50ms")
	flags.BoolVar(&s.noInfo, "no-info", false, "do not serve GET /api/appconnection/info")
	flags.BoolVar(&s.flat, "flat", false, "answer without the envelope, as the vendor's pages show it")
	flags.StringVar(&s.region, "region", "", "send callers to another `place` first: a path such as /lon, or a host such as lon.localhost")
	flags.StringVar(&s.ca, "ca", "", "PEM `file` with the certificate of your receiver, for deliveries on loopback and elsewhere (default: the system's, loopback only)")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("there are flags only, see -help; %q is none", flags.Arg(0))
	}
	if editions[s.edition] == 0 {
		return nil, fmt.Errorf("the edition %q is unknown: both, notifications or appconnection", s.edition)
	}
	if s.latency < 0 {
		return nil, errors.New("the latency can't be negative")
	}
	if s.region != "" && !strings.HasPrefix(s.region, "/") && !strings.HasSuffix(s.region, "localhost") {
		return nil, fmt.Errorf("the region %q is neither a path such as /lon nor a host such as lon.localhost", s.region)
	}
	if len(s.connections) == 0 {
		for _, printer := range []string{"garage", "lab", "attic"} {
			s.connections = append(s.connections, pair{"fake-token-" + printer, printer})
		}
	}
	return s, nil
}

// fake makes the server that the settings ask for.
func (s *settings) fake() (*fakeapi.Server, error) {
	options := fakeapi.Options{Editions: editions[s.edition], NoInfo: s.noInfo, Latency: s.latency, Flat: s.flat, Control: true}
	if strings.HasPrefix(s.region, "/") {
		options.RegionPath = s.region
	} else {
		options.RegionHost = s.region
	}
	if s.ca != "" {
		pem, err := os.ReadFile(s.ca)
		if err != nil {
			return nil, fmt.Errorf("the receiver's certificate: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the receiver's certificate: %s holds none in PEM", s.ca)
		}
		options.DeliveryClient = &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		}}
	}
	fake := fakeapi.New(options)
	for _, c := range s.connections {
		fake.AddConnection(c.token, c.printer)
	}
	return fake, nil
}

// greeting tells a person how to go on.
func (s *settings) greeting(address string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "The fake OctoEverywhere is at %s (edition: %s). Ctrl-C ends it.\n\n", address, s.edition)
	fmt.Fprintf(&text, "Point the provider at it:\n\n  provider \"octoeverywhere\" {\n    endpoint   = %q\n    app_tokens = {\n", address)
	for _, c := range s.connections {
		fmt.Fprintf(&text, "      %q = %q\n", c.printer, c.token)
	}
	fmt.Fprintf(&text, "    }\n  }\n\nor: export OCTOEVERYWHERE_ENDPOINT=%s OCTOEVERYWHERE_APP_TOKEN='%s'\n\n", address, s.connections[0].token)
	first := url.QueryEscape(s.connections[0].printer)
	fmt.Fprintf(&text, "Play the printer and its owner (%s/_fake/ tells more):\n\n  curl %s/_fake/webhooks\n", address, address)
	fmt.Fprintf(&text, "  curl -X POST '%s/_fake/fire?printer=%s&event=2'\n  curl -X POST '%s/_fake/revoke?printer=%s&status=604'\n", address, first, address, first)
	return text.String()
}
