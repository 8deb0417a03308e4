package operation

import (
	"strconv"
	"strings"
)

// Version is an API version, ordered as the engine orders it: Version values compare with < and ==. The zero Version
// means that none was given.
type Version uint32

// The versions the table was written for. Below 1.41 (engine 20.10) fields that harden a container are dropped or read
// differently; above 1.56 there may be fields and endpoints nobody here has read.
const (
	MinVersion Version = 1<<16 | 41
	MaxVersion Version = 1<<16 | 56
)

// ParseVersion reads "1.41". The engine compares component by component as integers (daemon/internal/versions), so
// leading zeros do not count. It would also give a meaning to "1..41", "1" and "1.41.0.0"; no client sends those and
// they are not versions here.
func ParseVersion(s string) (Version, bool) {
	first, second, found := strings.Cut(s, ".")
	if !found || !digits(first) || !digits(second) {
		return 0, false
	}
	major, err := strconv.ParseUint(first, 10, 16)
	if err != nil {
		return 0, false
	}
	minor, err := strconv.ParseUint(second, 10, 16)
	if err != nil {
		return 0, false
	}
	return Version(major<<16 | minor), true
}

// String returns "1.41", and "" for the zero Version.
func (v Version) String() string {
	if v == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(v>>16), 10) + "." + strconv.FormatUint(uint64(v&0xffff), 10)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
