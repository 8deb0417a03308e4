package view_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/api/types/system"

	"github.com/airlock-gate/airlock/plugin/view"
)

// hardened is a service with every hardening field, as an SDK would send it.
func hardened() *swarm.ServiceSpec {
	spec := &swarm.ServiceSpec{}
	spec.Name = "agent"
	spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{
		Image: "registry.internal/openclaw/worker@sha256:9b2c0f2e6a1d4c3b5a69788796a5b4c3d2e1f00112233445566778899aabbcc0",
		User:  "1001:1001", ReadOnly: true, CapabilityDrop: []string{"all"}, Env: []string{"A=b"},
		Privileges: &swarm.Privileges{
			NoNewPrivileges: true, Seccomp: &swarm.SeccompOpts{Mode: swarm.SeccompModeDefault},
			AppArmor: &swarm.AppArmorOpts{Mode: swarm.AppArmorModeDefault},
		},
		Mounts: []mount.Mount{{Type: mount.TypeTmpfs, Target: "/tmp", TmpfsOptions: &mount.TmpfsOptions{
			SizeBytes: 16 << 20, Options: [][]string{{"exec"}},
		}}},
		OomScoreAdj: 500,
	}
	swap := int64(0)
	spec.TaskTemplate.Resources = &swarm.ResourceRequirements{
		Limits: &swarm.Limit{MemoryBytes: 64 << 20, NanoCPUs: 5e8, Pids: 64}, SwapBytes: &swap,
	}
	spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: swarm.RestartPolicyConditionOnFailure, MaxAttempts: new(uint64(3))}
	return spec
}

func manager() *view.Engine {
	engine := view.EngineFrom(system.Info{
		ServerVersion: "29.3.1", OSType: "linux", MemoryLimit: true, SwapLimit: true, CPUCfsQuota: true, CPUCfsPeriod: true,
		PidsLimit: true, CgroupVersion: "2", DefaultRuntime: "runc", LoggingDriver: "json-file",
		SecurityOptions: []string{"name=seccomp,profile=builtin"},
		Swarm:           swarm.Info{LocalNodeState: swarm.LocalNodeStateActive, ControlAvailable: true, Nodes: 1},
	})
	engine.APIVersion = "1.56"
	return engine
}

// A service and a create that ask for the same give one container, but for where each says it.
func TestTaskIsTheContainerOfACreate(t *testing.T) {
	spec := hardened()
	pids := int64(64)
	asked := &container.CreateRequest{
		Config: &container.Config{Image: spec.TaskTemplate.ContainerSpec.Image, User: "1001:1001", Env: []string{"A=b"}},
		HostConfig: &container.HostConfig{
			ReadonlyRootfs: true, CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"},
			Mounts: spec.TaskTemplate.ContainerSpec.Mounts, OomScoreAdj: 500,
			RestartPolicy: container.RestartPolicy{Name: "on-failure", MaximumRetryCount: 3},
			Resources:     container.Resources{Memory: 64 << 20, MemorySwap: 64 << 20, NanoCPUs: 5e8, PidsLimit: &pids},
		},
	}
	got := view.Task(spec, "1.56", nil, manager())
	want := view.Create(asked, view.Params{Name: "agent", APIVersion: "1.56"}, nil, manager())
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s\nwant %s", text(t, got), text(t, want))
	}
	if got.Mounts[0].NoExec {
		t.Error("the engine mounts this executable")
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// What an API version drops from a service is not there, whatever the body says.
func TestTaskDropsWhatTheVersionDrops(t *testing.T) {
	for version, want := range map[string]struct {
		nnp, noexec bool
		adj, swap   int64
	}{
		"1.41": {false, true, 0, 64 << 20},
		"1.43": {false, true, 0, 64 << 20},
		"1.44": {true, true, 0, 64 << 20},
		"1.46": {true, false, 500, 64 << 20},
		"1.51": {true, false, 500, 64 << 20},
		"1.52": {true, false, 500, 0},
		"":     {true, false, 500, 0},
	} {
		c := view.Task(hardened(), version, nil, manager())
		if c.Privileges.NoNewPrivileges != want.nnp || c.Mounts[0].NoExec != want.noexec ||
			c.Resources.OOMScoreAdj != want.adj || c.Resources.Swap != want.swap {
			t.Errorf("%q: got %t, %t, %d, %d, want %+v", version, c.Privileges.NoNewPrivileges, c.Mounts[0].NoExec,
				c.Resources.OOMScoreAdj, c.Resources.Swap, want)
		}
	}
	old := manager()
	old.APIVersion, old.NoNewPrivs = "1.41", true
	spec := hardened()
	spec.TaskTemplate.ContainerSpec.Privileges.Seccomp.Mode = swarm.SeccompModeUnconfined
	if c := view.Task(spec, "", nil, old); !c.Privileges.NoNewPrivileges || c.Privileges.Seccomp != "builtin" {
		t.Errorf("the daemon's own: %+v", c.Privileges)
	}
}

func TestTaskReadsAsTheEngineDoes(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit func(*swarm.ServiceSpec, *swarm.ContainerSpec)
		got  func(*view.Container) any
		want any
	}{
		{"no mount type is a bind", func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Mounts = []mount.Mount{{Source: "/etc", Target: "/data"}}
		}, func(c *view.Container) any { return c.Mounts[0].Type }, "bind"},
		{"types in any case", func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Mounts = []mount.Mount{{Type: "BıND", Source: "/etc", Target: "/data", BindOptions: &mount.BindOptions{Propagation: "RShared"}}}
		}, func(c *view.Container) any { return c.Mounts[0].Type + " " + c.Mounts[0].Propagation }, "bind rshared"},
		{"another type", func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Mounts = []mount.Mount{{Type: "floppy", Target: "/data"}}
		}, func(c *view.Container) any { return c.Mounts[0].Type }, "invalid"},
		{"a cluster volume", func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Mounts = []mount.Mount{{Type: "cluster", Source: "group:x", Target: "/data"}}
		}, func(c *view.Container) any { return c.Mounts[0].Type }, "cluster"},
		{"seccomp off", func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Privileges.Seccomp.Mode = swarm.SeccompModeUnconfined
		}, func(c *view.Container) any { return c.Privileges.Seccomp }, "unconfined"},
		{"seccomp of one's own", func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Privileges.Seccomp = &swarm.SeccompOpts{Mode: swarm.SeccompModeCustom, Profile: []byte("{}")}
		}, func(c *view.Container) any { return c.Privileges.Seccomp }, "custom"},
		{"AppArmor off", func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Privileges.AppArmor.Mode = swarm.AppArmorModeDisabled
		}, func(c *view.Container) any { return c.Privileges.AppArmor }, "unconfined"},
		{"SELinux", func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Privileges.SELinuxContext = &swarm.SELinuxContext{Disable: true, User: "u", Role: "r", Type: "t", Level: "l"}
		}, func(c *view.Container) any { return c.Privileges.SELinux }, []string{"disable", "user:u", "role:r", "level:l", "type:t"}},
		{"credentials", func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Privileges.CredentialSpec = &swarm.CredentialSpec{Config: "x"}
		}, func(c *view.Container) any { return c.Privileges.OtherOptions }, []string{"credentialspec"}},
		{"ports through the mesh and on the host", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) {
			s.EndpointSpec = &swarm.EndpointSpec{Ports: []swarm.PortConfig{
				{TargetPort: 80, PublishMode: swarm.PortConfigPublishModeHost}, {TargetPort: 53, Protocol: "UDP", PublishedPort: 53},
			}}
		}, func(c *view.Container) any { return c.Network.Published }, []string{"53/udp", "80/tcp"}},
		{"hosts", func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) { c.Hosts = []string{"10.0.0.1 proxy alias", "odd"} },
			func(c *view.Container) any { return c.Network.ExtraHosts }, []string{"proxy:10.0.0.1", "odd"}},
		{"a reserved device", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) {
			s.TaskTemplate.Resources.Reservations = &swarm.Resources{GenericResources: []swarm.GenericResource{{}}}
		}, func(c *view.Container) any { return c.Devices.Requests }, int64(1)},
		{"no limits", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) { s.TaskTemplate.Resources = nil },
			func(c *view.Container) any {
				return []int64{c.Resources.Memory, c.Resources.NanoCPUs, c.Resources.Pids}
			}, []int64{0, 0, 0}},
		{"limits below nothing", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) {
			s.TaskTemplate.Resources.Limits = &swarm.Limit{MemoryBytes: -1, NanoCPUs: -1, Pids: -1}
		}, func(c *view.Container) any {
			return []int64{c.Resources.Memory, c.Resources.NanoCPUs, c.Resources.Pids}
		}, []int64{0, 0, 0}},
		{"swap without end", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) { *s.TaskTemplate.Resources.SwapBytes = -1 },
			func(c *view.Container) any { return c.Resources.Swap }, int64(-1)},
		{"swap beyond counting", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) { *s.TaskTemplate.Resources.SwapBytes = 1<<63 - 1 },
			func(c *view.Container) any { return c.Resources.Swap }, int64(-1)},
		{"restarts by default", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) { s.TaskTemplate.RestartPolicy = nil },
			func(c *view.Container) any { return c.Lifecycle.RestartPolicy }, "always"},
		{"restarts of any end", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) { s.TaskTemplate.RestartPolicy.Condition = "any" },
			func(c *view.Container) any { return c.Lifecycle }, view.Lifecycle{RestartPolicy: "always"}},
		{"no restarts", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) { s.TaskTemplate.RestartPolicy.Condition = "none" },
			func(c *view.Container) any { return c.Lifecycle }, view.Lifecycle{RestartPolicy: "no"}},
		{"restarts without end", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) { s.TaskTemplate.RestartPolicy.MaxAttempts = nil },
			func(c *view.Container) any { return c.Lifecycle.RestartPolicy }, "always"},
		{"logging", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) {
			s.TaskTemplate.LogDriver = &swarm.Driver{Name: "syslog", Options: map[string]string{"syslog-address": "x"}}
		}, func(c *view.Container) any { return c.Logging }, view.Logging{Driver: "syslog", Given: true, Options: []string{"syslog-address"}}},
		{"networks", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) {
			s.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: "mesh", Aliases: []string{"proxy"}}}
		}, func(c *view.Container) any {
			return c.Network.Mode + " " + c.Network.Name + " " + c.Network.Endpoints[0].Network + " " + c.Network.Endpoints[0].Aliases[0]
		}, "network mesh mesh proxy"},
		{"the host's network", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) {
			s.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: "host"}}
		}, func(c *view.Container) any { return c.Network.Mode }, "host"},
		{"a plugin", func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) { s.TaskTemplate.ContainerSpec = nil },
			func(c *view.Container) any { return c.Image.Form }, "empty"},
	} {
		spec := hardened()
		tc.edit(spec, spec.TaskTemplate.ContainerSpec)
		if got := tc.got(view.Task(spec, "1.56", nil, manager())); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: got %#v, want %#v", tc.name, got, tc.want)
		}
	}
}

// The swarm's default driver comes before the engine's own.
func TestTaskLogsWhereTheSwarmSays(t *testing.T) {
	engine := manager()
	engine.SwarmLogging = "gelf"
	if c := view.Task(hardened(), "", nil, engine); c.Logging.Driver != "gelf" || !c.Logging.Given {
		t.Errorf("got %+v", c.Logging)
	}
	if c := view.Task(hardened(), "", nil, manager()); c.Logging.Driver != "json-file" || c.Logging.Given {
		t.Errorf("got %+v", c.Logging)
	}
}

// Without default bridge a task that names no network is in none.
func TestUnbridge(t *testing.T) {
	none, bridged := &view.Topology{}, &view.Topology{Networks: []view.LiveNetwork{{ID: "b", Name: "bridge"}}}
	c := view.Task(hardened(), "", nil, manager())
	c.Unbridge(bridged)
	if c.Network.Mode != "bridge" || len(c.Network.Endpoints) != 1 {
		t.Errorf("got %+v", c.Network)
	}
	c.Unbridge(none)
	if c.Network.Mode != "none" || len(c.Network.Endpoints) != 0 {
		t.Errorf("got %+v", c.Network)
	}
	spec := hardened()
	spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: "mesh"}}
	if c := view.Task(spec, "", nil, manager()); true {
		if c.Unbridge(none); c.Network.Mode != "network" {
			t.Errorf("got %+v", c.Network)
		}
	}
}

func TestServiceSpec(t *testing.T) {
	known := map[string]*view.LiveFile{
		"s1": view.LiveSecret(swarm.Secret{ID: "s1", Spec: swarm.SecretSpec{Annotations: swarm.Annotations{Name: "key"}}}),
		"s2": view.LiveSecret(swarm.Secret{ID: "s2", Spec: swarm.SecretSpec{Driver: &swarm.Driver{}, Templating: &swarm.Driver{Name: "golang"}}}),
		"c1": view.LiveConfig(swarm.Config{ID: "c1", Spec: swarm.ConfigSpec{Annotations: swarm.Annotations{Name: "settings"}, Data: []byte("CANARY")}}),
	}
	ask := func(id string) *view.LiveFile { return known[id] }
	spec := hardened()
	given := spec.TaskTemplate.ContainerSpec
	given.Hostname = "{{.Node.Hostname}}"
	given.Env = []string{"A=b", "B={{.Service.Name}}"}
	given.Mounts = []mount.Mount{{Source: "{{.Node.ID}}", Target: "{{.Task.Slot}}", VolumeOptions: &mount.VolumeOptions{
		Labels: map[string]string{"a": "{{1}}", "b": "{{2}}"}, DriverConfig: &mount.Driver{Options: map[string]string{"device": "{{3}}"}},
	}}}
	given.Secrets = []*swarm.SecretReference{
		{SecretID: "s1", SecretName: "key", File: &swarm.SecretReferenceFileTarget{Name: "key", UID: "1001", GID: "1001", Mode: 0o400}},
		{SecretID: "s2", SecretName: "x", File: &swarm.SecretReferenceFileTarget{Name: "/etc/../etc/passwd", Mode: 0o4777}},
		{SecretID: "s3", SecretName: "gone", File: &swarm.SecretReferenceFileTarget{Name: "../x"}},
		{SecretID: "s1", SecretName: "key"},
	}
	given.Configs = []*swarm.ConfigReference{
		{ConfigID: "c1", ConfigName: "settings", File: &swarm.ConfigReferenceFileTarget{Name: "run/settings", Mode: 0o444}},
		{ConfigID: "c1", ConfigName: "settings", Runtime: &swarm.ConfigReferenceRuntimeTarget{}},
	}
	spec.UpdateConfig = &swarm.UpdateConfig{FailureAction: swarm.UpdateFailureActionRollback}
	got := view.ServiceSpec(spec, ask, ask)
	const c = "TaskTemplate.ContainerSpec."
	want := &view.Service{
		Specified: true, Name: "agent", Mode: "replicated", Tasks: 1, Runtime: "container", OnFailure: []string{"rollback", "pause"},
		Templates: []string{c + "Hostname", c + "Env[1]", c + "Mounts[0].Source", c + "Mounts[0].Target",
			c + "Mounts[0].VolumeOptions.Labels", c + "Mounts[0].VolumeOptions.DriverConfig.Options"},
		Files: []view.ServiceFile{
			{Kind: "secret", Field: c + "Secrets[0]", Name: "key", Destination: "/run/secrets/key", UID: "1001", GID: "1001", Mode: "0400", Stored: "key"},
			{Kind: "secret", Field: c + "Secrets[1]", Name: "x", Destination: "/etc/passwd", Mode: "4777", Driver: "unnamed", Templating: "golang"},
			{Kind: "secret", Field: c + "Secrets[2]", Name: "gone", Destination: "/run/x", Mode: "0000"},
			{Kind: "secret", Field: c + "Secrets[3]", Name: "key", Stored: "key"},
			{Kind: "config", Field: c + "Configs[0]", Name: "settings", Destination: "/run/settings", Mode: "0444", Stored: "settings"},
			{Kind: "config", Field: c + "Configs[1]", Name: "settings", Stored: "settings"},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s\nwant %s", text(t, got), text(t, want))
	}
}

func TestServiceModes(t *testing.T) {
	many := uint64(1 << 63)
	for _, tc := range []struct {
		given swarm.ServiceMode
		mode  string
		tasks int64
	}{
		{swarm.ServiceMode{}, "replicated", 1},
		{swarm.ServiceMode{Replicated: &swarm.ReplicatedService{}}, "replicated", 1},
		{swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &many}}, "replicated", 1 << 62},
		{swarm.ServiceMode{Global: &swarm.GlobalService{}}, "global", 1},
		{swarm.ServiceMode{GlobalJob: &swarm.GlobalJob{}}, "global-job", 1},
		{swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{MaxConcurrent: new(uint64(4))}}, "replicated-job", 4},
		{swarm.ServiceMode{Global: &swarm.GlobalService{}, GlobalJob: &swarm.GlobalJob{}}, "several", 1},
	} {
		spec := hardened()
		spec.Mode = tc.given
		if got := view.ServiceSpec(spec, nil, nil); got.Mode != tc.mode || got.Tasks != tc.tasks {
			t.Errorf("%+v: got %s of %d, want %s of %d", tc.given, got.Mode, got.Tasks, tc.mode, tc.tasks)
		}
	}
	spec := hardened()
	spec.TaskTemplate.Runtime, spec.TaskTemplate.PluginSpec, spec.TaskTemplate.ContainerSpec = "plugin", &swarm.RuntimeSpec{}, nil
	if got := view.ServiceSpec(spec, nil, nil); got.Runtime != "plugin" || !got.Plugin {
		t.Errorf("got %+v", got)
	}
}

// A configuration's content, a secret's value and a variable's stay out of the document.
func TestServiceHoldsNoValue(t *testing.T) {
	spec := hardened()
	spec.Labels = map[string]string{"a": "CANARY"}
	given := spec.TaskTemplate.ContainerSpec
	given.Env, given.Args, given.Command = []string{"KEY=CANARY"}, []string{"CANARY"}, []string{"CANARY"}
	given.Labels = map[string]string{"a": "CANARY"}
	spec.TaskTemplate.LogDriver = &swarm.Driver{Name: "local", Options: map[string]string{"a": "CANARY"}}
	out := text(t, view.Task(spec, "", nil, manager())) + text(t, view.ServiceSpec(spec, nil, nil))
	if strings.Contains(out, "CANARY") {
		t.Errorf("a value in %s", out)
	}
}

// Every place of a service that anybody who may inspect it can read is searched.
func TestTaskFindings(t *testing.T) {
	const token = "ghp_0123456789abcdefghijABCDEFGHIJ012345" // of a form nobody uses for anything else
	for field, edit := range map[string]func(*swarm.ServiceSpec, *swarm.ContainerSpec){
		"Labels.note": func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) { s.Labels = map[string]string{"note": token} },
		"Config.Labels.note": func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Labels = map[string]string{"note": token}
		},
		"Config.Env[0]":        func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) { c.Env = []string{"NOTE=" + token} },
		"Config.Cmd[0]":        func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) { c.Args = []string{token} },
		"Config.Entrypoint[0]": func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) { c.Command = []string{token} },
		"Config.Healthcheck.Test[1]": func(_ *swarm.ServiceSpec, c *swarm.ContainerSpec) {
			c.Healthcheck = &container.HealthConfig{Test: []string{"CMD", token}}
		},
		"HostConfig.LogConfig.Config": func(s *swarm.ServiceSpec, _ *swarm.ContainerSpec) {
			s.TaskTemplate.LogDriver = &swarm.Driver{Name: "local", Options: map[string]string{"note": token}}
		},
	} {
		spec := hardened()
		edit(spec, spec.TaskTemplate.ContainerSpec)
		got := view.Task(spec, "", nil, manager()).Findings
		if len(got) != 1 || !strings.HasPrefix(got[0].Field, field) {
			t.Errorf("%s: got %+v", field, got)
		}
	}
	if got := view.Task(hardened(), "", nil, manager()).Findings; len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestLiveService(t *testing.T) {
	stored := swarm.Service{ID: "svc1", Spec: *hardened()}
	want := &view.LiveService{ID: "svc1", Name: "agent", Repository: "registry.internal/openclaw/worker", Digest: "sha256:9b2c0f2e6a1d4c3b5a69788796a5b4c3d2e1f00112233445566778899aabbcc0"}
	if got := view.LiveServiceFrom(stored); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	stored.Spec.TaskTemplate.ContainerSpec.Image = "registry.internal/openclaw/worker:latest"
	want.Digest = ""
	if got := view.LiveServiceFrom(stored); !reflect.DeepEqual(got, want) {
		t.Errorf("by tag: got %+v, want %+v", got, want)
	}
}
