package view

import (
	"math"
	"strconv"
	"strings"
)

// userOf resolves who a process runs as: the request's value, else the one it inherits from what stands behind it (a
// container's first process from the image, another one from the container), else root (moby daemon/commit.go, merge;
// daemon/exec.go; moby/sys/user GetExecUser). The image's passwd and group files are out of reach, so an ID that they
// would decide is null. A user without a group takes the primary group of its passwd entry, or group 0 when it has none.
func userOf(requested, inherited, source string) User {
	user := User{Given: requested, Source: "request", Groups: []string{}}
	if requested == "" {
		user.Source = "default"
		if inherited != "" {
			user.Given, user.Source = inherited, source
		}
	}
	if user.Given == "" {
		root := int64(0)
		user.Form, user.UID, user.GID = "other", &root, &root
		return user
	}
	name, group, hasGroup := strings.Cut(user.Given, ":")
	group, rest, hasRest := strings.Cut(group, ":")
	uid, uidForm := numericID(name)
	gid, gidForm := numericID(group)
	switch {
	case hasRest || rest != "":
		user.Form = "other" // the engine ignores what follows a second colon; nothing sensible writes it
		return user
	case uidForm == idCanonical && !hasGroup:
		user.Form = "uid"
	case uidForm == idCanonical && gidForm == idCanonical:
		user.Form = "uid:gid"
	case uidForm == idNone && name != "" && !strings.ContainsFunc(user.Given, notName):
		user.Form = "name"
	default:
		user.Form = "other"
	}
	if uidForm == idCanonical || uidForm == idNumeric {
		user.UID = &uid
	}
	if name == "" {
		root := int64(0) // ":1001" keeps the default user
		user.UID = &root
	}
	if gidForm == idCanonical || gidForm == idNumeric {
		user.GID = &gid
	}
	return user
}

// idForm says how text reads as a numeric ID.
type idForm int

const (
	idNone      idForm = iota // not a number the engine takes
	idInvalid                 // a number outside the range the engine takes
	idNumeric                 // a number in another spelling: "01001", "+1001"
	idCanonical               // plain decimal
)

// numericID reads an ID as strconv.Atoi does; the engine refuses negative IDs and those beyond 31 bits at start.
func numericID(text string) (int64, idForm) {
	id, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil && id == 0:
		return 0, idNone
	case err != nil, id < 0, id > math.MaxInt32:
		return 0, idInvalid
	case strconv.FormatInt(id, 10) == text:
		return id, idCanonical
	}
	return id, idNumeric
}

func notName(r rune) bool { return r <= ' ' || r == 0x7f || r > 0x7f }
