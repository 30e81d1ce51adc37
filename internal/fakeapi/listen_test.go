// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

func TestListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1", ""} {
		running, err := fakeapi.New(fakeapi.Options{}).Listen(address)
		if err == nil {
			_ = running.Close()
			t.Errorf("it listens on %q", address)
		}
	}
	for _, address := range []string{"127.0.0.1:0", "localhost:0", "127.1.2.3:0"} {
		running, err := fakeapi.New(fakeapi.Options{}).Listen(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if !strings.HasPrefix(running.URL, "http://127.") {
			t.Errorf("%s: listens at %s", address, running.URL)
		}
		if err := running.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestListensAgain is a service that goes away, and comes back as it was.
func TestListensAgain(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Options{})
	api.AddConnection(token, "garage")
	transport := &http.Transport{}
	client := &http.Client{Transport: transport}
	defer transport.CloseIdleConnections()
	address := "127.0.0.1:0"
	for range 2 {
		running, err := api.Listen(address)
		if err != nil {
			t.Fatal(err)
		}
		address = strings.TrimPrefix(running.URL, "http://")
		request := newRequest(t.Context(), t, "GET", running.URL+infoPath, token, "")
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != 200 {
			t.Errorf("answered %d", response.StatusCode)
		}
		if err := running.Close(); err != nil {
			t.Error(err)
		}
		if response, err := client.Do(request); err == nil {
			_ = response.Body.Close()
			t.Error("it answers after Close")
		}
	}
}
