// SPDX-License-Identifier: MPL-2.0

// Command wirereport is what `make wire-report` runs: it compares what the
// service does with what we take it to do where the vendor's pages don't tell
// (DESIGN.md, "The API"). It shares no code with the client, whose assumptions
// it checks.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

const (
	tokenVariable    = "OCTOEVERYWHERE_APP_TOKEN" //nolint:gosec // the name of a variable
	callbackVariable = "OCTOEVERYWHERE_TEST_CALLBACK_URL"
	endpointVariable = "OCTOEVERYWHERE_ENDPOINT"

	needs = `make wire-report needs
  ` + tokenVariable + `          the token of an App Connection that you can spare, of a supporter
  ` + callbackVariable + `  an https URL of yours that answers 200 to a POST
and takes
  ` + endpointVariable + `           another base URL: https, or http on loopback`

	notice = `This overwrites the webhook of that App Connection, restores nothing, and ends
with no webhook set. Your URL gets a test notification. The report has no token
and no URL, and of the answers only names and types.`
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := newReport(os.Getenv(tokenVariable), os.Getenv(callbackVariable), os.Getenv(endpointVariable))
	if err != nil {
		fmt.Fprintf(os.Stderr, "%v\n\n%s\n", err, needs)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "%s\n\n", notice)
	err = r.run(ctx)
	fmt.Print(r)
	if err != nil {
		fmt.Fprintf(os.Stderr, "\n%v\n", err)
		os.Exit(1)
	}
}

// newReport checks the variables. Its errors show none of their values.
func newReport(token, callback, endpoint string) (*report, error) {
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New(tokenVariable + " has no token")
	}
	target, err := url.Parse(callback)
	if err != nil || target.Scheme != "https" || target.Hostname() == "" {
		return nil, errors.New(callbackVariable + " has no https URL")
	}
	if endpoint == "" {
		endpoint = "https://octoeverywhere.com"
	}
	base, err := url.Parse(endpoint)
	if err != nil || base.Hostname() == "" || base.User != nil || base.RawQuery != "" ||
		base.Scheme != "https" && (base.Scheme != "http" || base.Hostname() != "localhost" && !net.ParseIP(base.Hostname()).IsLoopback()) {
		return nil, errors.New(endpointVariable + " has no base URL that a token may be sent to")
	}
	return &report{endpoint: base, token: token, callback: callback, callbackHost: target.Host}, nil
}
