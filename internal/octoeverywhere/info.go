// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import "time"

// AppConnection is what the service tells about a valid App Connection (api
// page, "info"). It says nothing about the webhook.
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
