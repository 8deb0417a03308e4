package view

import (
	"cmp"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
)

// Origins of a mount.
const (
	originBinds       = "binds"
	originMounts      = "mounts"
	originTmpfs       = "tmpfs"
	originVolumes     = "volumes"
	originImageVolume = "image-volume"
	originVolumesFrom = "volumes-from"
)

// Types of a mount that are not the engine's own words.
const (
	typeVolumesFrom = "volumes-from"
	typeInvalid     = "invalid"
)

// mountsOf lists every mount of a container, those of the image and the live ones included, in the order in which the
// engine applies them: by depth of the destination, then by destination (moby daemon/container/mounts.go, SortMounts).
// Two mounts with one destination are stacked; which of them ends on top differs between engines.
func mountsOf(volumes map[string]struct{}, host *container.HostConfig, img *ImageFacts, live []container.MountPoint) []Mount {
	mounts := make([]Mount, 0, len(host.Binds)+len(host.Mounts)+len(host.Tmpfs)+len(volumes)+len(host.VolumesFrom))
	for i, spec := range host.VolumesFrom {
		mounts = append(mounts, volumesFrom(i, spec))
	}
	for i, spec := range host.Binds {
		mounts = append(mounts, bind(i, spec, host.VolumeDriver))
	}
	for i := range host.Mounts {
		mounts = append(mounts, mountSpec(i, &host.Mounts[i]))
	}
	explicit := mounts[len(host.VolumesFrom):]
	for _, target := range sortedKeys(host.Tmpfs) {
		tmpfs := Mount{Origin: originTmpfs, Field: "HostConfig.Tmpfs." + target, Type: string(mount.TypeTmpfs), Target: target}
		tmpfs.tmpfs(host.Tmpfs[target])
		mounts = append(mounts, tmpfs)
	}
	mounts = append(mounts, anonymous(volumes, host, img, explicit)...)
	for i := range mounts {
		mounts[i].Destination = clean(mounts[i].Target)
	}
	mounts = unexplained(mounts, live)
	if len(mounts) > 1 {
		slices.SortStableFunc(mounts, compareMounts)
	}
	for i := range mounts {
		m := &mounts[i]
		m.Canonical = canonical(m.Target)
		m.Options = orEmpty(m.Options)
		if i > 0 && m.Destination != "" && m.Destination == mounts[i-1].Destination {
			m.Stacked, mounts[i-1].Stacked = true, true
		}
	}
	return mounts
}

// anonymous lists the volumes the engine makes for Config.Volumes and the image's VOLUMEs, which it joins before it
// makes any (moby daemon/commit.go, merge). None is made where a bind or mount has the cleaned path as its destination,
// or where a Tmpfs key equals the cleaned path letter by letter (daemon/create_unix.go, createContainerVolumesOS).
func anonymous(volumes map[string]struct{}, host *container.HostConfig, img *ImageFacts, explicit []Mount) []Mount {
	var ofImage []string
	if img != nil {
		ofImage = img.Volumes
	}
	if len(volumes) == 0 && len(ofImage) == 0 {
		return nil
	}
	var mounts []Mount
	add := func(origin, field, target string) {
		destination := path.Clean(target)
		if _, covered := host.Tmpfs[destination]; covered {
			return
		}
		at := func(m Mount) bool { return path.Clean(m.Target) == destination }
		if slices.ContainsFunc(explicit, at) || slices.ContainsFunc(mounts, at) {
			return
		}
		mounts = append(mounts, Mount{
			Origin: origin, Field: field, Type: string(mount.TypeVolume), Target: target, Driver: host.VolumeDriver,
		})
	}
	for _, target := range ofImage {
		add(originImageVolume, "Image.Volumes."+target, target)
	}
	for _, target := range sortedKeys(volumes) {
		add(originVolumes, "Config.Volumes."+target, target)
	}
	return mounts
}

// bind reads one entry of Binds (moby daemon/volume/mounts/linux_parser.go, ParseMountRaw): source:target[:options].
// One element alone is an anonymous volume; a source that is not absolute is the name of a volume.
func bind(index int, spec, driver string) Mount {
	m := Mount{Origin: originBinds, Field: "HostConfig.Binds[" + strconv.Itoa(index) + "]", Type: typeInvalid}
	parts := strings.SplitN(spec, ":", 4)
	options := ""
	switch len(parts) {
	case 1:
		m.Target = parts[0]
	case 3:
		options = parts[2]
		fallthrough
	case 2:
		m.Source, m.Target = parts[0], parts[1]
	default:
		m.Source, m.Target, m.Options = parts[0], parts[1], []string{cut(parts[2] + ":" + parts[3])}
		return m
	}
	valid := m.bindOptions(options)
	if !valid || parts[0] == "" || len(parts) == 2 && bindWords(parts[1]) || !mountable(m.Target) {
		return m
	}
	if path.IsAbs(m.Source) {
		m.Type, m.Source = string(mount.TypeBind), path.Clean(m.Source)
		if m.Propagation == "" {
			m.Propagation = string(mount.PropagationRPrivate)
		}
		return m
	}
	m.Type, m.Driver = string(mount.TypeVolume), driver
	return m
}

// bindOptions applies the third element of a bind. Relabelling, copy and consistency words stay as options. Unknown
// words, and two of one kind, are refused by the engine.
func (m *Mount) bindOptions(options string) bool {
	if options == "" {
		return true
	}
	valid := true
	var seen [bindKinds]bool
	for word := range strings.SplitSeq(options, ",") {
		kind := bindKindOf(word)
		switch kind {
		case bindUnknown:
			valid = false
			m.Options = append(m.Options, cut(word))
			continue
		case bindAccess:
			m.ReadOnly = word == "ro"
		case bindPropagation:
			m.Propagation = word
		default:
			m.Options = append(m.Options, word)
		}
		valid = valid && !seen[kind]
		seen[kind] = true
	}
	return valid
}

// bindKind groups the words of a bind's options: the engine takes at most one of each.
type bindKind int

const (
	bindUnknown bindKind = iota
	bindAccess
	bindLabel
	bindPropagation
	bindCopy
	bindConsistency
	bindKinds
)

func bindKindOf(word string) bindKind {
	switch word {
	case "ro", "rw":
		return bindAccess
	case "z", "Z":
		return bindLabel
	case "private", "rprivate", "shared", "rshared", "slave", "rslave":
		return bindPropagation
	case "copy", "nocopy":
		return bindCopy
	case "consistent", "cached", "delegated":
		return bindConsistency
	}
	return bindUnknown
}

// bindWords tells whether the engine takes text for options: "/data:ro" names no volume "/data" mounted at "ro".
func bindWords(text string) bool {
	var m Mount
	return m.bindOptions(text)
}

// mountSpec reads one entry of Mounts (moby daemon/volume/mounts/linux_parser.go, parseMountSpec).
func mountSpec(index int, spec *mount.Mount) Mount {
	m := Mount{
		Origin:   originMounts,
		Field:    "HostConfig.Mounts[" + strconv.Itoa(index) + "]",
		Type:     string(spec.Type),
		Source:   spec.Source,
		Target:   spec.Target,
		ReadOnly: spec.ReadOnly,
	}
	switch spec.Type {
	case mount.TypeBind:
		m.Source = clean(spec.Source)
		m.Propagation = string(mount.PropagationRPrivate)
		m.bindSpec(spec.BindOptions)
	case mount.TypeVolume:
		m.volumeSpec(spec.VolumeOptions)
	case mount.TypeTmpfs:
		m.tmpfs(tmpfsOptions(spec))
	case mount.TypeImage:
		m.ReadOnly = true // whatever was asked
		m.Propagation = string(mount.PropagationRPrivate)
		if spec.ImageOptions != nil {
			m.Subpath = spec.ImageOptions.Subpath
		}
	case mount.TypeNamedPipe, mount.TypeCluster: // refused by every engine on Linux outside a swarm service
	default:
		m.Options = append(m.Options, "type="+cut(string(spec.Type)))
		m.Type = typeInvalid
	}
	if !mountable(spec.Target) {
		m.Type = typeInvalid
	}
	m.misplaced(spec)
	return m
}

func (m *Mount) bindSpec(options *mount.BindOptions) {
	if options == nil {
		return
	}
	if options.Propagation != "" {
		m.Propagation = string(options.Propagation)
	}
	for _, flag := range []struct {
		set  bool
		name string
	}{
		{options.NonRecursive, "NonRecursive"},
		{options.CreateMountpoint, "CreateMountpoint"},
		{options.ReadOnlyNonRecursive, "ReadOnlyNonRecursive"},
		{options.ReadOnlyForceRecursive, "ReadOnlyForceRecursive"},
	} {
		if flag.set {
			m.Options = append(m.Options, flag.name)
		}
	}
}

func (m *Mount) volumeSpec(options *mount.VolumeOptions) {
	if options == nil {
		return
	}
	m.Subpath = options.Subpath
	if options.NoCopy {
		m.Options = append(m.Options, "nocopy")
	}
	if driver := options.DriverConfig; driver != nil {
		m.Driver, m.DriverOptions = driver.Name, len(driver.Options) > 0
	}
}

// misplaced lists option groups of another mount type, which engines refuse from API 1.42 and ignore below.
func (m *Mount) misplaced(spec *mount.Mount) {
	if spec.BindOptions != nil && spec.Type != mount.TypeBind {
		m.Options = append(m.Options, "BindOptions")
	}
	if spec.VolumeOptions != nil && spec.Type != mount.TypeVolume {
		m.Options = append(m.Options, "VolumeOptions")
	}
	if spec.TmpfsOptions != nil && spec.Type != mount.TypeTmpfs {
		m.Options = append(m.Options, "TmpfsOptions")
	}
	if spec.ImageOptions != nil && spec.Type != mount.TypeImage {
		m.Options = append(m.Options, "ImageOptions")
	}
	if spec.ClusterOptions != nil && spec.Type != mount.TypeCluster {
		m.Options = append(m.Options, "ClusterOptions")
	}
}

// volumesFrom reads one entry of VolumesFrom: every mount of another container, whose paths only the engine knows.
func volumesFrom(index int, spec string) Mount {
	source, options, _ := strings.Cut(spec, ":")
	m := Mount{
		Origin: originVolumesFrom,
		Field:  "HostConfig.VolumesFrom[" + strconv.Itoa(index) + "]",
		Type:   typeVolumesFrom,
		Source: source,
	}
	m.bindOptions(options)
	m.Propagation = ""
	return m
}

// unexplained adds each live mount point of a stored container that no entry of its configuration accounts for: what
// volumes-from copied, what an older engine or another hand left behind. A mount point that differs from its entry in
// type, source or access is added as well.
func unexplained(mounts []Mount, live []container.MountPoint) []Mount {
	configured := mounts
	for i := range live {
		point := &live[i]
		if slices.ContainsFunc(configured, func(m Mount) bool { return explains(&m, point) }) {
			continue
		}
		m := Mount{
			Origin:      originVolumes,
			Field:       "Mounts[" + strconv.Itoa(i) + "]",
			Type:        string(point.Type),
			Source:      point.Source,
			Target:      point.Destination,
			Destination: clean(point.Destination),
			ReadOnly:    !point.RW,
			Driver:      point.Driver,
			Propagation: string(point.Propagation),
		}
		switch point.Type {
		case mount.TypeVolume:
			m.Source = point.Name
		case mount.TypeBind, mount.TypeImage, mount.TypeNamedPipe, mount.TypeCluster:
		case mount.TypeTmpfs:
			m.Source = "" // its options are nowhere to be seen: size stays unlimited, exec allowed
		default:
			m.Type = typeInvalid
		}
		mounts = append(mounts, m)
	}
	return mounts
}

// explains tells whether a configured mount accounts for a live one.
func explains(m *Mount, point *container.MountPoint) bool {
	if m.Destination != path.Clean(point.Destination) || m.Type != string(point.Type) {
		return false
	}
	switch point.Type {
	case mount.TypeBind:
		return m.Source == path.Clean(point.Source) && (!m.ReadOnly || !point.RW)
	case mount.TypeVolume:
		return (m.Source == "" || m.Source == point.Name) && (!m.ReadOnly || !point.RW)
	}
	return true
}

// mountable tells whether the engine takes a path for a destination: absolute, not the root, where it reads a
// backslash as a slash (moby daemon/volume/mounts/linux_parser.go).
func mountable(target string) bool {
	slashed := strings.ReplaceAll(target, `\`, `/`)
	return path.IsAbs(slashed) && path.Clean(slashed) != "/"
}

// canonical tells whether a target can be read in one way only.
func canonical(target string) bool {
	if !path.IsAbs(target) || target == "/" || path.Clean(target) != target {
		return false
	}
	for i := range len(target) {
		if target[i] < ' ' || target[i] == 0x7f || target[i] == '\\' {
			return false
		}
	}
	return true
}

func compareMounts(a, b Mount) int {
	if order := cmp.Compare(strings.Count(a.Destination, "/"), strings.Count(b.Destination, "/")); order != 0 {
		return order
	}
	return strings.Compare(a.Destination, b.Destination)
}

// tmpfsTotal sums the tmpfs mounts; one without a limit makes the sum unlimited.
func tmpfsTotal(mounts []Mount) TmpfsTotal {
	total := TmpfsTotal{}
	for i := range mounts {
		if mounts[i].Type != string(mount.TypeTmpfs) {
			continue
		}
		total.Count++
		switch size := mounts[i].Size; {
		case size <= 0 || total.Bytes < 0:
			total.Bytes = -1
		case size > math.MaxInt64-total.Bytes:
			total.Bytes = math.MaxInt64
		default:
			total.Bytes += size
		}
	}
	return total
}
