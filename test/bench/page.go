package main

import (
	"bytes"
	"fmt"
	"os"
)

// measuredMark is the line of the page below which everything was measured.
const measuredMark = "<!-- Measured: make bench writes everything below. -->\n"

// rewrite replaces the measured part of a page.
func rewrite(page string, measured []byte) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("write measurements: %w", err)
	}
	prose, _, found := bytes.Cut(text, []byte(measuredMark))
	if !found {
		return fmt.Errorf("write measurements: %s has no line %q", page, measuredMark)
	}
	return os.WriteFile(page, append(append(prose, measuredMark...), measured...), 0o644)
}
