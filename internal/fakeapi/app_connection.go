// SPDX-License-Identifier: MPL-2.0

package fakeapi

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// appConnection is an App Connection: one user's one printer. Server.mu guards
// it, and the webhook that it points to.
type appConnection struct {
	Printer   string
	Revoked   int `json:",omitempty"` // 603 or 604; 0 = alive
	Supporter bool
	Online    bool
	Webhook   *Webhook // nil = none

	connected, disconnected time.Time // the last time each; zero = never
}

// Webhook is the one webhook of an App Connection.
type Webhook struct {
	URL        string // byte for byte as it was set
	EventTypes []int  // nil = all; never changed in place
	SetAt      time.Time
	Edition    Editions // the edition that set it; appconnection webhooks end after 180 days
	Failures   int      // failed deliveries in a row; more than 5 stop the deliveries
}

// AddConnection makes a living App Connection of a supporter's online printer.
// It panics for a token that was revoked: a dead App Connection can't be
// brought back, its successor has another token (DESIGN.md, "Who calls").
func (s *Server) AddConnection(token, printerName string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.appConnections[token]; c != nil && c.Revoked != 0 {
		panic("fakeapi: the App Connection of " + printerName + " was revoked; a new one has another token")
	}
	s.appConnections[token] = &appConnection{Printer: printerName, Supporter: true, Online: true, connected: s.options.Now()}
}

// Revoke ends an App Connection for good: from now on every call answers
// status, 603 or 604 (others panic), and its webhook is gone.
func (s *Server) Revoke(token string, status int) {
	if status != 603 && status != 604 {
		panic(fmt.Sprintf("fakeapi: an App Connection ends with 603 or 604, not %d", status))
	}
	s.change(token, func(c *appConnection) { c.Revoked, c.Webhook = status, nil })
}

// SetSupporter gives or takes the owner's Supporter Perks. Without them Set,
// TestWebhook and info answer 605, and nothing is delivered; the webhook is
// kept, and works again with the Perks. What Delete answers then is not
// documented: here it works, since it uses nothing of the service.
func (s *Server) SetSupporter(token string, yes bool) {
	s.change(token, func(c *appConnection) { c.Supporter = yes })
}

// SetOnline connects or disconnects the printer.
func (s *Server) SetOnline(token string, yes bool) {
	s.change(token, func(c *appConnection) {
		c.Online = yes
		if yes {
			c.connected = s.options.Now()
		} else {
			c.disconnected = s.options.Now()
		}
	})
}

// change panics when there is no such App Connection: a test that changes
// another than it meant would prove nothing.
func (s *Server) change(token string, change func(*appConnection)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, found := s.appConnections[token]
	if !found {
		panic("fakeapi: no App Connection has this token; AddConnection first")
	}
	change(c)
}

// Webhook returns a copy of what an App Connection has saved; false when it
// has no webhook.
func (s *Server) Webhook(token string) (Webhook, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, found := s.appConnections[token]
	if !found || c.Webhook == nil {
		return Webhook{}, false
	}
	return *c.Webhook, true
}

// dotNetTime writes times as .NET does: seven digits of a second.
const dotNetTime = "2006-01-02T15:04:05.0000000Z"

// info tells of the printer, nothing of the webhook (DESIGN.md, "Info"). What
// depends on the printer being online is absent while it is not; a printer
// that was never disconnected has .NET's zero time for it.
func (c *appConnection) info() answer {
	fields := map[string]any{
		"PrinterName":           c.Printer,
		"IsOnline":              c.Online,
		"LastConnectionTimeUtc": c.connected.UTC().Format(dotNetTime),
		"LastDisconnectTimeUtc": "0001-01-01T00:00:00",
		"UserFacingPrinterUrl":  "https://octoeverywhere.com/printer/" + url.PathEscape(c.Printer),
		"PrinterLimits": map[string]any{
			"MaxDownloadFileSizeBytes":                     1 << 30,
			"MaxUploadFileSizeBytes":                       1 << 29,
			"MaxSingleWebcamStreamLengthSeconds":           3600,
			"MaxTotalWebcamStreamTimePerTimeWindowSeconds": nil,
			"WebcamStreamTimeWindow":                       nil,
		},
	}
	if c.Online {
		fields["PrinterLocalIp"] = "192.168.1.20"
	}
	if !c.disconnected.IsZero() {
		fields["LastDisconnectTimeUtc"] = c.disconnected.UTC().Format(dotNetTime)
	}
	return answer{status: http.StatusOK, result: fields}
}
