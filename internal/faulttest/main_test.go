// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli/clitest"
)

var (
	table    = flag.String("table", "", "file to write the tests' figures to")
	full     = flag.Bool("full", false, "every fault of the matrix, with every edition")
	only     = flag.String("only", "", "regular expression for the orders to try, such as 'swapped.*put back'")
	pending  = flag.Bool("pending", false, "try the orders that are known to go wrong")
	webhooks = flag.Int("webhooks", 60, "webhooks of the load test")
)

func TestMain(m *testing.M) {
	code := clitest.Main(m)
	if *table != "" {
		if err := os.WriteFile(*table, []byte(strings.Join(figures.lines, "\n")+"\n"), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// figures is what the tests that ran have to report.
var figures struct {
	sync.Mutex
	lines []string
}

func figure(format string, values ...any) {
	figures.Lock()
	defer figures.Unlock()
	figures.lines = append(figures.lines, fmt.Sprintf(format, values...))
}
