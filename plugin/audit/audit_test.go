package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/volume"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/audit"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/policies"
)

const (
	digest   = "sha256:9b2c0f2e6a1d4c3b5a69788796a5b4c3d2e1f00112233445566778899aabbcc0"
	registry = "registry.internal/openclaw/"
	siteText = `
registries: [registry.internal/openclaw]
signatures: {required: false}
scan: {required: false}
networks: {egress: [egress], segments: [ops]}
roles:
  worker: {images: [registry.internal/openclaw/worker], volumes: {data: rw, scratch: ro, etc: rw, share: rw, unsized: rw, twice: rw, plugged: rw}, secrets: [key]}
  proxy: {images: [registry.internal/openclaw/llm-proxy], networks: [egress], sysctls: {net.ipv4.ip_forward: "0"}}
`
	inhibit = `"com.docker.network.bridge.inhibit_ipv4":"true"`
)

// id makes an ID of 64 digits that begins with the given ones.
func id(begin string) string { return begin + strings.Repeat("0", 64-len(begin)) }

// engine is a live engine as its answers.
type engine struct {
	networks   []string
	containers []string // list entries
	inspects   map[string]string
	volumes    []facts.Volume
	files      map[string]*view.File
	noImage    bool
	failing    map[string]error // by method, or by container ID
}

func (e *engine) network(begin, name, driver string, internal bool, options string) {
	e.networks = append(e.networks, fmt.Sprintf(`{"Id":%q,"Name":%q,"Driver":%q,"Scope":"local","Internal":%t,"Options":{%s},`+
		`"IPAM":{"Driver":"default","Config":[]}}`, id(begin), name, driver, internal, options))
}

// container adds one that conforms but for its networks; change is applied to its HostConfig.
func (e *engine) container(begin, name, image string, running bool, networks []string, change string) {
	endpoints := map[string]map[string]string{}
	for _, network := range networks {
		key, begin, _ := strings.Cut(network, "=")
		endpoints[key] = map[string]string{"NetworkID": id(begin)}
	}
	attached, _ := json.Marshal(endpoints)
	mode, state := "none", "exited"
	if len(networks) > 0 {
		mode, _, _ = strings.Cut(networks[0], "=")
	}
	if running {
		state = "running"
	}
	reference := registry + image + "@" + digest
	e.containers = append(e.containers, fmt.Sprintf(`{"Id":%q,"Names":["/%s"],"Image":%q,"State":%q,"HostConfig":{"NetworkMode":%q},`+
		`"NetworkSettings":{"Networks":%s}}`, id(begin), name, reference, state, mode, attached))
	if e.inspects == nil {
		e.inspects = map[string]string{}
	}
	e.inspects[id(begin)] = fmt.Sprintf(`{"Id":%q,"Name":"/%s","Image":"sha256:11","State":{"Running":%t},`+
		`"Config":{"Image":%q,"User":"1001:1001","Hostname":%q},"HostConfig":{"NetworkMode":%q,"ReadonlyRootfs":true,"CapDrop":["ALL"],`+
		`"SecurityOpt":["no-new-privileges"],"Memory":67108864,"MemorySwap":67108864,"NanoCpus":500000000,"PidsLimit":64,"IpcMode":"private","Dns":["127.0.0.1"],`+
		`"ShmSize":67108864,"LogConfig":{"Type":"json-file"},"RestartPolicy":{"Name":"no"},`+
		`"MaskedPaths":["/proc/asound","/proc/acpi","/proc/interrupts","/proc/kcore","/proc/keys","/proc/latency_stats","/proc/timer_list","/proc/timer_stats","/proc/sched_debug","/proc/scsi","/sys/firmware","/sys/devices/virtual/powercap"],`+
		`"ReadonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"],`+
		`"Tmpfs":{"/tmp":"size=16m,noexec,nosuid,nodev"}%s},"NetworkSettings":{"Networks":%s}}`,
		id(begin), name, running, reference, id(begin)[:12], mode, change, attached)
}

func (e *engine) Daemon(context.Context) (*view.Engine, error) {
	return &view.Engine{Version: "29.3.1", APIVersion: "1.56", CgroupVersion: "2", CgroupDriver: "systemd", StorageDriver: "overlay2",
		OSType: "linux", Architecture: "x86_64", DefaultRuntime: "runc", LoggingDriver: "json-file", Seccomp: "builtin", AppArmor: true,
		Enforces: view.EngineLimits{Memory: true, Swap: true, CPU: true, Pids: true}}, e.failing["Daemon"]
}

func (e *engine) Topology(context.Context) (*view.Topology, error) {
	if err := e.failing["Topology"]; err != nil {
		return nil, err
	}
	return view.TopologyFrom([]byte("["+strings.Join(e.networks, ",")+"]"), []byte("["+strings.Join(e.containers, ",")+"]"))
}

func (e *engine) Container(_ context.Context, id string) (json.RawMessage, error) {
	return json.RawMessage(e.inspects[id]), e.failing[id]
}

func (e *engine) Image(context.Context, string) (*view.ImageFacts, error) {
	if e.noImage {
		return nil, fmt.Errorf("inspect image: %w", facts.ErrNotFound)
	}
	return &view.ImageFacts{ID: "sha256:11", OS: "linux", Architecture: "amd64"}, e.failing["Image"]
}

func (e *engine) Volumes(context.Context) ([]facts.Volume, error) {
	return e.volumes, e.failing["Volumes"]
}

func (e *engine) File(path string) *view.File { return e.files[path] }

// held is a volume as an engine answers with it.
func held(name, driver string, options map[string]string) facts.Volume {
	return facts.Volume{Name: name, LiveVolume: *view.VolumeFrom(volume.Volume{Name: name, Driver: driver, Scope: "local", Options: options})}
}

// good is an engine that runs what the gate would admit.
func good() *engine {
	e := &engine{failing: map[string]error{}}
	e.network("b1", "bridge", "bridge", false, "")
	e.network("b2", "host", "host", false, "")
	e.network("b3", "none", "null", false, "")
	e.network("a1", "agents", "bridge", true, inhibit)
	e.network("e1", "egress", "bridge", false, "")
	e.container("c1", "worker-1", "worker", true, []string{"agents=a1"}, "")
	e.container("c2", "worker-2", "worker", false, []string{"agents=a1"}, "")
	e.container("c3", "batch", "worker", false, nil, "")
	e.container("c4", "llm-proxy", "llm-proxy", true, []string{"agents=a1", "egress=e1"}, `,"Sysctls":{"net.ipv4.ip_forward":"0"}`)
	e.volumes = []facts.Volume{held("data", "local", nil),
		held("scratch", "local", map[string]string{"type": "tmpfs", "device": "tmpfs", "o": "size=64m,noexec,nosuid,nodev,uid=1001"})}
	return e
}

func snapshot(t *testing.T) *bundle.Snapshot {
	t.Helper()
	site, err := bundle.ParseSite("site.yaml", []byte(siteText))
	if err != nil {
		t.Fatal(err)
	}
	s, err := bundle.Load(policies.FS, site, bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t *testing.T, s *bundle.Snapshot, e *engine) *audit.Report {
	t.Helper()
	r, err := audit.Run(t.Context(), audit.Options{Source: e, Policies: s})
	if err != nil {
		t.Fatal(err)
	}
	valid(t, r)
	return r
}

// valid holds a report against its published schema.
func valid(t *testing.T, r *audit.Report) {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(audit.Schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(document); err != nil {
		t.Errorf("report does not follow its schema: %v", err)
	}
}

// found lists what a report says, one line for each finding.
func found(r *audit.Report) (lines []string) {
	for _, o := range r.Objects {
		for _, v := range o.Violations {
			lines = append(lines, o.Kind+" "+o.Name+": "+v.Rule)
		}
		if o.Fault != "" {
			lines = append(lines, o.Kind+" "+o.Name+": fault "+o.Fault)
		}
	}
	return slices.Compact(lines)
}

func TestClean(t *testing.T) {
	r := run(t, snapshot(t), good())
	if !r.Clean || len(found(r)) != 0 {
		t.Errorf("found %q", found(r))
		for _, o := range r.Objects {
			for _, v := range o.Violations {
				t.Logf("%s: %+v", o.Name, v)
			}
		}
	}
	want := audit.Counts{Containers: 4, Running: 2, Networks: 2, Volumes: 2}
	if r.Counts != want || r.Engine != (audit.Engine{Version: "29.3.1", APIVersion: "1.56"}) || r.Version != 1 {
		t.Errorf("report %+v", r)
	}
	proxy, agents := r.Objects[1], r.Objects[4]
	if proxy.Name != "llm-proxy" || proxy.Role != "proxy" || !proxy.Exit || !proxy.Running || len(proxy.Networks) != 2 ||
		agents.Name != "agents" || agents.Class != "airgap" || !agents.Internal {
		t.Errorf("objects %+v %+v", proxy, agents)
	}
}

func TestViolations(t *testing.T) {
	policies := snapshot(t)
	for _, tc := range []struct {
		name   string
		change func(*engine)
		want   []string // each must be found
		only   bool     // and nothing else
	}{
		{"writable root file system of a container that is not running", func(e *engine) {
			e.inspects[id("c2")] = strings.Replace(e.inspects[id("c2")], `"ReadonlyRootfs":true`, `"ReadonlyRootfs":false`, 1)
		}, []string{"container worker-2: hardening/readonly-rootfs"}, true},
		{"a weak network nobody is in", func(e *engine) { e.network("d1", "weak", "bridge", true, "") },
			[]string{"network weak: airgap/network-options"}, true},
		{"a worker in a weak network", func(e *engine) {
			e.network("d1", "weak", "bridge", true, "")
			e.container("c5", "worker-3", "worker", false, []string{"weak=d1"}, "")
		}, []string{"container worker-3: airgap/network-class", "network weak: airgap/network-options"}, false},
		{"a worker beside the proxy on its way out", func(e *engine) {
			e.container("c5", "worker-3", "worker", true, []string{"agents=a1", "egress=e1"}, `,"Sysctls":{"net.ipv4.ip_forward":"0"}`)
		}, []string{
			"container worker-1: airgap/exit-path", "container worker-2: airgap/exit-path", "container worker-3: airgap/network-set",
		}, false},
		{"the engine's own bridge, in use", func(e *engine) { e.container("c5", "worker-3", "worker", true, []string{"bridge=b1"}, "") },
			[]string{"container worker-3: airgap/network-namespace", "network bridge: airgap/network-internal"}, false},
		{"the host's network", func(e *engine) {
			e.container("c5", "worker-3", "worker", true, nil, "")
			e.containers[4] = strings.Replace(e.containers[4], `"none"`, `"host"`, 1)
			e.inspects[id("c5")] = strings.Replace(e.inspects[id("c5")], `"NetworkMode":"none"`, `"NetworkMode":"host"`, 1)
		}, []string{"container worker-3: airgap/network-namespace"}, false},
		{"two networks of one name", func(e *engine) { e.network("d1", "agents", "bridge", true, inhibit) },
			[]string{"network agents: airgap/network-name"}, false},
		{"network made anew behind a stopped container", func(e *engine) {
			e.networks[3] = strings.Replace(e.networks[3], id("a1"), id("a9"), 1)
		}, []string{"container worker-2: airgap/network-resolved"}, false},
		{"image gone", func(e *engine) { e.noImage = true }, []string{"container batch: image/identity"}, false},
		{"volumes", func(e *engine) {
			e.volumes = append(e.volumes,
				held("etc", "local", map[string]string{"type": "none", "o": "bind", "device": "/etc"}),
				held("share", "local", map[string]string{"type": "cifs", "o": "username=a,password=hunter2", "device": "//u:p@h/s?hunter2"}),
				held("unsized", "local", map[string]string{"type": "tmpfs", "device": "tmpfs", "o": "noexec,nosuid,nodev"}),
				held("twice", "local", map[string]string{"type": "tmpfs", "device": "tmpfs", "o": "size=1m,noexec,nosuid,nodev,size=0"}),
				held("plugged", "vieux/sshfs", map[string]string{"password": "hunter2"}), held("nobody", "local", nil))
		}, []string{
			"volume etc: filesystem/volume-options", "volume nobody: filesystem/volume-name",
			"volume plugged: filesystem/volume-driver", "volume plugged: filesystem/volume-options",
			"volume share: filesystem/volume-options", "volume twice: filesystem/volume-options", "volume unsized: filesystem/volume-options",
		}, true},
		{"a volume swapped under its container", func(e *engine) {
			e.volumes = []facts.Volume{held("data", "local", map[string]string{"type": "none", "o": "bind", "device": "/etc"})}
			e.container("c5", "worker-3", "worker", false, nil, `,"Binds":["data:/data"]`)
		}, []string{"container worker-3: filesystem/volume-options", "volume data: filesystem/volume-options"}, true},
		{"a volume of another role, and one without a name", func(e *engine) {
			e.container("c5", "worker-3", "worker", false, nil, `,"Binds":["other:/data","/state"]`)
		}, []string{"container worker-3: filesystem/mount-types", "container worker-3: filesystem/volume-role"}, true},
		{"a secret swapped under its container", func(e *engine) {
			e.files = map[string]*view.File{"/run/airlock/secrets/key": {Kind: "symlink", Sealed: true, Mode: "0777"}}
			e.container("c5", "worker-3", "worker", false, nil, `,"Binds":["/run/airlock/secrets/key:/run/secrets/key:ro"]`)
		}, []string{"container worker-3: secrets/files"}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := good()
			tc.change(e)
			r := run(t, policies, e)
			got := found(r)
			for _, line := range tc.want {
				if !slices.Contains(got, line) {
					t.Errorf("not found: %s", line)
				}
			}
			if tc.only && !slices.Equal(got, tc.want) || t.Failed() {
				t.Errorf("found %s", strings.Join(got, "\n      "))
			}
			if r.Clean {
				t.Error("clean")
			}
			text, _ := json.Marshal(r)
			if bytes.Contains(text, []byte("hunter2")) {
				t.Error("the report repeats a password")
			}
		})
	}
}

// TestFaults: what cannot be judged is never clean.
func TestFaults(t *testing.T) {
	policies := snapshot(t)
	broken := errors.New("the engine hangs")
	for _, tc := range []struct {
		name   string
		change func(*engine)
		want   []string
		gone   int
		clean  bool
	}{
		{"inspect fails", func(e *engine) { e.failing[id("c2")] = broken }, []string{"container worker-2: fault the engine hangs"}, 0, false},
		{"another container answers", func(e *engine) { e.inspects[id("c2")] = e.inspects[id("c1")] },
			[]string{"container worker-2: fault read stored container: the engine answers with another one"}, 0, false},
		{"inspect is cut off", func(e *engine) { e.inspects[id("c2")] = `{"Id":` },
			[]string{"container worker-2: fault read stored container: unexpected end of JSON input"}, 0, false},
		{"inspect is empty", func(e *engine) { e.inspects[id("c2")] = `{"Id":"` + id("c2") + `"}` },
			[]string{"container worker-2: fault read stored container: decode container inspect: no Id, Config or HostConfig"}, 0, false},
		{"removed meanwhile", func(e *engine) { e.failing[id("c2")] = fmt.Errorf("inspect: %w", facts.ErrNotFound) }, nil, 1, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := good()
			tc.change(e)
			r := run(t, policies, e)
			if got := found(r); !reflect.DeepEqual(got, tc.want) || r.Counts.Gone != tc.gone || r.Clean != tc.clean || r.Counts.Faults != len(tc.want) {
				t.Errorf("found %q, %+v", got, r.Counts)
			}
		})
	}
	for _, call := range []string{"Daemon", "Topology", "Volumes"} {
		e := good()
		e.failing[call] = broken
		if r, err := audit.Run(t.Context(), audit.Options{Source: e, Policies: policies}); r != nil || !errors.Is(err, broken) {
			t.Errorf("%s fails: %v, %v", call, r, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := audit.Run(ctx, audit.Options{Source: good(), Policies: policies}); r != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("time is up: %v, %v", r, err)
	}
	if r, err := audit.Run(t.Context(), audit.Options{}); r != nil || err == nil {
		t.Errorf("nothing given: %v, %v", r, err)
	}
	e := good()
	e.failing["Image"] = broken
	if r := run(t, policies, e); r.Counts.Faults != 4 || r.Clean {
		t.Errorf("images fail: %+v", r.Counts)
	}
}

func TestProgress(t *testing.T) {
	var got []int
	_, err := audit.Run(t.Context(), audit.Options{Source: good(), Policies: snapshot(t), Progress: func(done, total int) {
		got = append(got, done, total)
	}})
	if want := []int{1, 8, 2, 8, 3, 8, 4, 8, 5, 8, 6, 8, 7, 8, 8, 8}; err != nil || !slices.Equal(got, want) {
		t.Errorf("progress %v, %v", got, err)
	}
}

func TestMap(t *testing.T) {
	e := good()
	e.network("d1", "weak", "bridge", true, "")
	e.container("c5", "worker-3", "worker", true, []string{"weak=d1"}, "")
	e.volumes = append(e.volumes, held("plugged", "other", nil))
	e.failing[id("c2")] = errors.New("hangs")
	m, err := run(t, snapshot(t), e).Map()
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Containers) != 5 || len(m.Networks) != 3 || len(m.Others) != 1 {
		t.Fatalf("map %+v", m)
	}
	for _, c := range m.Containers {
		switch c.Name {
		case "worker-1":
			if c.Role != "worker" || c.Exit || !c.Running || c.Mode != "network" || len(c.Findings) != 0 {
				t.Errorf("%+v", c)
			}
		case "worker-2":
			if len(c.Findings) != 1 || c.Findings[0].Rule != "not judged" {
				t.Errorf("%+v", c)
			}
		case "llm-proxy":
			if !c.Exit {
				t.Errorf("%+v", c)
			}
		}
	}
	if weak := m.Networks[2]; weak.Class != "none" || weak.Findings[0].Rule != "airgap/network-options" || weak.Findings[0].Got != "null" {
		t.Errorf("%+v", weak)
	}
	if m.Others[0].Findings[0].Rule != "filesystem/volume-driver" {
		t.Errorf("%+v", m.Others)
	}
	if _, err := new(audit.Report).Map(); !errors.Is(err, bundle.ErrUndescribed) {
		t.Errorf("map without classes: %v", err)
	}
}

func TestText(t *testing.T) {
	for _, tc := range []struct {
		value any
		want  string
	}{
		{nil, "null"}, {"a <b>", `"a <b>"`}, {[]any{"a", 1}, `["a",1]`},
		{strings.Repeat("é", 150), `"` + strings.Repeat("é", 99) + "…"},
		{func() {}, "?"},
	} {
		if got := audit.Text(tc.value); got != tc.want {
			t.Errorf("Text(%v) = %s, want %s", tc.value, got, tc.want)
		}
	}
}

// TestExceptions: what an exception sets aside is shown and counts against nothing, until it expires.
func TestExceptions(t *testing.T) {
	ends := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	site, err := bundle.ParseSite("site.yaml", []byte(siteText+"exceptions:\n- {rule: hardening/readonly-rootfs, subject: 'image:"+registry+
		"worker@"+digest+"', reason: writes its index, ticket: OPS-1, expires: 2027-01-31}\n"))
	if err != nil {
		t.Fatal(err)
	}
	policies, err := bundle.Load(policies.FS, site, bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	writable := good()
	writable.inspects[id("c2")] = strings.Replace(writable.inspects[id("c2")], `"ReadonlyRootfs":true`, `"ReadonlyRootfs":false`, 1)
	for _, tc := range []struct {
		name                        string
		now                         time.Time
		violations, waived, expired int
	}{{"in force", ends.Add(-time.Second), 0, 1, 0}, {"expired", ends, 1, 0, 1}} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := audit.Run(t.Context(), audit.Options{Source: writable, Policies: policies, Clock: func() time.Time { return tc.now }})
			if err != nil {
				t.Fatal(err)
			}
			valid(t, r)
			if r.Counts.Violations != tc.violations || r.Counts.Waived != tc.waived || len(r.Expired) != tc.expired || r.Clean != (tc.violations == 0) {
				t.Errorf("got %+v, expired %v, clean %v", r.Counts, r.Expired, r.Clean)
			}
			for _, o := range r.Objects {
				if len(o.Waived) > 0 && (o.Name != "worker-2" || o.Waived[0].Rule != "hardening/readonly-rootfs" || o.Waived[0].Waivers[0].Ticket != "OPS-1") {
					t.Errorf("waived %+v", o)
				}
				if len(o.Violations) > 0 && o.Violations[0].Lapsed == nil {
					t.Errorf("expired exception is not named: %+v", o.Violations)
				}
			}
		})
	}
}
