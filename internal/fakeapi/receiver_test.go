// SPDX-License-Identifier: MPL-2.0

package fakeapi_test

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestReceiver(t *testing.T) {
	t.Parallel()
	receiver, _ := receiver(t)
	if !strings.HasPrefix(receiver.URL, "https://127.0.0.1:") {
		t.Errorf("it is at %s", receiver.URL)
	}
	post := func(base, body string) int {
		t.Helper()
		response, err := receiver.Client().Do(newRequest(t.Context(), t, "POST", base+"/a%2Fb?k=v&k=w", "", body))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}

	arrived := make(chan error)
	go func() { arrived <- receiver.Wait(t.Context(), 2) }()
	if status := post(receiver.URL, `{"EventType":2,"Later":"field"}`); status != 200 {
		t.Errorf("answered %d", status)
	}
	receiver.SetStatus(500)
	if status := post("https://app.example.com", `no JSON`); status != 500 {
		t.Errorf("answered %d, want 500", status)
	}
	if err := <-arrived; err != nil {
		t.Error(err)
	}
	got := receiver.Received()
	if len(got) != 2 || got[0].Path != "/a%2Fb" || got[0].RawQuery != "k=v&k=w" || got[0].URI != "/a%2Fb?k=v&k=w" ||
		got[0].Payload.Type != 2 || got[1].Raw != "no JSON" {
		t.Errorf("%+v", got)
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := receiver.Wait(ended, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := receiver.Wait(ended, 1); err != nil {
		t.Errorf("what is there needs no wait: %v", err)
	}
}
