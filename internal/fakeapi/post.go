// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"
)

// deliveryClient makes the client that calls receivers, out of the options'.
func deliveryClient(given *http.Client) *http.Client {
	client := http.Client{}
	if given == nil {
		dialer := &net.Dialer{Control: loopbackOnly}
		client.Transport = &http.Transport{
			DialContext:     dialer.DialContext,
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // loopback only, where receivers sign their own certificates
			IdleConnTimeout: time.Minute,
		}
	} else {
		client = *given
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// loopbackOnly refuses to connect to anything that is not this machine.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if !net.ParseIP(host).IsLoopback() {
		return errors.New("the fake delivers to loopback addresses only, unless it is given a DeliveryClient")
	}
	return nil
}

// post calls a receiver. Its status is all that counts (DESIGN.md, "Delivery").
// Errors show the host at most: the rest of the URL is the app's secret.
func post(ctx context.Context, client *http.Client, target string, payload Payload) (int, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return 0, errors.New("the callback URL can't be called")
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		var wrapped *url.Error // whose text has the whole URL
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return 0, fmt.Errorf("the receiver at %s gave no answer: %w", request.URL.Host, err)
	}
	_ = response.Body.Close()
	return response.StatusCode, nil
}
