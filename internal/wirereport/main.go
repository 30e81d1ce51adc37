// SPDX-License-Identifier: MPL-2.0

// Command wirereport is what `make wire-report` runs: it compares what the
// service does with what we take it to do where the vendor's pages don't tell
// (DESIGN.md, "The API"). It shares no code with the client, whose assumptions
// it checks.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"
)

const (
	tokenVariable    = "OCTOEVERYWHERE_APP_TOKEN" //nolint:gosec // the name of a variable
	callbackVariable = "OCTOEVERYWHERE_TEST_CALLBACK_URL"
	endpointVariable = "OCTOEVERYWHERE_ENDPOINT"

	notice = `This overwrites the webhook of that App Connection, restores nothing, and ends
with no webhook set. Your URL gets a test notification. The report has no token
and no URL, and of the answers only names and types.`
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := newReport(os.Getenv(tokenVariable), os.Getenv(callbackVariable), os.Getenv(endpointVariable))
	if err == nil {
		fmt.Fprintf(os.Stderr, "%s\n\n", notice)
		err = r.run(ctx)
		fmt.Print(r)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "\n%v\n", err)
		os.Exit(1)
	}
}

// newReport checks the variables. Its errors show none of their values.
func newReport(token, callback, endpoint string) (*report, error) {
	target, err := url.Parse(callback)
	if token == "" || err != nil || target.Scheme != "https" {
		return nil, errors.New(tokenVariable + " must have a token, and " + callbackVariable + " an https URL")
	}
	base, err := url.Parse(cmp.Or(endpoint, "https://octoeverywhere.com"))
	if err != nil || base.Scheme != "https" && (base.Scheme != "http" || base.Hostname() != "127.0.0.1") {
		return nil, errors.New(endpointVariable + " must have an https URL, or http://127.0.0.1 with a port")
	}
	return &report{endpoint: base, token: token, callback: callback, callbackHost: target.Host}, nil
}
