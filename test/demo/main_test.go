//go:build e2e

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
)

// The demonstration ends by itself when asked to, shows what it promises and leaves nothing.
func TestOnce(t *testing.T) {
	program, err := engine.BuildGate(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range engine.Versions() {
		t.Run(string(version), func(t *testing.T) {
			var out, problems bytes.Buffer
			code := run([]string{"--once", "--engine", string(version), "--airlock", program}, &out, &problems)
			if code != 0 {
				t.Fatalf("exit %d: %s\n%s", code, problems.String(), out.String())
			}
			for _, want := range []string{"hardening/readonly-rootfs", "--cap-drop ALL", "(exit status 125)", `"NoNewPrivs":"1"`, "agent-demo  Up", "image/signature"} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("output lacks %q:\n%s", want, out.String())
				}
			}
		})
	}
	left, err := filepath.Glob("/run/docker/plugins/airlock-demo-*")
	if err != nil || len(left) != 0 {
		t.Errorf("left in the plugin directory: %v %v", left, err)
	}
}

func TestUsage(t *testing.T) {
	var out, problems bytes.Buffer
	if code := run([]string{"--engine", "middle"}, &out, &problems); code != 2 || !strings.Contains(problems.String(), "oldest") {
		t.Errorf("exit %d: %s", code, problems.String())
	}
	if code := run([]string{"--airlock", filepath.Join(os.TempDir(), "no-such-airlock"), "--once"}, &out, &problems); code != 1 {
		t.Errorf("exit %d without a program", code)
	}
}
