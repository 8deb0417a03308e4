// Package answer writes what the person or program behind a refused request reads.
//
// The engine shows the text after "authorization denied by plugin airlock: ", so the first line is readable alone. A
// block for each violation follows, and last one line of JSON for programs and agents, which Parse reads back. Nothing
// a request carries can forge a line, colour a terminal or reorder text: values are JSON in plain ASCII, everything is
// bounded. The package is pure: no I/O, no logging, no OPA.
package answer
