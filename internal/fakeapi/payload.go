// SPDX-License-Identifier: MPL-2.0

package fakeapi

// Event is something that happens on a printer. Zero fields are sent as zero,
// but for SecretKey, which is optional.
type Event struct {
	Type              int // API page, Event types
	SecretKey         string
	PrintID           string
	FileName          string
	DurationSec       int
	Progress          int // percent
	TimeRemainingSec  int
	ZOffsetMM         int
	CurrentLayer      int
	TotalLayers       int
	Error             string
	PlatformErrorCode string
}

// Payload is the JSON that the service POSTs, all fields of the API page's
// Delivery.
type Payload struct {
	PrinterID         string `json:"PrinterId"`
	SecretKey         string `json:"SecretKey,omitempty"`
	PrintID           string `json:"PrintId"`
	EventType         int    `json:"EventType"`
	PrinterName       string `json:"PrinterName"`
	SnapshotURL       string `json:"SnapshotUrl"`
	QuickViewURL      string `json:"QuickViewUrl"`
	FileName          string `json:"FileName"`
	DurationSec       int    `json:"DurationSec"`
	Progress          int    `json:"Progress"`
	TimeRemainingSec  int    `json:"TimeRemainingSec"`
	ZOffsetMM         int    `json:"ZOffsetMM"`
	CurrentLayer      int    `json:"CurrentLayer"`
	TotalLayers       int    `json:"TotalLayers"`
	Error             string `json:"Error"`
	PlatformErrorCode string `json:"PlatformErrorCode"`
}

func (c *appConnection) payload(event Event) Payload {
	return Payload{
		PrinterID:         "printer-" + c.printerName,
		SecretKey:         event.SecretKey,
		PrintID:           event.PrintID,
		EventType:         event.Type,
		PrinterName:       c.printerName,
		SnapshotURL:       "https://octoeverywhere.com/snapshot/fake",
		QuickViewURL:      "https://octoeverywhere.com/quickview/fake",
		FileName:          event.FileName,
		DurationSec:       event.DurationSec,
		Progress:          event.Progress,
		TimeRemainingSec:  event.TimeRemainingSec,
		ZOffsetMM:         event.ZOffsetMM,
		CurrentLayer:      event.CurrentLayer,
		TotalLayers:       event.TotalLayers,
		Error:             event.Error,
		PlatformErrorCode: event.PlatformErrorCode,
	}
}
