// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"time"
)

// Info is what the service says about a valid App Connection (DESIGN.md,
// "Info"). It says nothing about the webhook. Only Online must be in the
// answer, since it makes a 200 mean "valid"; anything else that is absent or
// of another type than documented is left empty rather than made an error.
type Info struct {
	PrinterName    string
	PrinterLocalIP string // "" when the service does not know it
	PrinterURL     string
	Online         bool
	// LastConnected and LastDisconnected are nil for never, and when the
	// service gave no time that can be read.
	LastConnected    *time.Time
	LastDisconnected *time.Time
	Limits           Limits
}

// Limits are what the owner's plan allows. Each is nil when not given.
type Limits struct {
	MaxDownloadFileSizeBytes *int64
	MaxUploadFileSizeBytes   *int64
	MaxWebcamStreamSeconds   *int64 // length of one webcam stream
}

// decodeInfo reads info's answer; false when it is no 200 that says whether
// the printer is online.
func decodeInfo(a answer) (Info, bool) {
	var fields struct {
		PrinterName, PrinterLocalIP                  json.RawMessage
		LastDisconnectTimeUTC, LastConnectionTimeUTC json.RawMessage
		UserFacingPrinterURL                         json.RawMessage
		PrinterLimits                                json.RawMessage
		IsOnline                                     *bool
	}
	if !a.ok() || !a.decode(&fields) || fields.IsOnline == nil {
		return Info{}, false
	}
	var limits struct {
		MaxDownloadFileSizeBytes, MaxUploadFileSizeBytes, MaxSingleWebcamStreamLengthSeconds json.RawMessage
	}
	_ = json.Unmarshal(fields.PrinterLimits, &limits) // no object: no limits
	return Info{
		PrinterName:      orZero[string](fields.PrinterName),
		PrinterLocalIP:   orZero[string](fields.PrinterLocalIP),
		PrinterURL:       orZero[string](fields.UserFacingPrinterURL),
		Online:           *fields.IsOnline,
		LastConnected:    timeOf(fields.LastConnectionTimeUTC),
		LastDisconnected: timeOf(fields.LastDisconnectTimeUTC),
		Limits: Limits{
			MaxDownloadFileSizeBytes: (*int64)(orZero[*integer](limits.MaxDownloadFileSizeBytes)),
			MaxUploadFileSizeBytes:   (*int64)(orZero[*integer](limits.MaxUploadFileSizeBytes)),
			MaxWebcamStreamSeconds:   (*int64)(orZero[*integer](limits.MaxSingleWebcamStreamLengthSeconds)),
		},
	}, true
}

// timeOf reads an RFC 3339 time. One without zone is UTC, as the fields' names
// say, and year 1 is how .NET writes "never".
func timeOf(field json.RawMessage) *time.Time {
	text := orZero[string](field)
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05", text)
	}
	if err != nil || t.Year() <= 1 {
		return nil
	}
	return new(t.UTC())
}
