package record

import (
	"bytes"
	"io"
)

// LineByLine returns a writer that hands out one line at a time, for writers that take no more, as that of zerolog's
// console format.
func LineByLine(out io.Writer) io.Writer { return lineByLine{out} }

type lineByLine struct{ out io.Writer }

// Write writes the lines of p, up to the first that fails.
func (l lineByLine) Write(p []byte) (written int, err error) {
	for line := range bytes.Lines(p) {
		if _, err := l.out.Write(line); err != nil {
			return written, err
		}
		written += len(line)
	}
	return written, nil
}
