//go:build e2e

package airgap_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"text/tabwriter"

	"github.com/airlock-gate/airlock/test/engine"
)

// row is one line of the table, as one engine fills it.
type row struct {
	Version engine.Version
	Section string
	Probe   string
	Result  string
}

// note writes a row.
func (s *suite) note(t *testing.T, section, name, result string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := json.NewEncoder(s.rows).Encode(row{s.Version, section, name, result}); err != nil {
		t.Error(err)
	}
}

func readRows(path string, version engine.Version) ([]row, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) { // it failed before there was anything to tell
		return []row{{version, "suite", "run", "FAILED TO START"}}, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var rows []row
	for d := json.NewDecoder(file); ; {
		var r row
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			return rows, nil
		} else if err != nil {
			return nil, fmt.Errorf("read rows of the %s engine: %w", version, err)
		}
		rows = append(rows, r)
	}
}

// table lays the rows out: sections and probes in the order they came, one column for each engine.
func table(rows []row) string {
	type key struct{ section, probe string }
	var sections []string
	probes := map[string][]string{}
	results := map[key]map[engine.Version]string{}
	for _, r := range rows {
		k := key{r.Section, r.Probe}
		if probes[r.Section] == nil {
			sections = append(sections, r.Section)
		}
		if results[k] == nil {
			probes[r.Section] = append(probes[r.Section], r.Probe)
			results[k] = map[engine.Version]string{}
		}
		results[k][r.Version] = r.Result
	}
	var out bytes.Buffer
	fmt.Fprintln(&out, "Packets: what was tried on a real host of its own, and what arrived. outside: IP packets on the wire at the\n"+
		"outside's end. host: connections and datagrams that reached services of the host.")
	for _, section := range sections {
		fmt.Fprintf(&out, "\n%s\n", section)
		w := tabwriter.NewWriter(&out, 2, 0, 2, ' ', 0)
		fmt.Fprint(w, "  probe")
		for _, v := range engine.Versions() {
			fmt.Fprintf(w, "\t%s", v)
		}
		fmt.Fprintln(w)
		for _, p := range probes[section] {
			fmt.Fprintf(w, "  %s", p)
			for _, v := range engine.Versions() {
				result := results[key{section, p}][v]
				if result == "" {
					result = "-"
				}
				fmt.Fprintf(w, "\t%s", result)
			}
			fmt.Fprintln(w)
		}
		_ = w.Flush() // into memory
	}
	return out.String()
}
