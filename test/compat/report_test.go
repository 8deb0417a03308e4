//go:build e2e

package compat_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/airlock-gate/airlock/test/engine"
)

// line is what one client did on one engine.
type line struct {
	client, command string
	engine          engine.Version
	result          string
}

// report is the table of what was shown.
type report struct {
	mu    sync.Mutex
	lines []line
}

func (r *report) add(client, command string, v engine.Version, result string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line{client, command, v, result})
}

// write leaves the table in a file: a row for each command of a client, a column for each engine, in the order the
// commands first ran.
func (r *report) write(file string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	type row struct{ client, command string }
	var rows []row
	results := map[row]map[engine.Version][]string{}
	for _, l := range r.lines {
		k := row{l.client, l.command}
		if results[k] == nil {
			rows, results[k] = append(rows, k), map[engine.Version][]string{}
		}
		if !slices.Contains(results[k][l.engine], l.result) {
			results[k][l.engine] = append(results[k][l.engine], l.result)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.client, b.client) })
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "client\tcommand")
	for _, v := range engine.Versions() {
		fmt.Fprintf(w, "\t%s engine", v)
	}
	fmt.Fprintln(w)
	for _, k := range rows {
		fmt.Fprintf(w, "%s\t%s", k.client, k.command)
		for _, v := range engine.Versions() {
			text := strings.Join(results[k][v], "; ")
			if text == "" {
				text = "not run"
			}
			fmt.Fprintf(w, "\t%s", text)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}
