package audit

import (
	"regexp"
	"slices"
	"strings"

	"github.com/airlock-gate/airlock/plugin/facts"
)

// noteVolume marks a note about a volume. It is no rule of the policies: they judge volumes where a container mounts
// them.
const noteVolume = "volume"

// The only options worth no note: a tmpfs of a fixed size on which nothing is executed.
const (
	tmpfs        = "tmpfs"
	wantOptions  = "no options, or type=tmpfs, device=tmpfs, o=size=…,noexec,nosuid,nodev"
	wantDriver   = "local"
	otherDevice  = "another device"
	maxOptionKey = 64
)

var (
	tmpfsSize  = regexp.MustCompile(`^size=[1-9][0-9]*[kmgKMG]?$`)
	tmpfsOwner = regexp.MustCompile(`^(?:uid|gid|mode)=[0-9]+$`)
	plainPath  = regexp.MustCompile(`^/[A-Za-z0-9._/-]*$`)
)

// look notes what is unusual about a volume. Values of options may be credentials, so only what cannot be one is
// repeated.
func look(v *facts.Volume) Object {
	object := blank(KindVolume, v.Name, v.Name)
	if v.Driver != wantDriver {
		object.Notes = append(object.Notes, Note{Rule: noteVolume, Field: "Driver", Got: v.Driver, Want: wantDriver})
	}
	if len(v.Options) > 0 && !template(v.Options) {
		object.Notes = append(object.Notes, Note{Rule: noteVolume, Field: "Options", Got: tell(v.Options), Want: wantOptions})
	}
	return object
}

func template(options map[string]string) bool {
	if len(options) != 3 || options["type"] != tmpfs || options["device"] != tmpfs {
		return false
	}
	needed := []string{"noexec", "nosuid", "nodev"}
	sized := false
	seen := map[string]bool{}
	for item := range strings.SplitSeq(options["o"], ",") {
		name, _, _ := strings.Cut(item, "=")
		if seen[name] {
			return false // which of two counts is the kernel's to say
		}
		seen[name] = true
		switch {
		case slices.Contains(needed, item), item == "ro", tmpfsOwner.MatchString(item):
		case tmpfsSize.MatchString(item):
			sized = true
		default:
			return false
		}
	}
	return sized && seen["noexec"] && seen["nosuid"] && seen["nodev"]
}

// tell lists options by name, with the values that are known to be harmless.
func tell(options map[string]string) string {
	var parts []string
	for name, value := range options {
		if len(name) > maxOptionKey {
			name = name[:maxOptionKey]
		}
		switch {
		case name == "type" && optionWord.MatchString(value):
			name += "=" + value
		case name == "device" && (value == tmpfs || plainPath.MatchString(value)):
			name += "=" + value
		case name == "device":
			name += "=" + otherDevice
		case name == "o":
			name += "=" + mountFlags(value)
		}
		parts = append(parts, name)
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

var optionWord = regexp.MustCompile(`^[a-z0-9._-]{1,32}$`)

// mountFlags keeps the names of mount options.
func mountFlags(value string) string {
	var names []string
	for item := range strings.SplitSeq(value, ",") {
		name, _, valued := strings.Cut(item, "=")
		switch {
		case tmpfsSize.MatchString(item), tmpfsOwner.MatchString(item):
			name = item
		case !optionWord.MatchString(name):
			name = "…"
		case valued:
			name += "=…"
		}
		names = append(names, name)
	}
	return strings.Join(names, ",")
}
