// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"
)

func say(format string, arguments ...any) { fmt.Printf(format+"\n", arguments...) }

func heading(title string) { fmt.Printf("\n» %s\n", title) }

func tick(format string, arguments ...any) { fmt.Printf("  ✓ "+format+"\n", arguments...) }

// show prints the lines of Terraform's output that hold one of the marks.
func show(output string, marks ...string) {
	for line := range strings.Lines(output) {
		for _, mark := range marks {
			if strings.Contains(line, mark) {
				fmt.Printf("  │ %s\n", strings.TrimRight(strings.TrimPrefix(line, "│ "), "\n"))
				break
			}
		}
	}
}
