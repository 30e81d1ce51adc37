// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import (
	"encoding/json"
	"time"
)

// AppConnection is what the service tells about a valid App Connection (api
// page, "info"). It says nothing about the webhook. Only Online must be in the
// answer, since it makes a 200 mean "valid"; anything else that is absent or
// of another type than documented is left empty rather than made an error.
type AppConnection struct {
	PrinterName    string
	PrinterLocalIP string // "" when the service does not know it
	PrinterURL     string
	Online         bool
	// LastConnected and LastDisconnected are nil when the service gave no
	// time, or none that can be read.
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

// decodeInfo reads info's 200; false when it does not say whether the printer
// is online.
func decodeInfo(a answer) (AppConnection, bool) {
	var fields struct {
		PrinterName, PrinterLocalIP                  json.RawMessage
		LastDisconnectTimeUTC, LastConnectionTimeUTC json.RawMessage
		UserFacingPrinterURL                         json.RawMessage
		PrinterLimits                                json.RawMessage
		IsOnline                                     *bool
	}
	if !a.decode(&fields) || fields.IsOnline == nil {
		return AppConnection{}, false
	}
	var limits struct {
		MaxDownloadFileSizeBytes, MaxUploadFileSizeBytes, MaxSingleWebcamStreamLengthSeconds json.RawMessage
	}
	_ = json.Unmarshal(fields.PrinterLimits, &limits) // no object: no limits
	return AppConnection{
		PrinterName:      orZero[string](fields.PrinterName),
		PrinterLocalIP:   orZero[string](fields.PrinterLocalIP),
		PrinterURL:       orZero[string](fields.UserFacingPrinterURL),
		Online:           *fields.IsOnline,
		LastConnected:    timeOf(fields.LastConnectionTimeUTC),
		LastDisconnected: timeOf(fields.LastDisconnectTimeUTC),
		Limits: Limits{
			MaxDownloadFileSizeBytes: orZero[*int64](limits.MaxDownloadFileSizeBytes),
			MaxUploadFileSizeBytes:   orZero[*int64](limits.MaxUploadFileSizeBytes),
			MaxWebcamStreamSeconds:   orZero[*int64](limits.MaxSingleWebcamStreamLengthSeconds),
		},
	}, true
}

// orZero decodes a field that need not be there, nor be what it should.
func orZero[T any](field json.RawMessage) T {
	var value, zero T
	if json.Unmarshal(field, &value) != nil {
		return zero
	}
	return value
}

// timeOf reads an RFC 3339 time. The zero time is how .NET writes "never".
func timeOf(field json.RawMessage) *time.Time {
	t, err := time.Parse(time.RFC3339, orZero[string](field))
	if err != nil || t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
