// SPDX-License-Identifier: MPL-2.0

// Command receiver is a small receiver of OctoEverywhere notifications. It
// checks a key in the URL, answers 200, and then processes the notification.
//
//	RECEIVER_KEY=… go run main.go -listen 127.0.0.1:8080
//
// OctoEverywhere calls only https URLs. Run it behind a web server that
// forwards https, or give it a certificate with -tls-cert and -tls-key.
package main

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// notification is the JSON object that OctoEverywhere sends. Any field may be
// missing, and new ones are added over time. Numbers may have a fraction.
type notification struct {
	PrinterID         string  `json:"PrinterId"`
	PrinterName       string  `json:"PrinterName"`
	PrintID           string  `json:"PrintId"`
	EventType         int     `json:"EventType"`
	FileName          string  `json:"FileName"`
	Progress          float64 `json:"Progress"` // percent
	DurationSec       float64 `json:"DurationSec"`
	TimeRemainingSec  float64 `json:"TimeRemainingSec"`
	SnapshotURL       string  `json:"SnapshotUrl"`
	QuickViewURL      string  `json:"QuickViewUrl"`
	Error             string  `json:"Error"`
	PlatformErrorCode any     `json:"PlatformErrorCode"`
}

// job is a notification with the printer that the called URL names.
type job struct {
	printer string
	notification
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to listen on")
	cert := flag.String("tls-cert", "", "certificate file, to serve https")
	key := flag.String("tls-key", "", "key file of the certificate")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *cert, *key, os.Getenv("RECEIVER_KEY")); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, listen, certFile, keyFile, secret string) error {
	if secret == "" {
		return errors.New("set RECEIVER_KEY to the key in the callback URL")
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	log.Printf("listening on %s", listener.Addr())

	jobs := make(chan job, 1000)
	go work(jobs)

	server := &http.Server{
		Handler:           receiver(secret, jobs),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       8 * time.Second,
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()

	if certFile == "" {
		err = server.Serve(listener)
	} else {
		err = server.ServeTLS(listener, certFile, keyFile)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// receiver answers POST /octo?printer=<name>&key=<secret>.
func receiver(secret string, jobs chan<- job) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /octo", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if subtle.ConstantTimeCompare([]byte(query.Get("key")), []byte(secret)) != 1 {
			http.Error(w, "wrong key", http.StatusForbidden)
			return
		}
		received := job{printer: query.Get("printer")}
		body := http.MaxBytesReader(w, r.Body, 1<<20)
		if err := json.NewDecoder(body).Decode(&received.notification); err != nil {
			http.Error(w, "not a notification", http.StatusBadRequest)
			return
		}
		// Answer first: OctoEverywhere waits at most 10 seconds, and it stops
		// calling after more than 5 failures in a row.
		select {
		case jobs <- received:
		default:
			log.Print("queue full: a notification was dropped")
		}
		w.WriteHeader(http.StatusOK)
	})
	return mux
}

// work processes the notifications: put your own code here.
func work(jobs <-chan job) {
	for j := range jobs {
		switch j.EventType {
		case 2: // print_complete
			log.Printf("%q: %q is complete after %s", j.printer, j.FileName, time.Duration(j.DurationSec*float64(time.Second)).Round(time.Second))
		case 3: // print_failed
			log.Printf("%q: %q failed at %.0f %%: %q", j.printer, j.FileName, j.Progress, j.Error)
		case 16: // test_notification
			log.Printf("%q: a test notification", j.printer)
		default: // OctoEverywhere adds event types over time
			log.Printf("%q: event %d", j.printer, j.EventType)
		}
	}
}
