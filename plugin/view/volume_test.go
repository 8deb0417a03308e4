package view_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/volume"

	"github.com/airlock-gate/airlock/plugin/view"
)

// TestVolumeFrom: what is behind a volume shows, and no value of an option that could be a secret.
func TestVolumeFrom(t *testing.T) {
	tmpfs := func(o string) map[string]string { return map[string]string{"type": "tmpfs", "device": "tmpfs", "o": o} }
	for _, tc := range []struct {
		name, driver string
		options      map[string]string
		kind         string
		size         int64
		told         []string
	}{
		{"plain", "local", nil, "plain", 0, []string{}},
		{"no options", "local", map[string]string{}, "plain", 0, []string{}},
		{"sized tmpfs", "local", tmpfs("size=64m,noexec,nosuid,nodev,uid=1001,mode=0700"), "tmpfs", 64 << 20,
			[]string{"device", "o=size=…,noexec,nosuid,nodev,uid=…,mode=…", "type=tmpfs"}},
		{"tmpfs in bytes, read-only", "local", tmpfs("nodev,nosuid,noexec,ro,size=4096"), "tmpfs", 4096, []string{"device", "o=nodev,nosuid,noexec,ro,size=…", "type=tmpfs"}},
		{"tmpfs without a size", "local", tmpfs("noexec,nosuid,nodev"), "other", 0, []string{"device", "o=noexec,nosuid,nodev", "type=tmpfs"}},
		{"tmpfs of half the memory", "local", tmpfs("size=50%,noexec,nosuid,nodev"), "other", 0, []string{"device", "o=size=…,noexec,nosuid,nodev", "type=tmpfs"}},
		{"tmpfs of size 0", "local", tmpfs("size=0,noexec,nosuid,nodev"), "other", 0, []string{"device", "o=size=…,noexec,nosuid,nodev", "type=tmpfs"}},
		{"tmpfs with two sizes", "local", tmpfs("size=1m,noexec,nosuid,nodev,size=1t"), "other", 0, []string{"device", "o=size=…,noexec,nosuid,nodev", "type=tmpfs"}},
		{"tmpfs by blocks", "local", tmpfs("size=1m,noexec,nosuid,nodev,nr_blocks=0"), "other", 0, []string{"device", "o=size=…,noexec,nosuid,nodev,…", "type=tmpfs"}},
		{"tmpfs that executes", "local", tmpfs("size=1m,nosuid,nodev"), "other", 0, []string{"device", "o=size=…,nosuid,nodev", "type=tmpfs"}},
		{"tmpfs, noexec undone", "local", tmpfs("size=1m,noexec,nosuid,nodev,exec"), "other", 0, []string{"device", "o=size=…,noexec,nosuid,nodev,exec", "type=tmpfs"}},
		{"tmpfs with a word more", "local", map[string]string{"type": "tmpfs", "device": "tmpfs", "o": "size=1m,noexec,nosuid,nodev", "x": "y"}, "other", 0,
			[]string{"device", "o=size=…,noexec,nosuid,nodev", "type=tmpfs", "x"}},
		{"tmpfs of another device", "local", map[string]string{"type": "tmpfs", "device": "/etc", "o": "bind,size=1m,noexec,nosuid,nodev"}, "other", 0,
			[]string{"device", "o=bind,size=…,noexec,nosuid,nodev", "type=tmpfs"}},
		{"owner without a number", "local", tmpfs("size=1m,noexec,nosuid,nodev,uid"), "other", 0, []string{"device", "o=size=…,noexec,nosuid,nodev,uid", "type=tmpfs"}},
		{"host directory", "local", map[string]string{"type": "none", "o": "bind", "device": "/hunter2"}, "other", 0, []string{"device", "o=bind", "type=none"}},
		{"CIFS", "local", map[string]string{"type": "cifs", "o": "username=a,password=hunter2,hunter2", "device": "//u:hunter2@h/s"}, "other", 0,
			[]string{"device", "o=username=…,password=…,…", "type=cifs"}},
		{"a type of one's own", "local", map[string]string{"type": "hunter2"}, "other", 0, []string{"type"}},
		{"size of a quota", "local", map[string]string{"size": "10G"}, "other", 0, []string{"size"}},
		{"another driver", "vieux/sshfs", nil, "other", 0, []string{}},
		{"another driver's options", "x", map[string]string{"password": "hunter2"}, "other", 0, []string{"password"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := view.VolumeFrom(volume.Volume{Name: "v", Driver: tc.driver, Scope: "local", Options: tc.options})
			same(t, got, &view.LiveVolume{Exists: true, Driver: tc.driver, Scope: "local", Kind: tc.kind, Size: tc.size, Options: tc.told})
			asked := view.VolumeCreate(&volume.CreateRequest{Name: "v", Driver: tc.driver, DriverOpts: tc.options}, view.NoVolume())
			same(t, []any{asked.Kind, asked.Size, asked.Options}, []any{tc.kind, tc.size, tc.told})
			if strings.Contains(indented(t, got)+indented(t, asked), "hunter2") {
				t.Error("a value that may be a secret shows")
			}
		})
	}
	if got := view.VolumeFrom(volume.Volume{Name: "v", Driver: "local", ClusterVolume: &volume.ClusterVolume{}}); got.Kind != "other" {
		t.Errorf("a volume of the swarm is %s", got.Kind)
	}
}

func TestVolumeCreate(t *testing.T) {
	live := view.VolumeFrom(volume.Volume{Name: "v", Driver: "local", Options: map[string]string{"type": "none", "o": "bind", "device": "/"}})
	got := view.VolumeCreate(&volume.CreateRequest{Name: "v", Labels: map[string]string{"a": "bcd"}, ClusterVolumeSpec: &volume.ClusterVolumeSpec{}}, live)
	same(t, []any{got.Name, got.Driver, got.Kind, got.Cluster, got.Live}, []any{"v", "local", "plain", true, *live})
	if len(got.Labels) != 1 || got.Labels[0].Name != "a" || got.Labels[0].Length != 3 {
		t.Errorf("labels %+v", got.Labels)
	}
	gone := view.VolumeOf("v", view.NoVolume())
	same(t, []any{gone.Kind, gone.Live.Exists, gone.Options, gone.Labels}, []any{"none", false, []string{}, []view.Variable{}})
	for _, v := range []*view.Volume{got, gone} {
		assertPresent(t, "volume", reflect.ValueOf(v))
	}
}

// TestMounted: a mount knows what is behind it only when that was looked up under its own source.
func TestMounted(t *testing.T) {
	c := host(t, `{"Binds":["a:/a","a:/b","/s/key:/k:ro","/s:/d","/stuff/x:/e","/anonymous"],
		"Mounts":[{"Type":"volume","Source":"b","Target":"/c"},{"Type":"bind","Source":"/s/../s/other/","Target":"/o"},{"Type":"tmpfs","Target":"/t"}]}`, enforcing())
	same(t, c.VolumeNames(), []string{"a", "b"})
	same(t, c.BindsBelow("/s"), []string{"/s/key", "/s/other"})
	c.Mounted(map[string]*view.LiveVolume{"a": view.NoVolume()}, map[string]*view.File{"/s/key": {Kind: "regular"}})
	var known []string
	for _, m := range c.Mounts {
		if m.Volume != nil || m.File != nil {
			known = append(known, m.Destination)
		}
	}
	same(t, known, []string{"/a", "/b", "/k"})
	none := host(t, `{"Tmpfs":{"/tmp":""}}`, enforcing())
	if none.VolumeNames() != nil || none.BindsBelow("/s") != nil {
		t.Error("something is to be looked up for a tmpfs")
	}
}
