package engine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// pluginDir is where every engine looks for plugin sockets; it cannot be configured.
const pluginDir = "/run/docker/plugins"

// Gate is the airlock program serving one engine.
type Gate struct {
	Name    string // plugin name
	Socket  string // plugin socket
	Control string // control socket
	State   string // directory of what outlives a restart

	program string
	args    []string
	dir     string
	process *process
}

// GateOptions say how the gate is run.
type GateOptions struct {
	Program string   // the airlock binary
	Name    string   // plugin name, unique on the host
	Engine  string   // address of the engine
	Site    string   // site data, YAML
	Args    []string // further flags of serve
}

// BuildGate builds the airlock program into a directory and returns its path.
func BuildGate(ctx context.Context, dir string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "airlock")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "./cmd/airlock")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build airlock: %w: %s", err, out)
	}
	return path, nil
}

// StartGate runs the gate and returns when its socket answers.
func StartGate(ctx context.Context, o GateOptions) (*Gate, error) {
	dir, err := os.MkdirTemp("", "airlock-gate-")
	if err != nil {
		return nil, fmt.Errorf("start gate: %w", err)
	}
	site := filepath.Join(dir, "site.yaml")
	if err := os.WriteFile(site, []byte(o.Site), 0o600); err != nil {
		return nil, fmt.Errorf("start gate: %w", err)
	}
	if err := os.MkdirAll(pluginDir, 0o755); err != nil {
		return nil, fmt.Errorf("start gate: %w", err)
	}
	g := &Gate{
		Name: o.Name, Socket: filepath.Join(pluginDir, o.Name+".sock"), program: o.Program, dir: dir,
		Control: filepath.Join(dir, "control.sock"), State: filepath.Join(dir, "state"),
		args: append([]string{"serve", "--name", o.Name, "--engine", o.Engine, "--site", site,
			"--control", filepath.Join(dir, "control.sock"), "--state-dir", filepath.Join(dir, "state")}, o.Args...),
	}
	if err := g.Restart(ctx); err != nil {
		g.Stop()
		return nil, err
	}
	return g, nil
}

// Restart starts the gate again after it ended.
func (g *Gate) Restart(ctx context.Context) error {
	var err error
	g.process, err = launch("airlock", filepath.Join(g.dir, "log"), os.Environ(), g.program, g.args...)
	if err != nil {
		return err
	}
	return g.process.await("ready", 20*time.Second, func() error { return dial(ctx, g.Socket) })
}

// Kill ends the gate as a crash would.
func (g *Gate) Kill() {
	_ = g.process.signal(syscall.SIGKILL)
	<-g.process.done
}

// Hang stops the gate without ending it; Continue lets it run on.
func (g *Gate) Hang() error { return g.process.signal(syscall.SIGSTOP) }

// Continue lets a hung gate run on.
func (g *Gate) Continue() error { return g.process.signal(syscall.SIGCONT) }

// Reload makes the gate read its site data and policies again.
func (g *Gate) Reload() error { return g.process.signal(syscall.SIGHUP) }

// SetSite replaces the site data file; Reload makes the gate read it.
func (g *Gate) SetSite(text string) error {
	return os.WriteFile(filepath.Join(g.dir, "site.yaml"), []byte(text), 0o600)
}

// Terminate ends the gate as a service manager would.
func (g *Gate) Terminate() { g.process.stop(10 * time.Second) }

// Running tells whether the gate's process is alive.
func (g *Gate) Running() bool { return !g.process.ended() }

// Log returns all the gate wrote, of what it has answered by now: it writes the lines of some milliseconds together, so the
// log is read once it has stood still for many times that.
func (g *Gate) Log() string {
	const still, most = 150 * time.Millisecond, 10 * time.Second
	text := g.process.tail(64 << 20)
	for deadline := time.Now().Add(most); time.Now().Before(deadline); {
		time.Sleep(still)
		now := g.process.tail(64 << 20)
		if now == text {
			break
		}
		text = now
	}
	return text
}

// Tail returns the end of what the gate wrote.
func (g *Gate) Tail() string {
	lines := strings.Split(strings.TrimSpace(g.process.tail(16<<10)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// Stop ends the gate and removes its files. A dead socket file would stall every engine on the host.
func (g *Gate) Stop() {
	if g.process != nil {
		g.process.stop(5 * time.Second)
	}
	_ = os.Remove(g.Socket)
	_ = os.RemoveAll(g.dir)
}
