package decision_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	types "github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/image"
	"github.com/moby/moby/api/types/system"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/refusal"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/policies"
)

const (
	digest    = "sha256:9b2c0f2e6a1d4c3b5a69788796a5b4c3d2e1f00112233445566778899aabbcc0"
	worker    = "registry.internal/openclaw/worker@" + digest
	imageID   = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	container = "4f1c3a9be0d24c0f9a7d6b5e3c2f1a0998877665544332211ffeeddccbbaa990"

	// In the words of a docker CLI, for: docker run --read-only --cap-drop ALL --security-opt no-new-privileges --user 1001:1001
	// --memory 64m --cpus 0.5 --pids-limit 64 --network none --tmpfs /tmp:size=16m,noexec,nosuid,nodev worker@sha256:…
	createBody = `{"Hostname":"","Domainname":"","User":"1001:1001","AttachStdin":false,"AttachStdout":false,` +
		`"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":["A=b"],"Cmd":null,"Image":"` + worker + `",` +
		`"Volumes":{},"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":{},"HostConfig":{"Binds":null,` +
		`"ContainerIDFile":"","LogConfig":{"Type":"","Config":{}},"NetworkMode":"none","PortBindings":{},` +
		`"RestartPolicy":{"Name":"no","MaximumRetryCount":0},"AutoRemove":false,"VolumeDriver":"","VolumesFrom":null,` +
		`"ConsoleSize":[0,0],"CapAdd":null,"CapDrop":["ALL"],"CgroupnsMode":"","Dns":[],"DnsOptions":[],"DnsSearch":[],` +
		`"ExtraHosts":null,"GroupAdd":null,"IpcMode":"","Cgroup":"","Links":null,"OomScoreAdj":0,"PidMode":"",` +
		`"Privileged":false,"PublishAllPorts":false,"ReadonlyRootfs":true,"SecurityOpt":["no-new-privileges"],` +
		`"Tmpfs":{"/tmp":"size=16m,noexec,nosuid,nodev"},"UTSMode":"","UsernsMode":"","ShmSize":0,"Isolation":"",` +
		`"CpuShares":0,"Memory":67108864,"NanoCpus":500000000,"CgroupParent":"","BlkioWeight":0,"BlkioWeightDevice":[],` +
		`"BlkioDeviceReadBps":[],"BlkioDeviceWriteBps":[],"BlkioDeviceReadIOps":[],"BlkioDeviceWriteIOps":[],` +
		`"CpuPeriod":0,"CpuQuota":0,"CpuRealtimePeriod":0,"CpuRealtimeRuntime":0,"CpusetCpus":"","CpusetMems":"",` +
		`"Devices":[],"DeviceCgroupRules":null,"DeviceRequests":null,"MemoryReservation":0,"MemorySwap":0,` +
		`"MemorySwappiness":-1,"OomKillDisable":false,"PidsLimit":64,"Ulimits":[],"CpuCount":0,"CpuPercent":0,` +
		`"IOMaximumIOps":0,"IOMaximumBandwidth":0,"MaskedPaths":null,"ReadonlyPaths":null},` +
		`"NetworkingConfig":{"EndpointsConfig":{}}}`
)

// The frame of the small policies the tests decide with.
const (
	manifest = `{"roots":["airlock"],"rego_version":1}`
	router   = `package airlock.main

default allow := false

allow if {
	count(violations) == 0
}

violations contains object.union(found, {"rule": concat("/", [category, rule])}) if {
	some category, rule
	some found in data.airlock.rules[category][rule].deny
}
`
)

// marked is a policy small enough to see through: a container must be read-only; an operation must be one it knows.
var marked = fstest.MapFS{
	".manifest":              {Data: []byte(manifest)},
	"airlock/main/main.rego": {Data: []byte(router)},
	"airlock/rules/api/operation/operation.rego": {Data: []byte(`# METADATA
# title: Operation is admitted
# custom:
#   severity: high
package airlock.rules.api.operation

deny contains {"field": "operation", "got": input.operation, "want": "another"} if not input.operation in {
	"system.ping", "container.list", "container.create", "container.start", "container.restart",
	"container.unpause", "distribution.inspect", "image.pull", "network.connect", "network.disconnect", "network.create", "network.remove",
}
`)},
	"airlock/rules/hardening/readonly-rootfs/readonly-rootfs.rego": {Data: []byte(`# METADATA
# title: Root file system is read-only
# description: why
# custom:
#   severity: high
#   fix:
#     docker: --read-only
#     compose: "read_only: true"
package airlock.rules.hardening["readonly-rootfs"]

deny contains {"field": "HostConfig.ReadonlyRootfs", "got": input.container.rootfs.readonly, "want": true} if {
	input.subject == "container"
	input.container.rootfs.readonly != true
}
`)},
}

var writable = bundle.Violation{
	Rule: "hardening/readonly-rootfs", Title: "Root file system is read-only", Severity: "high",
	Field: "HostConfig.ReadonlyRootfs", Got: false, Want: true,
	Fix: bundle.Fix{Docker: "--read-only", Compose: "read_only: true"},
}

// engine is an engine's knowledge held in memory, noting what it was asked.
type engine struct {
	image     func(reference string) (*view.ImageFacts, error)
	container func(name string) (json.RawMessage, error)
	exec      func(id string) (*types.ExecInspectResponse, error)
	daemon    func(ctx context.Context) (*view.Engine, error)
	topology  func() (*view.Topology, error)
	volume    func(name string) (*view.LiveVolume, error)
	file      func(path string) *view.File
	service   func(name string) (*view.LiveService, error)
	reference func(id string) (*view.LiveFile, error)
	own       bool
	ownErr    error

	mu    sync.Mutex
	asked []string
}

func (e *engine) note(what string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = append(e.asked, what)
}

func (e *engine) Recognise(string, string, map[string]string, []byte) (bool, error) {
	return e.own, e.ownErr
}

func (e *engine) Image(_ context.Context, reference string) (*view.ImageFacts, error) {
	e.note("image " + reference)
	return e.image(reference)
}

func (e *engine) Container(_ context.Context, name string) (json.RawMessage, error) {
	e.note("container " + name)
	return e.container(name)
}

func (e *engine) Exec(_ context.Context, id string) (*types.ExecInspectResponse, error) {
	e.note("exec " + id)
	return e.exec(id)
}

func (e *engine) Daemon(ctx context.Context) (*view.Engine, error) {
	e.note("daemon")
	return e.daemon(ctx)
}

func (e *engine) Said() *view.Engine { return nil }

func (e *engine) Topology(context.Context) (*view.Topology, error) {
	e.note("topology")
	return e.topology()
}

func (e *engine) Volume(_ context.Context, name string) (*view.LiveVolume, error) {
	e.note("volume " + name)
	return e.volume(name)
}

func (e *engine) File(path string) *view.File {
	e.note("file " + path)
	return e.file(path)
}

func (e *engine) Service(_ context.Context, name string) (*view.LiveService, error) {
	e.note("service " + name)
	return e.service(name)
}

func (e *engine) Secret(_ context.Context, id string) (*view.LiveFile, error) {
	e.note("secret " + id)
	return e.reference(id)
}

func (e *engine) Config(_ context.Context, id string) (*view.LiveFile, error) {
	e.note("config " + id)
	return e.reference(id)
}

func daemonView() *view.Engine {
	engine := view.EngineFrom(system.Info{
		ServerVersion: "29.3.1", OSType: "linux", Architecture: "x86_64", MemoryLimit: true, SwapLimit: true,
		CPUCfsQuota: true, CPUCfsPeriod: true, PidsLimit: true, CgroupVersion: "2", CgroupDriver: "systemd",
		DefaultRuntime: "runc", LoggingDriver: "json-file", Driver: "overlay2",
		SecurityOptions: []string{"name=seccomp,profile=builtin", "name=apparmor", "name=cgroupns"},
	})
	engine.APIVersion = "1.54"
	return engine
}

func healthy() *engine {
	known := view.ImageFrom(image.InspectResponse{ID: imageID, Os: "linux", Architecture: "amd64"})
	daemon := daemonView()
	return &engine{
		image: func(reference string) (*view.ImageFacts, error) {
			if reference != worker {
				return nil, facts.ErrNotFound
			}
			return &known, nil
		},
		container: func(name string) (json.RawMessage, error) {
			if name != "web" && name != container && name != container[:12] {
				return nil, facts.ErrNotFound
			}
			return stored(true), nil
		},
		daemon:   func(context.Context) (*view.Engine, error) { return daemon, nil },
		topology: func() (*view.Topology, error) { return topology(), nil },
		volume: func(name string) (*view.LiveVolume, error) {
			if name != "data" {
				return nil, facts.ErrNotFound
			}
			return &view.LiveVolume{Exists: true, Driver: "local", Scope: "local", Kind: "plain", Options: []string{}}, nil
		},
		file:      func(string) *view.File { return &view.File{Kind: "regular", Direct: true, Sealed: true, Mode: "0444"} },
		service:   func(string) (*view.LiveService, error) { return nil, facts.ErrNotFound },
		reference: func(string) (*view.LiveFile, error) { return nil, facts.ErrNotFound },
	}
}

const agentsID = "a9e2000000000000000000000000000000000000000000000000000000000000"

// topology is an engine with the networks it comes with, and one of a user's.
func topology() *view.Topology {
	t := &view.Topology{Containers: []view.Member{{ID: container, Name: "web", Mode: "none", Networks: []string{}}}}
	for id, name := range map[string]string{strings.Repeat("b0", 32): "bridge", strings.Repeat("c0", 32): "none", agentsID: "agents"} {
		t.Networks = append(t.Networks, view.LiveNetwork{ID: id, Name: name, Driver: "bridge", Scope: "local", Internal: name == "agents"})
	}
	return t
}

func stored(readOnly bool) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"Id":%q,"Name":"/web","Image":%q,"State":{"Status":"created"},`+
		`"Config":{"Image":%q,"User":"1001:1001"},"HostConfig":{"ReadonlyRootfs":%t,"NetworkMode":"none"},`+
		`"NetworkSettings":{"Networks":{}},"Mounts":[]}`, container, imageID, worker, readOnly))
}

func source(t testing.TB, files fstest.MapFS) *bundle.Source {
	t.Helper()
	s, err := bundle.NewSource(func() (*bundle.Snapshot, error) {
		return bundle.Load(files, bundle.DefaultSite(), bundle.Options{})
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func gate(t testing.TB, policies decision.Policies, f decision.Facts, mode decision.Mode) *decision.Gate {
	t.Helper()
	g, err := decision.New(decision.Options{Policies: policies, Facts: f, Mode: mode})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func create(body string) *decision.Call {
	return &decision.Call{ID: "1", Method: "POST", Target: "/v1.41/containers/create?name=web", Body: []byte(body),
		Headers: map[string]string{"Content-Type": "application/json", "Content-Length": fmt.Sprint(len(body))}}
}

func post(target string) *decision.Call {
	return &decision.Call{ID: "1", Method: "POST", Target: target, Headers: map[string]string{"Content-Length": "0"}}
}

func with(target, body string) *decision.Call {
	return &decision.Call{ID: "1", Method: "POST", Target: target, Body: []byte(body),
		Headers: map[string]string{"Content-Type": "application/json", "Content-Length": fmt.Sprint(len(body))}}
}

func remove(target string) *decision.Call {
	return &decision.Call{ID: "1", Method: "DELETE", Target: target, Headers: map[string]string{}}
}

func noNetwork(got string) bundle.Violation {
	return refused(refusal.NoSuchNetwork, "path id", got, "the name or ID of one network that exists")
}

func get(target string) *decision.Call {
	return &decision.Call{ID: "1", Method: "GET", Target: target, Headers: map[string]string{}}
}

func refused(rule refusal.Rule, field, got, want string) bundle.Violation {
	e := refusal.Explain(rule)
	return bundle.Violation{Rule: string(rule), Title: e.Title, Severity: e.Severity, Field: field, Got: got, Want: want,
		Fix: bundle.Fix{Docker: e.Docker, Compose: e.Compose}}
}

var (
	unknown = refused(refusal.NoSuchContainer, "path name", "no such container", "the name or ID of a container that exists")
	other   = refused(refusal.OtherContainer, "path name", "another container",
		"the container the engine finds under this name or ID")
)

func TestDecide(t *testing.T) {
	policies := source(t, marked)
	broken := errors.New("connection refused")
	for _, tc := range []struct {
		name    string
		call    *decision.Call
		prepare func(*engine)
		want    decision.Outcome // without ID, Mode, Revision, times
		asked   []string
	}{
		{name: "read", call: get("/v1.41/containers/json"),
			want: decision.Outcome{Verdict: decision.Allow, Operation: "container.list"}},
		{name: "operation the policy does not know", call: get("/v1.41/info"),
			want: decision.Outcome{Verdict: decision.Deny, Operation: "system.info", Violations: []bundle.Violation{
				{Rule: "api/operation", Title: "Operation is admitted", Severity: "high", Field: "operation", Got: "system.info", Want: "another"}}}},
		{name: "create", call: create(createBody), asked: []string{"daemon", "image " + worker},
			want: decision.Outcome{Verdict: decision.Allow, Operation: "container.create", Subject: "web"}},
		{name: "create breaking a rule", call: create(strings.Replace(createBody, `"ReadonlyRootfs":true`, `"ReadonlyRootfs":false`, 1)),
			asked: []string{"daemon", "image " + worker},
			want: decision.Outcome{Verdict: decision.Deny, Operation: "container.create", Subject: "web",
				Violations: []bundle.Violation{writable}}},
		{name: "create from an image the engine lacks", call: create(strings.Replace(createBody, "worker@", "other@", 1)),
			asked: []string{"daemon", "image " + strings.Replace(worker, "worker@", "other@", 1)},
			want:  decision.Outcome{Verdict: decision.Allow, Operation: "container.create", Subject: "web"}},
		{name: "create when images cannot be looked up", call: create(createBody), asked: []string{"daemon", "image " + worker},
			prepare: func(e *engine) { e.image = func(string) (*view.ImageFacts, error) { return nil, broken } },
			want:    failed("container.create", "", decision.CodeFacts, broken)},
		{name: "create when the daemon cannot be asked", call: create(createBody), asked: []string{"daemon", "image " + worker},
			prepare: func(e *engine) { e.daemon = func(context.Context) (*view.Engine, error) { return nil, broken } },
			want:    failed("container.create", "", decision.CodeFacts, broken)},
		{name: "create without version on an engine from the future", asked: []string{"daemon", "image " + worker},
			call: func() *decision.Call {
				call := create(createBody)
				call.Target = "/containers/create"
				return call
			}(),
			prepare: func(e *engine) {
				e.daemon = func(context.Context) (*view.Engine, error) { return &view.Engine{APIVersion: "1.99"}, nil }
			},
			want: decision.Outcome{Verdict: decision.Deny, Operation: "container.create", Violations: []bundle.Violation{
				refused(refusal.UnsupportedVersion, "path", "no version, so the engine would read it as 1.99", "a version of at most 1.56")}}},
		{name: "start", call: post("/v1.41/containers/web/start"), asked: []string{"container web", "daemon", "image " + worker},
			want: decision.Outcome{Verdict: decision.Allow, Operation: "container.start", Subject: "web"}},
		{name: "restart by ID", call: post("/v1.41/containers/" + container + "/restart"),
			asked: []string{"container " + container, "daemon", "image " + worker},
			want:  decision.Outcome{Verdict: decision.Allow, Operation: "container.restart", Subject: "web"}},
		{name: "unpause by short ID", call: post("/v1.41/containers/" + container[:12] + "/unpause"),
			asked: []string{"container " + container[:12], "daemon", "image " + worker},
			want:  decision.Outcome{Verdict: decision.Allow, Operation: "container.unpause", Subject: "web"}},
		{name: "start of a stored container breaking a rule", call: post("/v1.41/containers/web/start"),
			prepare: func(e *engine) { e.container = func(string) (json.RawMessage, error) { return stored(false), nil } },
			asked:   []string{"container web", "daemon", "image " + worker},
			want: decision.Outcome{Verdict: decision.Deny, Operation: "container.start", Subject: "web",
				Violations: []bundle.Violation{writable}}},
		{name: "start of a container that does not exist", call: post("/v1.41/containers/gone/start"), asked: []string{"container gone"},
			want: decision.Outcome{Verdict: decision.Deny, Operation: "container.start", Subject: "gone",
				Violations: []bundle.Violation{unknown}}},
		{name: "start answered with another container", call: post("/v1.41/containers/db/start"), asked: []string{"container db"},
			prepare: func(e *engine) { e.container = func(string) (json.RawMessage, error) { return stored(true), nil } },
			want: decision.Outcome{Verdict: decision.Deny, Operation: "container.start", Subject: "db",
				Violations: []bundle.Violation{other}}},
		{name: "start when containers cannot be looked up", call: post("/v1.41/containers/web/start"), asked: []string{"container web"},
			prepare: func(e *engine) { e.container = func(string) (json.RawMessage, error) { return nil, broken } },
			want:    failed("container.start", "web", decision.CodeFacts, broken)},
		{name: "create in a network", call: create(strings.Replace(createBody, `"NetworkMode":"none"`, `"NetworkMode":"agents"`, 1)),
			asked: []string{"daemon", "image " + worker, "topology"},
			want:  decision.Outcome{Verdict: decision.Allow, Operation: "container.create", Subject: "web"}},
		{name: "create in a network when the topology cannot be looked up", asked: []string{"daemon", "image " + worker, "topology"},
			call:    create(strings.Replace(createBody, `"NetworkMode":"none"`, `"NetworkMode":"agents"`, 1)),
			prepare: func(e *engine) { e.topology = func() (*view.Topology, error) { return nil, broken } },
			want:    failed("container.create", "web", decision.CodeFacts, broken)},
		{name: "connect", call: with("/v1.41/networks/agents/connect", `{"Container":"web","EndpointConfig":{}}`),
			asked: []string{"container web", "daemon", "image " + worker, "topology"},
			want:  decision.Outcome{Verdict: decision.Allow, Operation: "network.connect", Subject: "web"}},
		{name: "connect to a network that does not exist", call: with("/v1.41/networks/gone/connect", `{"Container":"web"}`),
			asked: []string{"container web", "daemon", "image " + worker, "topology"},
			want: decision.Outcome{Verdict: decision.Deny, Operation: "network.connect", Subject: "web",
				Violations: []bundle.Violation{noNetwork("no such network")}}},
		{name: "connect of a container that does not exist", call: with("/v1.41/networks/agents/connect", `{"Container":"gone"}`),
			asked: []string{"container gone"},
			want: decision.Outcome{Verdict: decision.Deny, Operation: "network.connect", Subject: "agents",
				Violations: []bundle.Violation{refused(refusal.NoSuchContainer, "Container", "no such container",
					"the name or ID of a container that exists")}}},
		{name: "connect answered with another container", call: with("/v1.41/networks/agents/connect", `{"Container":"db"}`),
			prepare: func(e *engine) { e.container = func(string) (json.RawMessage, error) { return stored(true), nil } },
			asked:   []string{"container db"},
			want: decision.Outcome{Verdict: decision.Deny, Operation: "network.connect", Subject: "agents",
				Violations: []bundle.Violation{refused(refusal.OtherContainer, "Container", "another container",
					"the container the engine finds under this name or ID")}}},
		{name: "disconnect", call: with("/v1.41/networks/"+agentsID[:12]+"/disconnect", `{"Container":"web","Force":false}`),
			asked: []string{"container web", "daemon", "image " + worker, "topology"},
			want:  decision.Outcome{Verdict: decision.Allow, Operation: "network.disconnect", Subject: "web"}},
		{name: "create of a network", call: with("/v1.41/networks/create", `{"Name":"more","Internal":true}`),
			asked: []string{"daemon", "topology"},
			want:  decision.Outcome{Verdict: decision.Allow, Operation: "network.create", Subject: "more"}},
		{name: "create of a network without version on an engine from the future", asked: []string{"daemon"},
			call: with("/networks/create", `{"Name":"more"}`),
			prepare: func(e *engine) {
				e.daemon = func(context.Context) (*view.Engine, error) { return &view.Engine{APIVersion: "1.99"}, nil }
			},
			want: decision.Outcome{Verdict: decision.Deny, Operation: "network.create", Violations: []bundle.Violation{
				refused(refusal.UnsupportedVersion, "path", "no version, so the engine would read it as 1.99", "a version of at most 1.56")}}},
		{name: "removal of a network", call: remove("/v1.41/networks/" + agentsID), asked: []string{"daemon", "topology"},
			want: decision.Outcome{Verdict: decision.Allow, Operation: "network.remove", Subject: "agents"}},
		{name: "removal of several networks", call: remove("/v1.41/networks/twin"), asked: []string{"daemon", "topology"},
			prepare: func(e *engine) {
				e.topology = func() (*view.Topology, error) {
					return &view.Topology{Networks: []view.LiveNetwork{{ID: "1", Name: "twin"}, {ID: "2", Name: "twin"}}}, nil
				}
			},
			want: decision.Outcome{Verdict: decision.Deny, Operation: "network.remove", Subject: "twin",
				Violations: []bundle.Violation{noNetwork("2 networks")}}},
		{name: "no topology and no error", call: remove("/v1.41/networks/agents"), asked: []string{"daemon", "topology"},
			prepare: func(e *engine) { e.topology = func() (*view.Topology, error) { return nil, nil } },
			want:    failed("network.remove", "agents", decision.CodeFacts, errors.New("look up topology: no answer and no error"))},
		{name: "pull", call: post("/v1.41/images/create?fromImage=registry.internal%2Fopenclaw%2Fworker&tag=" + digest),
			want: decision.Outcome{Verdict: decision.Allow, Operation: "image.pull", Subject: "registry.internal/openclaw/worker@" + digest}},
		{name: "manifest of a registry", call: get("/v1.41/distribution/registry.internal/openclaw/worker@" + digest + "/json"),
			want: decision.Outcome{Verdict: decision.Allow, Operation: "distribution.inspect", Subject: "registry.internal/openclaw/worker@" + digest}},
		{name: "own look-up", call: get("/v1.41/info"), prepare: func(e *engine) { e.own = true },
			want: decision.Outcome{Verdict: decision.Allow, Operation: decision.OwnLookUp}},
		{name: "forged look-up", call: get("/v1.41/containers/json"),
			prepare: func(e *engine) {
				e.ownErr = &refusal.Refusal{Rule: refusal.OwnCall, Field: "header X-Airlock-Ticket", Got: "a", Want: "b"}
			},
			want: decision.Outcome{Verdict: decision.Deny, Violations: []bundle.Violation{
				refused(refusal.OwnCall, "header X-Airlock-Ticket", "a", "b")}}},
		{name: "panic in a look-up", call: create(createBody), asked: []string{"daemon", "image " + worker},
			prepare: func(e *engine) { e.image = func(string) (*view.ImageFacts, error) { panic("defect") } },
			want:    failed("container.create", "", decision.CodePanic, errors.New("defect"))},
		{name: "panic in a look-up beside", call: create(createBody), asked: []string{"daemon", "image " + worker},
			prepare: func(e *engine) { e.daemon = func(context.Context) (*view.Engine, error) { panic("defect") } },
			want:    failed("container.create", "", decision.CodePanic, errors.New("defect"))},
		{name: "no answer and no error", call: create(createBody), asked: []string{"daemon", "image " + worker},
			prepare: func(e *engine) { e.daemon = func(context.Context) (*view.Engine, error) { return nil, nil } },
			want:    failed("container.create", "", decision.CodeFacts, errors.New("ask daemon: no answer and no error"))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := healthy()
			if tc.prepare != nil {
				tc.prepare(e)
			}
			for _, mode := range []decision.Mode{decision.Enforce, decision.Audit} {
				e.asked = nil
				got := gate(t, policies, e, mode).Decide(t.Context(), tc.call)
				want := tc.want
				want.ID, want.Mode, want.Revision = "1", mode, policies.Snapshot().Revision()
				if got.Took <= 0 {
					t.Error("took no time")
				}
				compare(t, got, want)
				slices.Sort(e.asked)
				if !slices.Equal(e.asked, tc.asked) {
					t.Errorf("asked %q, want %q", e.asked, tc.asked)
				}
				admits := want.Verdict == decision.Allow || want.Verdict == decision.Deny && mode == decision.Audit
				if got.Admits() != admits {
					t.Errorf("%s: Admits = %v, want %v", mode, got.Admits(), admits)
				}
			}
		})
	}
}

// compare holds outcomes side by side, the cause of a fault by its first words.
func compare(t *testing.T, got, want decision.Outcome) {
	t.Helper()
	got.Took, got.Stages = 0, nil
	if (got.Fault == nil) != (want.Fault == nil) {
		t.Fatalf("got %+v (%v), want %+v", got, got.Fault, want)
	}
	if got.Fault != nil {
		if got.Fault.Code != want.Fault.Code || !strings.Contains(got.Fault.Cause.Error(), want.Fault.Cause.Error()) {
			t.Errorf("fault %v, want %v", got.Fault, want.Fault)
		}
		got.Fault, want.Fault = nil, nil
	}
	if len(got.Violations) == 0 && len(want.Violations) == 0 {
		got.Violations, want.Violations = nil, nil
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func failed(operation, subject string, code decision.Code, cause error) decision.Outcome {
	out := decision.Failed("", code, cause)
	out.Subject = subject
	switch operation {
	case "container.create":
		out.Operation = "container.create"
	case "container.start":
		out.Operation = "container.start"
	case "network.remove":
		out.Operation = "network.remove"
	}
	return out
}

// TestNotUnderstood gives one request for each step that can refuse, with the rule it must fall under.
func TestNotUnderstood(t *testing.T) {
	g := gate(t, source(t, marked), healthy(), decision.Enforce)
	withBody := func(call *decision.Call, body string, headers map[string]string) *decision.Call {
		call.Body, call.Headers = []byte(body), headers
		return call
	}
	for _, tc := range []struct {
		name string
		call *decision.Call
		rule refusal.Rule
	}{
		{"endpoint", get("/v1.41/nothing"), refusal.UnknownEndpoint},
		{"version", get("/v1.12/containers/json"), refusal.UnsupportedVersion},
		{"target", get("/v1.41/containers//json"), refusal.MalformedTarget},
		{"absent body", withBody(create(""), "", map[string]string{"Content-Type": "application/json"}), refusal.AbsentBody},
		{"connect without a body", withBody(post("/v1.41/networks/agents/connect"), "", map[string]string{"Content-Length": "0"}), refusal.AbsentBody},
		{"disconnect with an unknown field", with("/v1.41/networks/agents/disconnect", `{"Container":"web","Hard":true}`), refusal.UnknownField},
		{"network with a case variant", with("/v1.41/networks/create", `{"Name":"a","internal":true}`), refusal.CaseVariantKey},
		{"removal of a network with a body", withBody(remove("/v1.41/networks/agents"), `{"force":true}`,
			map[string]string{"Content-Type": "application/json", "Content-Length": "14"}), refusal.UnexpectedBody},
		{"form body", withBody(post("/v1.41/images/create?fromImage=a"), "",
			map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "9"}), refusal.HiddenBody},
		{"case variant", create(strings.Replace(createBody, `"Privileged"`, `"privileged"`, 1)), refusal.CaseVariantKey},
		{"duplicate", create(strings.Replace(createBody, `"Privileged":false`, `"Privileged":false,"Privileged":true`, 1)), refusal.DuplicateKey},
		{"unknown field", create(`{"HostConfig":{"Unheard":1}}`), refusal.UnknownField},
		{"trailing bytes", create(createBody + "{}"), refusal.MalformedBody},
		{"start with a body", withBody(post("/v1.41/containers/web/start"), `{"Privileged":true}`,
			map[string]string{"Content-Type": "application/json", "Content-Length": "19"}), refusal.UnexpectedBody},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := g.Decide(t.Context(), tc.call)
			if got.Verdict != decision.Deny || len(got.Violations) != 1 || got.Violations[0].Rule != string(tc.rule) || got.Admits() {
				t.Errorf("got %s %+v, want a denial by %s", got.Verdict, got.Violations, tc.rule)
			}
		})
	}
}

func TestDeadlines(t *testing.T) {
	slow := healthy()
	slow.daemon = func(ctx context.Context) (*view.Engine, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	g := gate(t, source(t, marked), slow, decision.Audit)
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	gone, end := context.WithCancel(t.Context())
	end()
	for _, tc := range []struct {
		name string
		ctx  context.Context
		code decision.Code
	}{
		{"own deadline", short, decision.CodeTimeout},
		{"gate stops", gone, decision.CodeCancelled},
		{"budget of the look-ups", t.Context(), decision.CodeFacts},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := g.Decide(tc.ctx, create(createBody))
			if got.Verdict != decision.Fault || got.Fault.Code != tc.code || got.Admits() {
				t.Errorf("got %s %v, want fault %s", got.Verdict, got.Fault, tc.code)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	s := source(t, marked)
	for _, tc := range []struct {
		options decision.Options
		want    string
	}{
		{decision.Options{Facts: healthy()}, "make gate: no policies"},
		{decision.Options{Policies: s}, "make gate: no source of facts"},
		{decision.Options{Policies: s, Facts: healthy(), Mode: "off"}, `make gate: mode "off": want enforce or audit`},
	} {
		if _, err := decision.New(tc.options); err == nil || err.Error() != tc.want {
			t.Errorf("New(%+v) error = %v, want %s", tc.options, err, tc.want)
		}
	}
}

// shipped is the embedded policies with a site that knows the worker's registry, and demands nothing of its images.
func shipped(t testing.TB) *bundle.Source {
	t.Helper()
	return embedded(t, "registries: [registry.internal/openclaw]\nsignatures: {required: false}\nscan: {required: false}\n")
}

// embedded is the embedded policies with site data.
func embedded(t testing.TB, text string) *bundle.Source {
	t.Helper()
	site, err := bundle.ParseSite("site.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := bundle.NewSource(func() (*bundle.Snapshot, error) { return bundle.Load(policies.FS, site, bundle.Options{}) })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestShippedPolicies(t *testing.T) {
	g := gate(t, shipped(t), healthy(), decision.Enforce)
	if got := g.Decide(t.Context(), create(createBody)); got.Verdict != decision.Allow {
		t.Errorf("conforming create: %s %v %+v", got.Verdict, got.Fault, got.Violations)
	}
	got := g.Decide(t.Context(), create(strings.Replace(createBody, `"Privileged":false`, `"Privileged":true`, 1)))
	if got.Verdict != decision.Deny || !slices.ContainsFunc(got.Violations, func(v bundle.Violation) bool {
		return v.Rule == "hardening/privileged"
	}) {
		t.Errorf("privileged create: %s %v %+v", got.Verdict, got.Fault, got.Violations)
	}
	if got := g.Decide(t.Context(), get("/v1.41/containers/json")); got.Verdict != decision.Allow {
		t.Errorf("list: %s %v %+v", got.Verdict, got.Fault, got.Violations)
	}
}

// TestAllocations holds what a decision costs, look-ups aside.
func TestAllocations(t *testing.T) {
	transparent, whole := source(t, marked), shipped(t)
	for _, tc := range []struct {
		name          string
		policies      decision.Policies
		call          *decision.Call
		allocs, bytes int64
	}{
		{"create, two rules", transparent, create(createBody), 150, 16 << 10},
		{"create in a network, two rules", transparent, createIn("web", "agents"), 190, 20 << 10},
		{"create, all rules", whole, create(createBody), 150, 16 << 10},
		{"read, all rules", whole, get("/v1.41/containers/json?all=1"), 30, 2 << 10},
	} {
		g := gate(t, tc.policies, healthy().quiet(), decision.Enforce)
		result := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := g.Decide(context.Background(), tc.call); got.Verdict != decision.Allow {
					b.Fatalf("%s: %v %+v", got.Verdict, got.Fault, got.Violations)
				}
				g.Ended(tc.call.Method, tc.call.Target)
			}
		})
		t.Logf("%s: %s %s", tc.name, result, result.MemString())
		if result.AllocsPerOp() > slack*tc.allocs || result.AllocedBytesPerOp() > slack*tc.bytes {
			t.Errorf("%s: %d allocations of %d bytes, want at most %d of %d", tc.name,
				result.AllocsPerOp(), result.AllocedBytesPerOp(), tc.allocs, tc.bytes)
		}
	}
}

// quiet is an engine that takes no notes, to measure the pipeline alone.
func (e *engine) quiet() decision.Facts { return silent{e} }

type silent struct{ *engine }

func (s silent) Image(_ context.Context, reference string) (*view.ImageFacts, error) {
	return s.image(reference)
}

func (s silent) Topology(context.Context) (*view.Topology, error) { return s.topology() }

func (s silent) Daemon(ctx context.Context) (*view.Engine, error) { return s.daemon(ctx) }

func (s silent) Said() *view.Engine {
	said, _ := s.daemon(context.Background())
	return said
}

// busyBody is createBody with as many variables and labels as an agent is given.
func busyBody() string {
	env, labels := make([]string, 16), make([]string, 12)
	for i := range env {
		env[i] = fmt.Sprintf(`"SETTING_%d=%s"`, i, strings.Repeat("x", 30))
	}
	for i := range labels {
		labels[i] = fmt.Sprintf(`"com.example.label-%d":"%s"`, i, strings.Repeat("v", 40))
	}
	return strings.NewReplacer(`"Env":["A=b"]`, `"Env":[`+strings.Join(env, ",")+`]`,
		`"Labels":{}`, `"Labels":{`+strings.Join(labels, ",")+`}`).Replace(createBody)
}

// BenchmarkDecode is the engine's own decoding of the body of a busy create, to compare with.
func BenchmarkDecode(b *testing.B) {
	raw := []byte(busyBody())
	b.ReportAllocs()
	for b.Loop() {
		var request types.CreateRequest
		if err := json.Unmarshal(raw, &request); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	g := gate(b, shipped(b), healthy().quiet(), decision.Enforce)
	var others []*decision.Call // no two alike
	for n := range 64 {
		longer := strings.NewReplacer("xxx", strings.Repeat("x", 3+n%7), `"Memory":67108864`, fmt.Sprintf(`"Memory":%d`, 64<<20+n<<12))
		others = append(others, create(longer.Replace(busyBody())))
	}
	b.Run("others", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			call := others[n%len(others)]
			if got := g.Decide(context.Background(), call); got.Verdict != decision.Allow {
				b.Fatalf("%s: %v %+v", got.Verdict, got.Fault, got.Violations)
			}
			g.Ended(call.Method, call.Target)
		}
	})
	for name, call := range map[string]*decision.Call{
		"create":  create(createBody),
		"busy":    create(busyBody()),
		"denied":  create(`{"Image":"x","HostConfig":{"Privileged":true}}`),
		"list":    get("/v1.41/containers/json?all=1"),
		"ping":    {Method: "HEAD", Target: "/_ping"},
		"unknown": get("/v1.41/nothing"),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g.Decide(context.Background(), call)
				g.Ended(call.Method, call.Target)
			}
		})
	}
}
