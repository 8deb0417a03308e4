//go:build e2e

package airgap_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
	"github.com/airlock-gate/airlock/test/engine/probe"
)

// telemetry proves the one way from the airgap to the collector: what the monitor writes the collector reads, and what the
// collector writes nobody reads.
func (s *suite) telemetry(t *testing.T, r reference, section string) {
	t.Helper()
	const place = "/telemetry/spans"
	for _, step := range []struct {
		name string
		by   member
		probe.Probe
		ok bool
	}{
		{"monitor writes telemetry", r.monitor, probe.Probe{Kind: probe.Write, Target: place, Token: "one span"}, true},
		{"collector reads telemetry", r.collector, probe.Probe{Kind: probe.Read, Target: place}, true},
		{"collector writes telemetry", r.collector, probe.Probe{Kind: probe.Write, Target: place, Token: "forged"}, false},
		{"collector adds telemetry", r.collector, probe.Probe{Kind: probe.Write, Target: place + "-2", Token: "forged"}, false},
		{"worker reads telemetry", r.worker, probe.Probe{Kind: probe.Read, Target: place}, false},
		{"monitor reads it back", r.monitor, probe.Probe{Kind: probe.Read, Target: place}, true},
	} {
		e := s.attempt(t, step.by, step.Probe)
		if e.OK != step.ok || step.ok && step.Kind == probe.Read && e.Detail != "one span" || len(e.outside)+len(e.host) > 0 {
			t.Errorf("%s: %s", step.name, e)
		}
		result := "done"
		if !e.OK {
			result = "refused by the kernel"
		}
		s.note(t, section, step.name, result)
	}
}

// draw writes the map of what runs as operators would, to be looked at. Both engines must be free of violations but for
// the stranger, which was there before the gate.
func (s *suite) draw(t *testing.T, keep bool) error {
	t.Helper()
	root, err := engine.Root()
	if err != nil {
		return err
	}
	dir := t.TempDir()
	if keep {
		dir = filepath.Join(root, "bin")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	site := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(site, []byte(s.site), 0o600); err != nil {
		return err
	}
	page, picture := filepath.Join(dir, "reference-map.html"), filepath.Join(dir, "reference-map.svg")
	out, err := exec.CommandContext(t.Context(), os.Getenv(gate), "audit", "--engine", s.URL(), "--site", site,
		"--html", page, "--svg", picture).CombinedOutput()
	if exit, ok := err.(*exec.ExitError); err != nil && (!ok || exit.ExitCode() != 1) { // 1: the stranger breaks rules
		return fmt.Errorf("draw the map: %w: %s", err, out)
	}
	for _, file := range []string{page, picture} {
		info, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("draw the map: %w", err)
		}
		if info.Size() == 0 {
			return fmt.Errorf("draw the map: %s is empty", file)
		}
	}
	return nil
}
