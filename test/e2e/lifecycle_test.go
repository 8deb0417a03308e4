//go:build e2e

package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

// running creates and starts a container, which goes with the test.
func running(ctx context.Context, t *testing.T, g *guarded, query string, body object) string {
	t.Helper()
	id := created(ctx, t, g, query, body)
	t.Cleanup(func() { remove(context.WithoutCancel(ctx), t, g, id) })
	admitted(ctx, t, g, "start", "POST", "/containers/"+id+"/start", nil)
	return id
}

// docker runs the docker command, which must succeed, and returns what it prints.
func docker(ctx context.Context, t *testing.T, g *guarded, args ...string) string {
	t.Helper()
	r, err := g.Docker(ctx, args...)
	if err != nil || r.Code != 0 {
		t.Errorf("docker %s: exit %d %v: %s", strings.Join(args, " "), r.Code, err, r.Stderr)
		return ""
	}
	shared.report.count(g.Version, "docker", args[0], "admitted")
	return strings.TrimSpace(r.Stdout)
}

// denied runs the docker command, which the gate must deny by a rule.
func denied(ctx context.Context, t *testing.T, g *guarded, rule string, args ...string) {
	t.Helper()
	r, err := g.Docker(ctx, args...)
	if err != nil || r.Code == 0 || !strings.Contains(r.Stderr, rule) {
		t.Errorf("docker %s: exit %d %v, want a denial by %s: %s%s", strings.Join(args, " "), r.Code, err, rule, r.Stdout, r.Stderr)
		return
	}
	shared.report.count(g.Version, "docker", args[0], "denied by", rule)
}

// A container of a protected role is neither ended nor read; any other is, though it breaks every other rule.
func TestProtected(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		proxy := running(ctx, t, g, "", in(shared.proxy, "agents"))
		var worker string
		ungated(ctx, t, g, func() {
			worker = running(ctx, t, g, "", in(shared.worker, "egress", host("ReadonlyRootfs", false)))
		})
		for _, o := range []struct{ method, verb string }{
			{"GET", "/logs?stdout=1"},
			{"GET", "/archive?path=/helper"},
			{"HEAD", "/archive?path=/helper"},
			{"GET", "/export"},
			{"POST", "/rename?name=another-name"},
			{"POST", "/pause"},
			{"POST", "/kill?signal=WINCH"},
			{"POST", "/kill"},
			{"POST", "/stop?t=0"},
			{"DELETE", "?force=1&v=1"},
		} {
			if o.method == "HEAD" { // its answer has no body to read the rule from
				if status, _, err := g.Call(ctx, o.method, api(g)+"/containers/"+proxy+o.verb, nil); err != nil || status != 403 {
					t.Errorf("HEAD of the proxy's archive: %d %v, want 403", status, err)
				}
				admitted(ctx, t, g, "worker", o.method, "/containers/"+worker+o.verb, nil)
				continue
			}
			refused(ctx, t, g, "proxy", o.method, "/containers/"+proxy+o.verb, nil, "lifecycle/protected")
			switch o.verb {
			case "/pause": // what breaks the rules is not set going again
				admitted(ctx, t, g, "worker", o.method, "/containers/"+worker+o.verb, nil)
				ungated(ctx, t, g, func() {
					admitted(ctx, t, g, "worker", "POST", "/containers/"+worker+"/unpause", nil)
				})
			case "/stop?t=0", "?force=1&v=1": // it is gone or stopped: see below
			default:
				admitted(ctx, t, g, "worker", o.method, "/containers/"+worker+o.verb, nil)
			}
		}
		refused(ctx, t, g, "proxy", "POST", "/containers/"+proxy+"/restart?t=0", nil, "lifecycle/protected")
		refused(ctx, t, g, "proxy", "POST", "/containers/"+proxy+"/attach?stream=1&stdout=1", nil, "lifecycle/protected")
		for _, reference := range []string{proxy[:12], "none-such"} {
			rule := map[bool]string{true: "lifecycle/protected", false: "api/no-such-container"}[reference == proxy[:12]]
			refused(ctx, t, g, reference, "DELETE", "/containers/"+reference, nil, rule)
		}
		// As people type it.
		denied(ctx, t, g, "lifecycle/protected", "logs", proxy)
		denied(ctx, t, g, "lifecycle/protected", "stop", proxy)
		denied(ctx, t, g, "lifecycle/protected", "rm", "-f", proxy)
		if r, err := g.Docker(ctx, "attach", "--no-stdin", proxy); err != nil || r.Code == 0 || !strings.Contains(r.Stderr, "403") {
			t.Errorf("docker attach: exit %d %v: %s", r.Code, err, r.Stderr) // the command shows no more of the answer
		}
		fresh := running(ctx, t, g, "", shared.conforming())
		if out := docker(ctx, t, g, "logs", fresh); !strings.Contains(out, `"uid":1001`) {
			t.Errorf("logs of a worker: %q", out)
		}
		docker(ctx, t, g, "restart", "-t", "0", fresh)
		docker(ctx, t, g, "stop", "-t", "0", fresh)
		if got := docker(ctx, t, g, "inspect", "--format", "{{.State.Running}}", proxy); got != "true" {
			t.Errorf("the proxy runs: %s", got)
		}
	})
}

// A signal ends a process, or is not sent.
func TestSignal(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		id := running(ctx, t, g, "", shared.conforming())
		own := running(ctx, t, g, "", func() object { o := shared.conforming(); o["StopSignal"] = "SIGUSR1"; return o }())
		for _, signal := range []string{"STOP", "SIGSTOP", "19", "USR1", "sigcont", "RTMIN%2B1"} {
			refused(ctx, t, g, signal, "POST", "/containers/"+id+"/kill?signal="+signal, nil, "lifecycle/signal")
		}
		if g.Version == engine.Newest { // older ones have no such parameter
			refused(ctx, t, g, "stop", "POST", "/containers/"+id+"/stop?signal=USR1", nil, "lifecycle/signal")
			refused(ctx, t, g, "restart", "POST", "/containers/"+id+"/restart?signal=USR1", nil, "lifecycle/signal")
		}
		denied(ctx, t, g, "lifecycle/signal", "kill", "--signal", "STOP", id)
		admitted(ctx, t, g, "own", "POST", "/containers/"+own+"/kill?signal=USR1", nil)
		docker(ctx, t, g, "kill", "--signal", "WINCH", id)
		docker(ctx, t, g, "kill", "--signal", "TERM", id)
	})
}

// Files come out of a container that holds no secrets, and out of no other.
func TestArchive(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		id := running(ctx, t, g, "", shared.conforming())
		to := filepath.Join(t.TempDir(), "helper")
		docker(ctx, t, g, "cp", id+":/helper", to)
		if found, err := os.Stat(to); err != nil || found.Size() == 0 {
			t.Errorf("copied file: %v %v", found, err)
		}
		docker(ctx, t, g, "export", "--output", filepath.Join(t.TempDir(), "all.tar"), id)
		denied(ctx, t, g, "api/operation", "cp", to, id+":/tmp/helper")
		secret := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(secret, []byte("canary"), 0o644); err != nil {
			t.Fatal(err)
		}
		const good = "size=1m,noexec,nosuid,nodev"
		for name, change := range map[string]func(object){
			"a file of the host":  host("Binds", []any{secret + ":/run/secrets/key:ro"}),
			"a volume":            host("Binds", []any{"plain:/data"}),
			"where secrets stand": host("Tmpfs", object{"/run/secrets": good}),
			"a task":              set("Labels", object{"com.docker.swarm.task.id": "x"}),
		} {
			var holder string
			ungated(ctx, t, g, func() {
				body := shared.conforming()
				change(body)
				holder = created(ctx, t, g, "", body)
			})
			for _, target := range []string{"/archive?path=/run/secrets/key", "/archive?path=/helper", "/export"} {
				refused(ctx, t, g, name, "GET", "/containers/"+holder+target, nil, "lifecycle/archive")
			}
			denied(ctx, t, g, "lifecycle/archive", "export", "--output", filepath.Join(t.TempDir(), "all.tar"), holder)
			remove(ctx, t, g, holder)
		}
		ungated(ctx, t, g, func() { admitted(ctx, t, g, "clean up", "DELETE", "/volumes/plain", nil) })
	})
}

// A container is renamed to what it may be called, and to nothing else.
func TestRename(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		id := running(ctx, t, g, "?name=0123456789ab_agents-worker-1", in(shared.worker, "agents"))
		rename := func(name string) string { return "/containers/" + id + "/rename?name=" + name }
		for name, rule := range map[string]string{
			"llm-proxy": "airgap/reserved-names", "LLM-Proxy": "airgap/reserved-names", "%2Fllm-proxy.internal": "airgap/reserved-names",
			"%20llm-proxy": "airgap/reserved-names", "deadbeef": "hardening/name",
		} {
			refused(ctx, t, g, name, "POST", rename(name), nil, rule)
		}
		denied(ctx, t, g, "airgap/reserved-names", "rename", id, "llm-proxy")
		docker(ctx, t, g, "rename", "0123456789ab_agents-worker-1", "agents-worker-1") // what compose does at the end of a recreate
		if got := docker(ctx, t, g, "inspect", "--format", "{{.Name}}", id); got != "/agents-worker-1" {
			t.Errorf("it is called %s", got)
		}
	})
}

// Listening over a websocket is attaching as well, and below API 1.42 it always sends input.
func TestAttachByWebsocket(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		id := running(ctx, t, g, "", shared.conforming())
		call := func(version, query string) (int, []byte) {
			t.Helper()
			status, answer, err := g.Call(ctx, "GET", version+"/containers/"+id+"/attach/ws?stream=1"+query, nil)
			if err != nil {
				t.Fatal(err)
			}
			return status, answer
		}
		for _, c := range []struct{ version, query string }{{"/v1.41", ""}, {"", ""}, {"/v1.41", "&stdin=1"}, {"", "&stdin=1"}} {
			if status, answer := call(c.version, c.query); status != 403 || !strings.Contains(text(answer), "api/attach-input") {
				t.Errorf("%s %s: %d %s", c.version, c.query, status, answer)
			}
		}
		if g.Version == engine.Newest {
			if status, answer := call("/v1.47", "&stdin=1"); status != 403 || !strings.Contains(text(answer), "api/attach-input") {
				t.Errorf("with input: %d %s", status, answer)
			}
			if status, answer := call("/v1.47", "&stdout=1"); status == 403 { // this client speaks no websocket, so the engine complains
				t.Errorf("without input: %d %s", status, answer)
			}
		}
	})
}
