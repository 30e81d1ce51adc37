// SPDX-License-Identifier: MPL-2.0

package faultmatrix_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/acctest"
)

var (
	table    = flag.String("table", "", "file to write the tests' figures to")
	full     = flag.Bool("full", false, "put every row of the fault matrix to every edition")
	webhooks = flag.Int("webhooks", 200, "webhooks of the load test")
)

func TestMain(m *testing.M) {
	code := acctest.Main(m)
	if *table != "" {
		if err := os.WriteFile(*table, []byte(figures.text()), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// figures is what the tests that ran have to report, in the order of their
// sections' names.
var figures report

type report struct {
	mu    sync.Mutex
	lines []string
}

func (r *report) add(format string, values ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, values...))
}

func (r *report) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n") + "\n"
}
