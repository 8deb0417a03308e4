package view

import (
	// go-digest takes an algorithm only if it is linked in; the engine links all three.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/image"
	"github.com/opencontainers/go-digest"
)

// Forms of an image reference.
const (
	formDigest    = "digest"
	formTag       = "tag"
	formTagDigest = "tag+digest"
	formName      = "name"
	formID        = "id"
	formEmpty     = "empty"
	formInvalid   = "invalid"
	formImport    = "import"
)

// maxReference bounds a reference that enters a view. The reference grammar ends at 255 bytes of name, 128 of tag and
// the digest, so nothing longer than this can be valid.
const maxReference = 512

// ImageFacts is what the engine's image inspect says that decides how a container made from the image will run.
type ImageFacts struct {
	ID           string
	OS           string
	Architecture string
	User         string
	WorkingDir   string
	StopSignal   string
	Volumes      []string // VOLUME paths as the image writes them, sorted
	Env          []string // NAME=value, in order
	Entrypoint   []string
	Cmd          []string
	Exposed      []string // "8080/tcp", sorted
	Labels       map[string]string
	Healthcheck  *container.HealthConfig

	reference string // it was looked up by
	asked     Image  // what that says
}

// AskedBy notes the reference that the image was looked up by, so that no view has to read it again.
func (f *ImageFacts) AskedBy(reference string) {
	f.reference, f.asked = reference, ParseImage(reference)
}

// named is ParseImage.
func (f *ImageFacts) named(given string) Image {
	if f != nil && given != "" && f.reference == given {
		return f.asked
	}
	return ParseImage(given)
}

// user is the user of an image's configuration; "" for an image the engine does not have.
func (f *ImageFacts) user() string {
	if f == nil {
		return ""
	}
	return f.User
}

// ImageFrom takes the facts from an image inspect.
func ImageFrom(inspect image.InspectResponse) ImageFacts {
	facts := ImageFacts{ID: inspect.ID, OS: inspect.Os, Architecture: inspect.Architecture}
	config := inspect.Config
	if config == nil {
		return facts
	}
	facts.User = config.User
	facts.WorkingDir = config.WorkingDir
	facts.StopSignal = config.StopSignal
	facts.Volumes = sortedKeys(config.Volumes)
	facts.Env = config.Env
	facts.Entrypoint = config.Entrypoint
	facts.Cmd = config.Cmd
	facts.Labels = config.Labels
	facts.Healthcheck = config.Healthcheck
	for port := range config.ExposedPorts {
		facts.Exposed = append(facts.Exposed, portName(port))
	}
	slices.Sort(facts.Exposed)
	return facts
}

// ParseImage reads an image reference as POST /containers/create does (moby daemon/images/image.go, GetImage, and
// daemon/containerd/image.go, resolveImage): an image ID, else a normalised name. A name the engine would also try as
// a short ID has form "id", because the engine alone knows which of the two it will find.
func ParseImage(given string) Image {
	img := Image{Reference: given, Form: formInvalid, Volumes: []string{}}
	switch {
	case given == "":
		img.Form = formEmpty
		return img
	case len(given) > maxReference:
		img.Reference = strings.ToValidUTF8(given[:maxReference], "")
		return img
	case shortID(given):
		img.Form = formID
		if hex := strings.TrimPrefix(given, "sha256:"); len(hex) == 64 {
			img.Digest = "sha256:" + hex
		}
		return img
	}
	if !strings.ContainsAny(given, "/@") {
		if parsed, err := digest.Parse(given); err == nil { // of another algorithm than the above
			img.Form, img.Digest = formID, parsed.String()
			return img
		}
	}
	named, err := reference.ParseNormalizedNamed(given)
	if err != nil || ambiguousDomain(given) {
		return img
	}
	img.name(named)
	return img
}

// Pull says what POST /images/create will fetch (moby daemon/server/router/image/image_routes.go): a trailing colon is
// cut from fromImage, a tag that parses as a digest replaces tag and digest of the name, any other tag is added to it,
// and a digest beats a tag. Without tag and digest the form is "name": every tag of the repository.
//
// The parameters of an import (fromSrc, repo, message, changes) make the form "import", also beside fromImage, where
// the engine would ignore them: a pull has no use for them, so a request that carries both is not understood.
func Pull(query url.Values) Image {
	from, tag := query.Get("fromImage"), query.Get("tag")
	given := from
	parsed, err := digest.Parse(tag)
	switch {
	case tag == "":
	case err == nil:
		given += "@" + tag
	default:
		given += ":" + tag
	}
	img := Image{Reference: given, Form: formInvalid, Platform: query.Get("platform"), Volumes: []string{}}
	for _, parameter := range []string{"fromSrc", "repo", "message", "changes"} {
		for _, value := range query[parameter] {
			if value != "" {
				img.Form = formImport
			}
		}
	}
	if len(given) > maxReference {
		img.Reference = strings.ToValidUTF8(given[:maxReference], "")
		return img
	}
	if img.Form == formImport {
		return img
	}
	if from == "" {
		img.Form = formEmpty
		return img
	}
	from = strings.TrimSuffix(from, ":")
	named, errName := reference.ParseNormalizedNamed(from)
	if errName != nil || ambiguousDomain(from) {
		return img
	}
	switch {
	case tag == "":
	case err == nil:
		named, errName = reference.WithDigest(reference.TrimNamed(named), parsed)
	default:
		named, errName = reference.WithTag(named, tag)
	}
	if errName != nil {
		return img
	}
	img.name(named)
	return img
}

// name fills in the parts of a parsed name.
func (i *Image) name(named reference.Named) {
	i.Domain, i.Path = reference.Domain(named), reference.Path(named)
	i.Repository = named.Name()
	if tagged, ok := named.(reference.Tagged); ok {
		i.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		i.Digest = digested.Digest().String()
	}
	switch {
	case i.Tag != "" && i.Digest != "":
		i.Form = formTagDigest
	case i.Digest != "":
		i.Form = formDigest
	case i.Tag != "":
		i.Form = formTag
	default:
		i.Form = formName
	}
}

// know adds what the engine knows about the image behind the reference.
func (i *Image) know(facts *ImageFacts) {
	if facts == nil {
		return
	}
	i.Present = true
	i.ID = facts.ID
	i.User = facts.User
	i.Volumes = orEmpty(facts.Volumes)
	i.OS = facts.OS
	i.Architecture = facts.Architecture
}

// shortID tells whether the engine may take a reference for an image ID or the beginning of one: 4 to 64 hexadecimal
// digits, with or without algorithm (moby daemon/containerd/image.go, checkTruncatedID).
func shortID(given string) bool {
	hex := strings.TrimPrefix(given, "sha256:")
	if len(hex) < 4 || len(hex) > 64 {
		return false
	}
	for i := range len(hex) {
		if (hex[i] < '0' || hex[i] > '9') && (hex[i] < 'a' || hex[i] > 'f') {
			return false
		}
	}
	return true
}

// ambiguousDomain tells whether the first component counts as a registry only because it has upper case letters. Older
// engines read it as a Docker Hub namespace and refuse it.
func ambiguousDomain(given string) bool {
	first, _, found := strings.Cut(given, "/")
	return found && !strings.ContainsAny(first, ".:") && strings.ToLower(first) != first
}

func portName(port string) string {
	if strings.Contains(port, "/") {
		return port
	}
	return port + "/tcp"
}

// sortedKeys lists the keys of a map in order; it is never nil.
func sortedKeys[V any](m map[string]V) []string {
	if len(m) == 0 {
		return []string{}
	}
	keys := slices.AppendSeq(make([]string, 0, len(m)), maps.Keys(m))
	slices.Sort(keys)
	return keys
}

// orEmpty returns an empty slice for nil, so that a view never carries null for a list.
func orEmpty[E any](s []E) []E {
	if s == nil {
		return []E{}
	}
	return s
}

// clean is the path as the engine compares destinations; unlike path.Clean it leaves an empty path empty.
func clean(p string) string {
	if p == "" {
		return ""
	}
	return path.Clean(p)
}
