// SPDX-License-Identifier: MPL-2.0

package fakeapi

// LastEventType is the highest event type that is known; they begin at 1 and
// have no gaps (DESIGN.md, "Event types"). An event is added here and to the
// client's table, which has its name and a test that compares the two.
const LastEventType = 16

// Event is something that happens on a printer, as the service tells it. Zero
// fields are sent as zero. SecretKey, which is not for an app's webhook, is left out.
type Event struct {
	Type              int    `json:"EventType"`
	PrintID           string `json:"PrintId"`
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

// Payload is the JSON that the service POSTs (DESIGN.md, "Delivery").
type Payload struct {
	PrinterID    string `json:"PrinterId"`
	PrinterName  string
	SnapshotURL  string `json:"SnapshotUrl"`
	QuickViewURL string `json:"QuickViewUrl"`
	Event
}

func (c *appConnection) payload(event Event) Payload {
	return Payload{
		PrinterID:    "printer-" + c.Printer,
		PrinterName:  c.Printer,
		SnapshotURL:  "https://octoeverywhere.com/snapshot/fake",
		QuickViewURL: "https://octoeverywhere.com/quickview/fake",
		Event:        event,
	}
}
