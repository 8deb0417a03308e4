//go:build e2e

package compat_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
)

// example is the project of the documents.
func example(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(shared.root, "docs/examples/compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// compose returns a client that runs the project of the documents, in a file of its own, on one engine.
func compose(t *testing.T, g *engine.Guarded, c client, text string) client {
	t.Helper()
	file := filepath.Join(t.TempDir(), "compose.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c.program = slices.Concat(c.program, []string{"-p", "openclaw", "-f", file})
	c.env = append(slices.Clone(c.env), environment(g)...)
	return c
}

// environment is what the project reads.
func environment(g *engine.Guarded) []string {
	env := []string{"DOCKER_HOST=" + g.URL(), "REGISTRY=" + shared.registry.Host}
	for _, name := range repositories {
		_, digest, _ := strings.Cut(shared.images[name], "@")
		env = append(env, strings.ReplaceAll(strings.ToUpper(name), "-", "_")+"="+digest)
	}
	return env
}

// up runs the project: up, used, changed and up again where the client can replace a container, down.
func up(t *testing.T, g *engine.Guarded, c client, text string, replaces bool) {
	t.Helper()
	now := compose(t, g, c, text)
	changed := strings.Replace(text, `environment: {`, `environment: {CHANGED: "yes", `, 1)
	if changed == text {
		t.Fatal("the project has no environment to change")
	}
	now.play(t.Context(), t, g, []step{
		{args: []string{"config"}, want: "openclaw/worker@sha256:"},
		{command: "up -d", args: []string{"up", "-d"}},
		{command: "up -d, unchanged", args: []string{"up", "-d"}},
		{args: []string{"ps"}, want: "worker"},
		{args: []string{"logs", "worker"}, want: `"uid":1001`},
		{args: []string{"top"}, want: "helper"},
		{args: []string{"exec", "-T", "worker", "/helper", "status"}, want: `"uid":1001`},
	})
	if replaces {
		compose(t, g, c, changed).play(t.Context(), t, g, []step{
			{command: "up -d, changed", args: []string{"up", "-d"}},
		})
	}
	now.play(t.Context(), t, g, []step{
		{args: []string{"restart", "-t", "1", "worker"}},
		{args: []string{"stop", "-t", "1", "worker"}},
		{args: []string{"start", "worker"}},
		{args: []string{"pause", "worker"}},
		{args: []string{"unpause", "worker"}},
		{args: []string{"kill", "worker"}},
		{command: "down -v", args: []string{"down", "-v", "-t", "1"}},
	})
}

// TestCompose runs the project as it stands.
func TestCompose(t *testing.T) {
	each(t, func(t *testing.T, g *engine.Guarded) {
		up(t, g, client{name: "docker compose v5", program: []string{installed(t, "compose", "bin", "docker-compose")}}, example(t), true)
	})
}

var console = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// TestDocumented runs the transcripts of docs/clients.md as they stand.
func TestDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(shared.root, "docs/clients.md"))
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, g *engine.Guarded) {
		c := client{
			name: "docs/clients.md", dir: shared.root,
			env:     append(environment(g), "COMPOSE="+installed(t, "compose", "bin", "docker-compose")),
			program: []string{"bash", "-c", `docker() { shift; "$COMPOSE" "$@"; }; eval "$0"`},
		}
		ran := 0
		for _, block := range console.FindAllStringSubmatch(string(text), -1) {
			for _, command := range strings.Split("\n"+block[1], "\n$ ")[1:] {
				c.play(t.Context(), t, g, []step{{command: strings.TrimSpace(command), args: []string{command}}})
				ran++
			}
		}
		if ran < 3 {
			t.Errorf("ran %d commands, want at least 3: are they still marked console?", ran)
		}
	})
}

// existing is what docker-compose 1.29 must be told of networks: it makes each of them attachable, which no network
// may be, so they are made before.
const existing = `
networks:
  agents: {external: true, name: openclaw_agents}
  egress: {external: true, name: egress}
  ops: {external: true, name: ops}
`

// TestComposeOld runs the project with networks that are there, by Debian's docker-compose.
func TestComposeOld(t *testing.T) {
	services, _, found := strings.Cut(example(t), "\nnetworks:\n")
	if !found {
		t.Fatal("the project has no networks")
	}
	each(t, func(t *testing.T, g *engine.Guarded) {
		old := client{
			name: "docker-compose 1.29", program: []string{"/usr/bin/python3", installed(t, "python", "bin", "docker-compose")},
			env: []string{"PYTHONPATH=" + installed(t, "python", "lib"), "COMPOSE_API_VERSION=auto",
				"COMPOSE_INTERACTIVE_NO_CLI=1"}, // exec would run a docker command otherwise
		}
		compose(t, g, old, example(t)).play(t.Context(), t, g, []step{
			{command: "up -d, making the networks", args: []string{"up", "-d"}, denied: "airgap/network-driver"},
		})
		docker := client{name: "docker, " + string(g.Version), program: []string{installed(t, string(g.Version), "bin", "docker")},
			env: []string{"DOCKER_HOST=" + g.URL()}}
		docker.play(t.Context(), t, g, []step{
			{command: "network create", args: []string{"network", "create", "--internal", "--opt", inhibit, "openclaw_agents"}},
			{command: "network create", args: []string{"network", "create", "egress"}},
			{command: "network create", args: []string{"network", "create", "ops"}},
		})
		// It replaces by a field of images that newer engines do not have, with or without a gate.
		up(t, g, old, services+existing, g.Version == engine.Oldest)
		docker.play(t.Context(), t, g, []step{
			{command: "network rm", args: []string{"network", "rm", "openclaw_agents", "egress", "ops"}},
		})
	})
}
