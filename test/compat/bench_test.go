//go:build e2e

package compat_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

// bench is what all tests share: images in a registry, and one guarded engine of each version.
type bench struct {
	registry *engine.Registry
	images   map[string]string // repository below openclaw to digest reference
	engines  map[engine.Version]*engine.Guarded
	root     string // of the module
	clients  string // directory of the installed clients
	secrets  string // directory of the secret files of the recorded project
	report   *report
}

// repositories are those of docs/examples/compose.yaml.
var repositories = []string{"worker", "llm-proxy", "monitor", "collector"}

// shared is set by TestMain once, before any test.
var shared *bench

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	b, stop, err := assemble(ctx)
	defer stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	shared = b
	code := m.Run()
	if err := b.report.write(filepath.Join(b.root, "bin", "compat-report.txt")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func assemble(ctx context.Context) (b *bench, stop func(), err error) {
	var stops []func()
	stop = func() {
		for i := range stops {
			stops[len(stops)-1-i]()
		}
	}
	b = &bench{images: map[string]string{}, engines: map[engine.Version]*engine.Guarded{}, report: &report{}}
	if b.root, err = engine.Root(); err != nil {
		return nil, stop, err
	}
	cache, err := engine.Cache()
	if err != nil {
		return nil, stop, err
	}
	b.clients = filepath.Join(cache, "engines")
	dir, err := os.MkdirTemp("", "airlock-compat-")
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, func() { _ = os.RemoveAll(dir) })
	program, err := engine.BuildGate(ctx, dir)
	if err != nil {
		return nil, stop, err
	}
	if b.registry, err = engine.StartRegistry(ctx); err != nil {
		return nil, stop, err
	}
	stops = append(stops, b.registry.Stop)
	var pulled []string
	for _, name := range append([]string{"tools"}, repositories...) {
		repository := b.registry.Host + "/openclaw/" + name
		if b.images[name], err = engine.PushImage(ctx, repository, engine.Image{Env: []string{"PATH=/", "IMAGE=" + name}}); err != nil {
			return nil, stop, err
		}
		pulled = append(pulled, b.images[name])
	}
	if b.secrets, err = secretFiles(); err != nil {
		return nil, stop, err
	}
	stops = append(stops, func() { _ = os.RemoveAll(b.secrets) })
	site, err := b.site()
	if err != nil {
		return nil, stop, err
	}
	for _, version := range engine.Versions() {
		g, err := engine.Guard(ctx, version, "compat", pulled, engine.Options{TLS: true}, engine.GateOptions{Program: program, Site: site})
		if err != nil {
			return nil, stop, err
		}
		stops = append(stops, g.Stop)
		b.engines[version] = g
	}
	return b, stop, nil
}

// secretFiles makes a directory of root's, below directories of root's alone, with the secret of the recorded project.
func secretFiles() (string, error) {
	dir := fmt.Sprintf("/run/airlock-compat-secrets-%d", os.Getpid())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("lay out secrets: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "llm_api_key"), []byte("no key\n"), 0o444); err != nil {
		return "", fmt.Errorf("lay out secrets: %w", err)
	}
	return dir, nil
}

// site is docs/examples/site.yaml with the registry and the program of the tests, and with what the recorded project has
// beside the example: networks and volumes under its own name, and a secret.
func (b *bench) site() (string, error) {
	text, err := os.ReadFile(filepath.Join(b.root, "docs/examples/site.yaml"))
	if err != nil {
		return "", err
	}
	return strings.NewReplacer("registry.internal/", b.registry.Host+"/", "/usr/bin/worker", "/helper",
		"[egress]", "[egress, airlock-ref_egress]", "[ops]", "[ops, airlock-ref_telemetry]",
		"{telemetry: rw}", "{telemetry: rw, airlock-ref_telemetry: rw}",
		"{telemetry: ro}", "{telemetry: ro, airlock-ref_telemetry: ro, airlock-ref_collector-state: rw}",
		"names: [llm-proxy]", "names: [llm-proxy]\n    secrets: [llm_api_key]").Replace(string(text)) +
		"secrets: {dir: " + b.secrets + "}\n", nil
}

// each runs a test on both engines.
func each(t *testing.T, test func(t *testing.T, g *engine.Guarded)) {
	t.Helper()
	for _, version := range engine.Versions() {
		t.Run(string(version), func(t *testing.T) {
			test(t, shared.engines[version])
			if t.Failed() {
				t.Logf("denials in the gate's log:\n%s", denials(shared.engines[version].Gate.Tail()))
			}
		})
	}
}

func denials(log string) string {
	var found []string
	for line := range strings.Lines(log) {
		if strings.Contains(line, `"verdict":"deny"`) {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}

// client runs one client's commands.
type client struct {
	name    string
	program []string // the command before what a step says
	env     []string
	dir     string
}

// installed returns the path of a client's file; one that is missing is an error, not a skip.
func installed(t *testing.T, path ...string) string {
	t.Helper()
	file := filepath.Join(append([]string{shared.clients}, path...)...)
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("a client is not installed (%v): run `make engines` as root", err)
	}
	return file
}

// do runs the client and returns what it printed, standard error included, and whether it succeeded.
func (c client) do(ctx context.Context, t *testing.T, args ...string) (string, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	all := append(append([]string{}, c.program...), args...)
	cmd := exec.CommandContext(ctx, all[0], all[1:]...)
	cmd.Env = append([]string{"PATH=/usr/bin:/bin", "HOME=" + t.TempDir(), "DOCKER_CLI_HINTS=false"}, c.env...)
	cmd.Dir = c.dir
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s %s: %v", c.name, strings.Join(args, " "), err)
	}
	return string(out), err == nil
}

// step is one command of a client.
type step struct {
	command string   // what the report calls it; the first words of args when it is empty
	args    []string // "$ID" is what the step before printed last
	want    string   // what the output contains
	denied  string   // the rule that denies it; "" admits
}

// play runs the steps of a client in their order on one engine and records how each ended.
func (c client) play(ctx context.Context, t *testing.T, g *engine.Guarded, steps []step) {
	t.Helper()
	for _, s := range steps {
		command := s.command
		if command == "" {
			command = s.args[0]
		}
		out, ok := c.do(ctx, t, s.args...)
		if s.denied == "" {
			c.report(t, g, command, out, ok && strings.Contains(out, s.want))
			continue
		}
		good := !ok && strings.Contains(out, s.denied)
		c.report(t, g, command+" is denied", out, good)
	}
}

// report records how one command of the client ended; out is what is told of one that failed.
func (c client) report(t *testing.T, g *engine.Guarded, command, out string, good bool) {
	t.Helper()
	result := "works"
	if !good {
		result = "FAILS"
		t.Errorf("%s engine: %s: %s:\n%s", g.Version, c.name, command, out)
	}
	shared.report.add(c.name, command, g.Version, result)
}
