// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// TestReceiverGuide runs what the guide on receiving notifications shows, all
// of it: the receiver's program with a certificate, a webhook with a secret in
// its URL, set by Terraform and verified by the service, and an event.
func TestReceiverGuide(t *testing.T) {
	const directory = "webhooks/secret-url"
	skipUnlessAble(t, directory)
	certificate := newCertificate(t)
	address, lines := startReceiver(t, certificate, "k3y&+ä")

	w := workspace(t, directory)
	api := newAPI(t, w, fakeapi.Options{DeliveryClient: certificate.client}, "garage")
	appTokens("garage")(t, w)
	w.Setenv("TF_VAR_receiver_url", "https://"+address+"/octo")
	w.Setenv("TF_VAR_receiver_key", "another key")

	refused := w.Apply()
	if refused.OK() || !strings.Contains(refused.Errors(), "403") {
		t.Errorf("the receiver should refuse a wrong key, and the apply say so:\n%s", refused.Errors())
	}
	w.Setenv("TF_VAR_receiver_key", "k3y&+ä")
	w.Must(w.Apply())
	expectLine(t, lines, `"garage": a test notification`)

	delivery := api.Fire(t.Context(), tokenOf("garage"), fakeapi.Event{Type: 2, FileName: "boat.gcode", Progress: 100})
	if !delivery.Sent || delivery.Status != http.StatusOK {
		t.Errorf("delivery: %+v", delivery)
	}
	expectLine(t, lines, `"garage": "boat.gcode" is complete`)

	if planned := w.Must(w.Plan("-detailed-exitcode")); planned.ExitCode != 0 {
		t.Errorf("a second plan has something to do: %v", planned.Planned)
	}
	if state := w.Read("terraform.tfstate"); strings.Contains(state, "k3y") || strings.Contains(state, "fake-token-") {
		t.Error("a secret is in the state")
	}
	w.Must(w.Destroy())
}

// startReceiver builds and starts examples/receiver; lines are what it logs.
func startReceiver(t *testing.T, certificate certificate, key string) (address string, lines <-chan string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "receiver")
	if out, err := exec.Command("go", "build", "-o", program, "../../examples/receiver").CombinedOutput(); err != nil {
		t.Fatalf("building the receiver: %v\n%s", err, out)
	}
	command := exec.CommandContext(t.Context(), program, "-listen", "127.0.0.1:0", "-tls-cert", certificate.file, "-tls-key", certificate.keyFile)
	command.Env = append(os.Environ(), "RECEIVER_KEY="+key)
	command.WaitDelay = 10 * time.Second
	output, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	logged := make(chan string, 100)
	go func() {
		defer close(logged)
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			logged <- scanner.Text()
		}
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		for range logged { // until the program is gone
		}
		_ = command.Wait()
	})
	_, address, found := strings.Cut(<-logged, "listening on ")
	if !found {
		t.Fatal("the receiver did not start")
	}
	return address, logged
}

// expectLine reads the log until a line holds the text.
func expectLine(t *testing.T, lines <-chan string, text string) {
	t.Helper()
	var seen []string
	for {
		select {
		case line, open := <-lines:
			if !open {
				t.Fatalf("the receiver ended without %q:\n%s", text, strings.Join(seen, "\n"))
			}
			if strings.Contains(line, text) {
				return
			}
			seen = append(seen, line)
		case <-time.After(time.Minute):
			t.Fatalf("the receiver did not log %q:\n%s", text, strings.Join(seen, "\n"))
		}
	}
}

// certificate is one for 127.0.0.1, and a client that trusts it.
type certificate struct {
	file, keyFile string
	client        *http.Client
}

func newCertificate(t *testing.T) certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(parsed)

	made := certificate{
		file: filepath.Join(t.TempDir(), "cert.pem"), keyFile: filepath.Join(t.TempDir(), "key.pem"),
		client: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}},
	}
	for file, block := range map[string]*pem.Block{
		made.file:    {Type: "CERTIFICATE", Bytes: der},
		made.keyFile: {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return made
}
