package bundle_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/view"
)

const (
	mainPath = "airlock/main/main.rego"
	rulePath = "airlock/rules/hardening/readonly-rootfs/readonly-rootfs.rego"

	// mainRego is the least router: one operation, and every rule by its path.
	mainRego = `package airlock.main

default allow := false

allow if {
	input.operation in {"container.create", "container.list"}
	count(violations) == 0
}

violations contains object.union(found, {"rule": concat("/", [category, rule])}) if {
	some category, rule
	some found in data.airlock.rules[category][rule].deny
}
`
	ruleRego = `# METADATA
# title: Root file system is read-only
# description: |
#   A writable root file system lets an agent persist.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.13
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.13"]
#     pss: []
#   fix:
#     docker: --read-only
#     compose: "read_only: true"
package airlock.rules.hardening["readonly-rootfs"]

deny contains {"field": "HostConfig.ReadonlyRootfs", "got": input.container.rootfs.readonly, "want": true} if {
	input.subject == "container"
	not input.container.rootfs.readonly
}
`
)

// bundleOf returns the least bundle with files changed or added; an empty content removes one.
func bundleOf(changes map[string]string) fstest.MapFS {
	files := fstest.MapFS{
		".manifest": {Data: []byte(`{"roots": ["airlock"], "rego_version": 1}`)},
		mainPath:    {Data: []byte(mainRego)},
		rulePath:    {Data: []byte(ruleRego)},
	}
	for name, content := range changes {
		if content == "" {
			delete(files, name)
			continue
		}
		files[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return files
}

func load(t testing.TB, changes map[string]string, opts bundle.Options) *bundle.Snapshot {
	t.Helper()
	s, err := bundle.Load(bundleOf(changes), bundle.DefaultSite(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func site(t testing.TB, text string) *bundle.Site {
	t.Helper()
	s, err := bundle.ParseSite("site.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// read is a request without a subject.
func read() *view.Input {
	return &view.Input{
		Version:   view.InputVersion,
		Operation: "container.list",
		Subject:   view.SubjectNone,
		Request: view.Request{
			Method: "GET", Path: "/containers/json", APIVersion: "1.41",
			Query: map[string][]string{"all": {"1"}}, Vars: map[string]string{},
		},
	}
}

// worker is the create of a container every rule admits on workerSite.
func worker() *view.Input {
	id := int64(1001)
	const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	mount := view.Mount{
		Origin: "tmpfs", Field: "HostConfig.Tmpfs./tmp", Type: "tmpfs", Target: "/tmp", Destination: "/tmp",
		Size: 16 << 20, NoExec: true, NoSuid: true, NoDev: true, Options: []string{}, Canonical: true,
	}
	second := mount
	second.Origin, second.Field, second.Target, second.Destination =
		"mounts", "HostConfig.Mounts[0]", "/var/cache/worker", "/var/cache/worker"
	env := []view.Variable{}
	for _, name := range []string{"PATH", "HOME", "LANG", "TZ", "MODE", "LEVEL", "REGION", "ENDPOINT"} {
		env = append(env, view.Variable{Name: name, Length: 12})
	}
	return &view.Input{
		Version:   view.InputVersion,
		Operation: "container.create",
		Subject:   view.SubjectContainer,
		Request: view.Request{
			Method: "POST", Path: "/containers/create", APIVersion: "1.41",
			Query: map[string][]string{"name": {"worker-1"}}, Vars: map[string]string{},
		},
		Container: &view.Container{
			Name: "worker-1",
			Image: view.Image{
				Reference: "registry.internal/openclaw/worker@" + digest, Form: "digest", Domain: "registry.internal",
				Path: "openclaw/worker", Repository: "registry.internal/openclaw/worker", Digest: digest, Present: true,
				ID: digest, User: "1001:1001", Volumes: []string{}, OS: "linux", Architecture: "amd64",
			},
			User: view.User{
				Given: "1001:1001", Source: "request", Form: "uid:gid", UID: &id, GID: &id, Groups: []string{},
			},
			Process: view.Process{Healthcheck: view.Healthcheck{Source: "image"}},
			Rootfs:  view.Rootfs{ReadOnly: true, StorageOpt: map[string]string{}},
			Privileges: view.Privileges{
				Capabilities:    view.Capabilities{Add: []string{}, Drop: []string{"ALL"}, Effective: []string{}},
				NoNewPrivileges: true, Seccomp: "builtin", AppArmor: "default", SELinux: []string{}, SystemPaths: "default",
				MaskedPaths: []string{
					"/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
					"/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
					"/sys/devices/virtual/powercap",
				},
				ReadonlyPaths: []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"},
				OtherOptions:  []string{}, Sysctls: map[string]string{},
			},
			Resources: view.Resources{
				Memory: 64 << 20, MemorySwap: 64 << 20, NanoCPUs: 500_000_000, Pids: 64, Shm: 64 << 20,
				Ulimits: []view.Ulimit{{Name: "nofile", Soft: 1024, Hard: 1024}},
			},
			Mounts: []view.Mount{mount, second},
			Tmpfs:  view.TmpfsTotal{Count: 2, Bytes: 32 << 20},
			Namespaces: view.Namespaces{
				PID: "private", IPC: "private", UTS: "private", User: "private", Cgroup: "default", Runtime: "runc",
				Annotations: []string{},
			},
			Devices: view.Devices{Mappings: []view.DeviceMapping{}, CgroupRules: []string{}},
			Network: view.Network{
				Mode: "none", Endpoints: []view.Endpoint{}, Attached: []view.Attachment{}, Published: []string{},
				Exposed: []string{}, Links: []string{}, ExtraHosts: []string{}, DNS: []string{}, DNSSearch: []string{}, DNSOptions: []string{},
			},
			Logging:   view.Logging{Driver: "json-file", Options: []string{}},
			Findings:  []view.Finding{},
			Lifecycle: view.Lifecycle{RestartPolicy: "no"},
			Env:       env,
			Labels:    []view.Variable{},
		},
		Engine: &view.Engine{
			Version: "29.5.3", APIVersion: "1.55", CgroupVersion: "2", CgroupDriver: "systemd", StorageDriver: "overlayfs",
			OSType: "linux", Architecture: "x86_64", DefaultRuntime: "runc", LoggingDriver: "json-file",
			Enforces: view.EngineLimits{Memory: true, Swap: true, CPU: true, Pids: true}, Seccomp: "builtin", AppArmor: true,
		},
	}
}

// joined is the worker in an airgap network, on a host with so many others in the same.
func joined(others int) *view.Input {
	in := worker()
	agents := view.LiveNetwork{
		ID: strings.Repeat("a9", 32), Name: "agents", Driver: "bridge", Scope: "local", Internal: true,
		Options: map[string]string{"com.docker.network.bridge.inhibit_ipv4": "true"},
		IPAM: view.IPAM{
			Driver: "default", Options: []string{}, Subnets: []string{"172.20.0.0/16"}, Auxiliary: []string{},
		},
	}
	n := &in.Container.Network
	n.Mode, n.Name, n.DNS = "network", agents.Name, []string{"127.0.0.1"}
	n.Attached = []view.Attachment{{Field: "HostConfig.NetworkMode", Reference: agents.Name, Matches: 1, Network: agents}}
	n.Endpoints = []view.Endpoint{{
		Network: agents.Name, Aliases: []string{}, Links: []string{}, Addresses: []string{}, DriverOpts: []string{},
	}}
	in.Topology = &view.Topology{Networks: []view.LiveNetwork{agents}, Containers: []view.Member{}}
	for i := range others {
		in.Topology.Containers = append(in.Topology.Containers, view.Member{
			ID: fmt.Sprintf("%064x", i+1), Name: fmt.Sprintf("worker-%d", i), Running: true, Mode: "network",
			Repository: in.Container.Image.Repository, Networks: []string{agents.ID},
		})
	}
	return in
}

const workerSite = "registries: [registry.internal/openclaw]\nsignatures: {required: false}\nscan: {required: false}\n"

// bad is a worker that breaks ten rules.
func bad() *view.Input {
	in := worker()
	c := in.Container
	c.Rootfs.ReadOnly = false
	c.Privileges.Privileged = true
	c.Privileges.NoNewPrivileges = false
	c.Privileges.Seccomp = "unconfined"
	c.Privileges.AppArmor = "unconfined"
	c.Resources.Memory, c.Resources.MemorySwap = 0, 0
	c.Resources.Pids = 0
	c.Resources.NanoCPUs = 0
	c.Namespaces.PID = "host"
	c.Network.PublishAll = true
	return in
}
