//go:build e2e

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

// airlock runs a verb of the gate's own program against the gate.
func airlock(t *testing.T, g *engine.Guarded, args ...string) engine.Result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), shared.program, append(args, "--control", g.Gate.Control)...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return engine.Result{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
}

// TestBreakglass opens with the real command, uses it by the real docker command, and sees it end in every way there is.
func TestBreakglass(t *testing.T) {
	alone(t, "breakglass", shared.site, func(t *testing.T, g *engine.Guarded) {
		ctx := t.Context()
		prune := func(want bool, when string) {
			t.Helper()
			r, err := g.Docker(ctx, "network", "prune", "--force")
			if err != nil || (r.Code == 0) != want {
				t.Errorf("%s: admitted %v, want %v: %s %v", when, r.Code == 0, want, r.Stderr, err)
				return
			}
			if !want && !strings.Contains(r.Stderr, "airlock breakglass --for 15m --reason WHY network.prune") {
				t.Errorf("%s: the denial does not say what helps: %s", when, r.Stderr)
			}
			shared.report.count(g.Version, "breakglass:", when)
		}
		said := func(pattern string) {
			t.Helper()
			for range 100 {
				if regexp.MustCompile(pattern).MatchString(g.Gate.Log()) {
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
			t.Errorf("the log does not say %s", pattern)
		}
		restart := func() {
			t.Helper()
			g.Gate.Terminate()
			if err := g.Gate.Restart(ctx); err != nil {
				t.Fatal(err)
			}
		}
		open := func(args ...string) {
			t.Helper()
			if r := airlock(t, g, append([]string{"breakglass", "--reason", "a test"}, args...)...); r.Code != 0 {
				t.Fatalf("open %v: %s", args, r.Stderr)
			}
		}
		shut := func() {
			t.Helper()
			if r := airlock(t, g, "breakglass", "--close"); r.Code != 0 {
				t.Fatalf("close: %s", r.Stderr)
			}
		}

		prune(false, "denied before")
		documented(t, g) // leaves network.prune open, to persist
		prune(true, "admitted while open")
		said(`"level":"warn","decision":"\w+","operation":"network.prune","verdict":"allow".*"waived":\[\{"rule":"api/operation",.*"by":"breakglass".*"reason":"move the pool"`)
		if r, err := g.Docker(ctx, "image", "prune", "--force"); err != nil || r.Code == 0 {
			t.Errorf("what was not named: %d %s %v", r.Code, r.Stdout, err)
		}
		if r, err := g.Docker(ctx, "tag", shared.worker, "other:latest"); err != nil || r.Code == 0 {
			t.Errorf("what is refused: %d %s %v", r.Code, r.Stdout, err)
		}
		if status, answer, err := g.Call(ctx, "POST", "/v1.41/networks/prune?unheard-of=1", nil); err != nil || status != 403 ||
			!strings.Contains(string(answer), "api/unknown-parameter") {
			t.Errorf("what is not understood: %d %s %v", status, answer, err)
		}
		if status, answer, err := g.Call(ctx, "GET", "/v1.41/containers/json", nil); err != nil || status != 200 {
			t.Errorf("what everybody has: %d %s %v", status, answer, err)
		}
		said(`"operation":"container.list","verdict":"allow".*"breakglass":"\w+"`)
		restart()
		said(`"event":"restored"`)
		prune(true, "admitted after a restart it was to outlive")
		shut()
		prune(false, "denied once closed")
		restart()
		prune(false, "denied after a restart once closed")

		open("--for", "1h", "network.prune")
		prune(true, "admitted while open")
		restart()
		said(`"event":"ended"`)
		prune(false, "denied after a restart")

		open("--for", "3s", "network.prune")
		prune(true, "admitted while open")
		said(`"event":"expired"`)
		prune(false, "denied once expired")

		open("--for", "1h", "--persist", "network.prune")
		g.Gate.Terminate()
		if err := os.Chmod(filepath.Join(g.Gate.State, "breakglass.json"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := g.Gate.Restart(ctx); err != nil {
			t.Fatal(err)
		}
		said(`"event":"dropped","cause":".*want 0600"`)
		prune(false, "denied with a file others may have read")

		open("--for", "1h", "--persist", "network.prune")
		g.Gate.Kill()
		if err := g.Gate.Restart(ctx); err != nil {
			t.Fatal(err)
		}
		prune(true, "admitted after a crash it was to outlive")
		shut()

		// An operation that is decided, and goes further than its rules: of those, and for that operation alone.
		guard := shared.conforming()
		set("Image", shared.proxy)(guard)
		status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/create?name=llm-proxy", guard)
		if err != nil || status != 201 {
			t.Fatalf("create a protected container: %d %s %v", status, answer, err)
		}
		logs := func(want int, when string) {
			t.Helper()
			status, answer, err := g.Call(ctx, "GET", "/v1.41/containers/llm-proxy/logs?stdout=1", nil)
			if err != nil || status != want {
				t.Errorf("%s: %d %s %v, want %d", when, status, answer, err, want)
				return
			}
			shared.report.count(g.Version, "breakglass: logs of a protected container", when)
		}
		logs(403, "denied")
		open("--for", "1h", "container.logs")
		logs(200, "admitted while open")
		if status, answer, err := g.Call(ctx, "DELETE", "/v1.41/containers/llm-proxy", nil); err != nil || status != 403 {
			t.Errorf("remove a protected container: %d %s %v", status, answer, err)
		}
		shut()
		logs(403, "denied once closed")

		for _, refused := range []string{"build.run", "plugin.disable", "system.ping", "nonsense"} {
			if r := airlock(t, g, "breakglass", "--reason", "x", refused); r.Code != 1 || !strings.Contains(r.Stderr, "is no operation that can be opened") {
				t.Errorf("%s: %d %s", refused, r.Code, r.Stderr)
			}
		}
		if r := airlock(t, g, "breakglass", "--reason", "x", "--for", "2h", "network.prune"); r.Code != 1 || !strings.Contains(r.Stderr, "want at most 1h0m0s") {
			t.Errorf("two hours: %d %s", r.Code, r.Stderr)
		}
	})
}

var hostCommands = regexp.MustCompile("(?ms)^```sh host\n(.*?)^```$")

// documented runs the commands of the page that need a running gate.
func documented(t *testing.T, g *engine.Guarded) {
	t.Helper()
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "breakglass.md"))
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, block := range hostCommands.FindAllStringSubmatch(string(text), -1) {
		cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", `airlock() { "$PROGRAM" "$@" --control "$CONTROL"; }`+"\n"+block[1])
		cmd.Env = []string{"PATH=/usr/bin:/bin", "PROGRAM=" + shared.program, "CONTROL=" + g.Gate.Control}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("$ %s%v\n%s", block[1], err, out)
		}
		ran++
	}
	if ran != 3 {
		t.Errorf("ran %d blocks of docs/breakglass.md, want 3", ran)
	}
}
