package evidence_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/evidence"
	"github.com/airlock-gate/airlock/plugin/keyring"
)

// TestRecorded reads what cosign 2.6.5 and 3.1.3 wrote, in each layout and on registries with and without the referrers
// API (test/producer/record made the files).
func TestRecorded(t *testing.T) {
	read := func(name string) []byte {
		t.Helper()
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var keys []keyring.Key
	for role, name := range map[keyring.Role]string{keyring.Release: "release.pub", keyring.Scanner: "scanner.pub"} {
		key, err := keyring.Parse(role, read(name))
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	trusted := ring(t, keys...)
	files, err := filepath.Glob("testdata/cosign*.json")
	if err != nil || len(files) != 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var m evidence.Material
			if err := json.Unmarshal(read(filepath.Base(file)), &m); err != nil {
				t.Fatal(err)
			}
			e := evidence.Judge(&m, trusted)
			if len(e.Signatures) != 1 || len(e.Scans) != 1 || len(e.Rejected) != 0 || e.Scans[0].Counts["CRITICAL"] != 1 {
				t.Fatalf("got %+v", e)
			}
			want := "bundle"
			if strings.Contains(file, "legacy") {
				want = "simple-signing"
			}
			if e.Signatures[0].Format != want {
				t.Errorf("format %s, want %s", e.Signatures[0].Format, want)
			}
			if e := evidence.Judge(&m, ring(t)); len(e.Signatures)+len(e.Scans) != 0 || len(e.Rejected) != 2 {
				t.Errorf("without keys: %+v", e)
			}
		})
	}
}
