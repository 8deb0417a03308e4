package view_test

import (
	"testing"

	"github.com/airlock-gate/airlock/plugin/view"
)

// tmpfs is a conforming tmpfs at /tmp from the map, before options.
func tmpfs(change func(*view.Mount)) view.Mount {
	m := view.Mount{Origin: "tmpfs", Field: "HostConfig.Tmpfs./tmp", Type: "tmpfs", Target: "/tmp", Destination: "/tmp",
		Propagation: "rprivate", NoExec: true, NoSuid: true, NoDev: true, Options: []string{}, Canonical: true}
	if change != nil {
		change(&m)
	}
	return m
}

// TestTmpfsOptions follows moby daemon/oci_linux.go (withMounts: base options), moby/sys/mount MergeTmpfsOptions (later
// wins, unknown refused) and Linux mm/shmem.c, shmem_parse_one (size and nr_blocks write one value).
func TestTmpfsOptions(t *testing.T) {
	for _, tc := range []struct {
		options string
		want    func(*view.Mount)
	}{
		{"", nil},
		{"size=64m,mode=1777,uid=1001,gid=1002,noexec,nosuid,nodev", func(m *view.Mount) {
			m.Size, m.Mode, m.UID, m.GID = 64<<20, "1777", "1001", "1002"
		}},
		{"exec", func(m *view.Mount) { m.NoExec = false }},
		{"suid", func(m *view.Mount) { m.NoSuid = false }},
		{"dev", func(m *view.Mount) { m.NoDev = false }},
		{"noexec,exec", func(m *view.Mount) { m.NoExec = false }},
		{"exec,noexec", nil},
		{"ro", func(m *view.Mount) { m.ReadOnly = true }},
		{"ro,rw", nil},
		{"defaults", nil},
		{"shared", func(m *view.Mount) { m.Propagation = "shared" }},
		{"size=65536", func(m *view.Mount) { m.Size = 65536 }},
		{"size=64K", func(m *view.Mount) { m.Size = 65536 }},
		{"size=1g", func(m *view.Mount) { m.Size = 1 << 30 }},
		{"size=1t", func(m *view.Mount) { m.Size = 1 << 40 }},
		{"size=1m,size=2m", func(m *view.Mount) { m.Size = 2 << 20 }},
		{"size=50%,size=2m", func(m *view.Mount) { m.Size = 2 << 20 }},
		{"size=64m,size=0", func(m *view.Mount) { m.Options = []string{"size=0"} }},
		{"size=50%", func(m *view.Mount) { m.Options = []string{"size=50%"} }},
		{"size=-1", func(m *view.Mount) { m.Options = []string{"size=-1"} }},
		{"size=0x1000", func(m *view.Mount) { m.Options = []string{"size=0x1000"} }},
		{"size=0100m", func(m *view.Mount) { m.Options = []string{"size=0100m"} }},
		{"size=", func(m *view.Mount) { m.Options = []string{"size="} }},
		{"size", func(m *view.Mount) { m.Options = []string{"size"} }},
		// The kernel's shift wraps around to 0, which is no limit.
		{"size=17179869184g", func(m *view.Mount) { m.Options = []string{"size=17179869184g"} }},
		{"size=64m,nr_blocks=0", func(m *view.Mount) { m.Options = []string{"nr_blocks=0"} }},
		{"size=64m,nr_blocks=2k", func(m *view.Mount) { m.Size, m.Options = 8<<20, []string{"nr_blocks=2k"} }},
		{"nr_blocks=0,size=64m", func(m *view.Mount) { m.Size = 64 << 20 }},
		{"size=1m,nr_inodes=1k", func(m *view.Mount) { m.Size, m.Inodes = 1<<20, 1024 }},
		{"size=1m,nr_inodes=0", func(m *view.Mount) { m.Size, m.Options = 1<<20, []string{"nr_inodes=0"} }},
		{"size=1m,mpol=bind:0", func(m *view.Mount) { m.Size, m.Options = 1<<20, []string{"mpol=bind:0"} }},
		{"size=1m,", func(m *view.Mount) { m.Size, m.Options = 1<<20, []string{""} }},
		{"mode", func(m *view.Mount) { m.Options = []string{"mode"} }},
		{"NOEXEC", func(m *view.Mount) { m.Options = []string{"NOEXEC"} }},
		{"remount,bind", func(m *view.Mount) { m.Options = []string{"remount", "bind"} }},
	} {
		t.Run(tc.options, func(t *testing.T) {
			got := host(t, `{"Tmpfs":{"/tmp":"`+tc.options+`"}}`, enforcing())
			same(t, got.Mounts, []view.Mount{tmpfs(tc.want)})
		})
	}
}

// TestMountSpecs follows moby daemon/volume/mounts/linux_parser.go: parseMountSpec, ConvertTmpfsOptions.
func TestMountSpecs(t *testing.T) {
	base := view.Mount{Origin: "mounts", Field: "HostConfig.Mounts[0]", Target: "/x", Destination: "/x", Options: []string{},
		Canonical: true}
	for _, tc := range []struct {
		name, spec string
		want       func(*view.Mount)
	}{
		{"tmpfs without size", `{"Type":"tmpfs","Target":"/x"}`, func(m *view.Mount) {
			m.Type, m.Propagation, m.NoExec, m.NoSuid, m.NoDev = "tmpfs", "rprivate", true, true, true
		}},
		{"tmpfs of size zero", `{"Type":"tmpfs","Target":"/x","TmpfsOptions":{"SizeBytes":0,"Mode":1023}}`, func(m *view.Mount) {
			m.Type, m.Propagation, m.NoExec, m.NoSuid, m.NoDev, m.Mode = "tmpfs", "rprivate", true, true, true, "1777"
		}},
		{"tmpfs that executes", `{"Type":"tmpfs","Target":"/x","ReadOnly":true,"TmpfsOptions":{"SizeBytes":1048577,"Options":[["exec"]]}}`,
			func(m *view.Mount) {
				m.Type, m.Propagation, m.NoSuid, m.NoDev = "tmpfs", "rprivate", true, true
				m.Size, m.ReadOnly = 1048577, true
			}},
		{"tmpfs of negative size", `{"Type":"tmpfs","Target":"/x","TmpfsOptions":{"SizeBytes":-1}}`, func(m *view.Mount) {
			m.Type, m.Propagation, m.NoExec, m.NoSuid, m.NoDev = "tmpfs", "rprivate", true, true, true
			m.Options = []string{"size=-1"}
		}},
		{"tmpfs option with a value", `{"Type":"tmpfs","Target":"/x","TmpfsOptions":{"SizeBytes":4096,"Options":[["noexec","y,size=0"]]}}`,
			func(m *view.Mount) {
				m.Type, m.Propagation, m.NoExec, m.NoSuid, m.NoDev = "tmpfs", "rprivate", true, true, true
				m.Options = []string{"noexec=y", "size=0"}
			}},
		{"bind", `{"Type":"bind","Source":"/run/secrets/../../etc","Target":"/x","ReadOnly":true}`, func(m *view.Mount) {
			m.Type, m.Source, m.ReadOnly, m.Propagation = "bind", "/etc", true, "rprivate"
		}},
		{"bind options", `{"Type":"bind","Source":"/a","Target":"/x","BindOptions":{"Propagation":"rshared","NonRecursive":true,"CreateMountpoint":true}}`,
			func(m *view.Mount) {
				m.Type, m.Source, m.Propagation = "bind", "/a", "rshared"
				m.Options = []string{"NonRecursive", "CreateMountpoint"}
			}},
		{"anonymous volume", `{"Type":"volume","Target":"/x","VolumeOptions":{}}`, func(m *view.Mount) { m.Type = "volume" }},
		{"volume that is a bind", `{"Type":"volume","Source":"v","Target":"/x","VolumeOptions":{"NoCopy":true,"Subpath":"s",
			"DriverConfig":{"Name":"local","Options":{"type":"none","o":"bind","device":"/etc"}}}}`, func(m *view.Mount) {
			m.Type, m.Source, m.Subpath, m.Driver, m.DriverOptions = "volume", "v", "s", "local", true
			m.Options = []string{"nocopy"}
		}},
		{"image is read-only", `{"Type":"image","Source":"evil","Target":"/x","ImageOptions":{"Subpath":"bin"}}`, func(m *view.Mount) {
			m.Type, m.Source, m.ReadOnly, m.Propagation, m.Subpath = "image", "evil", true, "rprivate", "bin"
		}},
		{"npipe", `{"Type":"npipe","Source":"p","Target":"/x"}`, func(m *view.Mount) { m.Type, m.Source = "npipe", "p" }},
		{"cluster", `{"Type":"cluster","Source":"p","Target":"/x"}`, func(m *view.Mount) { m.Type, m.Source = "cluster", "p" }},
		{"types are case-sensitive", `{"Type":"Bind","Source":"/","Target":"/x"}`, func(m *view.Mount) {
			m.Type, m.Source, m.Options = "invalid", "/", []string{"type=Bind"}
		}},
		{"options of another type", `{"Type":"volume","Source":"v","Target":"/x","BindOptions":{}}`, func(m *view.Mount) {
			m.Type, m.Source, m.Options = "volume", "v", []string{"BindOptions"}
		}},
		{"every other group of options", `{"Type":"npipe","Source":"p","Target":"/x","VolumeOptions":{},"TmpfsOptions":{},"ImageOptions":{},"ClusterOptions":{}}`,
			func(m *view.Mount) {
				m.Type, m.Source = "npipe", "p"
				m.Options = []string{"VolumeOptions", "TmpfsOptions", "ImageOptions", "ClusterOptions"}
			}},
		{"root", `{"Type":"volume","Source":"v","Target":"/a/.."}`, func(m *view.Mount) {
			m.Type, m.Source, m.Target, m.Destination, m.Canonical = "invalid", "v", "/a/..", "/", false
		}},
		{"relative", `{"Type":"volume","Source":"v","Target":"x"}`, func(m *view.Mount) {
			m.Type, m.Source, m.Target, m.Destination, m.Canonical = "invalid", "v", "x", "x", false
		}},
		{"backslash", `{"Type":"volume","Source":"v","Target":"\\x"}`, func(m *view.Mount) {
			m.Type, m.Source, m.Target, m.Destination, m.Canonical = "volume", "v", `\x`, `\x`, false
		}},
		{"newline", `{"Type":"volume","Source":"v","Target":"/x\ny"}`, func(m *view.Mount) {
			m.Type, m.Source, m.Target, m.Destination, m.Canonical = "volume", "v", "/x\ny", "/x\ny", false
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := base
			tc.want(&want)
			got := host(t, `{"VolumeDriver":"not-for-mounts","Mounts":[`+tc.spec+`]}`, enforcing())
			same(t, got.Mounts, []view.Mount{want})
		})
	}
}

// TestBinds follows moby daemon/volume/mounts/linux_parser.go, ParseMountRaw and linuxValidMountMode.
func TestBinds(t *testing.T) {
	base := view.Mount{Origin: "binds", Field: "HostConfig.Binds[0]", Target: "/x", Destination: "/x", Options: []string{},
		Canonical: true}
	for _, tc := range []struct {
		bind string
		want func(*view.Mount)
	}{
		{"/etc:/x", func(m *view.Mount) { m.Type, m.Source, m.Propagation = "bind", "/etc", "rprivate" }},
		{"/a/../etc/:/x:ro", func(m *view.Mount) {
			m.Type, m.Source, m.Propagation, m.ReadOnly = "bind", "/etc", "rprivate", true
		}},
		{"/etc:/x:rw,Z,rshared", func(m *view.Mount) {
			m.Type, m.Source, m.Propagation, m.Options = "bind", "/etc", "rshared", []string{"Z"}
		}},
		{"data:/x:ro,nocopy", func(m *view.Mount) {
			m.Type, m.Source, m.ReadOnly, m.Driver, m.Options = "volume", "data", true, "nfs", []string{"nocopy"}
		}},
		{"etc/passwd:/x", func(m *view.Mount) { m.Type, m.Source, m.Driver = "volume", "etc/passwd", "nfs" }},
		{"/x", func(m *view.Mount) { m.Type, m.Driver = "volume", "nfs" }},
		{"/etc:/x:", func(m *view.Mount) { m.Type, m.Source, m.Propagation = "bind", "/etc", "rprivate" }},
		{"/x:ro", func(m *view.Mount) {
			m.Type, m.Source, m.Target, m.Destination, m.Canonical = "invalid", "/x", "ro", "ro", false
		}},
		{":/x", func(m *view.Mount) { m.Type = "invalid" }},
		{"/etc:/x:ro,rw", func(m *view.Mount) { m.Type, m.Source = "invalid", "/etc" }},
		{"/etc:/x:RO", func(m *view.Mount) { m.Type, m.Source, m.Options = "invalid", "/etc", []string{"RO"} }},
		{"/etc:/x:ro:z", func(m *view.Mount) { m.Type, m.Source, m.Options = "invalid", "/etc", []string{"ro:z"} }},
		{"", func(m *view.Mount) { m.Type, m.Target, m.Destination, m.Canonical = "invalid", "", "", false }},
	} {
		t.Run(tc.bind, func(t *testing.T) {
			want := base
			tc.want(&want)
			same(t, host(t, `{"VolumeDriver":"nfs","Binds":["`+tc.bind+`"]}`, enforcing()).Mounts, []view.Mount{want})
		})
	}
}

func TestVolumesFrom(t *testing.T) {
	want := []view.Mount{
		{Origin: "volumes-from", Field: "HostConfig.VolumesFrom[0]", Type: "volumes-from", Source: "proxy", Options: []string{}},
		{Origin: "volumes-from", Field: "HostConfig.VolumesFrom[1]", Type: "volumes-from", Source: "monitor", ReadOnly: true,
			Options: []string{}},
	}
	same(t, host(t, `{"VolumesFrom":["proxy","monitor:ro"]}`, enforcing()).Mounts, want)
}

// TestStacking: the engine compares keys of Tmpfs as text, so three spellings of /tmp are three mounts, and one more
// from Mounts joins them. Order is moby daemon/container/mounts.go, SortMounts.
func TestStacking(t *testing.T) {
	got := host(t, `{"Tmpfs":{"/tmp":"size=1m","/tmp/":"","/x/../tmp":"exec","/run":"size=2m"},
		"Mounts":[{"Type":"tmpfs","Target":"//tmp"},{"Type":"volume","Source":"v","Target":"/tmp/deep"}]}`, enforcing())
	type row struct {
		Target, Destination string
		Stacked, Canonical  bool
	}
	var rows []row
	for _, m := range got.Mounts {
		rows = append(rows, row{m.Target, m.Destination, m.Stacked, m.Canonical})
	}
	same(t, rows, []row{
		{"/run", "/run", false, true},
		{"//tmp", "/tmp", true, false},
		{"/tmp", "/tmp", true, true},
		{"/tmp/", "/tmp", true, false},
		{"/x/../tmp", "/tmp", true, false},
		{"/tmp/deep", "/tmp/deep", false, true},
	})
	same(t, got.Tmpfs, view.TmpfsTotal{Count: 5, Bytes: -1})
}

func TestTmpfsTotal(t *testing.T) {
	for _, tc := range []struct {
		name, tmpfs string
		want        view.TmpfsTotal
	}{
		{"none", `{}`, view.TmpfsTotal{}},
		{"two", `{"/a":"size=1m","/b":"size=2m"}`, view.TmpfsTotal{Count: 2, Bytes: 3 << 20}},
		{"one unlimited", `{"/a":"size=1m","/b":"","/c":"size=1m"}`, view.TmpfsTotal{Count: 3, Bytes: -1}},
		{"saturating", `{"/a":"size=7e","/b":"size=7e"}`, view.TmpfsTotal{Count: 2, Bytes: 1<<63 - 1}},
	} {
		t.Run(tc.name, func(t *testing.T) { same(t, host(t, `{"Tmpfs":`+tc.tmpfs+`}`, enforcing()).Tmpfs, tc.want) })
	}
}

// TestAnonymousVolumes follows moby daemon/create_unix.go, createContainerVolumesOS: a volume is left out when a mount
// has its cleaned path for destination, or when a Tmpfs key is that path letter by letter.
func TestAnonymousVolumes(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		want       []string
	}{
		{"image volume", `{}`, []string{"image-volume /data"}},
		{"covered by a tmpfs", `{"HostConfig":{"Tmpfs":{"/data":"size=1m"}}}`, []string{"tmpfs /data"}},
		{"not covered by another spelling", `{"HostConfig":{"Tmpfs":{"/data/":"size=1m"}}}`,
			[]string{"tmpfs /data/", "image-volume /data"}},
		{"covered by a mount in another spelling", `{"HostConfig":{"Mounts":[{"Type":"volume","Source":"v","Target":"/data/"}]}}`,
			[]string{"mounts /data/"}},
		{"covered by a bind", `{"HostConfig":{"Binds":["v:/data"]}}`, []string{"binds /data"}},
		{"request beside image", `{"Volumes":{"/data":{},"/more/":{}}}`, []string{"image-volume /data", "volumes /more/"}},
		{"unrelated mount", `{"HostConfig":{"Tmpfs":{"/database":"size=1m"}}}`, []string{"image-volume /data", "tmpfs /database"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			img := &view.ImageFacts{Volumes: []string{"/data"}}
			var got []string
			for _, m := range view.Create(decode(t, tc.body), view.Params{}, img, enforcing()).Mounts {
				got = append(got, m.Origin+" "+m.Target)
			}
			same(t, got, tc.want)
		})
	}
}
