//go:build e2e

package airgap_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/airlock-gate/airlock/test/engine"
	"github.com/airlock-gate/airlock/test/engine/probe"
	"github.com/airlock-gate/airlock/test/producer"
)

// Environment of the test binary when it plays the host: the engine to run, the gate's program, and a directory.
const (
	playing = "PACKETS_ENGINE"
	gate    = "PACKETS_GATE"
	scratch = "PACKETS_DIR"
)

// shared is set once in the binary that plays a host.
var shared *suite

func TestMain(m *testing.M) {
	run := outer
	if os.Getenv(playing) != "" {
		run = func() (int, error) { return inner(m) }
	}
	code, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// outer runs the tests once for each engine, each time in namespaces of their own, and joins the tables.
func outer() (code int, err error) {
	if os.Geteuid() != 0 {
		return 1, errors.New("the packet suite makes namespaces: must be root")
	}
	dir, err := os.MkdirTemp("", "airlock-airgap-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	program, err := engine.BuildGate(ctx, dir) // inside there is no network to fetch anything from
	if err != nil {
		return 1, err
	}
	if _, err := engine.Helper(ctx); err != nil {
		return 1, err
	}
	// The signal on the parent's death is tied to the thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var rows []row
	for _, version := range engine.Versions() {
		own := filepath.Join(dir, string(version))
		if err := os.Mkdir(own, 0o755); err != nil {
			return 1, err
		}
		cmd := exec.Command(os.Args[0], os.Args[1:]...)
		cmd.Env = append(os.Environ(), playing+"="+string(version), gate+"="+program, scratch+"="+own)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
		if err := cmd.Run(); err != nil {
			fmt.Fprintf(os.Stderr, "%s engine: %v\n", version, err)
			code = 1
		}
		found, err := readRows(filepath.Join(own, "rows"), version)
		if err != nil {
			return 1, err
		}
		rows = append(rows, found...)
	}
	root, err := engine.Root()
	if err != nil {
		return 1, err
	}
	if err := os.MkdirAll(filepath.Join(root, "bin"), 0o755); err != nil {
		return 1, err
	}
	text := table(rows)
	fmt.Print(text)
	return code, os.WriteFile(filepath.Join(root, "bin", "airgap-report.txt"), []byte(text), 0o644)
}

// suite is one host with its engine.
type suite struct {
	*engine.Engine
	gate   *engine.Gate
	world  *world
	images map[string]string // role or purpose to digest reference
	site   string            // the gate's site data
	rows   *os.File
	mu     sync.Mutex
}

func inner(m *testing.M) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	dir := os.Getenv(scratch)
	w, err := build(ctx, dir)
	if err != nil {
		return 1, err
	}
	defer w.close()
	registry, err := engine.StartRegistry(ctx)
	if err != nil {
		return 1, err
	}
	defer registry.Stop()
	s := &suite{world: w, images: map[string]string{}}
	if s.rows, err = os.Create(filepath.Join(dir, "rows")); err != nil {
		return 1, err
	}
	defer s.rows.Close()
	pipeline, err := producer.NewPipeline()
	if err != nil {
		return 1, err
	}
	for _, name := range []string{"worker", "proxy", "monitor", "collector", "nobody"} {
		if s.images[name], err = engine.PushImage(ctx, registry.Host+"/openclaw/"+name, engine.Image{}); err != nil {
			return 1, err
		}
		if err := pipeline.Publish(ctx, s.images[name]); err != nil {
			return 1, err
		}
	}
	trust, err := pipeline.Site(dir)
	if err != nil {
		return 1, err
	}
	version := engine.Version(os.Getenv(playing))
	settings := map[string]any{"ip6tables": version == engine.Newest} // as each engine has it when nobody says anything
	if s.Engine, err = engine.Start(ctx, version, engine.Options{Bridge: true, IPTables: true, Settings: settings}); err != nil {
		return 1, err
	}
	defer s.Engine.Stop()
	for _, image := range s.images {
		if r, err := s.Docker(ctx, "pull", "--quiet", image); err != nil || r.Code != 0 {
			return 1, fmt.Errorf("pull %s: %w: %s", image, err, r.Stderr)
		}
	}
	s.site = trust + fmt.Sprintf(`registries: ["%[1]s/openclaw"]
limits: {memory: 256MiB, cpus: 1, pids: 128, tmpfs: 64MiB, shm: 64MiB}
networks: {egress: [egress], segments: [telemetry]}
roles:
  worker:    {images: ["%[1]s/openclaw/worker"]}
  monitor:   {images: ["%[1]s/openclaw/monitor"], names: [monitor], volumes: {telemetry: rw}, protected: true}
  proxy:     {images: ["%[1]s/openclaw/proxy"], networks: [egress], names: [proxy], protected: true}
  collector: {images: ["%[1]s/openclaw/collector"], networks: [telemetry], volumes: {telemetry: ro}}
`, registry.Host)
	s.gate, err = engine.StartGate(ctx, engine.GateOptions{
		Program: os.Getenv(gate), Name: fmt.Sprintf("airlock-airgap-%s-%d", version, os.Getpid()), Engine: s.URL(),
		Site: s.site,
	})
	if err != nil {
		return 1, err
	}
	defer s.gate.Stop()
	shared = s
	return m.Run(), nil
}

// setGate puts the gate into the running engine, or takes it out for what is made by hand.
func (s *suite) setGate(t *testing.T, wanted bool) {
	t.Helper()
	var plugins []string
	if wanted {
		plugins = []string{s.gate.Name}
	}
	if err := s.Configure(plugins...); err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	// A create that no policy admits tells whether the gate decides: 403 with it, 400 without.
	for range 200 {
		status, _, err := s.Call(t.Context(), "POST", "/v1.41/containers/create", object{})
		if err != nil {
			t.Fatal(err)
		}
		if (status == 403) == wanted {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("gate in force is not %v; gate:\n%s\nengine:\n%s", wanted, s.gate.Tail(), s.Log())
}

// object is a request body.
type object = map[string]any

// request is one call of the Engine API; the version is put before the path.
type request struct {
	method string
	path   string
	body   any
}

func (r request) String() string { return r.method + " " + r.path }

// send makes a call in the version that makes the engine read every field it knows.
func (s *suite) send(t *testing.T, r request) (int, []byte) {
	t.Helper()
	version := "/v1.41"
	if s.Version == engine.Newest {
		version = "/v1.47"
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute) // clean-up runs after t's context
	defer cancel()
	status, answer, err := s.Call(ctx, r.method, version+r.path, r.body)
	if err != nil {
		t.Fatalf("%s: %v", r, err)
	}
	return status, answer
}

// must makes a call that has to succeed, and returns the ID in its answer.
func (s *suite) must(t *testing.T, r request) string {
	t.Helper()
	status, answer := s.send(t, r)
	if status < 200 || status > 299 {
		t.Fatalf("%s: %d %s", r, status, text(answer))
	}
	var made struct{ ID string }
	_ = json.Unmarshal(answer, &made) // not every answer has one
	return made.ID
}

// denied makes a call that the gate has to deny by a rule, and nothing of it may reach the outside.
func (s *suite) denied(t *testing.T, r request, rule string) string {
	t.Helper()
	before := s.world.wire.count()
	status, answer := s.send(t, r)
	if status != 403 {
		t.Errorf("%s: status %d, want 403 by %s: %s", r, status, rule, text(answer))
		return fmt.Sprintf("NOT DENIED: %d", status)
	}
	got := broken(t, text(answer))
	if !slices.Contains(got, rule) {
		t.Errorf("%s: denied by %v, want %s among them", r, got, rule)
		return fmt.Sprintf("denied by %v, not %s", got, rule)
	}
	if out := s.world.wire.since(before); len(out) > 0 {
		t.Errorf("%s: denied, yet outside arrived %q", r, out)
	}
	return "denied by " + rule
}

// conforming returns the body of a container that every rule admits once its network is in order.
func (s *suite) conforming(image, network string, command ...string) object {
	return object{
		"Image": s.images[image], "User": "1001:1001", "Cmd": command,
		"HostConfig": object{
			"ReadonlyRootfs": true, "CapDrop": []any{"ALL"}, "SecurityOpt": []any{"no-new-privileges"},
			"Memory": 64 << 20, "MemorySwap": 64 << 20, "NanoCpus": 500_000_000, "PidsLimit": 64,
			"NetworkMode": network, "Dns": []any{"127.0.0.1"},
		},
	}
}

// host sets a value of the host configuration.
func host(body object, key string, value any) object {
	body["HostConfig"].(object)[key] = value
	return body
}

// member is a running container with an agent.
type member struct {
	id    string
	pid   int
	agent string
}

// start starts a container whose command is an agent, and waits for the agent.
func (s *suite) start(t *testing.T, id, agent string) member {
	t.Helper()
	s.must(t, request{"POST", "/containers/" + id + "/start", nil})
	status, answer := s.send(t, request{"GET", "/containers/" + id + "/json", nil})
	var c struct{ State struct{ Pid int } }
	if err := json.Unmarshal(answer, &c); err != nil || status != 200 {
		t.Fatalf("inspect %s: %d %v", id, status, err)
	}
	m := member{id: id, pid: c.State.Pid, agent: agent}
	var err error
	for range 200 {
		if _, err = probe.Ask(t.Context(), m.pid, agent, probe.Probe{Kind: probe.Raw}); err == nil {
			return m
		}
		time.Sleep(25 * time.Millisecond)
	}
	_, logs := s.send(t, request{"GET", "/containers/" + id + "/logs?stdout=1&stderr=1", nil})
	t.Fatalf("agent %s: %v; its log: %q", agent, err, logs)
	return m
}

// remove deletes what a test made; the gate must be out.
func (s *suite) remove(t *testing.T, kind string, references ...string) {
	t.Helper()
	for _, r := range references {
		path := "/" + kind + "/" + r
		if kind == "containers" {
			path += "?force=1"
		}
		if status, answer := s.send(t, request{"DELETE", path, nil}); status > 299 && status != 404 {
			t.Errorf("remove %s %s: %d %s", kind, r, status, text(answer))
		}
	}
}

// evidence is how an attempt ended, inside and outside.
type evidence struct {
	probe.Result
	outside []string // packets that arrived outside
	host    []string // connections and datagrams that reached services of the host
}

func (e evidence) leaks() bool { return e.OK || len(e.outside) > 0 || len(e.host) > 0 }

func (e evidence) String() string {
	return fmt.Sprintf("answered=%v (%s), outside %d %q, host %d %q", e.OK, e.Detail, len(e.outside), e.outside, len(e.host), e.host)
}

// short is what the table shows.
func (e evidence) short() string {
	answer := "no answer"
	if e.OK {
		answer = "answered"
	}
	return fmt.Sprintf("%s, outside %d, host %d", answer, len(e.outside), len(e.host))
}

// observe counts what arrives while something is done.
func (s *suite) observe(do func() probe.Result) evidence {
	wire, host := s.world.wire.count(), s.world.host.count()
	r := do()
	time.Sleep(40 * time.Millisecond) // what is on its way arrives
	return evidence{Result: r, outside: s.world.wire.since(wire), host: s.world.host.since(host)}
}

// attempt makes a container try to get out.
func (s *suite) attempt(t *testing.T, m member, p probe.Probe) evidence {
	t.Helper()
	return s.observe(func() probe.Result {
		r, err := probe.Ask(t.Context(), m.pid, m.agent, p)
		if err != nil {
			t.Fatalf("%s %s: %v", p.Kind, p.Target, err)
		}
		return r
	})
}

// broken returns the rules a denial names, read from its line for programs.
func broken(t *testing.T, message string) []string {
	t.Helper()
	_, line, found := strings.Cut(message, "\nairlock: {")
	if !found {
		t.Fatalf("denial has no line for programs: %q", message)
	}
	var summary struct {
		Violations []struct{ Rule string }
	}
	if err := json.NewDecoder(strings.NewReader("{" + line)).Decode(&summary); err != nil {
		t.Fatalf("line for programs: %v in %q", err, message)
	}
	rules := make([]string, 0, len(summary.Violations))
	for _, v := range summary.Violations {
		rules = append(rules, v.Rule)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// text returns the message of an error answer.
func text(body []byte) string { return engine.Answer{Body: body}.Message() }

// each runs a test on the engine this binary plays the host of.
func each(t *testing.T, test func(t *testing.T, s *suite)) {
	t.Helper()
	t.Run(string(shared.Version), func(t *testing.T) {
		test(t, shared)
		if t.Failed() {
			t.Logf("gate log:\n%s", shared.gate.Tail())
		}
	})
}

// threadNamespace tells the namespace of the calling thread, to be sure that nothing is done to the machine's own.
func threadNamespace() (string, error) {
	return os.Readlink(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()))
}
