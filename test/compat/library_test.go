//go:build e2e

package compat_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
)

// TestLibraries has the client libraries of Python and Node.js do what people do with them. Their programs print a line
// for each thing done.
func TestLibraries(t *testing.T) {
	each(t, func(t *testing.T, g *engine.Guarded) {
		scripts := filepath.Join(shared.root, "test/compat")
		for _, c := range []client{
			{name: "docker-py 5.0", program: []string{"/usr/bin/python3", filepath.Join(scripts, "python/lifecycle.py")},
				env: []string{"PYTHONPATH=" + installed(t, "python", "lib")}},
			{name: "dockerode 5.0", program: []string{"node", filepath.Join(scripts, "node/lifecycle.js")},
				env: []string{"NODE_PATH=" + installed(t, "node", "node_modules")}},
		} {
			c.env = append(c.env, "DOCKER_HOST="+g.URL())
			out, ok := c.do(t.Context(), t, shared.images["worker"])
			if !ok {
				t.Errorf("%s engine: %s:\n%s", g.Version, c.name, out)
			}
			for line := range strings.Lines(out) {
				command, failed := strings.CutPrefix(strings.TrimSpace(line), "FAILS: ")
				command, reason, _ := strings.Cut(command, ": ")
				c.report(t, g, command, reason, !failed)
			}
		}
	})
}
