package view_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/airlock-gate/airlock/plugin/view"
)

var update = flag.Bool("update", false, "rewrite the expected views in testdata/view")

// worker is the image behind the recorded bodies.
func worker() *view.ImageFacts {
	return &view.ImageFacts{
		ID: "sha256:" + strings.Repeat("cd", 32), OS: "linux", Architecture: "amd64", User: "agent",
		WorkingDir: "/home/agent", Volumes: []string{"/cache", "/tmp"}, Exposed: []string{},
		Env:    []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LLM_BASE_URL=http://default"},
		Labels: map[string]string{"org.opencontainers.image.title": "worker"},
	}
}

// TestRecordedBodies compares the whole view of bodies that docker compose and the docker CLI send.
func TestRecordedBodies(t *testing.T) {
	bodies, err := filepath.Glob(filepath.Join("testdata", "create", "*.json"))
	if err != nil || len(bodies) == 0 {
		t.Fatalf("no recorded bodies: %v", err)
	}
	expected, err := filepath.Glob(filepath.Join("testdata", "view", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(expected) != len(bodies) && !*update {
		t.Errorf("got %d expected views for %d bodies", len(expected), len(bodies))
	}
	for _, body := range bodies {
		t.Run(filepath.Base(body), func(t *testing.T) {
			content := read(t, "create", filepath.Base(body))
			got := view.Create(decode(t, string(content)), view.Params{Name: "/agent"}, worker(), enforcing())
			text := []byte(indented(t, got) + "\n")
			if *update {
				if err := os.WriteFile(filepath.Join("testdata", "view", filepath.Base(body)), text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, "view", filepath.Base(body)); !bytes.Equal(text, want) {
				t.Errorf("got, want:\n%s", differing(string(text), string(want)))
			}
		})
	}
}

func TestProcess(t *testing.T) {
	base := view.Process{WorkingDir: "/home", StopSignal: "SIGTERM", Healthcheck: view.Healthcheck{Source: "image"}}
	img := &view.ImageFacts{WorkingDir: "/home", StopSignal: "SIGTERM",
		Healthcheck: &container.HealthConfig{Test: []string{"CMD", "check"}, Retries: 3}}
	for _, tc := range []struct {
		name, body, version string
		want                func(*view.Process)
	}{
		{"of the image", `{}`, "", nil},
		{"of the request", `{"Tty":true,"OpenStdin":true,"WorkingDir":"/a/../b","StopSignal":"SIGKILL","StopTimeout":5,"HostConfig":{"Init":true,"Umask":63}}`,
			"", func(p *view.Process) {
				p.Tty, p.OpenStdin, p.WorkingDir, p.StopSignal = true, true, "/b", "SIGKILL"
				p.StopTimeout, p.Init, p.Umask = ref[int64](5), true, ref[int64](63)
			}},
		{"umask before API 1.56", `{"HostConfig":{"Umask":63}}`, "1.55", nil},
		{"health check disabled", `{"Healthcheck":{"Test":["NONE"]}}`, "", func(p *view.Process) { p.Healthcheck.Source = "disabled" }},
		{"health check of the request", `{"Healthcheck":{"Test":["CMD","mine"]}}`, "", func(p *view.Process) { p.Healthcheck.Source = "request" }},
		{"health check with another interval", `{"Healthcheck":{"Interval":1000000}}`, "", func(p *view.Process) { p.Healthcheck.Source = "request" }},
		{"empty health check inherits", `{"Healthcheck":{}}`, "", nil},
		{"health check equal to the image's", `{"Healthcheck":{"Test":["CMD","check"],"Retries":3}}`, "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := base
			if tc.want != nil {
				tc.want(&want)
			}
			same(t, view.Create(decode(t, tc.body), view.Params{APIVersion: tc.version}, img, enforcing()).Process, want)
		})
	}
}

// TestNamespaces follows moby daemon/daemon_unix.go (adaptContainerSettings) and the API package's mode types.
func TestNamespaces(t *testing.T) {
	base := view.Namespaces{PID: "private", IPC: "private", UTS: "private", User: "default", Cgroup: "default",
		Runtime: "runc", Annotations: []string{}}
	for _, tc := range []struct {
		name, host, version, cgroup string
		want                        func(*view.Namespaces)
	}{
		{"default", `{}`, "", "2", nil},
		{"host", `{"PidMode":"host","IpcMode":"host","UTSMode":"host","UsernsMode":"host","CgroupnsMode":"host"}`, "", "2",
			func(n *view.Namespaces) {
				n.PID, n.IPC, n.UTS, n.User, n.Cgroup = "host", "host", "host", "host", "host"
			}},
		{"of a container", `{"PidMode":"container:x","IpcMode":"container:x"}`, "", "2", func(n *view.Namespaces) {
			n.PID, n.IPC = "container", "container"
		}},
		{"junk", `{"PidMode":"Host","IpcMode":"Private","UTSMode":"container:x","UsernsMode":"private","CgroupnsMode":"x"}`, "", "2",
			func(n *view.Namespaces) {
				n.PID, n.IPC, n.UTS, n.User, n.Cgroup = "other", "other", "other", "other", "other"
			}},
		{"words of IPC", `{"IpcMode":"shareable"}`, "", "2", func(n *view.Namespaces) { n.IPC = "shareable" }},
		{"no IPC", `{"IpcMode":"none"}`, "", "2", func(n *view.Namespaces) { n.IPC = "none" }},
		{"private cgroup", `{"CgroupnsMode":"private"}`, "", "2", func(n *view.Namespaces) { n.Cgroup = "private" }},
		{"IPC before API 1.40", `{}`, "1.39", "2", func(n *view.Namespaces) { n.IPC = "shareable" }},
		{"cgroup before API 1.41 on v1", `{}`, "1.40", "1", func(n *view.Namespaces) { n.Cgroup = "host" }},
		{"privileged on v1", `{"Privileged":true}`, "", "1", func(n *view.Namespaces) { n.Cgroup = "host" }},
		{"runtime and annotations", `{"Runtime":"kata","Cgroup":"container:x","Isolation":"hyperv","Annotations":{"b":"","a":""}}`, "", "2",
			func(n *view.Namespaces) {
				n.Runtime, n.RuntimeGiven, n.CgroupSpec, n.Isolation = "kata", true, "container:x", "hyperv"
				n.Annotations = []string{"a", "b"}
			}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			engine, want := enforcing(), base
			engine.CgroupVersion = tc.cgroup
			if tc.want != nil {
				tc.want(&want)
			}
			body := `{"HostConfig":` + tc.host + `}`
			same(t, view.Create(decode(t, body), view.Params{APIVersion: tc.version}, nil, engine).Namespaces, want)
		})
	}
}

// TestNetwork follows moby daemon/container_operations.go (updateContainerNetworkSettings) and netmode semantics.
func TestNetwork(t *testing.T) {
	base := view.Network{Mode: "bridge", Published: []string{}, Exposed: []string{}, Links: []string{}, ExtraHosts: []string{},
		DNS: []string{}, DNSSearch: []string{}, DNSOptions: []string{}, Endpoints: []view.Endpoint{}, Attached: []view.Attachment{}}
	end := func(name string) view.Endpoint {
		return view.Endpoint{Network: name, Aliases: []string{}, Links: []string{}, Addresses: []string{}, DriverOpts: []string{}}
	}
	for _, tc := range []struct {
		name, body string
		want       func(*view.Network)
	}{
		{"default bridge", `{}`, func(n *view.Network) { n.Endpoints = []view.Endpoint{end("bridge")} }},
		{"default by name", `{"HostConfig":{"NetworkMode":"default"}}`, func(n *view.Network) { n.Endpoints = []view.Endpoint{end("bridge")} }},
		{"none", `{"HostConfig":{"NetworkMode":"none"}}`, func(n *view.Network) { n.Mode = "none" }},
		{"host", `{"HostConfig":{"NetworkMode":"host"}}`, func(n *view.Network) { n.Mode = "host" }},
		{"words are case-sensitive", `{"HostConfig":{"NetworkMode":"None"}}`, func(n *view.Network) {
			n.Mode, n.Name, n.Endpoints = "network", "None", []view.Endpoint{end("None")}
		}},
		{"of a container", `{"HostConfig":{"NetworkMode":"container:proxy"}}`, func(n *view.Network) { n.Mode, n.Name = "container", "proxy" }},
		{"disabled", `{"NetworkDisabled":true}`, func(n *view.Network) { n.Disabled = true }},
		{"none with an endpoint is connected", `{"HostConfig":{"NetworkMode":"none"},"NetworkingConfig":{"EndpointsConfig":{"egress":{}}}}`,
			func(n *view.Network) { n.Mode, n.Endpoints = "none", []view.Endpoint{end("egress")} }},
		{"endpoints replace the mode", `{"HostConfig":{"NetworkMode":"agents"},"NetworkingConfig":{"EndpointsConfig":{"b":null,"a":{
			"NetworkID":"e1","IPAMConfig":{"IPv4Address":"10.0.0.2","IPv6Address":"fd00::2","LinkLocalIPs":["169.254.1.1"]},
			"Aliases":["proxy"],"Links":["x:y"],"MacAddress":"02:42:AC:11:00:02","DriverOpts":{"k2":"v","k1":"v"},"GwPriority":7,
			"IPAddress":"10.9.9.9","Gateway":"10.9.9.1"}}}}`,
			func(n *view.Network) {
				n.Mode, n.Name = "network", "agents"
				n.Endpoints = []view.Endpoint{{Network: "a", NetworkID: "e1", Aliases: []string{"proxy"}, Links: []string{"x:y"},
					Addresses: []string{"10.0.0.2", "fd00::2", "169.254.1.1"}, MacAddress: "02:42:ac:11:00:02",
					DriverOpts: []string{"k1", "k2"}, GwPriority: 7}, end("b")}
			}},
		{"ports and names", `{"ExposedPorts":{"9/tcp":{},"80/tcp":{}},"HostConfig":{"NetworkMode":"none","PublishAllPorts":true,
			"PortBindings":{"80/tcp":[],"53/udp":[{"HostPort":"53"}]},"Links":["a:b"],"ExtraHosts":["proxy:1.2.3.4"],
			"Dns":["127.0.0.1"],"DnsSearch":["x"],"DnsOptions":["ndots:0"]}}`,
			func(n *view.Network) {
				n.Mode, n.PublishAll, n.Published = "none", true, []string{"53/udp", "80/tcp"}
				n.Exposed, n.Links, n.ExtraHosts = []string{"80/tcp", "9/tcp"}, []string{"a:b"}, []string{"proxy:1.2.3.4"}
				n.DNS, n.DNSSearch, n.DNSOptions = []string{"127.0.0.1"}, []string{"x"}, []string{"ndots:0"}
			}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := base
			tc.want(&want)
			same(t, view.Create(decode(t, tc.body), view.Params{}, nil, enforcing()).Network, want)
		})
	}
}

// TestVariables: the request's variables and labels over the image's by name, values never (moby daemon/commit.go, merge).
func TestVariables(t *testing.T) {
	img := &view.ImageFacts{Env: []string{"PATH=/bin", "KEY=image", "TOKEN=x"}, Labels: map[string]string{"a": "image", "c": "image"}}
	got := view.Create(decode(t, `{"Env":["KEY=secret","UNSET","KEY=again","E=","=odd"],"Labels":{"b":"bb","a":"a"}}`),
		view.Params{}, img, enforcing())
	same(t, got.Env, []view.Variable{{Name: "KEY", Length: 6}, {Name: "UNSET"}, {Name: "KEY", Length: 5}, {Name: "E"},
		{Name: "", Length: 3}, {Name: "PATH", Length: 4}, {Name: "TOKEN", Length: 1}})
	same(t, got.Labels, []view.Variable{{Name: "a", Length: 1}, {Name: "b", Length: 2}, {Name: "c", Length: 5}})
	if text := indented(t, got); strings.Contains(text, "secret") || strings.Contains(text, "again") {
		t.Errorf("a value entered the view: %s", text)
	}
}

func TestDevicesLoggingLifecycle(t *testing.T) {
	got := host(t, `{"Devices":[{"PathOnHost":"/dev/kvm","PathInContainer":"/dev/k","CgroupPermissions":"rwm"}],
		"DeviceCgroupRules":["a *:* rwm"],"DeviceRequests":[{"Count":-1}],"LogConfig":{"Type":"syslog","Config":{"tag":"x","env":"y"}},
		"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":3},"AutoRemove":true}`, enforcing())
	same(t, got.Devices, view.Devices{Mappings: []view.DeviceMapping{{Host: "/dev/kvm", Container: "/dev/k", Permissions: "rwm"}},
		CgroupRules: []string{"a *:* rwm"}, Requests: 1})
	same(t, got.Logging, view.Logging{Driver: "syslog", Given: true, Options: []string{"env", "tag"}})
	same(t, got.Lifecycle, view.Lifecycle{RestartPolicy: "on-failure", MaxRetries: 3, AutoRemove: true})
	none := host(t, `{}`, enforcing())
	same(t, none.Logging, view.Logging{Driver: "json-file", Options: []string{}})
	same(t, none.Lifecycle, view.Lifecycle{RestartPolicy: "no"})
}

// TestEveryFieldIsPresent: a body with nothing in it still gives every field, and null only where the type is a pointer.
func TestEveryFieldIsPresent(t *testing.T) {
	for name, c := range map[string]*view.Container{
		"create": view.Create(&container.CreateRequest{}, view.Params{}, nil, nil),
		"image":  view.Create(&container.CreateRequest{}, view.Params{}, &view.ImageFacts{}, nil),
		"full": view.Create(decode(t, `{"HostConfig":{"Tmpfs":{"/a":""},"Mounts":[{}],"Devices":[{}],"Ulimits":[{}]},
			"NetworkingConfig":{"EndpointsConfig":{"a":null}}}`), view.Params{}, nil, nil),
	} {
		pulled := view.Pull(nil)
		assertPresent(t, name, reflect.ValueOf(view.Input{Container: c, Image: &pulled, Engine: &view.Engine{},
			Request: view.Request{Query: map[string][]string{}, Vars: map[string]string{}}}))
	}
}

func assertPresent(t *testing.T, place string, value reflect.Value) {
	t.Helper()
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			assertPresent(t, place, value.Elem())
		}
	case reflect.Struct:
		for i := range value.NumField() {
			name := value.Type().Field(i).Tag.Get("json")
			if name == "" || strings.Contains(name, "omit") {
				t.Errorf("%s: field %s may be left out", place, value.Type().Field(i).Name)
			}
			assertPresent(t, place+"."+name, value.Field(i))
		}
	case reflect.Slice:
		if value.IsNil() {
			t.Errorf("%s: got null, want a list", place)
		}
		for i := range value.Len() {
			assertPresent(t, fmt.Sprintf("%s[%d]", place, i), value.Index(i))
		}
	case reflect.Map:
		if value.IsNil() {
			t.Errorf("%s: got null, want an object", place)
		}
	}
}

// FuzzCreate: whatever decodes gives a complete view, the same one every time.
func FuzzCreate(f *testing.F) {
	bodies, err := filepath.Glob(filepath.Join("testdata", "create", "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, body := range bodies {
		f.Add(read(f, "create", filepath.Base(body)))
	}
	f.Add([]byte(`{"HostConfig":{"Binds":["",":","a:b:c:d","/x"],"VolumesFrom":[""],"Mounts":[{}],"Tmpfs":{"":",,=","/":"size=9e"},
		"Ulimits":[null],"NanoCpus":-9223372036854775808,"CpuPeriod":-1,"CpuQuota":9223372036854775807,"Memory":-1,
		"SecurityOpt":["","=",":"],"CapAdd":[""]},"NetworkingConfig":{"EndpointsConfig":{"":null}},"Volumes":{"":{}},"User":":"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		views := make([]string, 2)
		for i := range views {
			req := &container.CreateRequest{}
			if json.Unmarshal(body, req) != nil {
				return
			}
			c := view.Create(req, view.Params{Name: "n", APIVersion: "1.41"}, worker(), enforcing())
			assertPresent(t, "container", reflect.ValueOf(c))
			views[i] = indented(t, c)
		}
		if views[0] != views[1] {
			t.Errorf("two views of one body:\n%s", differing(views[0], views[1]))
		}
	})
}

// TestCreateAllocations keeps the view a small part of a decision's allocations; it is built on every create and start.
func TestCreateAllocations(t *testing.T) {
	req, img, engine := decode(t, string(read(t, "create", "docker-cli.json"))), worker(), enforcing()
	got := testing.AllocsPerRun(100, func() { view.Create(req, view.Params{Name: "agent"}, img, engine) })
	if most := 45.0; got > most {
		t.Errorf("got %v allocations, want at most %v", got, most)
	}
}

func BenchmarkCreate(b *testing.B) {
	req, img, engine := decode(b, string(read(b, "create", "docker-cli.json"))), worker(), enforcing()
	b.ReportAllocs()
	for b.Loop() {
		view.Create(req, view.Params{Name: "agent", APIVersion: "1.41"}, img, engine)
	}
}

func BenchmarkParseImage(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		view.ParseImage("registry.internal/openclaw/worker@" + sum)
	}
}
