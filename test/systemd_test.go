package test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestUnits lets systemd read the units as installed.
func TestUnits(t *testing.T) {
	dir := t.TempDir()
	program := gateProgram(t)
	for _, name := range []string{"airlock.socket", "airlock.service"} {
		unit, err := os.ReadFile(filepath.Join("../packaging/systemd", name))
		if err != nil {
			t.Fatal(err)
		}
		// The program is where the test built it, and the manual page is not installed for man to find.
		text := strings.ReplaceAll(string(unit), "/usr/bin/airlock", program)
		text = strings.ReplaceAll(text, "Documentation=man:airlock(1)\n", "")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "verify", "--man=no",
		filepath.Join(dir, "airlock.socket"), filepath.Join(dir, "airlock.service")).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// TestUnitReachesRegistries: without them no image has evidence, and none is admitted.
func TestUnitReachesRegistries(t *testing.T) {
	unit, err := os.ReadFile("../packaging/systemd/airlock.service")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(unit), "\n")
	if !slices.Contains(lines, "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6") {
		t.Error("the unit opens no connections by IP")
	}
	for _, line := range lines {
		for _, shut := range []string{"PrivateNetwork=yes", "IPAddressDeny=", "NetworkNamespacePath="} {
			if strings.HasPrefix(line, shut) {
				t.Errorf("the unit shuts registries out: %s", line)
			}
		}
	}
}

// TestSocketActivation runs the gate as systemd does: with a listening socket it inherits, on which a request waits.
func TestSocketActivation(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "airlock.sock")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "systemd-socket-activate", "--listen="+socket, gateProgram(t), "serve",
		"--engine", "unix:///nonexistent.sock", "--control", filepath.Join(filepath.Dir(socket), "control.sock"),
		"--state-dir", filepath.Dir(socket), "--log-format", "json")
	var log strings.Builder
	cmd.Stderr = &log
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		t.Fatalf("systemd-socket-activate is part of Debian's systemd package: %v", err)
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		for {
			var d net.Dialer
			c, err := d.DialContext(ctx, "unix", socket)
			if err == nil || ctx.Err() != nil {
				return c, err
			}
			time.Sleep(5 * time.Millisecond)
		}
	}}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://plugin/Plugin.Activate", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("activate: %v\n%s", err, log.String())
	}
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if got, want := strings.TrimSpace(string(answer)), `{"Implements":["authz"]}`; strings.ReplaceAll(got, " ", "") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	client.CloseIdleConnections()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the gate did not end cleanly: %v\n%s", err, log.String())
	}
	if _, err := os.Stat(socket); err != nil {
		t.Error(fmt.Errorf("the inherited socket is systemd's to remove, yet it is gone: %w", err))
	}
}
