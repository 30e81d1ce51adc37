// SPDX-License-Identifier: MPL-2.0

package callbackurl

import (
	"fmt"
	"testing"
)

func BenchmarkMerge(b *testing.B) {
	many := map[string]string{}
	for i := range 32 {
		many[fmt.Sprintf("key %02d", i)] = "a value / with (reserved) characters"
	}
	for _, bench := range []struct {
		name  string
		base  string
		query map[string]string
	}{
		{"empty", "https://app.example.com/octo", nil},
		{"plain", "https://app.example.com/octo", map[string]string{"printer": "garage"}},
		{"base query", "https://app.example.com/octo?tenant=%C3%A9&region=eu#f", map[string]string{"printer": "garage", "site": "north"}},
		{"32 pairs", "https://app.example.com/octo", many},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Merge(bench.base, bench.query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
