//go:build e2e

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
)

var (
	console = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")
	ruleID  = regexp.MustCompile(`\b(?:hardening|image|airgap|filesystem|secrets|lifecycle|api|swarm)/[a-z][a-z-]+\b`)
)

// TestTranscripts runs the console transcripts of the documents on guarded engines. A transcript that shows a denial
// must be denied by the rules it shows; any other must succeed.
func TestTranscripts(t *testing.T) {
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range engine.Versions() {
		g := shared.engines[version]
		docker, err := engine.DockerPath(version)
		if err != nil {
			t.Fatal(err)
		}
		ran := 0
		for _, name := range []string{"README.md", "docs/install.md", "docs/secrets.md"} {
			text, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, block := range console.FindAllStringSubmatch(string(text), -1) {
				for _, step := range strings.Split("\n"+block[1], "\n$ ")[1:] {
					command, shown, _ := strings.Cut(step, "\n")
					cmd := exec.CommandContext(t.Context(), "bash", "-c", `docker() { "$DOCKER" --config "$CONFIG" "$@"; }; `+command)
					cmd.Env = []string{"PATH=/usr/bin:/bin", "DOCKER=" + docker, "CONFIG=" + t.TempDir(),
						"DOCKER_HOST=" + g.URL(), "IMAGE=" + shared.worker}
					out, err := cmd.CombinedOutput()
					denied := strings.Contains(shown, "authorization denied")
					if denied != (err != nil) {
						t.Errorf("%s engine, %s: $ %s\nshown as denied: %v, got %v:\n%s", version, name, command, denied, err, out)
					}
					for _, id := range ruleID.FindAllString(shown, -1) {
						if !strings.Contains(string(out), id) {
							t.Errorf("%s engine, %s: $ %s\nshows %s, got:\n%s", version, name, command, id, out)
						}
					}
					ran++
				}
			}
		}
		remaining, err := g.Docker(t.Context(), "ps", "-aq")
		if err != nil {
			t.Fatal(err)
		}
		if ids := strings.Fields(remaining.Stdout); len(ids) > 0 {
			if got, err := g.Docker(t.Context(), append([]string{"rm", "-f"}, ids...)...); err != nil || got.Code != 0 {
				t.Errorf("remove what the transcripts started: %v %s", err, got.Stderr)
			}
		}
		if got, err := g.Docker(t.Context(), "network", "rm", "agents-example"); err != nil || got.Code != 0 {
			t.Errorf("remove the network of the transcripts: %v %s", err, got.Stderr)
		}
		if ran < 4 {
			t.Errorf("%s engine: ran %d commands, want at least 4: are they still marked console?", version, ran)
		}
	}
}

// TestPublishedConfiguration lets the real dockerd validate the configuration the documents give.
func TestPublishedConfiguration(t *testing.T) {
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs/install.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "```json\n")
	block, _, _ := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/install.md shows no daemon.json")
	}
	file := filepath.Join(t.TempDir(), "daemon.json")
	if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
		t.Fatal(err)
	}
	docker, err := engine.DockerPath(engine.Newest) // 20.10 has no --validate
	if err != nil {
		t.Fatal(err)
	}
	dockerd := filepath.Join(filepath.Dir(docker), "dockerd")
	// Whether the userland proxy's program is installed here is not what the file is held to.
	if out, err := exec.CommandContext(t.Context(), dockerd, "--validate", "--userland-proxy=false", "--config-file", file).CombinedOutput(); err != nil {
		t.Errorf("dockerd --validate: %v\n%s", err, out)
	}
}
