package view

import (
	"cmp"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/volume"
)

// driverLocal is the engine's own volume driver, and the one it takes when nobody names any.
const driverLocal = "local"

// Kinds of a volume, by what is behind it.
const (
	volumePlain = "plain" // a directory of the engine's own: local driver, no option
	volumeTmpfs = "tmpfs" // a tmpfs of a fixed size on which nothing is executed: local driver, the options below
	volumeOther = "other"
	volumeNone  = "none"
)

// VolumeFrom reads a volume from the engine's answer. It leaves out every value of an option that may be a credential.
func VolumeFrom(found volume.Volume) *LiveVolume {
	v := &LiveVolume{
		Exists: true, Driver: found.Driver, Scope: cmp.Or(found.Scope, scopeLocal), Options: volumeOptions(found.Options),
	}
	v.Kind, v.Size = volumeKind(v.Driver, found.Options)
	if found.ClusterVolume != nil {
		v.Kind = volumeOther
	}
	return v
}

// NoVolume is what the engine has under a name that no volume has.
func NoVolume() *LiveVolume { return &LiveVolume{Kind: volumeNone, Options: []string{}} }

// VolumeCreate is the volume a request would make. live is what the engine has under its name: it keeps that, and tells
// nobody that driver and options of the request went nowhere (moby daemon/volume/service/store.go, Create).
func VolumeCreate(req *volume.CreateRequest, live *LiveVolume) *Volume {
	v := &Volume{
		Name: req.Name, Driver: cmp.Or(req.Driver, driverLocal), Options: volumeOptions(req.DriverOpts),
		Labels: labels(req.Labels, nil), Cluster: req.ClusterVolumeSpec != nil, Live: *live,
	}
	v.Kind, v.Size = volumeKind(v.Driver, req.DriverOpts)
	return v
}

// VolumeOf is a volume as the engine has it, in the place of one that a request names.
func VolumeOf(name string, live *LiveVolume) *Volume {
	return &Volume{
		Name: name, Driver: live.Driver, Kind: live.Kind, Size: live.Size, Options: live.Options, Labels: []Variable{},
		Live: *live,
	}
}

// VolumeNames lists the volumes the container mounts by name, each once.
func (c *Container) VolumeNames() []string {
	var names []string
	for i := range c.Mounts {
		if m := &c.Mounts[i]; m.Type == string(mount.TypeVolume) && m.Source != "" && !slices.Contains(names, m.Source) {
			names = append(names, m.Source)
		}
	}
	return names
}

// BindsBelow lists the paths below a directory of the host that the container mounts, each once.
func (c *Container) BindsBelow(directory string) []string {
	var paths []string
	for i := range c.Mounts {
		if m := &c.Mounts[i]; m.Type == string(mount.TypeBind) && strings.HasPrefix(m.Source, directory+"/") && !slices.Contains(paths, m.Source) {
			paths = append(paths, m.Source)
		}
	}
	return paths
}

// Mounted fills in what was found behind the mounts: live volumes by name and files of the host by path. A mount whose
// source is in neither map stays unknown.
func (c *Container) Mounted(volumes map[string]*LiveVolume, files map[string]*File) {
	for i := range c.Mounts {
		switch m := &c.Mounts[i]; m.Type {
		case string(mount.TypeVolume):
			m.Volume = volumes[m.Source]
		case string(mount.TypeBind):
			m.File = files[m.Source]
		}
	}
}

// volumeKind tells what is behind a volume of a driver with options, and the size of a tmpfs. The local driver mounts
// whatever its options name (moby daemon/volume/local/local_unix.go): paths and disks of the host, file servers.
func volumeKind(driver string, options map[string]string) (kind string, size int64) {
	if driver != driverLocal {
		return volumeOther, 0
	}
	if len(options) == 0 {
		return volumePlain, 0
	}
	if len(options) != 3 || options["type"] != "tmpfs" || options["device"] != "tmpfs" {
		return volumeOther, 0
	}
	seen := map[string]bool{}
	for item := range strings.SplitSeq(options["o"], ",") {
		name, value, valued := strings.Cut(item, "=")
		if seen[name] {
			return volumeOther, 0 // which of two counts is the kernel's to say
		}
		seen[name] = true
		switch {
		case name == "size" && valued:
			if size = bytesOf(value); size <= 0 {
				return volumeOther, 0
			}
		case slices.Contains([]string{"uid", "gid", "mode"}, name) && decimal(value):
		case slices.Contains([]string{"noexec", "nosuid", "nodev", "ro"}, item):
		default:
			return volumeOther, 0
		}
	}
	if size == 0 || !seen["noexec"] || !seen["nosuid"] || !seen["nodev"] {
		return volumeOther, 0
	}
	return volumeTmpfs, size
}

func decimal(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// Words of a volume's options that are the kernel's and nobody's secret. Everything else is left out.
var (
	fileSystems  = []string{"9p", "bind", "btrfs", "ceph", "cifs", "ext4", "fuse", "nfs", "nfs4", "none", "overlay", "smb3", "tmpfs", "xfs"}
	mountOptions = []string{
		"addr", "bind", "credentials", "dev", "domain", "exec", "gid", "hard", "lowerdir", "mode", "nodev", "noexec",
		"nosuid", "pass", "password", "port", "rbind", "ro", "rw", "sec", "size", "soft", "suid", "uid", "upperdir", "user",
		"username", "vers", "workdir",
	}
)

// maxOptionName bounds the name of an option in a view.
const maxOptionName = 64

// volumeOptions lists options by name, sorted; of their values only words that are known to be harmless.
func volumeOptions(options map[string]string) []string {
	told := make([]string, 0, len(options))
	for name, value := range options {
		text := strings.ToValidUTF8(name[:min(len(name), maxOptionName)], "")
		switch name {
		case "type":
			if slices.Contains(fileSystems, value) {
				text += "=" + value
			}
		case "o":
			text += "=" + mountWords(value)
		}
		told = append(told, text)
	}
	slices.Sort(told)
	return told
}

// mountWords keeps the mount options that are known, without their values.
func mountWords(value string) string {
	var words []string
	for item := range strings.SplitSeq(value, ",") {
		name, _, valued := strings.Cut(item, "=")
		switch {
		case !slices.Contains(mountOptions, name):
			name = "…"
		case valued:
			name += "=…"
		}
		if !slices.Contains(words, name) {
			words = append(words, name)
		}
	}
	return strings.Join(words, ",")
}
