package bundle

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/distribution/reference"

	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/airlock-gate/airlock/plugin/keyring"
)

// Site is the validated and normalised site data of a host. It never changes. Only ParseSite and DefaultSite make a
// usable one.
type Site struct {
	name     string
	document *siteDocument
	value    ast.Value         // the document as policies see it
	sum      [sha256.Size]byte // names the document
	mentions []mention
	ring     *keyring.Ring
	files    []string // key files
}

// siteDocument is what policies see as data.site: every field present, sizes in bytes, CPUs in nano, times in seconds.
type siteDocument struct {
	Registries  []string              `json:"registries"`
	Identity    siteIdentity          `json:"identity"`
	Limits      siteLimits            `json:"limits"`
	Profiles    siteProfiles          `json:"profiles"`
	Runtimes    []string              `json:"runtimes"`
	Logging     siteLogging           `json:"logging"`
	Annotations []string              `json:"annotations"`
	Networks    siteNetworks          `json:"networks"`
	Secrets     siteSecrets           `json:"secrets"`
	Swarm       siteSwarm             `json:"swarm"`
	Signatures  siteSignatures        `json:"signatures"`
	Scan        siteScan              `json:"scan"`
	Roles       map[string]siteRole   `json:"roles"`
	Callers     map[string]siteCaller `json:"callers"`
	Exceptions  []siteException       `json:"exceptions"`
}

type siteIdentity struct {
	UID int64 `json:"uid"`
	GID int64 `json:"gid"`
}

type siteLimits struct {
	Memory      int64 `json:"memory"`
	Swap        int64 `json:"swap"` // beyond memory
	NanoCPUs    int64 `json:"nano_cpus"`
	Pids        int64 `json:"pids"`
	Tmpfs       int64 `json:"tmpfs"` // all mounts together
	TmpfsMounts int64 `json:"tmpfs_mounts"`
	Shm         int64 `json:"shm"`
	NoFile      int64 `json:"nofile"`
	NProc       int64 `json:"nproc"`
	StopTimeout int64 `json:"stop_timeout"` // seconds
}

type siteProfiles struct {
	Seccomp  []string `json:"seccomp"`
	AppArmor []string `json:"apparmor"`
}

type siteLogging struct {
	Drivers []string `json:"drivers"`
}

type siteNetworks struct {
	Egress   []string `json:"egress"`
	Segments []string `json:"segments"`
}

type siteSecrets struct {
	Dir    string   `json:"dir"`
	Target string   `json:"target"`
	Shared []string `json:"shared"` // those more than one role may have
}

// siteSwarm says whether the host may run the tasks of a swarm, which the engine starts without asking.
type siteSwarm struct {
	Enabled bool  `json:"enabled"`
	Tasks   int64 `json:"tasks"` // of one service at once
}

// sitePinned is digests by repository.
type sitePinned map[string]map[string]bool

type siteRole struct {
	Images       []string          `json:"images"`       // prefixes, any digest
	Pinned       sitePinned        `json:"pinned"`       // always empty here, see sitePins
	Capabilities []string          `json:"capabilities"` // CAP_NET_BIND_SERVICE
	Sysctls      map[string]string `json:"sysctls"`
	Networks     []string          `json:"networks"`  // egress or segments it may join, never both
	Names        []string          `json:"names"`     // container names, aliases and host names nobody else may take
	Protected    bool              `json:"protected"` // is neither ended nor cut off nor read
	Volumes      map[string]string `json:"volumes"`   // name to "ro" or "rw"
	Secrets      []string          `json:"secrets"`
	Configs      []string          `json:"configs"` // configurations of a swarm
	Exec         []siteCommand     `json:"exec"`    // commands that may be run in the role's containers
}

// siteCommand is a command with what it is recognised by: no command enters the input.
type siteCommand struct {
	Command []string `json:"command"`
	Digest  string   `json:"digest"`
}

// DefaultSite returns the site data of a host nobody has described: fixed limits, and no registry, so no image.
func DefaultSite() *Site {
	site, err := newSite("default", defaultDocument(), nil)
	if err != nil {
		panic(err) // it is the same every time, and the tests make it
	}
	return site
}

// newSite makes what a snapshot needs of a document, so that it is done while the policies are compiled.
func newSite(name string, document *siteDocument, pins sitePins) (*Site, error) {
	encoder, err := NewEncoder(document)
	if err != nil {
		return nil, fmt.Errorf("site data: %w", err)
	}
	value, err := encoder.Value(document)
	if err != nil {
		return nil, fmt.Errorf("site data: %w", err)
	}
	pins.sort()
	if value, err = pins.into(value); err != nil {
		return nil, err
	}
	return &Site{name: name, document: document, value: value, sum: pins.sum(document), ring: &keyring.Ring{}}, nil
}

func defaultDocument() *siteDocument {
	return &siteDocument{
		Registries: []string{},
		Identity:   siteIdentity{UID: 1001, GID: 1001},
		Limits: siteLimits{
			Memory:      2 << 30,
			Swap:        2 << 30,
			NanoCPUs:    2e9,
			Pids:        512,
			Tmpfs:       64 << 20,
			TmpfsMounts: 8,
			Shm:         64 << 20,
			NoFile:      65536,
			NProc:       4096,
			StopTimeout: 60,
		},
		Profiles:    siteProfiles{Seccomp: []string{}, AppArmor: []string{}},
		Runtimes:    []string{},
		Logging:     siteLogging{Drivers: []string{"json-file", "local", "journald"}},
		Annotations: []string{},
		Networks:    siteNetworks{Egress: []string{}, Segments: []string{}},
		Secrets:     siteSecrets{Dir: "/run/airlock/secrets", Target: "/run/secrets", Shared: []string{}},
		Swarm:       siteSwarm{Tasks: 8},
		Signatures:  defaultSignatures(),
		Scan:        defaultScan(),
		Roles:       map[string]siteRole{},
		Callers:     map[string]siteCaller{},
		Exceptions:  []siteException{},
	}
}

// Name is where the site data came from.
func (s *Site) Name() string { return s.name }

// SecretsDir is the one directory of the host whose files a container may mount.
func (s *Site) SecretsDir() string { return s.document.Secrets.Dir }

// JSON returns the normalised document, as policies see it under data.site. Equal data has equal JSON.
func (s *Site) JSON() []byte {
	whole := *s.document
	whole.Roles = maps.Clone(whole.Roles)
	for name, role := range whole.Roles {
		pinned, err := s.value.Find(ast.Ref{ast.StringTerm("roles"), ast.StringTerm(name), ast.StringTerm("pinned")})
		if err == nil {
			role.Pinned = nil
			err = ast.As(pinned, &role.Pinned)
		}
		if err != nil {
			panic(fmt.Sprintf("site data of role %s: %v", name, err)) // newSite has put it there
		}
		whole.Roles[name] = role
	}
	return whole.json()
}

func (d *siteDocument) json() []byte {
	text, err := json.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("marshal site data: %v", err)) // strings, integers and maps of them always marshal
	}
	return text
}

// SiteError is one thing wrong with site data, and where.
type SiteError struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Field   string `json:"field"` // "roles.proxy.images[0]"; "" for the file as a whole
	Message string `json:"message"`
}

// Error returns "file:line: field: message".
func (e SiteError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	return fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, e.Field, e.Message)
}

// SiteErrors is everything wrong with site data, in order of appearance.
type SiteErrors []SiteError

// Error returns one line for each error.
func (e SiteErrors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// ParseSite reads site data from YAML. An error is of type SiteErrors and names everything that is wrong at once. What
// the file leaves out gets the value of DefaultSite; an empty file is the default. name stands in errors.
func ParseSite(name string, data []byte) (*Site, error) {
	p := &siteParser{file: name, pins: sitePins{}}
	root := p.tree(data)
	if root == nil {
		if len(p.errors) > 0 {
			return nil, p.sorted()
		}
		return newSite(name, defaultDocument(), nil)
	}
	document := p.document(root)
	ring, files := p.trust(root, document)
	if err := p.schema(root); err != nil {
		return nil, fmt.Errorf("validate %s: %w", name, err)
	}
	if len(p.errors) > 0 {
		return nil, p.sorted()
	}
	site, err := newSite(name, document, p.pins)
	if err != nil {
		return nil, err
	}
	site.mentions, site.ring, site.files = p.mentions, ring, files
	return site, nil
}

// siteParser collects errors while it reads. Where the readers of values say what is wrong with one, the schema's own
// complaint about the same place is left out.
type siteParser struct {
	file     string
	errors   []SiteError
	mentions []mention
	pins     sitePins
}

func (p *siteParser) fail(line int, field, format string, args ...any) {
	p.errors = append(p.errors, SiteError{File: p.file, Line: line, Field: field, Message: fmt.Sprintf(format, args...)})
}

func (p *siteParser) failed(field string) bool {
	return slices.ContainsFunc(p.errors, func(e SiteError) bool { return e.Field == field })
}

func (p *siteParser) sorted() SiteErrors {
	slices.SortStableFunc(p.errors, func(a, b SiteError) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(p.errors)
}

// document reads what has the right type and form; the rest is left to the schema to complain about.
func (p *siteParser) document(root *element) *siteDocument {
	d := defaultDocument()
	p.prefixes(root.get("registries"), &d.Registries)

	identity := root.get("identity")
	p.integer(identity.get("uid"), &d.Identity.UID)
	p.integer(identity.get("gid"), &d.Identity.GID)
	for _, id := range []*element{identity.get("uid"), identity.get("gid")} {
		if id != nil && id.value == json.Number("0") {
			p.fail(id.line, id.path, "is 0, which is root; workloads run as a user of their own")
		}
	}

	limits := root.get("limits")
	p.size(limits.get("memory"), &d.Limits.Memory)
	// The engine refuses less (moby daemon/daemon_unix.go, linuxMinMemory), so that less is a slip: 2 for 2GiB.
	if e := limits.get("memory"); e != nil && !p.failed(e.path) && d.Limits.Memory < 6<<20 {
		p.fail(e.line, e.path, "is %d bytes; the engine starts nothing below 6MiB; write a size such as 2GiB", d.Limits.Memory)
	}
	d.Limits.Swap = d.Limits.Memory
	p.size(limits.get("swap"), &d.Limits.Swap)
	p.cpus(limits.get("cpus"), &d.Limits.NanoCPUs)
	p.integer(limits.get("pids"), &d.Limits.Pids)
	p.size(limits.get("tmpfs"), &d.Limits.Tmpfs)
	p.integer(limits.get("tmpfs_mounts"), &d.Limits.TmpfsMounts)
	p.size(limits.get("shm"), &d.Limits.Shm)
	p.integer(limits.get("nofile"), &d.Limits.NoFile)
	p.integer(limits.get("nproc"), &d.Limits.NProc)
	p.seconds(limits.get("stop_timeout"), &d.Limits.StopTimeout)

	p.strings(root.get("profiles").get("seccomp"), &d.Profiles.Seccomp)
	p.strings(root.get("profiles").get("apparmor"), &d.Profiles.AppArmor)
	for _, list := range []*element{root.get("profiles").get("seccomp"), root.get("profiles").get("apparmor")} {
		for _, e := range list.list() {
			if e.value == "unconfined" {
				p.fail(e.line, e.path, "is no profile: nothing is confined by it")
			}
		}
	}
	p.strings(root.get("runtimes"), &d.Runtimes)
	p.strings(root.get("logging").get("drivers"), &d.Logging.Drivers)
	p.strings(root.get("annotations"), &d.Annotations)
	p.networks(root.get("networks"), &d.Networks)
	p.directory(root.get("secrets").get("dir"), &d.Secrets.Dir)
	p.directory(root.get("secrets").get("target"), &d.Secrets.Target)
	p.names(root.get("secrets").get("shared"), &d.Secrets.Shared)
	if enabled := root.get("swarm").get("enabled"); enabled != nil {
		d.Swarm.Enabled = enabled.value == true
	}
	p.integer(root.get("swarm").get("tasks"), &d.Swarm.Tasks)
	p.roles(root.get("roles"), d)
	p.callers(root.get("callers"), d.Callers)
	p.exceptions(root.get("exceptions"), &d.Exceptions)
	return d
}

// roleName keeps roles apart from one another in messages and metrics.
var roleName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)

func (p *siteParser) roles(roles *element, d *siteDocument) {
	claims := newSiteClaims(p)
	reserved := map[string]string{}
	keepers := map[string]string{}
	for _, name := range roles.names() {
		e := roles.get(name)
		if !roleName.MatchString(name) {
			p.fail(e.line, e.path, "is no role name; want lower-case letters, digits and dashes, as in llm-proxy")
		}
		role := siteRole{
			Images: []string{}, Pinned: sitePinned{}, Capabilities: []string{}, Sysctls: map[string]string{},
			Networks: []string{}, Names: []string{}, Volumes: map[string]string{}, Secrets: []string{}, Configs: []string{},
			Exec: []siteCommand{},
		}
		claims.role(name, e.get("images"), &role, d.Registries)
		p.capabilities(e.get("capabilities"), &role.Capabilities)
		p.sysctls(e.get("sysctls"), role.Sysctls)
		p.names(e.get("networks"), &role.Networks)
		p.ways(e.get("networks"), &d.Networks)
		p.names(e.get("names"), &role.Names)
		p.reserve(e.get("names"), name, reserved)
		if protected := e.get("protected"); protected != nil {
			role.Protected = protected.value == true
		}
		volumes := e.get("volumes")
		for _, volume := range volumes.names() {
			v := volumes.get(volume)
			p.name(v, volume)
			if mode, ok := v.value.(string); ok {
				role.Volumes[volume] = mode
			}
		}
		p.names(e.get("secrets"), &role.Secrets)
		p.keep(e.get("secrets"), name, d.Secrets.Shared, keepers)
		p.commands(e.get("exec"), &role.Exec)
		p.names(e.get("configs"), &role.Configs)
		d.Roles[name] = role
	}
}

// ways demands that the networks of a role are ones the site names, and lead one way: a container in a segment and in
// an exit would join the two.
func (p *siteParser) ways(networks *element, known *siteNetworks) {
	var egress, segment *element
	for _, e := range networks.list() {
		name, ok := e.value.(string)
		if !ok || p.failed(e.path) {
			continue
		}
		switch {
		case slices.Contains(known.Egress, name):
			egress = cmp.Or(egress, e)
		case slices.Contains(known.Segments, name):
			segment = cmp.Or(segment, e)
		default:
			p.fail(e.line, e.path, "%s is in neither networks.egress nor networks.segments; internal networks need no entry", quoted(name))
		}
	}
	if egress != nil && segment != nil {
		p.fail(networks.line, networks.path, "has the egress network %s and the segment %s; a role leads one way only",
			quoted(egress.value.(string)), quoted(segment.value.(string)))
	}
}

// reserve keeps names with one role: a name reserved for two could be taken by neither. The engine's resolver does not
// tell case apart.
func (p *siteParser) reserve(names *element, role string, owner map[string]string) {
	for _, e := range names.list() {
		text, ok := e.value.(string)
		if !ok || p.failed(e.path) {
			continue
		}
		name := strings.ToLower(text)
		if other, taken := owner[name]; taken && other != role {
			p.fail(e.line, e.path, "%s is reserved for role %s already", quoted(text), other)
			continue
		}
		owner[name] = role
	}
}

// keep gives a secret to one role: a second one is a slip that gives a key away, unless the site says that it is shared.
func (p *siteParser) keep(secrets *element, role string, shared []string, keeper map[string]string) {
	for _, e := range secrets.list() {
		name, ok := e.value.(string)
		if !ok || p.failed(e.path) || slices.Contains(shared, name) {
			continue
		}
		if other, taken := keeper[name]; taken && other != role {
			p.fail(e.line, e.path, "%s is a secret of role %s already; name it in secrets.shared if both are to have it", quoted(name), other)
			continue
		}
		keeper[name] = role
	}
}

// networks reads the names of the networks that lead somewhere. Each has one class, and is a network one can make: the
// engine keeps some names for itself, and the policies refuse those an ID could begin with.
func (p *siteParser) networks(networks *element, to *siteNetworks) {
	egress, segments := networks.get("egress"), networks.get("segments")
	p.names(egress, &to.Egress)
	p.names(segments, &to.Segments)
	for _, e := range slices.Concat(egress.list(), segments.list()) {
		name, ok := e.value.(string)
		switch {
		case !ok || p.failed(e.path):
		case slices.Contains([]string{"bridge", "default", "docker_gwbridge", "host", "ingress", "none"}, name):
			p.fail(e.line, e.path, "%s is a name the engine keeps for itself; make a network of another name", quoted(name))
		case hexadecimal.MatchString(name):
			p.fail(e.line, e.path, "%s could be the beginning of an ID; make a network of another name", quoted(name))
		}
	}
	for _, e := range segments.list() {
		if name, ok := e.value.(string); ok && slices.Contains(to.Egress, name) {
			p.fail(e.line, e.path, "%s is an egress network; a network has one class", quoted(name))
		}
	}
}

var hexadecimal = regexp.MustCompile(`^[0-9a-f]+$`)

// within reports whether a repository lies under a prefix, by whole path segments.
func within(repository, prefix string) bool {
	return repository == prefix || strings.HasPrefix(repository, prefix+"/")
}

func (p *siteParser) integer(e *element, to *int64) {
	if e == nil {
		return
	}
	if number, ok := e.value.(json.Number); ok {
		if n, err := strconv.ParseInt(number.String(), 10, 64); err == nil {
			*to = n
		}
	}
}

// sizeForm is what the engine's own command line takes (docker/go-units RAMInBytes): units are powers of 1024 with or
// without the i.
var sizeForm = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?([kmgtKMGT]?)(?:i?[bB])?$`)

func (p *siteParser) size(e *element, to *int64) {
	text, ok := e.scalar()
	if !ok {
		return
	}
	n, ok := big.NewRat(0, 1), false
	if m := sizeForm.FindStringSubmatch(text); m != nil {
		if n, ok = n.SetString(m[1]); ok {
			shift := uint(10 * (strings.Index("kmgt", strings.ToLower(m[2])) + 1))
			if m[2] == "" {
				shift = 0
			}
			n.Mul(n, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), shift)))
		}
	}
	if !ok || !n.IsInt() || !n.Num().IsInt64() {
		p.fail(e.line, e.path, "%s is no size; want bytes or a size such as 512m or 2GiB", quoted(text))
		return
	}
	*to = n.Num().Int64()
}

func (p *siteParser) cpus(e *element, to *int64) {
	text, ok := e.scalar()
	if !ok {
		return
	}
	n, ok := new(big.Rat), false
	if decimal.MatchString(text) {
		n, ok = n.SetString(text)
	}
	if ok {
		n.Mul(n, big.NewRat(1e9, 1))
	}
	// The engine takes no less than 0.01 CPUs (moby daemon/daemon_unix.go, verifyPlatformContainerResources).
	if !ok || !n.IsInt() || !n.Num().IsInt64() || n.Num().Int64() < 1e7 {
		p.fail(e.line, e.path, "%s is no number of CPUs; want at least 0.01, as in 2 or 1.5", quoted(text))
		return
	}
	*to = n.Num().Int64()
}

var decimal = regexp.MustCompile(`^[0-9]{1,9}(?:\.[0-9]{1,9})?$`)

func (p *siteParser) seconds(e *element, to *int64) {
	text, ok := e.scalar()
	if !ok {
		return
	}
	d, err := time.ParseDuration(text)
	if n, atoi := strconv.ParseInt(text, 10, 32); atoi == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || d < time.Second || d%time.Second != 0 {
		p.fail(e.line, e.path, "%s is no duration; want whole seconds, as in 90s or 168h", quoted(text))
		return
	}
	*to = int64(d / time.Second)
}

func (p *siteParser) strings(e *element, to *[]string) {
	if e == nil || e.items == nil {
		return
	}
	out := []string{}
	for _, item := range e.items {
		if text, ok := item.value.(string); ok {
			if text != strings.TrimSpace(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				p.fail(item.line, item.path, "%s has white space around it or control characters in it", quoted(text))
			}
			out = append(out, text)
		}
	}
	*to = out
}

// objectName is what the engine accepts as the name of a network or volume (moby daemon/names).
var objectName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]*$`)

func (p *siteParser) name(e *element, text string) {
	if !objectName.MatchString(text) {
		p.fail(e.line, e.path, "%s is no name; want letters, digits, dot, dash and underscore", quoted(text))
	}
}

func (p *siteParser) names(e *element, to *[]string) {
	p.strings(e, to)
	for _, item := range e.list() {
		if text, ok := item.value.(string); ok && text != "" && !p.failed(item.path) {
			p.name(item, text)
		}
	}
}

// commands reads lists of arguments, each a command as it is run: no shell reads it.
func (p *siteParser) commands(e *element, to *[]siteCommand) {
	for _, item := range e.list() {
		if len(item.items) == 0 {
			continue // the schema complains
		}
		arguments := make([]string, 0, len(item.items))
		for _, argument := range item.items {
			if text, ok := argument.value.(string); ok {
				arguments = append(arguments, text)
			}
		}
		command := siteCommand{Command: arguments, Digest: view.CommandDigest(arguments)}
		same := func(other siteCommand) bool { return other.Digest == command.Digest }
		switch {
		case len(arguments) != len(item.items): // the schema complains
		case arguments[0] == "":
			p.fail(item.line, item.path, "names no program")
		case command.Digest == "":
			p.fail(item.line, item.path, "has a NUL in it, which no command can have")
		case slices.ContainsFunc(*to, same):
			p.fail(item.line, item.path, "is named twice")
		default:
			*to = append(*to, command)
		}
	}
}

func (p *siteParser) directory(e *element, to *string) {
	if e == nil {
		return
	}
	if text, ok := e.value.(string); ok {
		if !path.IsAbs(text) || path.Clean(text) != text || text == "/" {
			p.fail(e.line, e.path, "%s is no directory; want an absolute path, cleaned, as in /run/secrets", quoted(text))
			return
		}
		*to = text
	}
}

func (p *siteParser) prefixes(e *element, to *[]string) {
	p.strings(e, to)
	for _, item := range e.list() {
		if text, ok := item.value.(string); ok && text != "" && !p.failed(item.path) {
			if err := checkPrefix(text); err != nil {
				p.fail(item.line, item.path, "%s %s", quoted(text), err)
			}
		}
	}
}

// checkPrefix demands a prefix as the engine would print it in front of a repository's name.
func checkPrefix(prefix string) error {
	const form = "want host[:port]/path, as in registry.internal:5000/openclaw"
	host, rest, found := strings.Cut(prefix, "/")
	last := rest[strings.LastIndex(rest, "/")+1:]
	switch {
	case strings.Contains(prefix, "://"):
		return errors.New("has a scheme; " + form)
	case strings.Contains(prefix, "@"):
		return errors.New("has a digest; " + form)
	case strings.Contains(last, ":"):
		return errors.New("has a tag; " + form)
	case strings.HasSuffix(prefix, "/"):
		return errors.New("ends with a slash; " + form)
	case strings.ToLower(prefix) != prefix:
		return errors.New("has upper-case letters; " + form)
	case !found && strings.ContainsAny(host, ".:"), !found && host == "localhost":
		return errors.New("names a whole registry; " + form)
	case !strings.ContainsAny(host, ".:") && host != "localhost":
		return errors.New("names no registry; the engine would read docker.io/" + prefix + "; " + form)
	}
	// With a further segment the engine's own parser takes docker.io/openclaw for what it says.
	named, err := reference.ParseNormalizedNamed(prefix + "/x")
	if err != nil {
		return errors.New("is no repository; " + form)
	}
	if got := strings.TrimSuffix(named.Name(), "/x"); got != prefix {
		return fmt.Errorf("is read by the engine as %s; write that", got)
	}
	return nil
}

func (p *siteParser) capabilities(e *element, to *[]string) {
	out := []string{}
	for _, item := range e.list() {
		text, ok := item.value.(string)
		if !ok || text == "" {
			continue
		}
		name := "CAP_" + strings.TrimPrefix(strings.ToUpper(text), "CAP_")
		switch {
		case name == "CAP_ALL":
			p.fail(item.line, item.path, "ALL is never granted; name each capability, as in NET_BIND_SERVICE")
		case !slices.Contains(capabilityNames, name):
			p.fail(item.line, item.path, "%s is no capability%s", quoted(text), didYouMean(name, capabilityNames))
		case slices.Contains(out, name):
			p.fail(item.line, item.path, "%s is named twice", quoted(text))
		default:
			out = append(out, name)
		}
	}
	slices.Sort(out)
	*to = out
}

// capabilityNames are the kernel's (include/uapi/linux/capability.h, Linux 6.18).
var capabilityNames = []string{
	"CAP_AUDIT_CONTROL", "CAP_AUDIT_READ", "CAP_AUDIT_WRITE", "CAP_BLOCK_SUSPEND", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
	"CAP_KILL", "CAP_LEASE", "CAP_LINUX_IMMUTABLE", "CAP_MAC_ADMIN", "CAP_MAC_OVERRIDE", "CAP_MKNOD", "CAP_NET_ADMIN",
	"CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_RAW", "CAP_PERFMON", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP",
	"CAP_SETUID", "CAP_SYSLOG", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_CHROOT", "CAP_SYS_MODULE", "CAP_SYS_NICE",
	"CAP_SYS_PACCT", "CAP_SYS_PTRACE", "CAP_SYS_RAWIO", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG",
	"CAP_WAKE_ALARM",
}

var sysctlName = regexp.MustCompile(`^[a-z0-9_]+(?:[./][a-zA-Z0-9_*-]+)+$`)

func (p *siteParser) sysctls(e *element, to map[string]string) {
	for _, name := range e.names() {
		value := e.get(name)
		if !sysctlName.MatchString(name) || strings.Contains(name, "*") {
			p.fail(value.line, value.path, "%s is no sysctl; want its full name, as in net.ipv4.ip_forward", quoted(name))
		}
		if text, ok := value.scalar(); ok {
			to[name] = text
		}
	}
}

// quoted renders what stood in the file, bounded.
func quoted(text string) string {
	if len(text) > 80 {
		text = strings.ToValidUTF8(text[:80], "") + "…"
	}
	return strconv.Quote(text)
}

// names returns the keys of a mapping in the order of the file.
func (e *element) names() []string {
	if e == nil {
		return nil
	}
	return e.keys
}
