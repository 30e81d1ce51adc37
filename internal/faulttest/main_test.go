// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
)

var (
	table    = flag.String("table", "", "file to write the tests' figures to")
	full     = flag.Bool("full", false, "more faults, and ten times the orders")
	only     = flag.String("only", "", "regular expression for the orders to try, such as 'swapped.*put back'")
	webhooks = flag.Int("webhooks", 60, "webhooks of the load test")
)

func TestMain(m *testing.M) {
	code := clitest.Main(m)
	if *table != "" {
		var text strings.Builder
		for _, line := range slices.Sorted(maps.Keys(figures.lines)) {
			fmt.Fprintf(&text, "%3d times %s\n", figures.lines[line], line)
		}
		if err := os.WriteFile(*table, []byte(text.String()), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// figures is what the tests that ran have to report, and how often.
var figures = struct {
	sync.Mutex
	lines map[string]int
}{lines: map[string]int{}}

func figure(format string, values ...any) {
	figures.Lock()
	defer figures.Unlock()
	figures.lines[fmt.Sprintf(format, values...)]++
}
