package view_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/view"
)

// TestStoredEqualsCreated: what the engines store of a create request gives the view the request gave, so that rules
// which admitted one admit the other. What differs is listed.
func TestStoredEqualsCreated(t *testing.T) {
	for _, engine := range []string{"20.10", "29"} {
		t.Run(engine, func(t *testing.T) {
			eng := enforcing()
			if engine == "20.10" {
				eng.CgroupVersion = "1" // as the recording's host
			}
			img := worker()
			img.Volumes = []string{"/cache"}
			want := view.Create(decode(t, string(read(t, "create", "docker-cli.json"))), view.Params{Name: "agent"}, img, eng)
			got, err := view.Stored(read(t, "inspect", "docker-cli-"+engine+".json"), img, eng)
			if err != nil {
				t.Fatal(err)
			}
			want.ID, want.Stored = strings.Repeat("4f1c", 16), true
			want.Image.ContainerImageID = img.ID
			if engine == "29" {
				want.Namespaces.Cgroup = "private"
				want.Privileges.MaskedPaths = got.Privileges.MaskedPaths
				if len(got.Privileges.MaskedPaths) != 13 {
					t.Errorf("masked paths: got %v, want the engine's 13", got.Privileges.MaskedPaths)
				}
			}
			same(t, got, want)
		})
	}
}

// stored is an inspect with parts of it replaced.
func stored(config, hostConfig, rest string) json.RawMessage {
	return json.RawMessage(`{"Id":"` + strings.Repeat("4f1c", 16) + `","Name":"/agent","Image":"sha256:1","Config":` + config +
		`,"HostConfig":` + hostConfig + rest + `}`)
}

func view20(t *testing.T, raw json.RawMessage) *view.Container {
	t.Helper()
	eng := enforcing()
	eng.CgroupVersion = "1"
	c, err := view.Stored(raw, nil, eng)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStoredLegacyFields(t *testing.T) {
	got := view20(t, stored(`{"MacAddress":"02:42:ac:11:00:02","Hostname":"proxy"}`,
		`{"KernelMemory":4096,"KernelMemoryTCP":8192,"Capabilities":["CAP_SYS_ADMIN"],"CgroupnsMode":"private","PidsLimit":null}`, ""))
	same(t, got.Identity, view.Identity{Hostname: "proxy", MacAddress: "02:42:ac:11:00:02"})
	same(t, got.Privileges.OtherOptions, []string{"HostConfig.Capabilities"})
	same(t, []any{got.Resources.KernelMemory, got.Resources.Pids, got.Namespaces.Cgroup}, []any{8192, 0, "private"})
}

func TestStoredGivenIsWhatDiffersFromTheDaemon(t *testing.T) {
	got := view20(t, stored(`{}`, `{"Runtime":"kata","LogConfig":{"Type":"syslog"},"CgroupnsMode":"host"}`, ""))
	same(t, []any{got.Namespaces.RuntimeGiven, got.Logging.Given, got.Namespaces.Cgroup}, []any{true, true, "default"})
	got = view20(t, stored(`{}`, `{"Runtime":"runc","LogConfig":{"Type":"json-file"}}`, ""))
	same(t, []any{got.Namespaces.RuntimeGiven, got.Logging.Given}, []any{false, false})
}

// TestStoredMounts: a live mount point that no entry of the configuration explains is listed too.
func TestStoredMounts(t *testing.T) {
	type row struct {
		Origin, Type, Source, Target string
		ReadOnly                     bool
	}
	const volume = `{"Type":"volume","Name":"v","Source":"/var/lib/docker/volumes/v/_data","Destination":"/v","Driver":"local","RW":false}`
	for _, tc := range []struct {
		name, config, host, live string
		want                     []row
	}{
		{"explained volume", `{}`, `{"Binds":["v:/v:ro"]}`, volume, []row{{"binds", "volume", "v", "/v", true}}},
		{"another volume at the place", `{}`, `{"Binds":["w:/v:ro"]}`, volume,
			[]row{{"binds", "volume", "w", "/v", true}, {"volumes", "volume", "v", "/v", true}}},
		{"writable, though configured read-only", `{}`, `{"Binds":["v:/v:ro"]}`, strings.Replace(volume, "false", "true", 1),
			[]row{{"binds", "volume", "v", "/v", true}, {"volumes", "volume", "v", "/v", false}}},
		{"anonymous volume", `{"Volumes":{"/v/":{}}}`, `{}`, volume, []row{{"volumes", "volume", "", "/v/", false}}},
		{"left by volumes-from", `{}`, `{"VolumesFrom":["x"]}`, `{"Type":"bind","Source":"/etc","Destination":"/host","RW":true,"Propagation":"rprivate"}`,
			[]row{{"volumes-from", "volumes-from", "x", "", false}, {"volumes", "bind", "/etc", "/host", false}}},
		{"bind at the place of a volume", `{"Volumes":{"/v":{}}}`, `{}`, `{"Type":"bind","Source":"/etc","Destination":"/v","RW":true}`,
			[]row{{"volumes", "volume", "", "/v", false}, {"volumes", "bind", "/etc", "/v", false}}},
		{"explained bind and tmpfs", `{}`, `{"Binds":["/etc/:/host"],"Mounts":[{"Type":"tmpfs","Target":"/t/"}]}`,
			`{"Type":"bind","Source":"/etc","Destination":"/host","RW":true},{"Type":"tmpfs","Source":"","Destination":"/t","RW":true}`,
			[]row{{"binds", "bind", "/etc", "/host", false}, {"mounts", "tmpfs", "", "/t/", false}}},
		{"unexplained tmpfs is unlimited", `{}`, `{}`, `{"Type":"tmpfs","Source":"tmpfs","Destination":"/t","RW":true}`,
			[]row{{"volumes", "tmpfs", "", "/t", false}}},
		{"unknown type", `{}`, `{}`, `{"Type":"fuse","Source":"x","Destination":"/t","RW":true}`, []row{{"volumes", "invalid", "x", "/t", false}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := view20(t, stored(tc.config, tc.host, `,"Mounts":[`+tc.live+`]`))
			var rows []row
			for _, m := range got.Mounts {
				rows = append(rows, row{m.Origin, m.Type, m.Source, m.Target, m.ReadOnly})
			}
			same(t, rows, tc.want)
		})
	}
}

// TestStoredImage: an image that changed behind its name since adds nothing to the container.
func TestStoredImage(t *testing.T) {
	img := &view.ImageFacts{ID: "sha256:2", OS: "linux", User: "root", Env: []string{"NEW=1"}, Volumes: []string{"/new", "/old"},
		Labels: map[string]string{"new": ""}, Exposed: []string{"1/tcp"}, WorkingDir: "/new"}
	got, err := view.Stored(stored(`{"Image":"r.internal/w:1","Env":["OLD=1"],"Volumes":{"/old":{}}}`, `{"NetworkMode":"none"}`,
		`,"NetworkSettings":{"Networks":{"none":{"MacAddress":""}}}`), img, enforcing())
	if err != nil {
		t.Fatal(err)
	}
	same(t, got.Image, view.Image{Reference: "r.internal/w:1", Form: "tag", Domain: "r.internal", Path: "w", Repository: "r.internal/w",
		Tag: "1", Present: true, ID: "sha256:2", ContainerImageID: "sha256:1", User: "root", Volumes: []string{"/new", "/old"}, OS: "linux"})
	same(t, got.Env, []view.Variable{{Name: "OLD", Length: 1}})
	same(t, []any{got.User.Source, got.Labels, got.Network.Exposed, got.Network.Endpoints, got.Process.WorkingDir},
		[]any{"default", []string{}, []string{}, []string{}, ""})
	if len(got.Mounts) != 1 || got.Mounts[0].Origin != "image-volume" || got.Mounts[0].Target != "/old" {
		t.Errorf("mounts: got %v, want the image volume /old alone", got.Mounts)
	}
}

// TestStoredEndpoints: what a running container's endpoint carries by operation was not asked for.
func TestStoredEndpoints(t *testing.T) {
	const settings = `,"NetworkSettings":{"Networks":{"agents":{"IPAMConfig":{"IPv4Address":"10.0.0.9"},"Aliases":["4f1c4f1c4f1c","worker"],
		"NetworkID":"n1","IPAddress":"10.0.0.2","IPPrefixLen":24,"Gateway":"10.0.0.1","IPv6Gateway":"","GlobalIPv6Address":"",
		"MacAddress":"02:42:0a:00:00:02"}}}`
	want := view.Endpoint{Network: "agents", NetworkID: "n1", Aliases: []string{"worker"}, Links: []string{},
		Addresses: []string{"10.0.0.9"}, DriverOpts: []string{}}
	running := view20(t, stored(`{}`, `{"NetworkMode":"agents"}`, settings+`,"State":{"Running":true}`))
	same(t, running.Network.Endpoints, []view.Endpoint{want})
	want.MacAddress = "02:42:0a:00:00:02"
	stopped := view20(t, stored(`{}`, `{"NetworkMode":"agents"}`, settings))
	same(t, stopped.Network.Endpoints, []view.Endpoint{want})
}

func TestStoredRefusesWhatItCannotRead(t *testing.T) {
	for _, raw := range []string{``, `null`, `[]`, `{}`, `{"Id":"x","Config":{}}`, `{"Id":"x","HostConfig":{}}`,
		`{"Id":"","Config":{},"HostConfig":{}}`, `{"Id":"x","Config":{},"HostConfig":{"Memory":"1"}}`} {
		if c, err := view.Stored(json.RawMessage(raw), nil, enforcing()); err == nil || c != nil {
			t.Errorf("%s: got %v and %v, want an error and no view", raw, c, err)
		}
	}
}
