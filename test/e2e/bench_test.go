//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
	"github.com/airlock-gate/airlock/test/producer"
)

// bench is what all tests share: images in a registry, the gate's program, one guarded engine of each version.
type bench struct {
	program  string
	registry *engine.Registry
	pipeline *producer.Pipeline // signs and attests every image
	site     string
	secrets  string // directory of the host
	worker   string // conforming image, by digest
	root     string // the same without USER
	volumes  string // with a VOLUME at /data
	healthy  string // with another role's repository
	unlisted string // the same repository with a digest the role does not list
	foreign  string // of a repository outside the site's
	proxy    string // of the role that may use the way out
	leaky    string // with a secret in its configuration
	engines  map[engine.Version]*guarded
	report   report
}

// guarded is an engine with a gate before it.
type guarded struct {
	*engine.Guarded
	gate *engine.Gate
}

// shared is set by TestMain once, before any test.
var shared *bench

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "airlock-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	b, err := assemble(ctx, dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer b.registry.Stop()
	defer os.RemoveAll(b.secrets)
	for _, version := range engine.Versions() {
		g, err := b.guard(ctx, version, "main")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer g.stop()
		if err := g.connect(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		b.engines[version] = g
	}
	shared = b
	code := m.Run()
	root, err := engine.Root()
	if err == nil {
		err = os.MkdirAll(filepath.Join(root, "bin"), 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(root, "bin", "e2e-report.txt"), []byte(b.report.String()), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func assemble(ctx context.Context, dir string) (*bench, error) {
	b := &bench{engines: map[engine.Version]*guarded{}}
	var err error
	if b.program, err = engine.BuildGate(ctx, dir); err != nil {
		return nil, err
	}
	if b.pipeline, err = producer.NewPipeline(); err != nil {
		return nil, err
	}
	if b.registry, err = engine.StartRegistry(ctx); err != nil {
		return nil, err
	}
	for _, i := range []struct {
		to         *string
		repository string
		image      engine.Image
	}{
		{&b.worker, "openclaw/worker", engine.Image{}},
		{&b.root, "openclaw/root", engine.Image{Root: true}},
		{&b.volumes, "openclaw/volumes", engine.Image{Volumes: []string{"/data"}}},
		{&b.foreign, "elsewhere/worker", engine.Image{}},
		{&b.healthy, "openclaw/edge", engine.Image{}},
		{&b.proxy, "openclaw/proxy", engine.Image{}},
		{&b.leaky, "openclaw/leaky", withSecret},
		{&b.unlisted, "openclaw/edge", engine.Image{Env: []string{"UNLISTED=1"}}},
	} {
		if *i.to, err = engine.PushImage(ctx, b.registry.Host+"/"+i.repository, i.image); err != nil {
			b.registry.Stop()
			return nil, err
		}
		if err = b.pipeline.Publish(ctx, *i.to); err != nil {
			b.registry.Stop()
			return nil, err
		}
	}
	b.secrets = secretsDir()
	if err := secretFiles(b.secrets); err != nil {
		b.registry.Stop()
		return nil, fmt.Errorf("make secrets: %w", err)
	}
	place, worker, proxy := volumeSite(b.secrets)
	trust, err := b.pipeline.Site(dir)
	if err != nil {
		b.registry.Stop()
		return nil, err
	}
	b.site = trust + fmt.Sprintf(`registries: ["%[1]s/openclaw"]
limits: {memory: 256MiB, cpus: 1, pids: 128, tmpfs: 64MiB, shm: 64MiB}
networks: {egress: [egress]}
%[2]s
roles:
  worker: {images: ["%[1]s/openclaw/worker"], exec: [[/helper, status]], %[3]s}
  proxy:  {images: ["%[1]s/openclaw/proxy"], networks: [egress], names: [llm-proxy], protected: true, %[4]s}
  edge:   {images: [%[5]q], capabilities: [NET_BIND_SERVICE]}
`, b.registry.Host, place, worker, proxy, b.healthy)
	return b, nil
}

// images lists every image of the bench.
func (b *bench) images() []string {
	return []string{b.worker, b.root, b.volumes, b.foreign, b.healthy, b.proxy, b.leaky, b.unlisted}
}

// guard starts an engine with the images and a gate before it.
func (b *bench) guard(ctx context.Context, version engine.Version, purpose string, args ...string) (*guarded, error) {
	g, err := engine.Guard(ctx, version, "e2e-"+purpose, b.images(), engine.Options{},
		engine.GateOptions{Program: b.program, Site: b.site, Args: args})
	if err != nil {
		return nil, err
	}
	return &guarded{Guarded: g, gate: g.Gate}, nil
}

// inhibit is the option without which the host answers on an internal network.
const inhibit = "com.docker.network.bridge.inhibit_ipv4"

// connect makes the networks of the tests, as people type it: those that conform through the gate, a weak one beside it.
func (g *guarded) connect(ctx context.Context) error {
	docker := func(args ...string) error {
		if r, err := g.Docker(ctx, args...); err != nil || r.Code != 0 {
			return fmt.Errorf("docker %v: %w: %s", args, err, r.Stderr)
		}
		return nil
	}
	for _, name := range []string{"agents", "results"} {
		if err := docker("network", "create", "--internal", "--opt", inhibit+"=true", name); err != nil {
			return err
		}
	}
	if err := docker("network", "create", "egress"); err != nil {
		return err
	}
	if err := g.disable(ctx); err != nil {
		return err
	}
	if err := docker("network", "create", "--internal", "weak"); err != nil {
		return err
	}
	return g.enable(ctx)
}

func (g *guarded) stop() { g.Stop() }

func (g *guarded) enable(ctx context.Context) error { return g.Enable(ctx) }

func (g *guarded) disable(ctx context.Context) error { return g.Disable(ctx) }

// object is a request body.
type object = map[string]any

// conforming returns the body of a create that every rule admits.
func (b *bench) conforming() object {
	return object{
		"Image": b.worker, "User": "1001:1001",
		"HostConfig": object{
			"ReadonlyRootfs": true, "CapDrop": []any{"ALL"}, "SecurityOpt": []any{"no-new-privileges"},
			"Memory": 64 << 20, "MemorySwap": 64 << 20, "NanoCpus": 500_000_000, "PidsLimit": 64, "NetworkMode": "none",
			"Tmpfs": object{"/tmp": "size=16m,noexec,nosuid,nodev"},
		},
	}
}

// set returns the change that puts a value at a path of keys.
func set(path string, value any) func(object) {
	keys := strings.Split(path, ".")
	return func(o object) {
		for _, k := range keys[:len(keys)-1] {
			next, ok := o[k].(object)
			if !ok {
				next = object{}
				o[k] = next
			}
			o = next
		}
		o[keys[len(keys)-1]] = value
	}
}

// host is set below HostConfig.
func host(path string, value any) func(object) { return set("HostConfig."+path, value) }

// join puts the container into one network, with the resolver the airgap asks for.
func join(network string) func(object) {
	return all(host("NetworkMode", network), host("Dns", []any{"127.0.0.1"}))
}

// all makes several changes.
func all(changes ...func(object)) func(object) {
	return func(o object) {
		for _, c := range changes {
			c(o)
		}
	}
}

// broken returns the rules a denial names, read from its line for programs.
func broken(t *testing.T, message string) []string {
	t.Helper()
	at := strings.LastIndex(message, "\nairlock: {")
	if at < 0 {
		t.Fatalf("denial has no line for programs: %q", message)
	}
	var summary struct {
		Violations []struct{ Rule string }
	}
	if err := json.NewDecoder(strings.NewReader(message[at+len("\nairlock: "):])).Decode(&summary); err != nil {
		t.Fatalf("line for programs: %v in %q", err, message)
	}
	rules := make([]string, 0, len(summary.Violations))
	for _, v := range summary.Violations {
		rules = append(rules, v.Rule)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// report counts what was proven.
type report struct {
	mu     sync.Mutex
	counts map[string]int
}

func (r *report) count(parts ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = map[string]int{}
	}
	r.counts[strings.TrimSuffix(fmt.Sprintln(parts...), "\n")]++
}

// String lists every counter, sorted.
func (r *report) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	keys := make([]string, 0, len(r.counts))
	for k := range r.counts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var out bytes.Buffer
	for _, k := range keys {
		fmt.Fprintf(&out, "%6d  %s\n", r.counts[k], k)
	}
	return out.String()
}

// each runs a test on both engines.
func each(t *testing.T, test func(t *testing.T, g *guarded)) {
	t.Helper()
	for _, version := range engine.Versions() {
		t.Run(string(version), func(t *testing.T) {
			test(t, shared.engines[version])
			if t.Failed() {
				t.Logf("gate log:\n%s", shared.engines[version].gate.Tail())
			}
		})
	}
}

// remove deletes a container, running or not: past the gate where it protects the container.
func remove(ctx context.Context, t *testing.T, g *guarded, id string) {
	t.Helper()
	target := "/v1.41/containers/" + id + "?force=1"
	status, body, err := g.Call(ctx, "DELETE", target, nil)
	if err == nil && status == 403 {
		ungated(ctx, t, g, func() { status, body, err = g.Call(ctx, "DELETE", target, nil) })
	}
	if err != nil || status != 204 {
		t.Errorf("remove %s: %d %s %v", id, status, body, err)
	}
}

// created posts a create that must be admitted and returns the container's ID.
func created(ctx context.Context, t *testing.T, g *guarded, query string, body object) string {
	t.Helper()
	status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/create"+query, body)
	if err != nil {
		t.Fatal(err)
	}
	if status != 201 {
		t.Fatalf("create: %d %s", status, answer)
	}
	var c struct{ ID string }
	if err := json.Unmarshal(answer, &c); err != nil || c.ID == "" {
		t.Fatalf("create: %v %s", err, answer)
	}
	return c.ID
}

// api returns the version to speak with an engine so that it reads every field it knows.
func api(g *guarded) string {
	if g.Version == engine.Newest {
		return "/v1.47"
	}
	return "/v1.41"
}

// text returns the message of an error answer.
func text(body []byte) string { return engine.Answer{Body: body}.Message() }
